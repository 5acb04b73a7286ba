//! Checks a request against Discord's own API document, strictly.
//!
//! It answers "would Discord know this path, these parameters, these keys, and are the values of
//! the right type, length and range?". Rules that the document cannot express (a command's name,
//! six rows of buttons) live in `rules.rs`; what the request does lives in `rest.rs`.
//!
//! It is not a general JSON-Schema validator: it knows the keywords that the document uses, and a
//! few leniencies that Discord grants and serenity relies on (see [`ignorable`] and [`is_integer`]).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;
use serde_json::{Map, Value};

/// One thing wrong with a body: where (`components.0.label`) and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Keys and indexes joined by dots; empty for the body itself.
    pub at: String,
    /// In words, for the person who reads a failed test.
    pub what: String,
}

impl Problem {
    /// A problem found at `at`.
    pub fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self { at: at.into(), what: what.into() }
    }
}

/// A path of the document that a request matched.
pub struct Operation {
    /// As the document writes it: `/channels/{channel_id}/messages`.
    pub template: &'static str,
    spec: &'static Value,
    shared: Option<&'static Value>,
}

/// The document, parsed once per process.
fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        serde_json::from_str(include_str!("../../../specs/discord-openapi.json"))
            .expect("the API document is JSON")
    })
}

/// Finds the operation for a method and a path without its `/api/v10`.
///
/// A literal segment (`@me`) wins over a parameter, as in Discord's own router.
pub fn find(method: &str, path: &str) -> Option<Operation> {
    let asked: Vec<&str> = path.trim_matches('/').split('/').collect();
    let paths = document()["paths"].as_object()?;
    let (template, item) = paths
        .iter()
        .filter(|(template, _)| fits(template, &asked))
        .min_by_key(|(template, _)| template.matches('{').count())?;
    let spec = item.get(method.to_ascii_lowercase())?;
    Some(Operation { template, spec, shared: item.get("parameters") })
}

fn fits(template: &str, asked: &[&str]) -> bool {
    let known: Vec<&str> = template.trim_matches('/').split('/').collect();
    known.len() == asked.len()
        && known.iter().zip(asked).all(|(k, a)| k == a || (k.starts_with('{') && !a.is_empty()))
}

impl Operation {
    /// Everything wrong with the path's ids, the query and the JSON body.
    pub fn check(&self, path: &str, query: &BTreeMap<String, String>, body: Option<&Value>) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.check_path(path, &mut problems);
        self.check_query(query, &mut problems);
        let request = &self.spec["requestBody"];
        let schema = &request["content"]["application/json"]["schema"];
        match body {
            Some(body) if !schema.is_null() => problems.extend(check(schema, body)),
            Some(body) if !ignorable(body) => problems.push(Problem::new("", "this endpoint takes no body")),
            None if request["required"] == true => problems.push(Problem::new("", "a body is required")),
            _ => {}
        }
        problems
    }

    /// Whether files may come along as `multipart/form-data`.
    pub fn takes_files(&self) -> bool {
        !self.spec["requestBody"]["content"]["multipart/form-data"].is_null()
    }

    fn parameters(&self) -> impl Iterator<Item = &'static Value> {
        let lists = [self.shared, self.spec.get("parameters")];
        lists.into_iter().flatten().filter_map(Value::as_array).flatten()
    }

    fn check_path(&self, path: &str, problems: &mut Vec<Problem>) {
        let names = self.template.trim_matches('/').split('/');
        for (name, value) in names.zip(path.trim_matches('/').split('/')) {
            let Some(name) = name.strip_prefix('{').and_then(|n| n.strip_suffix('}')) else { continue };
            let known = self.parameters().find(|p| p["name"] == name && p["in"] == "path");
            if let Some(parameter) = known {
                check_text(parameter, value, name, problems);
            }
        }
    }

    fn check_query(&self, query: &BTreeMap<String, String>, problems: &mut Vec<Problem>) {
        for (name, value) in query {
            match self.parameters().find(|p| p["name"] == **name && p["in"] == "query") {
                Some(parameter) => check_text(parameter, value, name, problems),
                None => problems.push(Problem::new(name, "unknown query parameter")),
            }
        }
    }
}

/// Checks a value that arrived as text, as in a path or a query.
fn check_text(parameter: &Value, text: &str, at: &str, problems: &mut Vec<Problem>) {
    let schema = resolve(&parameter["schema"]);
    let value = match schema["type"].as_str() {
        Some("boolean") => text.parse().map(Value::Bool).ok(),
        Some("integer") => text.parse::<i64>().map(Value::from).ok(),
        _ => Some(Value::from(text)),
    };
    match value {
        Some(value) => problems
            .extend(check(schema, &value).into_iter().map(|p| Problem::new(format!("{at}{}", p.at), p.what))),
        None => problems.push(Problem::new(at, format!("`{text}` has the wrong type"))),
    }
}

/// Everything wrong with `value` by `schema`.
pub fn check(schema: &Value, value: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    walk(schema, value, "", &mut problems);
    problems
}

/// Follows `$ref` to the schema that it names.
fn resolve(schema: &Value) -> &Value {
    let Some(name) = schema["$ref"].as_str() else { return schema };
    let name = name.rsplit('/').next().unwrap_or(name);
    let found = &document()["components"]["schemas"][name];
    assert!(!found.is_null(), "the API document lacks the schema {name}");
    resolve(found)
}

fn walk(schema: &Value, value: &Value, at: &str, out: &mut Vec<Problem>) {
    let schema = resolve(schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        walk(part, value, at, out);
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(branches) = schema[key].as_array() {
            out.extend(best_branch(branches, value, at));
        }
    }
    if let Some(wanted) = schema.get("const")
        && !same(wanted, value)
    {
        out.push(Problem::new(at, format!("must be {wanted}, is {}", brief(value))));
    }
    if let Some(known) = schema["enum"].as_array()
        && !known.iter().any(|k| same(k, value))
    {
        out.push(Problem::new(at, format!("must be one of {known:?}, is {}", brief(value))));
    }
    if !right_type(&schema["type"], value) {
        out.push(Problem::new(at, format!("must be {}, is {}", schema["type"], brief(value))));
        return;
    }
    match value {
        Value::String(text) => check_string(schema, text, at, out),
        Value::Number(_) => check_number(schema, value, at, out),
        Value::Array(items) => check_array(schema, items, at, out),
        Value::Object(map) => check_object(schema, map, at, out),
        Value::Null | Value::Bool(_) => {}
    }
}

/// The problems of the branch that the sender most likely meant: none if any branch fits.
///
/// A branch whose `type` field disagrees is somebody else's; among the rest the fewest problems win.
fn best_branch(branches: &[Value], value: &Value, at: &str) -> Vec<Problem> {
    let mut best: Option<(bool, Vec<Problem>)> = None;
    for branch in branches {
        let mut found = Vec::new();
        walk(branch, value, at, &mut found);
        if found.is_empty() {
            return found;
        }
        let kind = join(at, "type");
        let stranger = found.iter().any(|p| p.at == kind || p.at == at);
        if best.as_ref().is_none_or(|(s, b)| (stranger, found.len()) < (*s, b.len())) {
            best = Some((stranger, found));
        }
    }
    best.map(|(_, found)| found).unwrap_or_default()
}

fn right_type(wanted: &Value, value: &Value) -> bool {
    match wanted {
        Value::String(name) => is_a(name, value),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(|name| is_a(name, value)),
        _ => true,
    }
}

fn is_a(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => is_integer(value),
        "number" => value.is_number(),
        // Discord takes a bare integer where it documents a snowflake.
        "string" => value.is_string() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

/// Discord takes `"8"` for `8`; serenity sends permissions so.
fn is_integer(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_str().is_some_and(|text| text.parse::<i64>().is_ok())
}

fn same(wanted: &Value, value: &Value) -> bool {
    wanted == value
        || value.as_str().is_some_and(|text| wanted.is_i64() && wanted.as_i64() == text.parse().ok())
}

fn check_string(schema: &Value, text: &str, at: &str, out: &mut Vec<Problem>) {
    if text.parse::<i64>().is_ok() && is_a_type(&schema["type"], "integer") {
        return check_number(schema, &Value::from(text.parse::<i64>().unwrap_or_default()), at, out);
    }
    let length = text.chars().count() as u64;
    if let Some(min) = schema["minLength"].as_u64().filter(|min| length < *min) {
        out.push(Problem::new(at, format!("has {length} characters, at least {min} are required")));
    }
    if let Some(max) = schema["maxLength"].as_u64().filter(|max| length > *max) {
        out.push(Problem::new(at, format!("has {length} characters, at most {max} are allowed")));
    }
    if let Some(pattern) = schema["pattern"].as_str()
        && !Regex::new(pattern).is_ok_and(|p| p.is_match(text))
    {
        out.push(Problem::new(at, format!("`{text}` does not match {pattern}")));
    }
    let well_formed = match schema["format"].as_str() {
        Some("uri") => {
            ["http://", "https://", "discord://", "attachment://"].iter().any(|s| text.starts_with(s))
        }
        Some("date-time") => text.parse::<jiff::Timestamp>().is_ok(),
        _ => true,
    };
    if !well_formed {
        out.push(Problem::new(at, format!("`{text}` is no {}", schema["format"])));
    }
}

fn is_a_type(wanted: &Value, name: &str) -> bool {
    wanted == name || wanted.as_array().is_some_and(|names| names.iter().any(|n| n == name))
}

#[allow(clippy::cast_precision_loss, reason = "limits are small; a snowflake has none")]
fn check_number(schema: &Value, value: &Value, at: &str, out: &mut Vec<Problem>) {
    let Some(number) = value.as_f64() else { return };
    if let Some(min) = schema["minimum"].as_f64().filter(|min| number < *min) {
        out.push(Problem::new(at, format!("is {value}, at least {min} is required")));
    }
    if let Some(max) = schema["maximum"].as_f64().filter(|max| number > *max) {
        out.push(Problem::new(at, format!("is {value}, at most {max} is allowed")));
    }
}

fn check_array(schema: &Value, items: &[Value], at: &str, out: &mut Vec<Problem>) {
    let length = items.len() as u64;
    if let Some(min) = schema["minItems"].as_u64().filter(|min| length < *min) {
        out.push(Problem::new(at, format!("has {length} items, at least {min} are required")));
    }
    if let Some(max) = schema["maxItems"].as_u64().filter(|max| length > *max) {
        out.push(Problem::new(at, format!("has {length} items, at most {max} are allowed")));
    }
    if schema["uniqueItems"] == true && items.iter().enumerate().any(|(i, item)| items[..i].contains(item)) {
        out.push(Problem::new(at, "has the same item twice"));
    }
    if let Some(each) = schema.get("items") {
        for (i, item) in items.iter().enumerate() {
            walk(each, item, &join(at, &i.to_string()), out);
        }
    }
}

fn check_object(schema: &Value, map: &Map<String, Value>, at: &str, out: &mut Vec<Problem>) {
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !map.contains_key(name) {
            out.push(Problem::new(join(at, name), "is required"));
        }
    }
    let properties = schema["properties"].as_object();
    let rest = schema.get("additionalProperties").filter(|rest| rest.is_object());
    for (name, value) in map {
        let at = join(at, name);
        match (properties.and_then(|p| p.get(name)), rest) {
            (Some(known), _) | (None, Some(known)) => walk(known, value, &at, out),
            // The document never forbids unknown keys, so a typing mistake would pass: forbid them
            // wherever the known ones are listed.
            (None, None) if properties.is_some() && !ignorable(value) => {
                out.push(Problem::new(at, "is unknown to Discord"));
            }
            (None, None) => {}
        }
    }
    if let Some(max) = schema["maxProperties"].as_u64().filter(|max| map.len() as u64 > *max) {
        out.push(Problem::new(at, format!("has {} keys, at most {max} are allowed", map.len())));
    }
    if let Some(min) = schema["minProperties"].as_u64().filter(|min| (map.len() as u64) < *min) {
        out.push(Problem::new(at, format!("has {} keys, at least {min} are required", map.len())));
    }
}

/// A value that says nothing: serenity sends `nsfw: false`, `choices: []` and `min_value: null` where
/// Discord has no such key, and Discord does not mind.
pub fn ignorable(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn brief(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        text
    } else {
        format!("{}…", text.chars().take(60).collect::<String>())
    }
}
