//! The operator's settings: `bot.toml` and the environment, with a default for each.
//!
//! Secrets come from the environment, or a file that the environment names, and are never printed.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use secrecy::SecretString;
use serde::Deserialize;

use crate::gate::Limits;
use crate::model::retention::Retention;

/// Everything that an operator can set. Each field is also an environment variable: `DIGIDEL__` and
/// the field's name with `__` between the levels, e.g. `DIGIDEL__TELEGRAM__API_URL`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The file of the database.
    pub database: PathBuf,
    /// The HTTP server: web chat, console, webhook, health.
    pub http: Http,
    /// Backups that are made while the bot runs; off without a folder.
    pub backup: Backup,
    /// For how many days each kind of data is kept.
    pub retention: Retention,
    /// How much one person, and all together, may ask of the bot.
    pub limits: Limits,
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
    /// How many seconds a peer may take to say what it wants.
    pub patience_seconds: u16,
    /// Who is responsible for the site, as the accessibility statement names them, e.g. `Motala kommun`.
    pub operator: Option<String>,
    /// Where faults of the site are reported: an address of e-mail, or of a page (`https://…`).
    pub contact: Option<String>,
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
    /// A file that holds the token, instead.
    pub token_file: Option<PathBuf>,
    /// The Bot API server, when it is not Telegram's own.
    pub api_url: Option<String>,
    /// Receive by webhook at the public address, with this secret (1–256 of `A-Za-z0-9_-`); without
    /// it updates are polled.
    pub webhook_secret: Option<SecretString>,
    /// A file that holds the webhook's secret, instead.
    pub webhook_secret_file: Option<PathBuf>,
    /// How long a poll waits for something to happen, in seconds; 30 unless set.
    pub poll_seconds: Option<u16>,
}

/// Discord.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Discord {
    /// The bot's token from the developer portal.
    pub token: Option<SecretString>,
    /// A file that holds the token, instead.
    pub token_file: Option<PathBuf>,
    /// The API server, when it is not Discord's own. Also turns off the client's own rate limiter,
    /// which would not use it.
    pub api_url: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            database: PathBuf::from("data/digidel.db"),
            http: Http::default(),
            backup: Backup::default(),
            retention: Retention::default(),
            limits: Limits::default(),
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
            patience_seconds: 10,
            operator: None,
            contact: None,
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
        let mut settings: Self = builder
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize)
            .context("the settings cannot be read; see README.md, \"Settings\"")?;
        if let Some(problem) = settings.retention.problem() {
            anyhow::bail!(problem);
        }
        settings.read_secrets()?;
        refuse_plain("telegram.api_url", settings.telegram.api_url.as_deref())?;
        refuse_plain("discord.api_url", settings.discord.api_url.as_deref())?;
        Ok(settings)
    }

    /// Takes the secrets that stand in files.
    fn read_secrets(&mut self) -> anyhow::Result<()> {
        let (telegram, discord) = (&mut self.telegram, &mut self.discord);
        for (name, file, secret) in [
            ("telegram.token_file", &telegram.token_file, &mut telegram.token),
            ("telegram.webhook_secret_file", &telegram.webhook_secret_file, &mut telegram.webhook_secret),
            ("discord.token_file", &discord.token_file, &mut discord.token),
        ] {
            let Some(file) = file else { continue };
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("{name}: {} cannot be read", file.display()))?;
            let text = text.trim();
            anyhow::ensure!(!text.is_empty(), "{name}: {} is empty", file.display());
            *secret = Some(text.to_owned().into());
        }
        Ok(())
    }
}

/// A token must not travel in the clear: plain HTTP only to this machine.
fn refuse_plain(name: &str, url: Option<&str>) -> anyhow::Result<()> {
    let Some(rest) = url.and_then(|url| url.strip_prefix("http://")) else { return Ok(()) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.strip_prefix('[').map_or_else(|| host.split(':').next(), |v6| v6.split(']').next());
    let here = host.is_some_and(|host| {
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    });
    anyhow::ensure!(
        here,
        "{name}: the token would travel in the clear; use https, or a server on this machine"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_travels_in_the_clear() {
        for url in ["https://api.example", "http://127.0.0.1:8081", "http://localhost/x", "http://[::1]:80/"]
        {
            assert!(refuse_plain("x", Some(url)).is_ok(), "{url}");
        }
        for url in [
            "http://api.example",
            "http://127.0.0.1.example/",
            "http://localhost@evil.example",
            "http://",
            "http://[2001:db8::1]/",
        ] {
            assert!(refuse_plain("x", Some(url)).is_err(), "{url}");
        }
        assert!(refuse_plain("x", None).is_ok());
    }
}
