//! Reads `rules.toml` into rules, with a problem and a line for every slip.
//!
//! The notation of the patterns themselves is in `pattern`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::pattern::{Notation, Wrong, line_of};
use super::sieve::Weave;
use super::{Intent, List, Points, Rule};
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
    /// Whether it is for what is left of a text that names a place.
    #[serde(default)]
    there: bool,
    #[serde(default)]
    patterns: Vec<String>,
    /// Hints with points, written "3 pattern"; a number below zero takes points away.
    #[serde(default)]
    hints: Vec<String>,
    /// The points from which the hints are as good as a pattern.
    enough: Option<i32>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
}

pub(super) fn read(file: &str, text: &str) -> (List, Vec<Problem>) {
    let parsed: File = match toml::from_str(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let line = error.span().map(|span| line_of(text, span.start));
            return (List::default(), vec![Problem::error(file, line, error.message())]);
        }
    };
    let notation = Notation { courtesy: parsed.courtesy.join("|"), words: parsed.words };
    let mut rules = Vec::new();
    let mut problems = Vec::new();
    if let Err(wrong) = notation.parse(&notation.courtesy) {
        problems.push(Problem::error(file, None, wrong.message));
    }
    let mut weave = Weave::new(notation);
    for entry in parsed.rule {
        let span = entry.span();
        let read = entry.into_inner().try_into::<Entry>();
        let before = weave.len();
        match read
            .map_err(|error| error.message().to_owned().into())
            .and_then(|entry| rule(&mut weave, &entry))
        {
            Ok(rule) => rules.push(rule),
            Err(wrong) => {
                weave.cut(before);
                let own = text.get(span.start..).unwrap_or_default();
                let offset = wrong.near.and_then(|near| own.find(&near)).unwrap_or(0);
                problems.push(Problem::error(file, line_of(text, span.start + offset), wrong.message));
            }
        }
    }
    (List { rules, sieve: weave.weave() }, problems)
}

fn rule(weave: &mut Weave, entry: &Entry) -> Result<Rule, Wrong> {
    if entry.lang != "any" && entry.lang.parse::<Lang>().is_err() {
        return Err(format!("not a language: {} (or \"any\")", entry.lang).into());
    }
    let any = weave.add(&entry.patterns, entry.whole)?;
    let points = points(weave, entry)?;
    if entry.patterns.is_empty() && points.is_none() {
        return Err("a rule needs patterns, or hints and \"enough\"".to_owned().into());
    }
    let with = entry.with.iter().map(|pattern| weave.add(std::slice::from_ref(pattern), false));
    let with = with.collect::<Result<_, _>>()?;
    let unless = weave.add(&entry.unless, false)?;
    Ok(Rule { intent: entry.intent, there: entry.there, any, points, with, unless })
}

fn points(weave: &mut Weave, entry: &Entry) -> Result<Option<Points>, Wrong> {
    let Some(enough) = entry.enough else { return Ok(None) };
    let hint = |hint: &String| {
        let (points, pattern) =
            hint.split_once(' ').and_then(|(n, p)| Some((n.parse().ok()?, p))).ok_or_else(|| Wrong {
                message: format!("not points and a pattern: {hint:?}"),
                near: Some(hint.clone()),
            })?;
        Ok((points, weave.add(&[pattern.to_owned()], false)?))
    };
    Ok(Some(Points { hints: entry.hints.iter().map(hint).collect::<Result<_, Wrong>>()?, enough }))
}
