//! Articles: one file per article and language, parsed and checked.
//!
//! An article is data: what to say, never how a platform shows it. Searching is in `search`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Link;
use crate::facts::problem::Problem;
use crate::model::id::ArticleId;
use crate::model::lang::Lang;

/// What is at stake in an article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// Nothing much.
    #[default]
    None,
    /// Money or identity: the rules of BankID are repeated.
    Care,
    /// Act now.
    Danger,
}

/// The official page of an article.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum LinkTo {
    /// One of those in `links.toml`, by its key.
    Known(String),
    /// One of its own, as local answers have.
    Own(Link),
}

/// One article in all its languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Its identifier.
    pub id: ArticleId,
    /// Its topic, e.g. `eid_bankid`.
    pub topic: String,
    /// What is at stake.
    pub warning: Warning,
    /// The official page.
    pub link: LinkTo,
    /// Articles that people ask for next.
    pub related: Vec<ArticleId>,
    texts: BTreeMap<Lang, Text>,
}

/// An article in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its title, at most 60 characters.
    pub title: String,
    /// Whether somebody who speaks the language from childhood has read it.
    pub reviewed: bool,
    /// Questions that it answers, as people write them.
    pub examples: Vec<String>,
    /// The answer and the steps: Markdown.
    pub answer: String,
    /// Steps that hold for Android phones only.
    pub android: Option<String>,
    /// Steps that hold for iPhones only.
    pub iphone: Option<String>,
    /// What to do if it fails.
    pub fails: String,
    /// When to come to a centre.
    pub centre: String,
    /// What to bring: a noun phrase.
    pub bring: String,
}

/// The front matter of the Swedish file, which holds what is not language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SwedishHead {
    title: String,
    topic: String,
    #[serde(default)]
    warning: Warning,
    link: LinkTo,
    #[serde(default)]
    related: Vec<ArticleId>,
    #[serde(default)]
    reviewed: bool,
    #[serde(default)]
    examples: Vec<String>,
}

/// The front matter of every other file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    title: String,
    #[serde(default)]
    reviewed: bool,
    #[serde(default)]
    examples: Vec<String>,
}

impl Article {
    /// An article without any text yet.
    #[must_use]
    pub fn new(id: ArticleId, topic: String, warning: Warning, link: LinkTo) -> Self {
        Self { id, topic, warning, link, related: Vec::new(), texts: BTreeMap::new() }
    }

    /// The text in a language, or in the nearest one that there is: easy Swedish falls back on
    /// Swedish, every other language on easy Swedish. The language says which it became.
    #[must_use]
    pub fn text(&self, lang: Lang) -> Option<(Lang, &Text)> {
        let order = match lang {
            Lang::Sv => [Lang::Sv, Lang::SvEasy, Lang::En],
            Lang::SvEasy => [Lang::SvEasy, Lang::Sv, Lang::En],
            other => [other, Lang::SvEasy, Lang::Sv],
        };
        order.into_iter().find_map(|l| self.texts.get(&l).map(|text| (l, text)))
    }

    /// Every language that there is.
    pub fn texts(&self) -> impl Iterator<Item = (Lang, &Text)> {
        self.texts.iter().map(|(lang, text)| (*lang, text))
    }

    /// The text in this very language.
    #[must_use]
    pub fn text_in(&self, lang: Lang) -> Option<&Text> {
        self.texts.get(&lang)
    }

    /// Puts another text in place of, or beside, the ones there are (what staff wrote).
    pub fn set_text(&mut self, lang: Lang, text: Text) {
        self.texts.insert(lang, text);
    }
}

/// The article and language in a file name: `knowledge/bankid-skaffa.sv-easy.md`.
#[must_use]
pub fn name_parts(file: &str) -> Option<(ArticleId, Lang)> {
    let name = file.rsplit('/').next()?.strip_suffix(".md")?;
    let (slug, lang) = name.split_once('.')?;
    Some((slug.parse().ok()?, lang.parse().ok()?))
}

/// Reads the Swedish file of an article.
///
/// # Errors
/// The first problem that makes the file unusable.
pub fn read_swedish(file: &str, id: ArticleId, contents: &str) -> Result<Article, Problem> {
    let (head, body, body_line) = split(file, contents)?;
    let head: SwedishHead = parse_head(file, head)?;
    let text = read_body(file, body, body_line, head.title, head.reviewed, head.examples)?;
    let texts = BTreeMap::from([(Lang::Sv, text)]);
    let (topic, warning, link, related) = (head.topic, head.warning, head.link, head.related);
    Ok(Article { id, topic, warning, link, related, texts })
}

/// Reads any other language's file.
///
/// # Errors
/// The first problem that makes the file unusable.
pub fn read_text(file: &str, contents: &str) -> Result<Text, Problem> {
    let (head, body, body_line) = split(file, contents)?;
    let head: Head = parse_head(file, head)?;
    read_body(file, body, body_line, head.title, head.reviewed, head.examples)
}

fn split<'a>(file: &str, contents: &'a str) -> Result<(&'a str, &'a str, u32), Problem> {
    let missing = || Problem::error(file, 1, "the file must begin with front matter between two lines +++");
    let rest = contents.strip_prefix("+++\n").ok_or_else(missing)?;
    let (head, body) = rest.split_once("\n+++\n").ok_or_else(missing)?;
    let body_line = u32::try_from(head.matches('\n').count() + 4).unwrap_or(u32::MAX);
    Ok((head, body, body_line))
}

fn parse_head<'a, T: Deserialize<'a>>(file: &str, head: &'a str) -> Result<T, Problem> {
    toml::from_str(head).map_err(|error| {
        let before = error.span().and_then(|span| head.get(..span.start)).unwrap_or("");
        let line = u32::try_from(before.matches('\n').count() + 2).unwrap_or(u32::MAX);
        Problem::error(file, line, error.message())
    })
}

fn read_body(
    file: &str,
    body: &str,
    first_line: u32,
    title: String,
    reviewed: bool,
    examples: Vec<String>,
) -> Result<Text, Problem> {
    let mut parts: BTreeMap<&str, String> = BTreeMap::new();
    let mut key = "answer";
    for (line, number) in body.lines().zip(first_line..) {
        if let Some(heading) = line.strip_prefix("## ") {
            key = match heading.trim() {
                known @ ("android" | "iphone" | "fails" | "centre" | "bring") => known,
                other => {
                    let message = format!(
                        "\"## {other}\" is not one of ## android, ## iphone, ## fails, ## centre, ## bring"
                    );
                    return Err(Problem::error(file, number, message));
                }
            };
        } else {
            let part = parts.entry(key).or_default();
            part.push_str(line);
            part.push('\n');
        }
    }
    let mut take = |key: &str| parts.remove(key).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let mut need =
        |key: &str| take(key).ok_or_else(|| Problem::error(file, None, format!("\"{key}\" is missing")));
    let (answer, fails, centre, bring) = (need("answer")?, need("fails")?, need("centre")?, need("bring")?);
    let (android, iphone) = (take("android"), take("iphone"));
    Ok(Text { title, reviewed, examples, answer, android, iphone, fails, centre, bring })
}
