//! Thousands of updates while everything breaks: nothing lost, nothing handled twice, every letter
//! accounted for, and doubled messages only where the server swallowed the answer.
//!
//! `DIGIDEL_FAULT_UPDATES=10000 cargo test --test it telegram::faults -- --nocapture` is the full run;
//! without it a tenth of that.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use digidel::app::Handled;
use digidel::model::chat::{Address, Chat, Hints, Platform, Role};
use digidel::model::event::{Incoming, Input};
use digidel::model::id::Fresh;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use super::rig::{Mode, Rig};
use crate::support::telegram::{Fault, Outcome, Record, Server, UpdateFault, When};

/// Everybody's number is above this.
const FIRST: i64 = 1_000;
/// How many updates one person sends.
const EACH: usize = 10;

fn updates() -> usize {
    std::env::var("DIGIDEL_FAULT_UPDATES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000)
}

/// About one call in six goes wrong, in every way there is.
fn plan(server: &Server, calls: usize) {
    let mut fresh = Fresh::new(7);
    let refused = |code, text: &str| Fault::Refuse(code, text.to_owned());
    let faults = [
        Fault::RetryAfter(1),
        Fault::Html(502),
        Fault::HtmlAfter(504),
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Malformed,
        Fault::DelayBefore(Duration::from_millis(20)),
        Fault::DelayAfter(Duration::from_millis(20)),
        refused(500, "Internal Server Error"),
        refused(400, "Bad Request: MESSAGE_TOO_STRANGE"),
    ];
    let pick = |bits: u64, from: usize| usize::try_from(bits % from as u64).expect("small");
    for _ in 0..calls / 6 {
        let fault = faults[pick(fresh.bits(), faults.len())].clone();
        server.fault(When::nth("sendMessage", 1 + pick(fresh.bits(), calls)), fault);
    }
    for n in 0..calls / 100 {
        let kinds = [UpdateFault::Twice, UpdateFault::ForgetConfirmation, UpdateFault::Reversed];
        server.disturb(kinds[n % kinds.len()]);
    }
    for n in 1..=calls / 50 {
        let kinds = [Fault::ResetBefore, Fault::ResetAfter, Fault::Html(502), Fault::Malformed];
        server.fault(When::nth("getUpdates", 4 * n), kinds[n % kinds.len()].clone());
    }
}

/// Sends every update; each is one that has exactly one letter as its answer.
async fn send(server: &Server, count: usize) -> Vec<i64> {
    let people: Vec<_> =
        (0..count / EACH).map(|n| server.user(FIRST + i64::try_from(n).expect("small"))).collect();
    let mut sent = Vec::with_capacity(count);
    for round in 0..EACH {
        for (n, person) in people.iter().enumerate() {
            let update = match (round + n) % 5 {
                1 => person.say("/privacy"),
                2 => person.sticker(),
                3 => person.voice(),
                _ => person.say("/help"),
            };
            sent.push(update.update);
            // A few leave while answers are on their way.
            if n % 50 == 7 && round == EACH - 1 {
                person.block();
            }
        }
        if round == EACH / 2 {
            server.outage(true);
            tokio::time::sleep(Duration::from_millis(200)).await;
            server.outage(false);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    sent
}

async fn at_rest(rig: &Rig, patience: Duration) {
    let deadline = Instant::now() + patience;
    loop {
        let updates = rig.server.pending().len();
        let mut open = updates;
        for state in ["pending", "retry", "sending"] {
            open += usize::try_from(rig.letters(state).await).expect("a count");
        }
        if open == 0 {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "still {open} open, {updates} of them updates: {:?}",
            rig.telegram.health()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// An update that was handled is known by its key: none was lost.
async fn assert_none_lost(rig: &Rig, sent: &[i64]) {
    let again = sent.iter().map(|update| Incoming {
        key: format!("telegram:update:{update}"),
        chat: Chat::private(Address::new(Platform::Telegram, 1)),
        role: Role::Resident,
        input: Input::Gone,
        hints: Hints::default(),
        reply: None,
        message: None,
    });
    for handled in rig.app.handle_all(again.collect()).await {
        assert_eq!(handled.expect("a turn"), Handled::Repeated, "an update was lost");
    }
}

/// Per chat: messages that arrived, and answers that the server swallowed, or that the outage may
/// have cut off before the bot had read them.
fn arrived(calls: &[Record]) -> BTreeMap<i64, (usize, usize)> {
    let mut chats: BTreeMap<i64, (usize, usize)> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.effect.is_some()) {
        let Some(chat) = call.chat() else { continue };
        let counts = chats.entry(chat).or_default();
        counts.0 += 1;
        counts.1 += usize::from(call.perhaps_unread || matches!(call.outcome, Outcome::Spoilt(_)));
    }
    chats
}

#[allow(clippy::disallowed_macros, reason = "the figures are what the run is for")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_while_everything_breaks() {
    let count = updates() / EACH * EACH;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("digidel.db");
    let server = Server::start().await;
    let rig = Rig::on_disk(server, &file, Mode::Polling).await;
    rig.server.called("getMyName", 2).await.unwrap();
    plan(&rig.server, count);
    let began = Instant::now();
    let sent = send(&rig.server, count).await;
    at_rest(&rig, Duration::from_secs(60 + count as u64 / 20)).await;
    let took = began.elapsed();

    assert_none_lost(&rig, &sent).await;
    let mut reader =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&file)).await.unwrap();
    let letters: Vec<(String, String, Option<String>)> =
        sqlx::query_as("SELECT recipient, state, failure FROM letters").fetch_all(&mut reader).await.unwrap();
    assert_eq!(letters.len(), count, "one letter for each update: none was handled twice");
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    let mut per_chat: BTreeMap<&str, usize> = BTreeMap::new();
    for (recipient, state, failure) in &letters {
        *states.entry(state).or_default() += 1;
        *per_chat.entry(recipient).or_default() += 1;
        let reasoned = state == "sent" || failure.as_deref().is_some_and(|why| !why.is_empty());
        assert!(
            reasoned && ["sent", "dead", "unknown"].contains(&state.as_str()),
            "{recipient} {state} {failure:?}"
        );
    }

    let calls = rig.server.requests_of("sendMessage");
    let chats = arrived(&calls);
    let mut doubles = 0;
    for (chat, (messages, swallowed)) in &chats {
        let written = per_chat[format!("telegram:{chat}").as_str()];
        assert!(*messages <= written + swallowed, "chat {chat}: {messages} messages of {written} letters");
        doubles += messages.saturating_sub(written);
    }
    let answered = |c: &&Record| c.effect.is_some() && c.outcome == Outcome::Done;
    let clean = calls.iter().filter(answered).filter(|c| !c.perhaps_unread).count();
    let unread = calls.iter().filter(answered).filter(|c| c.perhaps_unread).count();
    let sent = states.get("sent").copied().unwrap_or(0);
    assert!(
        (clean..=clean + unread).contains(&sent),
        "a clean answer is a letter sent, once: {clean} {sent}"
    );
    let swallowed: usize = chats.values().map(|(_, swallowed)| swallowed).sum();
    let spoilt = calls.iter().filter(|c| c.outcome != Outcome::Done).count();
    rig.assert_lawful();
    println!(
        "{count} updates in {took:.1?}: letters {states:?}; {} calls, {spoilt} went wrong, {swallowed} answers swallowed, \
         at least {doubles} messages seen twice",
        calls.len()
    );
    assert!(spoilt > count / 10, "the faults struck");
}
