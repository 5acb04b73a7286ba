//! The file with everything that is kept about a person, in words.
//!
//! What has a name in the person's language stands under it; the rest follows as it is stored, so
//! that nothing is left out because nobody has found a word for it.

use serde_json::{Map, Value};

use super::say;
use super::turn::Turn;
use crate::model::kept::{KeptKind, KeptRow};
use crate::model::time::{Timestamp, from_millis};

/// The fields that have a name in the locales, in the order in which they are read.
const NAMED: [&str; 15] = [
    "question",
    "answer",
    "centre",
    "minutes",
    "code",
    "name",
    "about",
    "interpreter",
    "company",
    "note",
    "topic",
    "municipality",
    "lang",
    "points",
    "alias",
];

/// The whole file.
pub(super) fn file(turn: &Turn<'_>, rows: &[KeptRow]) -> String {
    let lang = turn.lang;
    let title = say::kept(lang, "title");
    let (day, time) = say::day_and_time(turn.now);
    let made = say::my_data_row(lang, day, time, turn.here().to_string()).plain();
    let mut lines = vec![title.clone(), "=".repeat(title.chars().count()), made, String::new()];
    for kind in KeptKind::ALL {
        let of_kind: Vec<&KeptRow> = rows.iter().filter(|row| row.kind == *kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let heading = say::kept(lang, kind.word());
        lines.push(heading.clone());
        lines.push("-".repeat(heading.chars().count()));
        lines.extend(of_kind.into_iter().map(|row| entry(turn, row)));
    }
    lines.join("\n")
}

/// One row: when and what, then what has a name, then the rest.
fn entry(turn: &Turn<'_>, row: &KeptRow) -> String {
    let lang = turn.lang;
    let mut fields = row.fields.clone();
    // The municipality is the one thing of a session that a person has said.
    if let Some(municipality) = fields.get("session").and_then(|s| s.get("municipality")).cloned() {
        fields.insert("municipality".to_owned(), municipality);
    }
    let text = fields.remove("text").and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default();
    let mut lines = vec![match instant(fields.remove("at")) {
        Some(at) => {
            let (day, time) = say::day_and_time(at);
            say::my_data_row(lang, day, time, text).plain()
        }
        None => text,
    }];
    for name in NAMED {
        if let Some(value) = fields.remove(name).as_ref().and_then(|value| shown(turn, name, value)) {
            lines.push(format!("    {}: {value}", say::kept(lang, &format!("field_{name}"))));
        }
    }
    let rest = rest(&fields);
    if !rest.is_empty() {
        lines.push(format!("    {}: {rest}", say::kept(lang, "rest")));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn instant(value: Option<Value>) -> Option<Timestamp> {
    value?.as_i64().map(from_millis)
}

/// A value as a person reads it; nothing for what is empty.
fn shown(turn: &Turn<'_>, name: &str, value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.is_empty() {
        return None;
    }
    Some(match name {
        "centre" => {
            let known = text.parse().ok().and_then(|id| turn.facts.centres.get(&id)).map(|c| c.name.clone());
            known.unwrap_or(text)
        }
        "topic" => say::topic(turn.lang, &text),
        "lang" | "interpreter" => say::interpreter(turn.lang, &text.into()),
        _ => text,
    })
}

fn rest(fields: &Map<String, Value>) -> String {
    let said = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let pairs: Vec<String> =
        fields.iter().filter_map(|(name, value)| Some(format!("{name} = {}", said(value)?))).collect();
    pairs.join("; ")
}
