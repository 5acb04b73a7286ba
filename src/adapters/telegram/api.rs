//! One call of the Bot API, exactly as it goes over the wire.
//!
//! Uses teloxide's client settings and payload types, but sends by itself: teloxide's sender sleeps
//! ten seconds on every 5xx inside the call, which would hold a letter's place in the outbox, and
//! its errors do not tell "never sent" from "no answer". Repeats nothing and keeps no state.

use std::time::Duration;

use anyhow::Context;
use reqwest::multipart::{Form, Part};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};
use teloxide::Bot;
use teloxide::requests::Payload;

use super::errors::{CallError, Refusal};

/// How long an ordinary call may take: longer than Telegram ever needs, short enough to try again.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// One call: a method and its parameters, and a file if one is uploaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The method. Telegram ignores its case.
    pub method: &'static str,
    /// Its parameters.
    pub params: Map<String, Value>,
    /// The file that a parameter stands for.
    pub file: Option<File>,
}

/// A file to upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The parameter: `document`, `photo`.
    pub part: &'static str,
    /// Its name with extension.
    pub name: String,
    /// Its MIME type.
    pub mime: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl Request {
    /// A call made of teloxide's own payload.
    #[must_use]
    pub fn of<P: Payload + Serialize>(payload: &P) -> Self {
        let params = match serde_json::to_value(payload) {
            Ok(Value::Object(params)) => params,
            // Payloads are plain structs: this is unreachable, and Telegram would refuse it.
            Ok(_) | Err(_) => Map::new(),
        };
        Self { method: P::NAME, params, file: None }
    }

    /// A call that teloxide's payloads do not make as we need it.
    #[must_use]
    pub fn raw(method: &'static str, params: Value) -> Self {
        let params = if let Value::Object(params) = params { params } else { Map::new() };
        Self { method, params, file: None }
    }

    /// The same to another chat.
    fn to_chat(&self, chat: i64) -> Self {
        let mut moved = self.clone();
        moved.params.insert("chat_id".to_owned(), chat.into());
        moved
    }

    fn form(&self, file: &File) -> Result<Form, CallError> {
        let mut form = Form::new();
        for (name, value) in &self.params {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            form = form.text(name.clone(), text);
        }
        let part = Part::bytes(file.bytes.clone()).file_name(file.name.clone());
        let part = part.mime_str(&file.mime).map_err(|e| CallError::NotSent(e.to_string()))?;
        Ok(form.part(file.part, part))
    }
}

/// The way to the Bot API.
pub(super) struct Api {
    bot: Bot,
    base: String,
}

impl Api {
    /// Over `api_url`, or Telegram's own server. Connects to nothing yet.
    pub fn new(token: &SecretString, api_url: Option<&str>) -> anyhow::Result<Self> {
        let client =
            teloxide::net::default_reqwest_settings().build().context("no HTTP client can be made")?;
        let bot = Bot::with_client(token.expose_secret(), client);
        let base = match api_url {
            Some(url) => reqwest::Url::parse(url).with_context(|| format!("telegram.api_url: \"{url}\""))?,
            None => bot.api_url(),
        };
        Ok(Self { bot, base: base.as_str().trim_end_matches('/').to_owned() })
    }

    /// Calls. A group that has become a supergroup is followed to its new address, once.
    pub async fn call(&self, request: &Request) -> Result<Value, CallError> {
        let called = self.call_within(request, PATIENCE).await;
        match called.as_ref().err().and_then(CallError::moved_to) {
            Some(chat) => self.call_within(&request.to_chat(chat), PATIENCE).await,
            None => called,
        }
    }

    /// Calls, and gives up after `patience`.
    pub async fn call_within(&self, request: &Request, patience: Duration) -> Result<Value, CallError> {
        let url = format!("{}/bot{}/{}", self.base, self.bot.token(), request.method);
        let post = self.bot.client().post(url).timeout(patience);
        let post = if let Some(file) = &request.file {
            post.multipart(request.form(file)?)
        } else {
            let body = serde_json::to_vec(&request.params).map_err(|e| CallError::NotSent(e.to_string()))?;
            post.header("Content-Type", "application/json").body(body)
        };
        let answer = post.send().await.map_err(failed)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(failed)?;
        read(status.as_u16(), &body)
    }
}

/// A failed exchange. The address is taken out of the text, as it holds the token.
fn failed(error: reqwest::Error) -> CallError {
    let sent = !(error.is_connect() || error.is_builder());
    let why = if error.is_timeout() { "time ran out".to_owned() } else { error.without_url().to_string() };
    if sent { CallError::NoAnswer(why) } else { CallError::NotSent(why) }
}

/// An answer that is not the Bot API's comes from something in between, or was cut: whether the
/// request was carried out is then unknown, whatever the status.
fn read(status: u16, body: &[u8]) -> Result<Value, CallError> {
    let Ok(mut answer) = serde_json::from_slice::<Value>(body) else {
        return Err(CallError::NoAnswer(format!("{status} without JSON")));
    };
    if answer.get("ok").and_then(Value::as_bool) == Some(true) {
        return Ok(answer.get_mut("result").map(Value::take).unwrap_or_default());
    }
    Err(match Refusal::read(&answer) {
        Some(refusal) => CallError::Refused(refusal),
        None => CallError::NoAnswer(format!("{status} with strange JSON")),
    })
}
