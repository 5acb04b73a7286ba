//! Reads `scam.toml`, with a problem and a line for every slip.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::domain::{Known, Owner};
use super::signs::{Kind, Pattern, Patterns};
use crate::facts::problem::Problem;
use crate::facts::rules::fold::fold;
use crate::facts::rules::pattern::{Notation, Wrong, line_of};
use crate::facts::rules::sieve::Weave;
use crate::model::lang::Lang;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    shorteners: Vec<String>,
    #[serde(default)]
    odd_top_domains: Vec<String>,
    #[serde(default)]
    top_domains: Vec<String>,
    #[serde(default)]
    innocent: Vec<String>,
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    owner: Vec<toml::Spanned<toml::Value>>,
    #[serde(default)]
    pattern: Vec<toml::Spanned<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnerEntry {
    name: String,
    domains: Vec<String>,
    #[serde(default)]
    brands: Vec<String>,
    #[serde(default)]
    means: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PatternEntry {
    sign: Kind,
    lang: String,
    patterns: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
}

pub(super) fn read(file: &str, text: &str) -> (Known, Patterns, Vec<Problem>) {
    let parsed: File = match toml::from_str(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let line = error.span().map(|span| line_of(text, span.start));
            return (
                Known::default(),
                Patterns::default(),
                vec![Problem::error(file, line, error.message())],
            );
        }
    };
    let place = Place { file, text };
    let mut problems = Vec::new();
    let mut weave = Weave::new(Notation { courtesy: String::new(), words: parsed.words });
    let owners = place.each(parsed.owner, &mut problems, owner);
    let list = place.each(parsed.pattern, &mut problems, |entry| pattern(&mut weave, &entry));
    let known = Known {
        owners,
        shorteners: parsed.shorteners,
        odd: parsed.odd_top_domains,
        top: parsed.top_domains,
        innocent: parsed.innocent,
    };
    (known, Patterns { list, sieve: weave.weave() }, problems)
}

/// The file that is read, for the lines of its problems.
struct Place<'a> {
    file: &'a str,
    text: &'a str,
}

impl Place<'_> {
    /// Reads every entry of one kind; those with an error become problems.
    fn each<E: serde::de::DeserializeOwned, T>(
        &self,
        entries: Vec<toml::Spanned<toml::Value>>,
        problems: &mut Vec<Problem>,
        mut read: impl FnMut(E) -> Result<T, Wrong>,
    ) -> Vec<T> {
        let mut good = Vec::new();
        for entry in entries {
            let start = entry.span().start;
            let parsed = entry.into_inner().try_into::<E>().map_err(|e| Wrong::from(e.message().to_owned()));
            match parsed.and_then(&mut read) {
                Ok(value) => good.push(value),
                Err(wrong) => {
                    let own = self.text.get(start..).unwrap_or_default();
                    let offset = wrong.near.and_then(|near| own.find(&near)).unwrap_or(0);
                    problems.push(Problem::error(
                        self.file,
                        line_of(self.text, start + offset),
                        wrong.message,
                    ));
                }
            }
        }
        good
    }
}

fn owner(entry: OwnerEntry) -> Result<Owner, Wrong> {
    let bad = entry.domains.iter().find(|domain| !is_domain(domain));
    if let Some(bad) = bad {
        let message = format!("not a domain in lower case: {bad:?}");
        return Err(Wrong { message, near: Some(bad.clone()) });
    }
    if entry.domains.is_empty() {
        return Err(format!("{} has no domain", entry.name).into());
    }
    let brands = entry.brands.iter().map(|brand| fold(brand)).collect();
    Ok(Owner { name: entry.name, domains: entry.domains, brands, means: entry.means })
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() && !c.is_uppercase() || c == '-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

fn pattern(weave: &mut Weave, entry: &PatternEntry) -> Result<Pattern, Wrong> {
    if entry.lang != "any" && entry.lang.parse::<Lang>().is_err() {
        return Err(format!("not a language: {} (or \"any\")", entry.lang).into());
    }
    let before = weave.len();
    let any = weave.add(&entry.patterns, false)?;
    let unless = weave.add(&entry.unless, false).inspect_err(|_| weave.cut(before))?;
    Ok(Pattern { kind: entry.sign, any, unless })
}
