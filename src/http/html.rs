//! Text as HTML: the tree of [`Markup`], and nothing that anybody wrote unescaped.
//!
//! The only place where HTML is put together by hand; everything else is a template that escapes.

use std::fmt::Write;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::model::markup::{Block, Markup, Span, Style};

/// HTML that is safe to put on a page as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Safe(String);

impl std::fmt::Display for Safe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::FastWritable for Safe {
    fn write_into(&self, to: &mut dyn Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(to.write_str(&self.0)?)
    }
}

// Its contents are escaped where they are made, so that templates need no `|safe` that could slip in
// elsewhere.
impl askama::filters::HtmlSafe for Safe {}

impl Safe {
    /// Takes a drawing of our own making, in which everything foreign has been escaped.
    #[must_use]
    pub fn drawing(svg: String) -> Self {
        Self(svg)
    }
}

/// A text that is safe between tags and in a double-quoted attribute, of HTML, SVG and Telegram's HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A formatted text as paragraphs and lists.
#[must_use]
pub fn markup(text: &Markup) -> Safe {
    let mut out = String::new();
    let mut list: Option<&'static str> = None;
    for block in text.blocks() {
        let (wanted, number, inner) = match &block {
            Block::Paragraph(spans) => (None, None, spans),
            Block::Item(Some(n), spans) => (Some("ol"), Some(*n), spans),
            Block::Item(None, spans) => (Some("ul"), None, spans),
        };
        if list != wanted {
            if let Some(tag) = list {
                let _ = write!(out, "</{tag}>");
            }
            match (wanted, number) {
                (Some(tag), Some(n)) if n != 1 => drop(write!(out, "<{tag} start=\"{n}\">")),
                (Some(tag), _) => drop(write!(out, "<{tag}>")),
                (None, _) => {}
            }
            list = wanted;
        }
        let tag = if wanted.is_some() { "li" } else { "p" };
        let _ = write!(out, "<{tag}>");
        for part in inner {
            span(&mut out, part);
        }
        let _ = write!(out, "</{tag}>");
    }
    if let Some(tag) = list {
        let _ = write!(out, "</{tag}>");
    }
    Safe(out)
}

fn span(out: &mut String, span: &Span) {
    let tag = match span.style {
        Style::Plain => None,
        Style::Bold => Some("strong"),
        Style::Italic => Some("em"),
        Style::Code => Some("code"),
    };
    // Only the schemes that `Markup` lets through ever stand in `link`.
    if let Some(link) = &span.link {
        let _ = write!(out, "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">", escape(link));
    }
    if let Some(tag) = tag {
        let _ = write!(out, "<{tag}>");
    }
    out.push_str(&escape(&span.text).replace('\n', "<br>"));
    if let Some(tag) = tag {
        let _ = write!(out, "</{tag}>");
    }
    if span.link.is_some() {
        out.push_str("</a>");
    }
}

/// A template as a response; what cannot be rendered is our fault, not the reader's.
pub fn page(template: &impl Template) -> Response {
    page_with(StatusCode::OK, template)
}

/// A template as a response with a status.
pub fn page_with(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, [(header::CACHE_CONTROL, "no-store")], Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_never_becomes_markup() {
        let hostile =
            "<script>alert(1)</script> \"x\" & 'y' [a](javascript:alert(1)) ![b](https://e.example/x)";
        let html = markup(&Markup::from_user(hostile)).to_string();
        assert!(!html.contains("<script") && !html.contains("<a ") && !html.contains("<img"), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }

    #[test]
    fn steps_become_a_list() {
        let html =
            markup(&Markup::trusted("Gör **så**:\n\n1. Ett\n2. [Två](https://a.se/?a=1&b=2)\n\nKlart."));
        assert_eq!(
            html.to_string(),
            "<p>Gör <strong>så</strong>:</p><ol><li>Ett</li><li><a href=\"https://a.se/?a=1&amp;b=2\" \
             target=\"_blank\" rel=\"noopener noreferrer\">Två</a></li></ol><p>Klart.</p>"
        );
    }
}
