//! Reads text with `parse_mode=HTML` the way a careful bot must write it.
//!
//! It does: know only Telegram's tags, demand that they are balanced and properly nested, count in
//! UTF-16 units, trim the ends as Telegram does, and give back plain text and entities.
//! It does not: forgive. Telegram itself lets a raw `&` or `>` pass and knows numeric entities;
//! here only `&lt; &gt; &amp; &quot;` are taken, because anything else is a missed escape.
//! `MarkdownV2` is not read at all.

use serde_json::{Map, Value, json};

/// What a reader sees.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Formatted {
    /// The text without markup, trimmed.
    pub text: String,
    /// `MessageEntity` objects, offsets in UTF-16 units.
    pub entities: Vec<Value>,
}

/// Length as Telegram counts it.
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Text without any markup: only trimmed.
pub fn plain(text: &str, entities: Vec<Value>) -> Formatted {
    trim(text, entities)
}

/// Reads HTML. The error says what is wrong and at which byte.
pub fn parse(html: &str) -> Result<Formatted, String> {
    let mut reader = Reader::default();
    let mut at = 0;
    while let Some(next) = html[at..].chars().next() {
        let rest = &html[at..];
        at += match next {
            '<' => reader.tag(rest, at)?,
            '&' => reader.entity(rest, at)?,
            '>' => return Err(format!("raw '>' at byte offset {at}: write &gt;")),
            other => {
                reader.push(other);
                other.len_utf8()
            }
        };
    }
    if let Some(open) = reader.open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.name));
    }
    // Outer entities first, as Telegram sorts them.
    reader.done.sort_by_key(|e| (e["offset"].as_u64(), std::cmp::Reverse(e["length"].as_u64())));
    Ok(trim(&reader.text, reader.done))
}

struct Open {
    name: String,
    entity: Map<String, Value>,
    start: usize,
}

#[derive(Default)]
struct Reader {
    text: String,
    length: usize,
    open: Vec<Open>,
    done: Vec<Value>,
}

impl Reader {
    fn push(&mut self, c: char) {
        self.text.push(c);
        self.length += c.len_utf16();
    }

    fn entity(&mut self, rest: &str, at: usize) -> Result<usize, String> {
        const KNOWN: [(&str, char); 4] = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"')];
        let Some((name, c)) = KNOWN.iter().find(|(name, _)| rest.starts_with(name)) else {
            return Err(format!("raw '&' or unknown entity at byte offset {at}: write &amp;"));
        };
        self.push(*c);
        Ok(name.len())
    }

    fn tag(&mut self, rest: &str, at: usize) -> Result<usize, String> {
        let Some(end) = rest.find('>') else {
            return Err(format!("Unclosed start tag at byte offset {at}"));
        };
        let inner = &rest[1..end];
        if let Some(name) = inner.strip_prefix('/') {
            self.close(name.trim_end(), at)?;
        } else {
            self.start(inner, at)?;
        }
        Ok(end + 1)
    }

    fn start(&mut self, inner: &str, at: usize) -> Result<(), String> {
        let (name, attributes) = split_tag(inner).map_err(|e| format!("{e} at byte offset {at}"))?;
        let mut entity = entity_of(&name, &attributes).map_err(|e| format!("{e} at byte offset {at}"))?;
        if let Some(outer) = self.open.last() {
            let language = name == "code" && outer.name == "pre" && entity.contains_key("language");
            if matches!(outer.name.as_str(), "pre" | "code") && !language {
                return Err(format!("\"{name}\" inside \"{}\" at byte offset {at}", outer.name));
            }
        }
        if name == "blockquote" && self.open.iter().any(|o| o.name == "blockquote") {
            return Err(format!("nested blockquote at byte offset {at}"));
        }
        if name == "code" && self.open.last().is_none_or(|o| o.name != "pre") {
            entity.remove("language");
        }
        self.open.push(Open { name, entity, start: self.length });
        Ok(())
    }

    fn close(&mut self, name: &str, at: usize) -> Result<(), String> {
        let Some(open) = self.open.pop().filter(|o| o.name == name) else {
            return Err(format!("Unexpected end tag \"{name}\" at byte offset {at}"));
        };
        let mut entity = open.entity;
        // <pre><code class="language-x"> is one entity with a language.
        if let Some(language) = entity.get("language").filter(|_| name == "code").cloned() {
            if let Some(outer) = self.open.last_mut() {
                outer.entity.insert("language".to_owned(), language);
            }
            return Ok(());
        }
        let length = self.length - open.start;
        if length > 0 {
            entity.insert("offset".to_owned(), json!(open.start));
            entity.insert("length".to_owned(), json!(length));
            self.done.push(Value::Object(entity));
        }
        Ok(())
    }
}

type Attributes = Vec<(String, Option<String>)>;

fn split_tag(inner: &str) -> Result<(String, Attributes), String> {
    let name_end = inner.find(char::is_whitespace).unwrap_or(inner.len());
    let (name, mut rest) = inner.split_at(name_end);
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok((name.to_owned(), attributes));
        }
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        if let Some(quoted) = after.strip_prefix("=\"") {
            let Some(close) = quoted.find('"') else {
                return Err(format!("unclosed value of \"{key}\""));
            };
            attributes.push((key.to_owned(), Some(unescape(&quoted[..close])?)));
            rest = &quoted[close + 1..];
        } else if after.starts_with('=') {
            return Err(format!("unquoted value of \"{key}\""));
        } else {
            attributes.push((key.to_owned(), None));
            rest = after;
        }
    }
}

fn unescape(value: &str) -> Result<String, String> {
    let mut reader = Reader::default();
    let mut at = 0;
    while let Some(c) = value[at..].chars().next() {
        at += match c {
            '&' => reader.entity(&value[at..], at)?,
            '<' | '>' => return Err(format!("raw '{c}' in a value")),
            other => {
                reader.push(other);
                other.len_utf8()
            }
        };
    }
    Ok(reader.text)
}

/// The entity that a tag makes, still without offset and length.
fn entity_of(name: &str, attributes: &Attributes) -> Result<Map<String, Value>, String> {
    let value = |key: &str| attributes.iter().find(|(k, _)| k == key).and_then(|(_, v)| v.as_deref());
    let (allowed, entity): (&[&str], Value) = match name {
        "b" | "strong" => (&[], json!({"type": "bold"})),
        "i" | "em" => (&[], json!({"type": "italic"})),
        "u" | "ins" => (&[], json!({"type": "underline"})),
        "s" | "strike" | "del" => (&[], json!({"type": "strikethrough"})),
        "tg-spoiler" => (&[], json!({"type": "spoiler"})),
        "span" if value("class") == Some("tg-spoiler") => (&["class"], json!({"type": "spoiler"})),
        "pre" => (&[], json!({"type": "pre"})),
        "code" => match value("class").and_then(|c| c.strip_prefix("language-")) {
            Some(language) => (&["class"], json!({"type": "code", "language": language})),
            None => (&[], json!({"type": "code"})),
        },
        "blockquote" if attributes.iter().any(|(k, _)| k == "expandable") => {
            (&["expandable"], json!({"type": "expandable_blockquote"}))
        }
        "blockquote" => (&[], json!({"type": "blockquote"})),
        "a" => {
            let href = value("href").filter(|h| !h.is_empty()).ok_or("<a> without href")?;
            (&["href"], json!({"type": "text_link", "url": href}))
        }
        "tg-emoji" => {
            let id = value("emoji-id").ok_or("<tg-emoji> without emoji-id")?;
            (&["emoji-id"], json!({"type": "custom_emoji", "custom_emoji_id": id}))
        }
        other => return Err(format!("Unsupported start tag \"{other}\"")),
    };
    if let Some((key, _)) = attributes.iter().find(|(k, _)| !allowed.contains(&k.as_str())) {
        return Err(format!("unexpected attribute \"{key}\" of \"{name}\""));
    }
    let Value::Object(map) = entity else {
        return Err("no entity".to_owned());
    };
    Ok(map)
}

/// Telegram cuts white space at both ends and moves the entities along.
fn trim(text: &str, entities: Vec<Value>) -> Formatted {
    let kept = text.trim();
    let cut = units(&text[..text.len() - text.trim_start().len()]) as u64;
    let length = units(kept) as u64;
    let moved = entities.into_iter().filter_map(|mut entity| {
        let start = entity["offset"].as_u64()?;
        let end = start + entity["length"].as_u64()?;
        let (start, end) = (start.saturating_sub(cut), end.saturating_sub(cut).min(length));
        if end <= start {
            return None;
        }
        entity["offset"] = json!(start);
        entity["length"] = json!(end - start);
        Some(entity)
    });
    Formatted { text: kept.to_owned(), entities: moved.collect() }
}
