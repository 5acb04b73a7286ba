//! Formatted text as Discord's Markdown, in parts of at most 2,000 characters.
//!
//! Everything that is not formatting of ours is escaped: what somebody wrote can neither format,
//! mention, link nor invite. Links of ours are written so that no preview unfolds.

use crate::model::markup::{Block, Markup, Span, Style};

/// The longest content of a message (discord.com/developers/docs/resources/message), counted here
/// in UTF-16 units, the strictest way to count.
pub(super) const LONGEST: usize = 2_000;
/// The longest run of text that is kept whole: escaped it is at most twice as long.
const LONGEST_RUN: usize = 900;

/// How long a text is as Discord counts.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The parts of a text, split between paragraphs where that is possible.
pub(super) fn parts(text: &Markup) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut after_item = false;
    for block in text.blocks().into_iter().flat_map(runs) {
        let (written, item) = write(&block);
        let joint = if item && after_item { "\n" } else { "\n\n" };
        match parts.last_mut() {
            Some(last) if length(last) + joint.len() + length(&written) <= LONGEST => {
                last.push_str(joint);
                last.push_str(&written);
            }
            _ => parts.push(written),
        }
        after_item = item;
    }
    parts
}

/// A block whose text is too long for one message, as several.
fn runs(block: Block) -> Vec<Block> {
    let (number, spans) = match block {
        Block::Paragraph(spans) => (None, spans),
        Block::Item(number, spans) => (Some(number), spans),
    };
    let long: usize = spans.iter().map(|s| length(&s.text) + s.link.as_deref().map_or(0, length)).sum();
    if long <= LONGEST_RUN {
        return vec![
            number.map_or_else(|| Block::Paragraph(spans.clone()), |n| Block::Item(n, spans.clone())),
        ];
    }
    let mut blocks = vec![Vec::new()];
    let mut filled = 0;
    for piece in spans.iter().flat_map(pieces) {
        let size = length(&piece.text);
        if filled + size > LONGEST_RUN && filled > 0 {
            blocks.push(Vec::new());
            filled = 0;
        }
        filled += size;
        if let Some(last) = blocks.last_mut() {
            last.push(piece);
        }
    }
    blocks.into_iter().map(Block::Paragraph).collect()
}

/// A span cut at spaces, or in the middle of a word that is longer than a message.
fn pieces(span: &Span) -> Vec<Span> {
    let mut texts = vec![String::new()];
    for word in span.text.split_inclusive(char::is_whitespace) {
        for c in word_pieces(word) {
            match texts.last_mut() {
                Some(last) if length(last) + length(&c) <= LONGEST_RUN => last.push_str(&c),
                _ => texts.push(c),
            }
        }
    }
    texts.into_iter().map(|text| Span { text, style: span.style, link: span.link.clone() }).collect()
}

fn word_pieces(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    chars.chunks(LONGEST_RUN / 2).map(|piece| piece.iter().collect()).collect()
}

fn write(block: &Block) -> (String, bool) {
    let (head, spans, item) = match block {
        Block::Paragraph(spans) => (String::new(), spans, false),
        Block::Item(Some(number), spans) => (format!("{number}. "), spans, true),
        Block::Item(None, spans) => ("- ".to_owned(), spans, true),
    };
    let mut out = head;
    for span in spans {
        // At the start of a line some characters mean more than elsewhere.
        let fresh = out.is_empty() || out.ends_with('\n');
        out.push_str(&styled(span, fresh));
    }
    (out.trim_end().to_owned(), item)
}

fn styled(span: &Span, fresh: bool) -> String {
    if let Some(link) = span.link.as_deref().filter(|link| is_web(link)) {
        let same = span.text == *link || span.text.trim_end_matches('/') == link.trim_end_matches('/');
        return if same { format!("<{link}>") } else { format!("[{}](<{link}>)", escape(&span.text, false)) };
    }
    let text = span.text.as_str();
    let core = text.trim();
    if core.is_empty() || span.style == Style::Plain {
        return escape(text, fresh);
    }
    let (before, after) = text.split_once(core).unwrap_or(("", ""));
    match span.style {
        Style::Bold => format!("{before}**{}**{after}", escape(core, false)),
        Style::Italic => format!("{before}*{}*{after}", escape(core, false)),
        Style::Code => format!("{before}`{}`{after}", core.replace('`', "'")),
        Style::Plain => escape(text, fresh),
    }
}

/// Whether Discord makes a link of it; telephone numbers and the like stay text.
fn is_web(link: &str) -> bool {
    (link.starts_with("https://") || link.starts_with("http://"))
        && !link.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')'))
}

/// Puts a backslash before what Discord would read as more than text, and drops what is invisible.
/// The slash is among it: without it neither an address nor an invitation is recognised.
pub(super) fn escape(text: &str, fresh: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut at_start = fresh;
    let mut only_digits = fresh;
    for c in text.chars() {
        match c {
            '\u{2060}'..='\u{2064}' | '\u{180E}' | '\u{E0000}'..='\u{E007F}' => continue,
            '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '@' | '[' | ']' | '#' | '/' => {
                out.push('\\');
            }
            '-' | '+' if at_start => out.push('\\'),
            '.' | ')' if only_digits && !at_start => out.push('\\'),
            _ => {}
        }
        out.push(c);
        at_start = c == '\n' || (at_start && c == ' ');
        only_digits = at_start || (only_digits && c.is_ascii_digit());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> String {
        parts(&Markup::trusted(text)).join("|")
    }

    #[test]
    fn our_formatting_is_discords() {
        assert_eq!(one("**Fet** och *kursiv* och `kod`"), "**Fet** och *kursiv* och `kod`");
        assert_eq!(one("Se [sidan](https://a.se/x)."), "Se [sidan](<https://a.se/x>).");
        assert_eq!(one("<https://a.se/>"), "<https://a.se/>");
        assert_eq!(one("[ring](tel:112)"), "ring");
        assert_eq!(one("Så:\n\n1. Ett\n2. Två\n\nSlut"), "Så:\n\n1. Ett\n2. Två\n\nSlut");
    }

    #[test]
    fn what_somebody_wrote_stays_text() {
        let user = |text: &str| parts(&Markup::from_user(text)).join("|");
        assert_eq!(user("@everyone <@&1> **x**"), r"\@everyone \<\@&1\> \*\*x\*\*");
        assert_eq!(user("https://discord.gg/abc"), r"https:\/\/discord.gg\/abc");
        assert_eq!(user("discord.gg/abc"), r"discord.gg\/abc");
        assert_eq!(user("- lista"), r"\- lista");
        assert_eq!(user("1. lista"), r"1\. lista");
        assert_eq!(user("# rubrik"), r"\# rubrik");
        assert_eq!(user("a\u{2060}b\u{E0041}c"), "abc");
        assert_eq!(user("Klockan är 10.30, ring 1177."), "Klockan är 10.30, ring 1177.");
    }

    #[test]
    fn long_texts_are_split_between_paragraphs_and_never_lost() {
        let paragraph = "Ett stycke med ord. ".repeat(30);
        let text = vec![paragraph.trim().to_owned(); 12].join("\n\n");
        let split = parts(&Markup::trusted(text.clone()));
        assert!(split.len() > 3 && split.iter().all(|p| length(p) <= LONGEST));
        assert_eq!(split.join("\n\n"), text);

        let hostile = "*".repeat(10_000);
        let split = parts(&Markup::from_user(&hostile));
        assert!(
            split.iter().all(|p| length(p) <= LONGEST),
            "{:?}",
            split.iter().map(|p| length(p)).collect::<Vec<_>>()
        );
        assert_eq!(split.concat().matches('*').count(), 10_000);
    }
}
