//! What Telegram finds in a text that a person types.
//!
//! It does: mark commands, mentions, links, e-mail addresses and phone numbers.
//! It does not: know the top-level domains; a link needs its scheme.

use std::sync::OnceLock;

use regex::Regex;
use serde_json::{Value, json};

use super::html::units;

/// The entities of a typed text, in order.
pub fn entities(text: &str) -> Vec<Value> {
    static PATTERNS: OnceLock<Vec<(&str, Regex)>> = OnceLock::new();
    let patterns = PATTERNS.get_or_init(|| {
        let all = [
            ("bot_command", r"(?:^|\s)(/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?)\b"),
            ("url", r"(https?://[^\s]+)"),
            ("email", r"\b([\w.+-]+@[\w-]+\.[\w.]+)\b"),
            ("mention", r"(?:^|\s|[(])(@[A-Za-z0-9_]{3,32})\b"),
            ("phone_number", r"(?:^|\s)(\+\d[\d -]{6,14}\d)\b"),
        ];
        all.map(|(kind, p)| (kind, Regex::new(p).expect("a valid pattern"))).into()
    });
    let mut found = Vec::new();
    for (kind, pattern) in patterns {
        for hit in pattern.captures_iter(text).filter_map(|c| c.get(1)) {
            let (offset, length) = (units(&text[..hit.start()]), units(hit.as_str()));
            found.push(json!({"type": kind, "offset": offset, "length": length}));
        }
    }
    found.sort_by_key(|e| e["offset"].as_u64());
    found
}
