//! What the bot asked of the server, and what was wrong with it. It only remembers.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// One HTTP request, with the status it was answered with.
#[derive(Clone, Debug)]
pub struct Request {
    /// When it came, in milliseconds by the server's clock.
    pub at: u64,
    /// `GET`, `POST`, …
    pub method: String,
    /// Without `/api/v10` and the query.
    pub path: String,
    /// As the API document writes the path; empty if it has none.
    pub template: &'static str,
    /// The query.
    pub query: BTreeMap<String, String>,
    /// The JSON, also where it came as a part of a form.
    pub body: Value,
    /// Names and bytes of the files that came along.
    pub files: Vec<(String, Vec<u8>)>,
    /// 0 while it is being answered, and for good if the connection was cut instead.
    pub status: u16,
}

impl Request {
    /// Method and template, such as `POST /channels/{channel_id}/messages`.
    pub fn route(&self) -> String {
        format!("{} {}", self.method, self.template)
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} → {} {}", self.method, self.path, self.status, self.body)
    }
}

/// Something that the bot should not have done.
#[derive(Clone, Debug)]
pub struct Violation {
    /// When, in milliseconds by the server's clock.
    pub at: u64,
    /// Method and path, or `gateway`.
    pub request: String,
    /// What was wrong, and where in the body.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.request, self.what)
    }
}

/// The memory.
#[derive(Default)]
pub struct Log {
    /// In order of arrival.
    pub requests: Vec<Request>,
    /// In order of arrival.
    pub violations: Vec<Violation>,
}
