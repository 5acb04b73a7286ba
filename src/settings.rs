//! The operator's settings: `bot.toml` and the environment, with a default for each.
//!
//! Secrets come from the environment, or a file that the environment names, and are never printed.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use secrecy::SecretString;
use serde::Deserialize;

/// Everything that an operator can set. Each field is also an environment variable: `DIGIDEL__` and
/// the field's name with `__` between the levels, e.g. `DIGIDEL__TELEGRAM__API_URL`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The file of the database.
    pub database: PathBuf,
    /// The HTTP server: web chat, console, webhook, health.
    pub http: Http,
    /// After how many days of rest a person's words, name and notes are erased.
    pub retention_days: u16,
    /// Backups that are made while the bot runs; off without a folder.
    pub backup: Backup,
    /// Telegram; off without a token.
    pub telegram: Telegram,
    /// Discord; off without a token.
    pub discord: Discord,
}

/// The HTTP server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The address that people reach it at, e.g. `https://digidel.example.se`; needed for a webhook.
    pub public_url: Option<String>,
    /// The sites that may show the chat in a frame, e.g. `https://www.motala.se`.
    pub embed: Vec<String>,
    /// Whether a proxy of yours stands in front: only then is `X-Forwarded-For` believed.
    pub behind_proxy: bool,
}

/// Backups that are made while the bot runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// Where they go: best another disk than the database's.
    pub folder: Option<PathBuf>,
    /// How many hours lie between two.
    pub every_hours: u16,
    /// How many are kept.
    pub keep: u16,
}

impl Default for Backup {
    fn default() -> Self {
        Self { folder: None, every_hours: 24, keep: 14 }
    }
}

/// Telegram.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telegram {
    /// The token from BotFather.
    pub token: Option<SecretString>,
    /// The Bot API server, when it is not Telegram's own.
    pub api_url: Option<String>,
    /// Receive by webhook at the public address, with this secret (1–256 of `A-Za-z0-9_-`); without
    /// it updates are polled.
    pub webhook_secret: Option<SecretString>,
    /// How long a poll waits for something to happen, in seconds; 30 unless set.
    pub poll_seconds: Option<u16>,
}

/// Discord.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Discord {
    /// The bot's token from the developer portal.
    pub token: Option<SecretString>,
    /// The API server, when it is not Discord's own. Also turns off the client's own rate limiter,
    /// which would not use it.
    pub api_url: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            database: PathBuf::from("data/digidel.db"),
            http: Http::default(),
            retention_days: 90,
            backup: Backup::default(),
            telegram: Telegram::default(),
            discord: Discord::default(),
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            embed: Vec::new(),
            behind_proxy: false,
        }
    }
}

impl Settings {
    /// Reads `bot.toml` of a configuration folder, if there is one, and the environment over it.
    ///
    /// # Errors
    /// The file and the field that cannot be read.
    pub fn read(folder: Option<&Path>) -> anyhow::Result<Self> {
        let mut builder = config::Config::builder();
        if let Some(folder) = folder {
            let file = folder.join("bot.toml");
            builder = builder.add_source(config::File::from(file).required(false));
        }
        let environment = config::Environment::with_prefix("DIGIDEL").prefix_separator("__").separator("__");
        builder
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize)
            .context("the settings cannot be read; see README.md, \"Settings\"")
    }
}
