//! Reads `rules.toml` into rules, with a problem and a line for every slip.
//!
//! The notation of the patterns themselves is in `pattern`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::pattern::{Notation, Wrong, line_of};
use super::{Intent, Rule};
use crate::facts::problem::Problem;
use crate::model::lang::Lang;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Words of politeness that may stand before and after a whole wish.
    #[serde(default)]
    courtesy: Vec<String>,
    /// Lists of words, used as `<name>`.
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    rule: Vec<toml::Spanned<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    intent: Intent,
    /// The language that the patterns are in, or "any": for those who review the file.
    lang: String,
    /// Whether the patterns are the whole text, but for words of politeness.
    #[serde(default)]
    whole: bool,
    patterns: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
}

pub(super) fn read(file: &str, text: &str) -> (Vec<Rule>, Vec<Problem>) {
    let parsed: File = match toml::from_str(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let line = error.span().map(|span| line_of(text, span.start));
            return (Vec::new(), vec![Problem::error(file, line, error.message())]);
        }
    };
    let notation = Notation { courtesy: parsed.courtesy.join("|"), words: parsed.words };
    let mut rules = Vec::new();
    let mut problems = Vec::new();
    for entry in parsed.rule {
        let span = entry.span();
        let read = entry.into_inner().try_into::<Entry>();
        match read
            .map_err(|error| error.message().to_owned().into())
            .and_then(|entry| rule(&notation, &entry))
        {
            Ok(rule) => rules.push(rule),
            Err(wrong) => {
                let own = text.get(span.start..).unwrap_or_default();
                let offset = wrong.near.and_then(|near| own.find(&near)).unwrap_or(0);
                problems.push(Problem::error(file, line_of(text, span.start + offset), wrong.message));
            }
        }
    }
    (rules, problems)
}

fn rule(notation: &Notation, entry: &Entry) -> Result<Rule, Wrong> {
    if entry.lang != "any" && entry.lang.parse::<Lang>().is_err() {
        return Err(format!("not a language: {} (or \"any\")", entry.lang).into());
    }
    let any = notation.union(&entry.patterns, entry.whole)?;
    let with = entry.with.iter().map(|pattern| notation.union(std::slice::from_ref(pattern), false));
    let unless = if entry.unless.is_empty() { None } else { Some(notation.union(&entry.unless, false)?) };
    Ok(Rule { intent: entry.intent, any, with: with.collect::<Result<_, _>>()?, unless })
}
