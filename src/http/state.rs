//! How the program does: `/healthz`, `/readyz` for each part, `/metrics`.
//!
//! Says what it has looked at, not what it hopes. Names nobody.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use tokio::sync::Mutex;

use super::Site;
use crate::model::time::{Clock, to_millis};
use crate::store::Store;
use crate::store::insight::Backlog;
use crate::telemetry;

/// For how long a look at the database counts: whoever asks often does not hold up the writer.
const LOOK: Duration = Duration::from_secs(2);
/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// One part of the program that can be up or down.
#[derive(Clone)]
pub struct Part {
    /// Its name: `telegram`.
    pub name: &'static str,
    /// `Err` with what is wrong, in words for the operator.
    pub look: Arc<dyn Fn() -> Result<(), String> + Send + Sync>,
}

/// What the pages about the program's state look at.
#[derive(Clone)]
pub struct Parts {
    watched: Arc<[Part]>,
    clock: Clock,
    looked: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl Parts {
    /// The parts that are switched on, and the clock by which letters are late.
    #[must_use]
    pub fn new(parts: Vec<Part>, clock: Clock) -> Self {
        Self { watched: parts.into(), clock, looked: Arc::default() }
    }

    /// Whether the database takes what is written.
    async fn is_writable(&self, store: &Store) -> bool {
        let mut looked = self.looked.lock().await;
        if let Some((at, writable)) = *looked
            && at.elapsed() < LOOK
        {
            return writable;
        }
        let tried = tokio::time::timeout(PATIENCE, store.try_write()).await;
        let writable = matches!(tried, Ok(Ok(())));
        *looked = Some((Instant::now(), writable));
        writable
    }

    /// Every part with what is wrong with it.
    async fn all(&self, store: &Store) -> Vec<(&'static str, Result<(), String>)> {
        let database = if self.is_writable(store).await {
            Ok(())
        } else {
            Err("the database cannot be written to".to_owned())
        };
        let mut all = vec![("database", database)];
        all.extend(self.watched.iter().map(|part| (part.name, (part.look)())));
        all
    }
}

/// The process runs.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Everything that is switched on works.
pub(super) async fn readyz(State(site): State<Site>) -> (StatusCode, String) {
    report(site.state.all(&site.store).await)
}

/// One part works.
pub(super) async fn readyz_part(State(site): State<Site>, Path(name): Path<String>) -> (StatusCode, String) {
    let mut all = site.state.all(&site.store).await;
    all.retain(|(part, _)| *part == name);
    if all.is_empty() {
        return (StatusCode::NOT_FOUND, "there is no such part, or it is switched off\n".to_owned());
    }
    report(all)
}

fn report(all: Vec<(&'static str, Result<(), String>)>) -> (StatusCode, String) {
    let ready = all.iter().all(|(_, state)| state.is_ok());
    let mut text = if ready { "ready\n" } else { "not ready\n" }.to_owned();
    for (part, state) in all {
        let _ = match state {
            Ok(()) => writeln!(text, "{part}: ok"),
            Err(why) => writeln!(text, "{part}: {why}"),
        };
    }
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, text)
}

/// Figures for Prometheus (text format 0.0.4).
pub(super) async fn metrics(State(site): State<Site>) -> Result<String, StatusCode> {
    let mut out = telemetry::render();
    let broken = |_| StatusCode::SERVICE_UNAVAILABLE;
    let counts = site.store.letter_counts().await.map_err(broken)?;
    gauge(&mut out, "digidel_letters", "Letters in each state");
    for (state, count) in counts {
        let _ = writeln!(out, "digidel_letters{{state=\"{state}\"}} {count}");
    }
    let now = (site.state.clock)();
    let Backlog { due, oldest_due, waiting, oldest_waiting } =
        site.store.backlog(now).await.map_err(broken)?;
    let seconds = |since: Option<i64>| since.map_or(0, |since| (to_millis(now) - since).max(0) / 1_000);
    for (name, help, value) in [
        ("digidel_outbox_due", "Letters that are due and have not arrived", due),
        ("digidel_outbox_oldest_seconds", "How long the oldest of them has been due", seconds(oldest_due)),
        ("digidel_handover_waiting", "Residents who wait for a person", waiting),
        ("digidel_handover_oldest_seconds", "How long the first of them has waited", seconds(oldest_waiting)),
    ] {
        gauge(&mut out, name, help);
        let _ = writeln!(out, "{name} {value}");
    }
    gauge(&mut out, "digidel_up", "Whether a part of the program works");
    for (part, state) in site.state.all(&site.store).await {
        let _ = writeln!(out, "digidel_up{{part=\"{part}\"}} {}", u8::from(state.is_ok()));
    }
    if let Some(memory) = telemetry::memory() {
        gauge(&mut out, "process_resident_memory_bytes", "Memory that the process occupies");
        let _ = writeln!(out, "process_resident_memory_bytes {memory}");
    }
    Ok(out)
}

fn gauge(out: &mut String, name: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
}
