//! Compares a decoded call with the description of the Bot API, strictly.
//!
//! It does: find unknown and missing parameters, wrong types, wrong subtypes, lengths and numbers
//! outside the limits, broken HTML, `attach://` names without a file and files that nobody names.
//! It does not: look at chats or messages (whether a message exists is the world's business), nor
//! change anything.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::decode::Params;
use super::spec::{Field, Limit, Method, Spec, Type, spec};
use super::{html, rules};

/// One thing that is wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `reply_markup.inline_keyboard[0][1].callback_data`.
    pub path: String,
    /// What, in words for the author of the bot.
    pub what: String,
    /// Telegram's own words, where they are known; teloxide maps some of them to variants.
    pub answer: Option<&'static str>,
}

impl Problem {
    /// A problem without a known wording of Telegram's.
    pub fn new(path: &str, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), what: what.into(), answer: None }
    }

    fn known(path: &str, what: impl Into<String>, answer: &'static str) -> Self {
        Self { path: path.to_owned(), what: what.into(), answer: Some(answer) }
    }

    /// The `description` of the 400.
    pub fn description(&self) -> String {
        match self.answer {
            Some(answer) => format!("Bad Request: {answer}"),
            None if self.what.starts_with("can't parse entities") => {
                format!("Bad Request: {}", self.what)
            }
            None => format!("Bad Request: [strict] {}: {}", self.path, self.what),
        }
    }
}

/// Everything that is wrong with this call; empty when it is right.
pub fn check(method: &Method, params: &Params) -> Vec<Problem> {
    let mut walk =
        Walk { spec: spec(), method, params, named: BTreeSet::new(), problems: Vec::new(), misfits: 0 };
    walk.object("", &params.fields, &method.fields, true);
    for name in params.uploads.keys() {
        if !walk.named.contains(name) {
            walk.problems.push(Problem::new(name, "a file was uploaded that no parameter names"));
        }
    }
    rules::method(method, params, &mut walk.problems);
    walk.problems
}

struct Walk<'a> {
    spec: &'a Spec,
    method: &'a Method,
    params: &'a Params,
    named: BTreeSet<String>,
    problems: Vec<Problem>,
    /// Complaints about the form of this very value; they outweigh all about what is inside it
    /// when the best of several alternatives is chosen.
    misfits: usize,
}

impl Walk<'_> {
    fn object(&mut self, path: &str, map: &Map<String, Value>, fields: &[Field], top: bool) {
        for (key, value) in map {
            let here = join(path, key);
            if let Some(field) = fields.iter().find(|f| f.name == *key) {
                self.any_of(&here, value, &field.types);
                self.limits(&here, value, field, map);
            } else {
                self.misfits += 1;
                self.problems.push(Problem::new(&here, "unknown parameter"));
            }
        }
        for field in fields {
            let uploaded = top && self.params.uploads.contains_key(&field.name);
            if uploaded && field.types.contains(&Type::File) {
                self.named.insert(field.name.clone());
            }
            let given = uploaded || map.contains_key(&field.name);
            let wanted =
                field.required || field.required_unless.is_some_and(|other| !map.contains_key(other));
            if wanted && !given {
                self.misfits += 1;
                let here = join(path, &field.name);
                let text = top && field.name == "text";
                self.problems.push(if text {
                    Problem::known(&here, "missing", "message text is empty")
                } else {
                    Problem::new(&here, "required, but missing")
                });
            }
        }
    }

    /// Keeps the complaints of the alternative that fits best.
    fn any_of(&mut self, path: &str, value: &Value, types: &[Type]) {
        let mut best: Option<Walk<'_>> = None;
        for wanted in types {
            let mut trial = Walk {
                spec: self.spec,
                method: self.method,
                params: self.params,
                named: BTreeSet::new(),
                problems: Vec::new(),
                misfits: 0,
            };
            trial.one(path, value, wanted);
            if best.as_ref().is_none_or(|b| trial.score() < b.score()) {
                best = Some(trial);
            }
        }
        if let Some(best) = best {
            self.problems.extend(best.problems);
            self.named.extend(best.named);
        }
    }

    fn score(&self) -> (usize, usize) {
        (self.misfits, self.problems.len())
    }

    fn one(&mut self, path: &str, value: &Value, wanted: &Type) {
        let fits = match wanted {
            Type::Integer => value.is_i64() || value.is_u64(),
            Type::Float => value.is_number(),
            Type::Boolean => value.is_boolean(),
            Type::Text => value.is_string(),
            Type::File => return self.file(path, value),
            Type::List(inner) => {
                let Some(items) = value.as_array() else {
                    return self.wrong(path, value, wanted);
                };
                for (index, item) in items.iter().enumerate() {
                    self.any_of(&format!("{path}[{index}]"), item, std::slice::from_ref(inner));
                }
                true
            }
            Type::Named(name) => return self.named_type(path, value, name),
        };
        if !fits {
            self.wrong(path, value, wanted);
        }
    }

    fn wrong(&mut self, path: &str, value: &Value, wanted: &Type) {
        self.problems.push(Problem::new(path, format!("{value} is not of the type {wanted:?}")));
        // More than any object can have wrong.
        self.misfits += 1000;
    }

    fn file(&mut self, path: &str, value: &Value) {
        match value.as_str().and_then(|v| v.strip_prefix("attach://")) {
            // Whether it was uploaded is checked once per field, in `limits`.
            Some(name) => {
                self.named.insert(name.to_owned());
            }
            None => self.wrong(path, value, &Type::File),
        }
    }

    fn named_type(&mut self, path: &str, value: &Value, name: &str) {
        // "For simple text buttons, String can be used instead of this object."
        if name == "KeyboardButton" && value.is_string() {
            return;
        }
        let Some(shape) = self.spec.shape(name) else {
            return self.problems.push(Problem::new(path, format!("unknown type {name}")));
        };
        let Some(map) = value.as_object() else {
            return self.wrong(path, value, &Type::Named(name.to_owned()));
        };
        if !shape.subtypes.is_empty() {
            return self.union(path, value, map, &shape.subtypes);
        }
        let before = self.problems.len();
        self.object(path, map, &shape.fields, false);
        rules::object(path, name, map, &mut self.problems);
        if let Some((key, constant)) = &shape.tag
            && map.get(key).and_then(Value::as_str) != Some(constant)
        {
            let what = format!("{key} must be \"{constant}\" in a {name}");
            self.problems.insert(before, Problem::new(path, what));
        }
    }

    fn union(&mut self, path: &str, value: &Value, map: &Map<String, Value>, subtypes: &[String]) {
        let tagged = |name: &&String| {
            let tag = self.spec.shape(name).and_then(|s| s.tag.as_ref());
            tag.is_none_or(|(key, constant)| map.get(key).and_then(Value::as_str) == Some(constant))
        };
        let candidates: Vec<Type> =
            subtypes.iter().filter(tagged).map(|name| Type::Named(name.clone())).collect();
        if candidates.is_empty() {
            let what = format!("{value} is none of {}", subtypes.join(", "));
            self.problems.push(Problem::new(path, what));
        } else {
            self.any_of(path, value, &candidates);
        }
    }

    fn limits(&mut self, path: &str, value: &Value, field: &Field, siblings: &Map<String, Value>) {
        if let Some(name) = value.as_str().and_then(|v| v.strip_prefix("attach://"))
            && field.may_attach
        {
            // Most of these fields are declared as text, so that their type alone says nothing.
            if !self.params.uploads.contains_key(name) {
                self.problems.push(Problem::new(path, format!("no file was uploaded as {name}")));
            }
            self.named.insert(name.to_owned());
        }
        let Some(limit) = field.limit else { return };
        match (limit, value) {
            (Limit::Bytes(low, high), Value::String(text)) => {
                self.within(path, text.len(), low, high, "bytes");
            }
            (Limit::Characters(low, high), Value::String(text)) => {
                if let Some(length) = self.length(path, text, field, siblings) {
                    self.within(path, length, low, high, "characters");
                }
            }
            (Limit::Items(low, high), Value::Array(items)) => {
                self.within(path, items.len(), low, high, "items");
            }
            (Limit::Number(low, high), Value::Number(number)) => {
                // 0x7FFFFFFF means "live for ever" where a period is asked.
                let forever = field.name == "live_period" && number.as_u64() == Some(0x7FFF_FFFF);
                let number = number.as_f64().unwrap_or(-1.0);
                if !forever && !(f64::from(low)..=f64::from(high)).contains(&number) {
                    let what = format!("{number} is outside {low}-{high}");
                    self.problems.push(Problem::new(path, what));
                }
            }
            _ => {}
        }
    }

    /// The length that the limit is about; `None` when the markup is broken (and reported).
    fn length(
        &mut self,
        path: &str,
        text: &str,
        field: &Field,
        siblings: &Map<String, Value>,
    ) -> Option<usize> {
        if !field.has_markup {
            return Some(text.chars().count());
        }
        let own = format!("{}_parse_mode", field.name);
        let mode = siblings.get(&own).or_else(|| siblings.get("parse_mode"));
        let read = match mode.and_then(Value::as_str) {
            None => Ok(html::plain(text, Vec::new())),
            Some(mode) if mode.eq_ignore_ascii_case("html") => html::parse(text),
            Some(mode) => Err(format!("this server does not read parse_mode \"{mode}\"")),
        };
        match read {
            Ok(formatted) => Some(html::units(&formatted.text)),
            Err(problem) => {
                let what = format!("can't parse entities: {problem}");
                self.problems.push(Problem::new(path, what));
                None
            }
        }
    }

    fn within(&mut self, path: &str, length: usize, low: u32, high: u32, unit: &str) {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        if (low..=high).contains(&length) {
            return;
        }
        let what = format!("{length} {unit}, allowed are {low}-{high}");
        let answer = match (path, unit) {
            ("text", _) if length < low => Some("message text is empty"),
            ("text", _) if self.method.name.starts_with("editMessage") => Some("MESSAGE_TOO_LONG"),
            ("text", _) if self.method.name == "sendMessage" => Some("message is too long"),
            ("caption", _) => Some("message caption is too long"),
            (_, "bytes") if path.ends_with(".callback_data") => Some("BUTTON_DATA_INVALID"),
            _ => None,
        };
        self.problems.push(match answer {
            Some(answer) => Problem::known(path, what, answer),
            None => Problem::new(path, what),
        });
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
