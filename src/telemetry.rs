//! The figures for Prometheus: counted where things happen, read here.
//!
//! Names no person: labels are words of ours (a platform, an outcome), never what somebody sent.
//! What stands in the database is read from it at each look (`http::state`), so that a restart
//! forgets nothing.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Unit, describe_counter, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::model::chat::Platform;

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Turns, by platform and kind of event.
pub const TURNS: &str = "digidel_turns_total";
/// Turns that were undone.
pub const TURNS_FAILED: &str = "digidel_turns_failed_total";
/// From the event to the commit.
pub const TURN_SECONDS: &str = "digidel_turn_seconds";
/// What the search decided.
pub const SEARCHES: &str = "digidel_search_decisions_total";
/// Tries to deliver, by platform and outcome.
pub const DELIVERIES: &str = "digidel_deliveries_total";
/// How long a try took.
pub const DELIVERY_SECONDS: &str = "digidel_delivery_seconds";
/// Events that were one too many.
pub const LIMITED: &str = "digidel_limited_total";

/// Upper ends of the buckets, in seconds: from a button to a wait that nobody has patience for.
const BUCKETS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Starts counting; once for the program.
///
/// # Errors
/// Somebody else counts already.
pub fn start() -> anyhow::Result<()> {
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?;
    let handle = builder.install_recorder()?;
    describe_counter!(TURNS, "Events that were handled, by platform and kind");
    describe_counter!(TURNS_FAILED, "Events that were undone because something failed");
    describe_histogram!(TURN_SECONDS, Unit::Seconds, "From an event's arrival to its commit");
    describe_counter!(SEARCHES, "What the search decided on questions");
    describe_counter!(DELIVERIES, "Tries to deliver a letter, by platform and outcome");
    describe_histogram!(DELIVERY_SECONDS, Unit::Seconds, "How long a try to deliver took");
    describe_counter!(LIMITED, "Events that were more than the bot takes, by the limit that they met");
    let _ = HANDLE.set(handle);
    begin_at_nothing();
    Ok(())
}

/// What has not happened yet is nothing, rather than missing: an alert can tell the two apart.
fn begin_at_nothing() {
    for platform in Platform::ALL {
        metrics::counter!(TURNS_FAILED, "platform" => platform.name()).increment(0);
        for outcome in ["sent", "retry", "unknown", "dead", "gone"] {
            metrics::counter!(DELIVERIES, "platform" => platform.name(), "outcome" => outcome).increment(0);
        }
    }
    for decision in ["answer", "suggest", "unknown"] {
        metrics::counter!(SEARCHES, "decision" => decision).increment(0);
    }
    for limit in ["person", "all"] {
        metrics::counter!(LIMITED, "limit" => limit).increment(0);
    }
}

/// What has been counted, in Prometheus' text format; empty where nobody counts.
#[must_use]
pub fn render() -> String {
    HANDLE.get().map(PrometheusHandle::render).unwrap_or_default()
}

/// Keeps what is counted small; to be called now and then.
pub fn tidy() {
    if let Some(handle) = HANDLE.get() {
        handle.run_upkeep();
    }
}

/// How often [`tidy`] is called.
pub const TIDY: Duration = Duration::from_secs(5);

/// The memory that the process occupies, in bytes, where the system tells.
#[must_use]
pub fn memory() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split_whitespace().nth(1)?.parse::<u64>().ok()? * 4_096)
}
