//! Markup as Telegram's HTML, in parts that fit into one message each.
//!
//! Counts as Telegram does: UTF-16 units of the text without tags
//! (core.telegram.org/bots/api#sendmessage, "1-4096 characters after entities parsing"). Writes no
//! request.

use unicode_segmentation::UnicodeSegmentation;

use crate::http::html::escape;
use crate::model::lang::Lang;
use crate::model::markup::{Block, Markup, Span, Style};

/// One message's worth of HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The HTML; every tag is closed.
    pub html: String,
    /// Its length as Telegram counts it.
    pub units: usize,
}

/// A block on its way: its spans, and whether it is an item of a list.
struct Piece {
    spans: Vec<Span>,
    item: bool,
}

/// What every line of a text begins with whose script runs from right to left (U+200F): Telegram goes
/// by the first letter, which may be that of a Swedish name.
const FROM_RIGHT: &str = "\u{200f}";

/// The text in parts of at most `limit` units: cut between paragraphs, else between lines, sentences
/// or words, and never within a character as people see it.
#[must_use]
pub fn parts(text: &Markup, lang: Lang, limit: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut now = Part::default();
    let mut after_item = false;
    for piece in text.blocks().into_iter().flat_map(|block| pieces(block, lang, limit)) {
        let gap = if piece.item && after_item { "\n" } else { "\n\n" };
        let units = units_of(&piece.spans);
        if now.units > 0 && now.units + gap.len() + units > limit {
            parts.push(std::mem::take(&mut now));
        }
        if now.units > 0 {
            now.html.push_str(gap);
            now.units += gap.len();
        }
        for span in &piece.spans {
            write(&mut now.html, span);
        }
        now.units += units;
        after_item = piece.item;
    }
    if now.units > 0 {
        parts.push(now);
    }
    parts
}

/// The length of a text in UTF-16 units.
#[must_use]
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn units_of(spans: &[Span]) -> usize {
    spans.iter().map(|span| units(&span.text)).sum()
}

fn pieces(block: Block, lang: Lang, limit: usize) -> Vec<Piece> {
    let (item, head, spans) = match block {
        Block::Paragraph(spans) => (false, None, spans),
        Block::Item(Some(number), spans) => (true, Some(format!("{number}. ")), spans),
        Block::Item(None, spans) => (true, Some("• ".to_owned()), spans),
    };
    let head = head.map(|text| Span { text, style: Style::Plain, link: None });
    let spans: Vec<Span> = head.into_iter().chain(spans.into_iter().map(told)).collect();
    if !lang.is_rtl() {
        return split(spans, limit).into_iter().map(|spans| Piece { spans, item }).collect();
    }
    let lines = |span: Span| Span { text: span.text.replace('\n', &format!("\n{FROM_RIGHT}")), ..span };
    let spans = spans.into_iter().map(lines).collect();
    let first = Span { text: FROM_RIGHT.to_owned(), style: Style::Plain, link: None };
    let begun = |spans: Vec<Span>| std::iter::once(first.clone()).chain(spans).collect();
    let room = limit.saturating_sub(units(FROM_RIGHT));
    split(spans, room).into_iter().map(|spans| Piece { spans: begun(spans), item }).collect()
}

/// Telegram makes numbers and addresses of e-mail into links by itself, but takes no such link from
/// us: what a link led to is told in the text.
fn told(mut span: Span) -> Span {
    let target = span.link.as_deref().and_then(|link| {
        let target = link.strip_prefix("tel:").or_else(|| link.strip_prefix("mailto:"))?;
        Some(target.to_owned())
    });
    if let Some(target) = target {
        span.link = None;
        let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>();
        if !bare(&span.text).contains(&bare(&target)) {
            span.text = format!("{} ({target})", span.text);
        }
    }
    span
}

fn write(out: &mut String, span: &Span) {
    let text = escape(&span.text);
    let styled = match span.style {
        Style::Plain => text,
        Style::Bold => format!("<b>{text}</b>"),
        Style::Italic => format!("<i>{text}</i>"),
        Style::Code => format!("<code>{text}</code>"),
    };
    match span.link.as_ref().filter(|link| **link != span.text) {
        Some(link) => {
            out.push_str("<a href=\"");
            out.push_str(&escape(link));
            out.push_str("\">");
            out.push_str(&styled);
            out.push_str("</a>");
        }
        None => out.push_str(&styled),
    }
}

/// A block that is longer than a message, in pieces; formatting goes on in the next one.
fn split(spans: Vec<Span>, limit: usize) -> Vec<Vec<Span>> {
    if units_of(&spans) <= limit {
        return vec![spans];
    }
    let mut done = Vec::new();
    let mut now: Vec<Span> = Vec::new();
    for span in spans {
        let mut rest = span;
        loop {
            let room = limit.saturating_sub(units_of(&now));
            if units(&rest.text) <= room {
                now.push(rest);
                break;
            }
            let at = cut(&rest.text, room);
            let (before, after) = rest.text.split_at(at);
            if !before.trim().is_empty() {
                now.push(Span { text: before.trim_end().to_owned(), ..rest.clone() });
            }
            let nothing_fits = now.is_empty() && at == 0;
            rest = Span { text: after.trim_start().to_owned(), ..rest.clone() };
            if nothing_fits {
                break;
            }
            if !now.is_empty() {
                done.push(std::mem::take(&mut now));
            }
        }
    }
    if !now.is_empty() {
        done.push(now);
    }
    done
}

/// The byte to cut at, so that at most `room` units stand before it.
fn cut(text: &str, room: usize) -> usize {
    let mut end = 0;
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += units(grapheme);
        if used > room {
            break;
        }
        end = at + grapheme.len();
    }
    let fits = text.get(..end).unwrap_or_default();
    let after = |found: &str| fits.rfind(found).map(|at| at + found.len());
    // A cut very early would leave a tiny message: then rather the next kind of place.
    let late = |at: &usize| *at > end / 2;
    let word = || {
        let whole = text.get(end..).is_some_and(|rest| rest.starts_with(char::is_whitespace));
        if whole { Some(end) } else { after(" ") }
    };
    after("\n").filter(late).or_else(|| after(". ").filter(late)).or_else(word).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str, limit: usize) -> Vec<String> {
        parts(&Markup::trusted(text), Lang::Sv, limit).into_iter().map(|p| p.html).collect()
    }

    #[test]
    fn markup_becomes_html() {
        let text = "**Svar** till <Bo> & co.\n\n1. Se [sidan](https://a.se/?x=1&y=2)\n2. `kod`\n\nRing [oss](tel:+46101234567) eller [010-123 45 67](tel:0101234567).";
        assert_eq!(
            all(text, 4_096),
            [
                "<b>Svar</b> till &lt;Bo&gt; &amp; co.\n\n1. Se <a href=\"https://a.se/?x=1&amp;y=2\">sidan</a>\n2. \
              <code>kod</code>\n\nRing oss (+46101234567) eller 010-123 45 67."
            ]
        );
    }

    #[test]
    fn long_text_is_cut_where_people_would() {
        assert_eq!(all("Ett stycke.\n\nEtt till.", 14), ["Ett stycke.", "Ett till."]);
        assert_eq!(
            all("Första meningen. Andra meningen är lång.", 30),
            ["Första meningen.", "Andra meningen är lång."]
        );
        assert_eq!(all("**fet text som är lång**", 12), ["<b>fet text som</b>", "<b>är lång</b>"]);
        assert_eq!(all("👨‍👩‍👧👨‍👩‍👧", 10), ["👨‍👩‍👧", "👨‍👩‍👧"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_too_long(text in "(\\PC{0,80}\n{0,2}){0,6}", limit in 20_usize..200, rtl: bool) {
            let markup = Markup::from_user(&text);
            let parts = parts(&markup, if rtl { Lang::Ar } else { Lang::Sv }, limit);
            let strip = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200f}').collect::<String>();
            let mut back = String::new();
            for part in &parts {
                let plain = part.html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
                prop_assert!(units(&plain) <= limit && !plain.trim().is_empty());
                back.push_str(&plain);
            }
            prop_assert_eq!(strip(&back), strip(&markup.plain()));
        }
    }
}
