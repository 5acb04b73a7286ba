//! How the adapter does, for the health page and the console. Data only.

use serde::Serialize;

/// How the adapter does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Whether the last thing that was tried with Telegram worked.
    pub connected: bool,
    /// What the operator is to know or do, in plain words.
    pub trouble: Option<String>,
    /// The last error that Telegram had with the webhook (`getWebhookInfo`).
    pub webhook_error: Option<String>,
    /// Updates that wait at Telegram for the webhook.
    pub webhook_waiting: u64,
    /// Updates received since the start, repeated ones included.
    pub updates: u64,
    /// Updates that this version cannot read.
    pub strange: u64,
    /// Updates that the engine failed on for good.
    pub failed: u64,
}

impl Health {
    /// It works.
    pub(super) fn well(&mut self) {
        self.connected = true;
        self.trouble = None;
    }
}
