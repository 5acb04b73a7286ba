//! Much that waits: it is polled in overlapping pieces, handled in its order, and confirmed only when it is
//! on disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use digidel::model::chat::{Address, Platform};
use digidel::store::Store;
use digidel::store::history::Said;

use super::rig::{Mode, Rig};
use crate::support::telegram::{Record, Server};

const PEOPLE: i64 = 12;
const EACH: i64 = 20;

/// Everybody writes before the bot is there: 240 updates, more than two polls bring.
fn all_write(server: &Server) {
    for round in 1..=EACH {
        for who in 1..=PEOPLE {
            server.user(who).say(&format!("zork {round}"));
        }
    }
}

/// What a resident wrote, and its number.
fn came(said: Said) -> Option<(i64, String)> {
    match said {
        Said::In { id, text, .. } => Some((id, text?)),
        Said::Out { .. } => None,
    }
}

/// What a poll confirms, if anything.
fn confirms(poll: &Record) -> Option<i64> {
    poll.params.get("offset")?.as_i64()
}

#[tokio::test]
async fn a_backlog_is_answered_in_its_order_and_each_message_once() {
    let server = Server::start().await;
    all_write(&server);
    let rig = Rig::start_on(server, Store::in_memory().await.expect("a database"), Mode::Polling).await;
    rig.until("everything is confirmed", async |rig| rig.server.pending().is_empty()).await;
    rig.settled().await;
    for who in 1..=PEOPLE {
        let address = Address::new(Platform::Telegram, who.to_string());
        let said = rig.app.conversation(&address, 500).await.expect("the database answers");
        let mut came: Vec<(i64, String)> = said.into_iter().filter_map(came).collect();
        // In the order in which the writer had them.
        came.sort_unstable();
        let wrote = (1..=EACH).map(|round| format!("zork {round}"));
        assert!(came.iter().map(|(_, text)| text.as_str()).eq(wrote), "{address}: {came:?}");
    }
    let polls = rig.server.requests_of("getUpdates");
    let at_once = polls.iter().filter(|poll| poll.params.get("timeout").is_some_and(|t| t == 0)).count();
    assert!(at_once > 0, "it looked for more while the last were being saved");
    let offsets: Vec<i64> = polls.iter().filter_map(confirms).collect();
    assert!(offsets.is_sorted(), "{offsets:?}");
    rig.assert_lawful();
}

#[tokio::test]
async fn what_cannot_be_saved_is_not_confirmed() {
    let server = Server::start().await;
    all_write(&server);
    let first = server.pending().first().and_then(|update| update["update_id"].as_i64()).expect("updates");
    let store = Store::in_memory().await.expect("a database");
    let broken = Arc::new(AtomicBool::new(false));
    let fails = Arc::clone(&broken);
    store.fail_when(move || fails.load(Ordering::SeqCst)).await.expect("a fuse");
    server.outage(true);
    let rig = Rig::start_on(server, store, Mode::Polling).await;
    broken.store(true, Ordering::SeqCst);
    rig.server.outage(false);
    // Half of a poll is handed over at once; the other half is not tried when that fails.
    rig.until("it has tried twice", async |rig| rig.telegram.health().updates >= 100).await;
    let all = usize::try_from(PEOPLE * EACH).expect("few");
    assert_eq!(rig.server.pending().len(), all);
    let polls = rig.server.requests_of("getUpdates");
    assert!(polls.iter().filter_map(confirms).all(|offset| offset <= first), "{polls:?}");
    broken.store(false, Ordering::SeqCst);
    rig.until("everything is confirmed", async |rig| rig.server.pending().is_empty()).await;
}
