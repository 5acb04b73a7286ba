//! Articles as the files that `article` reads: what staff write in the console is kept, compared and
//! exported in this form.
//!
//! Writes nothing to disk. What is written reads back as it was, or it is refused.

use std::fmt::Write;

use super::article::{self, Article, LinkTo, Text, Warning};
use crate::model::id::ArticleId;
use crate::model::lang::Lang;

/// The longest title, in characters: it is a button too.
const LONGEST_TITLE: usize = 60;
/// The longest part of an article, in characters.
const LONGEST_PART: usize = 6_000;

/// Why an article cannot be kept as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There is no title, or it is too long.
    #[error("the title must have 1 to 60 characters")]
    Title,
    /// A part that every article has is empty.
    #[error("the part \"{0}\" is empty")]
    Missing(&'static str),
    /// A part is too long to be read in a chat.
    #[error("the part \"{0}\" is too long")]
    Long(&'static str),
    /// A line begins like a heading of the file.
    #[error("no line may begin with ## or +++")]
    Heading,
    /// The link is no address of a page.
    #[error("the link must begin with https://")]
    Link,
    /// Something else that the reader of files says.
    #[error("{0}")]
    Unreadable(String),
}

/// The name of an article's file, which is also the subject of its revisions.
#[must_use]
pub fn name(id: &ArticleId, lang: Lang) -> String {
    format!("knowledge/{id}.{lang}.md")
}

/// The file of an article in a language; nothing if it has no text in it.
#[must_use]
pub fn of(article: &Article, lang: Lang) -> Option<String> {
    let text = article.text_in(lang)?;
    let mut out = "+++\n".to_owned();
    line(&mut out, "title", &quoted(&text.title));
    if lang == Lang::Sv {
        line(&mut out, "topic", &quoted(&article.topic));
        match article.warning {
            Warning::None => {}
            Warning::Care => line(&mut out, "warning", "\"care\""),
            Warning::Danger => line(&mut out, "warning", "\"danger\""),
        }
        line(&mut out, "link", &link(&article.link));
        if !article.related.is_empty() {
            let related: Vec<String> = article.related.iter().map(|id| quoted(id.as_str())).collect();
            line(&mut out, "related", &format!("[{}]", related.join(", ")));
        }
    }
    line(&mut out, "reviewed", if text.reviewed { "true" } else { "false" });
    if !text.examples.is_empty() {
        // A line each, so that what is added or taken away shows as one line.
        let examples: Vec<String> = text.examples.iter().map(|e| quoted(e)).collect();
        line(&mut out, "examples", &format!("[\n  {},\n]", examples.join(",\n  ")));
    }
    out.push_str("+++\n");
    body(&mut out, text);
    Some(out)
}

/// The same, once it is certain that it reads back as it was written.
///
/// # Errors
/// What is wrong with it.
pub fn checked(article: &Article, lang: Lang) -> Result<String, Unfit> {
    let text = article.text_in(lang).ok_or(Unfit::Missing("title"))?;
    check(text)?;
    if let LinkTo::Own(link) = &article.link
        && !(link.url.starts_with("https://") || link.url.starts_with("http://"))
    {
        return Err(Unfit::Link);
    }
    let written = of(article, lang).ok_or(Unfit::Missing("title"))?;
    let unreadable = |problem: crate::facts::Problem| Unfit::Unreadable(problem.message);
    let file = name(&article.id, lang);
    let same = if lang == Lang::Sv {
        let back = article::read_swedish(&file, article.id.clone(), &written).map_err(unreadable)?;
        let shared = (&back.topic, back.warning, &back.link, &back.related)
            == (&article.topic, article.warning, &article.link, &article.related);
        shared && back.text_in(lang) == Some(text)
    } else {
        article::read_text(&file, &written).map_err(unreadable)? == *text
    };
    if same { Ok(written) } else { Err(Unfit::Heading) }
}

fn check(text: &Text) -> Result<(), Unfit> {
    if text.title.is_empty() || text.title.chars().count() > LONGEST_TITLE {
        return Err(Unfit::Title);
    }
    let always = [
        ("answer", Some(&text.answer)),
        ("fails", Some(&text.fails)),
        ("centre", Some(&text.centre)),
        ("bring", Some(&text.bring)),
        ("android", text.android.as_ref()),
        ("iphone", text.iphone.as_ref()),
    ];
    for (part, contents) in always.into_iter().filter_map(|(part, contents)| Some((part, contents?))) {
        if contents.trim().is_empty() {
            return Err(Unfit::Missing(part));
        }
        if contents.chars().count() > LONGEST_PART {
            return Err(Unfit::Long(part));
        }
        if contents.lines().any(|line| line.starts_with("## ") || line.starts_with("+++")) {
            return Err(Unfit::Heading);
        }
    }
    Ok(())
}

fn line(out: &mut String, key: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{key} = {value}");
}

/// A string as TOML writes it, on one line.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => drop(write!(out, "\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn link(link: &LinkTo) -> String {
    match link {
        LinkTo::Known(key) => quoted(key),
        LinkTo::Own(own) => {
            let how = own.how.as_ref().map(|how| format!(", how = {}", quoted(how))).unwrap_or_default();
            let (name, url, checked) = (quoted(&own.name), quoted(&own.url), quoted(&own.checked));
            format!("{{ name = {name}, url = {url}, checked = {checked}{how} }}")
        }
    }
}

fn body(out: &mut String, text: &Text) {
    out.push_str(&text.answer);
    out.push('\n');
    let always = [
        ("android", text.android.as_ref()),
        ("iphone", text.iphone.as_ref()),
        ("fails", Some(&text.fails)),
        ("centre", Some(&text.centre)),
        ("bring", Some(&text.bring)),
    ];
    for (heading, contents) in always {
        if let Some(contents) = contents {
            let _ = write!(out, "\n## {heading}\n{contents}\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::knowledge::{Knowledge, Link};
    use crate::facts::source::Source;

    #[test]
    fn every_built_in_article_reads_back_as_it_is_written() {
        let (knowledge, _) = Knowledge::read(&Source::built_in().lexical_only());
        let mut files = 0;
        for article in knowledge.articles() {
            for (lang, _) in article.texts() {
                let written = checked(article, lang);
                assert!(written.is_ok(), "{} {lang}: {written:?}", article.id);
                files += 1;
            }
        }
        assert!(files > 300, "{files}");
    }

    #[test]
    fn what_would_break_the_file_is_refused() {
        let (knowledge, _) = Knowledge::read(&Source::built_in().lexical_only());
        let good = knowledge.articles().next().expect("an article").clone();
        let sv = good.text_in(Lang::Sv).expect("Swedish").clone();
        let with = |text: Text| {
            let mut article = good.clone();
            article.set_text(Lang::Sv, text);
            checked(&article, Lang::Sv)
        };
        assert_eq!(with(Text { title: "x".repeat(61), ..sv.clone() }), Err(Unfit::Title));
        assert_eq!(with(Text { fails: " ".into(), ..sv.clone() }), Err(Unfit::Missing("fails")));
        assert_eq!(with(Text { answer: "a\n## fails\nb".into(), ..sv.clone() }), Err(Unfit::Heading));
        assert_eq!(with(Text { bring: "x".repeat(6_001), ..sv.clone() }), Err(Unfit::Long("bring")));
        let odd = vec!["\"; x = \"\\u0000\n+++".to_owned(), "'''".to_owned()];
        assert!(with(Text { examples: odd, ..sv }).is_ok());
        let own = Link { name: "x".into(), url: "javascript:x".into(), checked: "no".into(), how: None };
        let mut article = good.clone();
        article.link = LinkTo::Own(own);
        assert_eq!(checked(&article, Lang::Sv), Err(Unfit::Link));
    }
}
