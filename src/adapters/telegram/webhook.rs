//! The webhook: Telegram brings the updates, and hears "received" only after the commit.
//!
//! Telegram repeats what was not answered with 200, and brings a chat's updates one after the other,
//! so order and completeness are kept. The webhook is left in place at the end: Telegram then keeps
//! the updates (for 24 hours) until the bot is back.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use tokio_util::sync::CancellationToken;

use super::api::Request;
use super::health::Health;
use super::read::ALLOWED;
use super::{LONGEST_PAUSE, Telegram};

/// Where Telegram brings updates.
const PATH: &str = "/telegram/updates";
/// The header with the secret (core.telegram.org/bots/api#setwebhook).
const HEADER: &str = "x-telegram-bot-api-secret-token";
/// The largest update that is read: a message has at most 4,096 characters and its entities.
const BODY: usize = 512 * 1024;
/// How many updates Telegram brings at once.
const CONNECTIONS: u8 = 20;
/// How often Telegram is asked how its deliveries went.
const LOOK: Duration = Duration::from_mins(1);

/// Where and how updates are taken.
pub(super) struct Hook {
    url: String,
    secret: SecretString,
}

impl Hook {
    /// `None` without a secret: then updates are polled.
    pub fn new(secret: Option<&SecretString>, public_url: Option<&str>) -> anyhow::Result<Option<Self>> {
        let Some(secret) = secret else { return Ok(None) };
        let text = secret.expose_secret();
        let fits = (1..=256).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        ensure!(fits, "telegram.webhook_secret must be 1 to 256 of A-Z a-z 0-9 _ -");
        let base = public_url.context("a webhook needs http.public_url, e.g. https://digidel.example.se")?;
        let base = base.trim_end_matches('/');
        ensure!(
            base.starts_with("https://")
                || base.starts_with("http://127.0.0.1")
                || base.starts_with("http://localhost"),
            "Telegram brings updates to https only: http.public_url is \"{base}\""
        );
        Ok(Some(Self { url: format!("{base}{PATH}"), secret: secret.clone() }))
    }
}

/// The route.
pub(super) fn routes(telegram: Arc<Telegram>, hook: &Hook) -> Router {
    let secret = hook.secret.clone();
    Router::new()
        .route(PATH, post(take))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(Taker { telegram, secret })
}

#[derive(Clone)]
struct Taker {
    telegram: Arc<Telegram>,
    secret: SecretString,
}

async fn take(State(taker): State<Taker>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let given = headers.get(HEADER).map(axum::http::HeaderValue::as_bytes).unwrap_or_default();
    if !bool::from(given.ct_eq(taker.secret.expose_secret().as_bytes())) {
        return StatusCode::UNAUTHORIZED;
    }
    // Too early: Telegram comes again.
    let Some(me) = taker.telegram.me.get() else { return StatusCode::SERVICE_UNAVAILABLE };
    let Ok(update) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    if taker.telegram.receive(&[update], me).await { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

impl Telegram {
    /// Tells Telegram where to bring updates, and watches how that goes.
    pub(super) async fn watch_webhook(self: &Arc<Self>, hook: &Hook, stop: &CancellationToken) {
        let mut pause = Duration::from_secs(1);
        let mut is_set = false;
        loop {
            let tried = if is_set { self.look().await } else { self.set_webhook(hook).await };
            let wait = match tried {
                Ok(()) => {
                    self.note(Health::well);
                    // The first look comes soon: a wrong address shows at once.
                    let wait = if is_set { LOOK } else { Duration::from_secs(2) };
                    is_set = true;
                    wait
                }
                Err(error) => {
                    self.complain(&error);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    error.retry_after().unwrap_or(pause)
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    async fn set_webhook(&self, hook: &Hook) -> Result<(), super::CallError> {
        let params = json!({
            "url": hook.url, "secret_token": hook.secret.expose_secret(),
            "max_connections": CONNECTIONS, "allowed_updates": ALLOWED,
        });
        self.api.call(&Request::raw("SetWebhook", params)).await.map(|_| ())
    }

    async fn look(&self) -> Result<(), super::CallError> {
        let info = self.api.call(&Request::raw("GetWebhookInfo", json!({}))).await?;
        let error = info.get("last_error_message").and_then(Value::as_str).map(str::to_owned);
        let waiting = info.get("pending_update_count").and_then(Value::as_u64).unwrap_or(0);
        self.note(|health| {
            if error.is_some() && health.webhook_error != error {
                tracing::warn!(error, waiting, "Telegram had trouble with the webhook");
            }
            health.webhook_error = error;
            health.webhook_waiting = waiting;
        });
        Ok(())
    }
}
