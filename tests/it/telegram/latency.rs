//! From an update to the request that answers it, as the server sees both.
//!
//! The bar of the project (p99 < 60 ms at 100 updates/s without embeddings, < 150 ms at 20/s with them) is
//! for a release build on an idle machine: `cargo test --release --test it telegram::latency -- --nocapture
//! --test-threads 1`. A debug build beside all the other tests only shows that it
//! keeps up.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use digidel::facts::Facts;
use digidel::facts::source::Source;
use digidel::store::Store;

use super::rig::{Mode, Rig};
use crate::support::house;
use crate::support::telegram::Server;

const FIRST: i64 = 1_000;
const QUESTIONS: [&str; 4] = [
    "BankID fungerar inte på min telefon",
    "Hur betalar jag en räkning?",
    "Jag har glömt lösenordet till mejlen",
    "/help",
];

/// The facts of the tests, but without the model: questions are matched by letters and words alone.
fn without_embeddings() -> Arc<Facts> {
    let folder = tempfile::tempdir().expect("a folder");
    let centres = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chats/config/centres.toml");
    std::fs::copy(centres, folder.path().join("centres.toml")).expect("a copy");
    std::fs::create_dir(folder.path().join("embedding")).expect("a folder");
    // An empty file takes the place of the built-in one and is no model.
    std::fs::write(folder.path().join("embedding/e5-small.bin"), b"").expect("a file");
    Arc::new(Facts::load(&Source::folder(folder.path())).0)
}

/// The times from update to request, shortest first.
async fn measure(facts: Arc<Facts>, mode: Mode, per_second: u32, seconds: u32) -> Vec<Duration> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("digidel.db")).await.expect("a database");
    let rig = Rig::start_with(facts, Server::start().await, store, mode).await;
    rig.server.called("getMyName", 2).await.expect("a profile");
    let warm = rig.server.user(1);
    for text in QUESTIONS {
        rig.answer(&warm, &warm.say(text)).await;
    }
    let count = per_second * seconds;
    let mut sent: BTreeMap<i64, Instant> = BTreeMap::new();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / per_second);
    for (n, text) in (0..count).zip(QUESTIONS.iter().cycle()) {
        tick.tick().await;
        let person = rig.server.user(FIRST + i64::from(n));
        sent.insert(person.id(), person.say(text).at);
    }
    rig.until("all are answered", async |rig| {
        let answered = rig.server.requests_of("sendMessage");
        sent.keys().all(|chat| answered.iter().any(|call| call.chat() == Some(*chat)))
    })
    .await;
    let mut first: BTreeMap<i64, Instant> = BTreeMap::new();
    for call in rig.server.requests_of("sendMessage") {
        let Some(chat) = call.chat() else { continue };
        first.entry(chat).or_insert(call.at);
    }
    let mut times: Vec<Duration> = sent.iter().map(|(chat, at)| first[chat].duration_since(*at)).collect();
    times.sort_unstable();
    times
}

#[allow(clippy::disallowed_macros, reason = "the figures are what the run is for")]
fn judge(what: &str, times: &[Duration], bar: Duration) {
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    println!(
        "{what}: {} updates, p50 {:.1?}, p99 {:.1?}, longest {:.1?}",
        times.len(),
        at(50),
        at(99),
        at(100)
    );
    let bar = if cfg!(debug_assertions) { Duration::from_secs(5) } else { bar };
    assert!(at(99) < bar, "{what}: p99 {:?} is over {bar:?}", at(99));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_a_second_without_embeddings() {
    let facts = without_embeddings();
    for mode in [Mode::Polling, Mode::Webhook] {
        // The server brings webhook deliveries one at a time, unlike Telegram: a lower rate is fair.
        let rate = if mode == Mode::Polling { 100 } else { 50 };
        let times = measure(Arc::clone(&facts), mode, rate, 3).await;
        judge(&format!("{mode:?}, {rate}/s, without embeddings"), &times, Duration::from_millis(60));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_a_second_with_embeddings() {
    let times = measure(house::facts(), Mode::Polling, 20, 3).await;
    judge("Polling, 20/s, with embeddings", &times, Duration::from_millis(150));
}
