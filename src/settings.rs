//! The operator's settings: `bot.toml` and the environment, with a default for each.
//!
//! Secrets come from the environment alone and are never printed.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

/// Everything that an operator can set. Each field is also an environment variable, `DIGIDEL__` and
/// the field with `__` between the levels, e.g. `DIGIDEL__DATABASE`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The file of the database.
    pub database: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self { database: PathBuf::from("data/digidel.db") }
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
            .add_source(environment.try_parsing(true))
            .build()
            .and_then(config::Config::try_deserialize)
            .context("the settings cannot be read; see README.md, \"Settings\"")
    }
}
