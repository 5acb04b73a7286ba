//! Reads the machine-readable description of the Bot API and turns it into shapes.
//!
//! It does: parse `tests/specs/telegram-bot-api.json` once per process; pull the limits out of the
//! prose ("1-64 bytes", "0-1500", "At most 100"); find the constant that tells a subtype from its
//! siblings ("Type of the media, must be photo").
//! It does not: judge a request (`validate.rs`), nor know the rules that the document leaves out
//! (`rules.rs`).

use std::collections::HashMap;
use std::sync::OnceLock;

use regex::Regex;
use serde_json::Value;

/// The description, compiled in, so that a binary that reuses the server needs no files.
const DOCUMENT: &str = include_str!("../../../specs/telegram-bot-api.json");

/// What a field may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A whole number.
    Integer,
    /// Any number.
    Float,
    /// `true` or `false`.
    Boolean,
    /// Text.
    Text,
    /// A file: uploaded, or named by `attach://`.
    File,
    /// An object that the document describes under this name.
    Named(String),
    /// A list.
    List(Box<Type>),
}

impl Type {
    fn parse(name: &str) -> Self {
        if let Some(inner) = name.strip_prefix("Array of ") {
            return Self::List(Box::new(Self::parse(inner)));
        }
        match name {
            "Integer" => Self::Integer,
            "Float" => Self::Float,
            "Boolean" | "True" => Self::Boolean,
            "String" => Self::Text,
            "InputFile" => Self::File,
            other => Self::Named(other.to_owned()),
        }
    }
}

/// A limit that the prose states, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// UTF-16 code units where the text has entities, characters elsewhere.
    Characters(u32, u32),
    /// UTF-8 bytes.
    Bytes(u32, u32),
    /// Elements of a list.
    Items(u32, u32),
    /// The number itself.
    Number(u32, u32),
}

/// One parameter of a method, or one field of an object.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name on the wire.
    pub name: String,
    /// Any of these fits.
    pub types: Vec<Type>,
    /// Stated as required without conditions.
    pub required: bool,
    /// Required unless the field with this name is there ("Required if X is not specified").
    pub required_unless: Option<&'static str>,
    /// What the prose limits.
    pub limit: Option<Limit>,
    /// It may name an uploaded file by `attach://`.
    pub may_attach: bool,
    /// The length is counted after the markup has been read.
    pub has_markup: bool,
}

/// An object type.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Its fields; empty for a union.
    pub fields: Vec<Field>,
    /// For a union, the names of its members.
    pub subtypes: Vec<String>,
    /// The field and the constant that tell this type from its siblings.
    pub tag: Option<(String, String)>,
}

/// A method.
#[derive(Debug, Clone)]
pub struct Method {
    /// Its name with Telegram's own capitals.
    pub name: String,
    /// Its parameters.
    pub fields: Vec<Field>,
    /// The types of its answer, as the document writes them.
    pub returns: Vec<String>,
}

/// The whole document.
#[derive(Debug)]
pub struct Spec {
    methods: HashMap<String, Method>,
    types: HashMap<String, Shape>,
}

impl Spec {
    /// Telegram ignores the case of a method's name; teloxide calls `/SendMessage`.
    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods.get(&name.to_ascii_lowercase())
    }

    /// The object type with this name.
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        self.types.get(name)
    }

    /// The kinds of updates: the optional fields of `Update`.
    pub fn is_update_kind(&self, kind: &str) -> bool {
        let update = self.shape("Update");
        update.is_some_and(|s| s.fields.iter().any(|f| !f.required && f.name == kind))
    }
}

/// The document, parsed on first use.
pub fn spec() -> &'static Spec {
    static SPEC: OnceLock<Spec> = OnceLock::new();
    SPEC.get_or_init(|| {
        let document: Value = serde_json::from_str(DOCUMENT).expect("the API document is JSON");
        let prose = Prose::new();
        let methods = entries(&document["methods"]).map(|(name, body)| {
            let method = Method {
                name: name.clone(),
                fields: fields(body, &prose),
                returns: strings(&body["returns"]),
            };
            (name.to_ascii_lowercase(), method)
        });
        let types = entries(&document["types"]).map(|(name, body)| (name.clone(), shape(body, &prose)));
        Spec { methods: methods.collect(), types: types.collect() }
    })
}

/// The patterns that read the prose.
struct Prose {
    text: Regex,
    items: Regex,
    at_most: Regex,
    number: Regex,
    tag: Regex,
}

impl Prose {
    fn new() -> Self {
        let compile = |pattern| Regex::new(pattern).expect("a valid pattern");
        Self {
            text: compile(r"(\d+)-(\d+) (characters|[Bb]ytes)"),
            items: compile(r"(\d+)-(\d+) "),
            at_most: compile(r"[Aa]t most (\d+) "),
            number: compile(r"(?:; |, |between )(\d+)(?:-| and )(\d+)"),
            tag: compile(r#"(?:must be|always) [“"]?(\w+)"#),
        }
    }

    fn limit(&self, types: &[Type], text: &str) -> Option<Limit> {
        let pair = |found: &regex::Captures<'_>| Some((found[1].parse().ok()?, found[2].parse().ok()?));
        match types {
            [Type::Text] => {
                let found = self.text.captures(text)?;
                let (low, high) = pair(&found)?;
                Some(if found[3].eq_ignore_ascii_case("bytes") {
                    Limit::Bytes(low, high)
                } else {
                    Limit::Characters(low, high)
                })
            }
            [Type::List(_), ..] => {
                if let Some((low, high)) = self.items.captures(text).and_then(|c| pair(&c)) {
                    return Some(Limit::Items(low, high));
                }
                let most = self.at_most.captures(text)?[1].parse().ok()?;
                Some(Limit::Items(0, most))
            }
            [Type::Integer | Type::Float] => {
                let (low, high) = pair(&self.number.captures(text)?)?;
                Some(Limit::Number(low, high))
            }
            _ => None,
        }
    }
}

fn shape(body: &Value, prose: &Prose) -> Shape {
    let tag = list(&body["fields"]).iter().find_map(|field| {
        let name = field["name"].as_str()?;
        if !matches!(name, "type" | "source" | "status") || field["required"] != true {
            return None;
        }
        let found = prose.tag.captures(field["description"].as_str()?)?;
        Some((name.to_owned(), found[1].to_owned()))
    });
    Shape { fields: fields(body, prose), subtypes: strings(&body["subtypes"]), tag }
}

fn fields(body: &Value, prose: &Prose) -> Vec<Field> {
    let read = |field: &Value| {
        let text = field["description"].as_str().unwrap_or_default();
        let types: Vec<Type> = strings(&field["types"]).iter().map(|t| Type::parse(t)).collect();
        Field {
            name: field["name"].as_str().unwrap_or_default().to_owned(),
            required: field["required"] == true,
            required_unless: required_unless(text),
            limit: prose.limit(&types, text),
            may_attach: types.contains(&Type::File) || text.contains("attach://"),
            has_markup: text.contains("after entit"),
            types,
        }
    };
    list(&body["fields"]).iter().map(read).collect()
}

fn required_unless(text: &str) -> Option<&'static str> {
    if text.starts_with("Required if inline_message_id is not specified") {
        Some("inline_message_id")
    } else if text.contains("required if rich_message isn't specified") {
        Some("rich_message")
    } else {
        None
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn strings(value: &Value) -> Vec<String> {
    list(value).iter().filter_map(|v| Some(v.as_str()?.to_owned())).collect()
}
