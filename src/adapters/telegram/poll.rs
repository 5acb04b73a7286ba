//! Long polling, where the next poll confirms only what is on disk.
//!
//! teloxide's own polling confirms a batch before it is handled, so a crash could lose it; and its
//! dispatcher panics when Telegram is away at the start. Hence this loop.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::api::{PATIENCE, Request};
use super::errors::CallError;
use super::health::Health;
use super::read::{ALLOWED, number};
use super::{LONGEST_PAUSE, Telegram};

/// The most updates of one poll: Telegram's own limit.
const BATCH: u8 = 100;

impl Telegram {
    /// Polls until it is told to stop.
    pub(super) async fn poll(self: &Arc<Self>, stop: &CancellationToken) {
        let Some(me) = self.me.get() else { return };
        let mut confirm: Option<i64> = None;
        let mut failures = 0_u32;
        loop {
            let polled = tokio::select! {
                polled = self.updates(confirm) => polled,
                () = stop.cancelled() => return,
            };
            let pause = match polled {
                Ok(updates) => {
                    self.note(Health::well);
                    if self.receive(&updates, me).await {
                        // After an empty poll everything is confirmed, and the next number may be a
                        // lower one: Telegram draws it anew after a week without updates
                        // (core.telegram.org/bots/api#update).
                        confirm = updates.iter().filter_map(number).max().map(|last| last.saturating_add(1));
                        failures = 0;
                        continue;
                    }
                    pause_after(&mut failures)
                }
                Err(error) => {
                    self.complain(&error);
                    let pause = pause_after(&mut failures);
                    error.retry_after().unwrap_or(pause)
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    async fn updates(&self, offset: Option<i64>) -> Result<Vec<Value>, CallError> {
        let mut params = json!({ "limit": BATCH, "timeout": self.poll_seconds, "allowed_updates": ALLOWED });
        if let Some(offset) = offset {
            params["offset"] = offset.into();
        }
        let patience = Duration::from_secs(u64::from(self.poll_seconds)) + PATIENCE;
        let updates = self.api.call_within(&Request::raw("GetUpdates", params), patience).await?;
        match updates {
            Value::Array(updates) => Ok(updates),
            _ => Err(CallError::NoAnswer("no list of updates".to_owned())),
        }
    }
}

/// 0.5, 1, 2 … seconds: the first failure is often a connection that has only grown old.
fn pause_after(failures: &mut u32) -> Duration {
    let pause = Duration::from_millis(500).saturating_mul(1 << (*failures).min(6));
    *failures = failures.saturating_add(1);
    pause.min(LONGEST_PAUSE)
}
