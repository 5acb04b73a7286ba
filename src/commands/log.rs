//! The log: what is written, how, and what never is.
//!
//! Our own lines name no person and quote no text at any level (a test reads them). Other crates may
//! print what they send and receive, so of them only warnings are written, whatever `RUST_LOG` says.

use clap::ValueEnum;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For a person at a terminal.
    Text,
    /// One JSON object a line.
    Json,
}

/// Whether a line of this kind may be written at all.
fn is_ours_or_grave(line: &Metadata<'_>) -> bool {
    let target = line.target();
    if target == "digidel" || target.starts_with("digidel::") {
        return true;
    }
    // serenity prints whole payloads when it cannot read one.
    let gravest = if target.starts_with("serenity") { Level::ERROR } else { Level::WARN };
    *line.level() <= gravest
}

/// Starts writing: from `level` on, or what `RUST_LOG` says of our own lines.
pub fn start(form: Form, level: Level) {
    let asked = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level.as_str()));
    let lines = match form {
        Form::Text => fmt::layer().with_writer(std::io::stderr).boxed(),
        Form::Json => fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).boxed(),
    };
    let lines = lines.with_filter(filter_fn(is_ours_or_grave)).with_filter(asked);
    tracing_subscriber::registry().with(lines).init();
}
