//! Formatted text: a small subset of CommonMark, and its neutral tree.
//!
//! What a person wrote enters only through [`Markup::from_user`], which escapes it, so that no
//! resident can format, link or mention in a volunteer's thread and no volunteer in a resident's
//! chat. Each adapter renders the tree of [`Markup::blocks`]; nothing here knows a platform.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde::{Deserialize, Serialize};

/// A text in the subset: paragraphs, numbered and bulleted lists, `**bold**`, `*italic*`,
/// `` `code` `` and `[links](https://…)`. Headings become bold paragraphs; raw HTML, images and
/// links that are not `http`, `https`, `tel` or `mailto` lose their markup and keep their text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Markup(String);

/// A run of text in one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The text, without any escapes.
    pub text: String,
    /// How it looks.
    pub style: Style,
    /// Where it leads.
    pub link: Option<String>,
}

/// How a run of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    #[default]
    Plain,
    /// Strong.
    Bold,
    /// Emphasised.
    Italic,
    /// To be typed or read letter by letter.
    Code,
}

/// One paragraph or list item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph; `\n` within a span is a line break.
    Paragraph(Vec<Span>),
    /// A list item with its number, or with a bullet.
    Item(Option<u64>, Vec<Span>),
}

impl Markup {
    /// Takes a text of our own (a locale or an article) as it is.
    #[must_use]
    pub fn trusted(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Takes a text that somebody wrote: every character that could format is escaped, control and
    /// direction-override characters are dropped.
    #[must_use]
    pub fn from_user(text: &str) -> Self {
        let mut out = String::with_capacity(text.len() + 8);
        for c in text.chars() {
            match c {
                '\n' => out.push('\n'),
                '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}' | '\u{FEFF}' => {}
                c if c.is_control() => {}
                c => {
                    if c.is_ascii_punctuation() {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
        Self(out)
    }

    /// The source text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Both texts, as paragraphs of their own.
    #[must_use]
    pub fn and(self, next: Self) -> Self {
        match (self.is_empty(), next.is_empty()) {
            (true, _) => next,
            (_, true) => self,
            _ => Self(format!("{}\n\n{}", self.0.trim_end(), next.0)),
        }
    }

    /// All the texts, as paragraphs of their own.
    #[must_use]
    pub fn paragraphs(texts: impl IntoIterator<Item = Self>) -> Self {
        texts.into_iter().fold(Self::default(), Self::and)
    }

    /// All the texts in one paragraph, a line each.
    #[must_use]
    pub fn lines(texts: impl IntoIterator<Item = Self>) -> Self {
        let lines: Vec<String> = texts.into_iter().filter(|t| !t.is_empty()).map(|t| t.0).collect();
        Self(lines.join("\\\n"))
    }

    /// The neutral tree.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        let mut tree = Tree::default();
        for event in Parser::new_ext(&self.0, Options::empty()) {
            tree.take(event);
        }
        tree.flush();
        tree.blocks
    }

    /// The text without any markup, blocks apart by an empty line, items by a line break.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut out = String::new();
        let mut after_item = false;
        for block in self.blocks() {
            let (item, head, spans) = match block {
                Block::Paragraph(spans) => (false, String::new(), spans),
                Block::Item(Some(n), spans) => (true, format!("{n}. "), spans),
                Block::Item(None, spans) => (true, "• ".to_owned(), spans),
            };
            if !out.is_empty() {
                out.push_str(if item && after_item { "\n" } else { "\n\n" });
            }
            out.push_str(&head);
            for span in spans {
                out.push_str(&span.text);
                if let Some(link) = span.link.filter(|link| *link != span.text) {
                    out.push_str(&format!(" ({link})"));
                }
            }
            after_item = item;
        }
        out
    }
}

/// Builds the tree from the parser's events.
#[derive(Default)]
struct Tree {
    blocks: Vec<Block>,
    spans: Vec<Span>,
    styles: Vec<Style>,
    link: Option<String>,
    lists: Vec<Option<u64>>,
    item: Option<Option<u64>>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => {
                self.text(&text, self.styles.last().copied().unwrap_or_default());
            }
            Event::Code(text) => self.text(&text, Style::Code),
            Event::SoftBreak => self.text(" ", Style::Plain),
            Event::HardBreak => self.text("\n", Style::Plain),
            _ => {}
        }
    }

    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph if self.item.is_some() && !self.spans.is_empty() => self.text("\n", Style::Plain),
            Tag::Heading { .. } | Tag::Strong => self.styles.push(Style::Bold),
            Tag::Emphasis => self.styles.push(Style::Italic),
            Tag::Link { dest_url, .. } if is_allowed(&dest_url) => self.link = Some(dest_url.into_string()),
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush();
                let number = self.lists.last_mut().and_then(|n| n.as_mut().map(|n| {
                    *n += 1;
                    *n - 1
                }));
                self.item = Some(number);
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.styles.pop();
                self.flush();
            }
            TagEnd::Paragraph if self.item.is_none() => self.flush(),
            TagEnd::Strong | TagEnd::Emphasis => {
                self.styles.pop();
            }
            TagEnd::Link => self.link = None,
            TagEnd::Item => {
                self.flush();
                self.item = None;
            }
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::CodeBlock | TagEnd::BlockQuote(_) | TagEnd::HtmlBlock => self.flush(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, style: Style) {
        match self.spans.last_mut() {
            Some(last) if last.style == style && last.link == self.link => last.text.push_str(text),
            _ => self.spans.push(Span { text: text.to_owned(), style, link: self.link.clone() }),
        }
    }

    fn flush(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        if spans.iter().any(|s| !s.text.trim().is_empty()) {
            self.blocks.push(match self.item {
                Some(number) => Block::Item(number, spans),
                None => Block::Paragraph(spans),
            });
        }
    }
}

fn is_allowed(link: &str) -> bool {
    ["https://", "http://", "tel:", "mailto:"].iter().any(|scheme| link.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_stays_text() {
        for hostile in [
            "**fet** _kursiv_ `kod`",
            "[klicka](https://evil.example)",
            "<b>hej</b> &amp; @everyone",
            "# rubrik",
            "1. ett",
            "- punkt",
            "~~~\nblock",
            "![bild](https://evil.example/x.png)",
        ] {
            let blocks = Markup::from_user(hostile).blocks();
            let plain = Markup::from_user(hostile).plain();
            assert_eq!(plain, hostile.replace('\n', " "), "{blocks:?}");
            let all_plain = blocks.iter().all(|b| match b {
                Block::Paragraph(spans) => spans.iter().all(|s| s.style == Style::Plain && s.link.is_none()),
                Block::Item(..) => false,
            });
            assert!(all_plain, "{blocks:?}");
        }
        assert_eq!(Markup::from_user("a\u{202E}b\u{200B}c\u{7}").plain(), "abc");
    }

    #[test]
    fn an_article_becomes_paragraphs_and_steps() {
        let text = Markup::trusted("Svar **nu**.\n\n1. Ett\n2. Två\n\n## Sen\n\nSe [sidan](https://a.se/) eller [inte](javascript:x).");
        assert_eq!(text.plain(), "Svar nu.\n\n1. Ett\n2. Två\n\nSen\n\nSe sidan (https://a.se/) eller inte.");
    }

    #[test]
    fn links_that_name_themselves_are_written_once() {
        assert_eq!(Markup::trusted("<https://a.se/>").plain(), "https://a.se/");
    }
}
