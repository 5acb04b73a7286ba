//! The log of calls and of broken rules.
//!
//! It does: remember every call with its time, parameters, effect and outcome, in the order of
//! arrival, also those that a fault kept from having an effect.
//! It does not: assert anything; tests do.

use std::fmt;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

/// What a call changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// Counts all effects of this server, from 1.
    pub number: u64,
    /// The chat, where there is one.
    pub chat: Option<i64>,
    /// The message, where there is one.
    pub message: Option<i64>,
}

/// What the sender got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Still being worked on, or the sender hung up first.
    Pending,
    /// `ok: true`.
    Done,
    /// `ok: false` with this code and description.
    Refused(u16, String),
    /// A planned fault spoilt the answer; `Record::effect` says whether it happened.
    Spoilt(String),
}

/// One call.
#[derive(Debug, Clone)]
pub struct Record {
    /// Counts the calls from 0.
    pub index: usize,
    /// When its body had arrived.
    pub at: Instant,
    /// When the answer was ready.
    pub answered: Option<Instant>,
    /// Telegram's own spelling of the method, or what the caller wrote if there is none.
    pub method: String,
    /// Decoded parameters.
    pub params: Map<String, Value>,
    /// Uploaded files: name of the part, name of the file, size.
    pub uploads: Vec<(String, String, usize)>,
    /// What it changed; `None` if nothing.
    pub effect: Option<Effect>,
    /// What the sender got.
    pub outcome: Outcome,
    /// The connection was cut so soon after the answer that the sender may not have read it.
    pub perhaps_unread: bool,
}

impl Record {
    /// The chat that the call names.
    pub fn chat(&self) -> Option<i64> {
        self.params.get("chat_id")?.as_i64()
    }

    /// The `text` parameter, or nothing.
    pub fn text(&self) -> &str {
        self.params.get("text").and_then(Value::as_str).unwrap_or_default()
    }

    /// How long the server took, without the network.
    pub fn duration(&self) -> Option<Duration> {
        Some(self.answered?.duration_since(self.at))
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params = Value::Object(self.params.clone()).to_string();
        let short: String = params.chars().take(300).collect();
        write!(f, "#{} {} {short} -> {:?}", self.index, self.method, self.outcome)
    }
}

/// A rule that a call broke.
#[derive(Debug, Clone)]
pub struct Violation {
    /// The index of the call in the log.
    pub call: usize,
    /// The method.
    pub method: String,
    /// Where in the parameters.
    pub path: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call #{} {}: {}: {}", self.call, self.method, self.path, self.what)
    }
}
