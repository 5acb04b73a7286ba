//! The power goes at every moment of one recorded life: the database opens whole, and what Telegram was
//! told to forget is in it.
//!
//! One run of the real program is recorded; then the files are rebuilt as a power cut would have left
//! them after any entry of the record. `DIGIDEL_CUT_EVERY=1` tries them all.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use digidel::model::id::Fresh;
use regex::bytes::Regex;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::bot::{Scene, Shim};
use super::power::{Disk, Entry, read};
use super::setting;

/// The offset of a poll: everything below it may be forgotten.
fn confirmed(sent: &[u8]) -> Option<i64> {
    static OFFSET: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""offset":(\d+)"#).expect("a pattern"));
    let found = OFFSET.captures(sent).filter(|_| sent.windows(15).any(|w| w == b"allowed_updates"))?;
    std::str::from_utf8(found.get(1)?.as_bytes()).ok()?.parse().ok()
}

/// The updates that a database knows; an error if it is not whole.
async fn known(database: &Path) -> Result<BTreeSet<i64>, String> {
    if !database.exists() {
        return Ok(BTreeSet::new());
    }
    let mut db = SqliteConnectOptions::new().filename(database).connect().await.map_err(|e| e.to_string())?;
    let whole: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut db).await.map_err(|e| e.to_string())?;
    if whole != "ok" {
        return Err(whole);
    }
    let inbox: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'inbox'")
        .fetch_one(&mut db)
        .await
        .map_err(|e| e.to_string())?;
    let mut known = BTreeSet::new();
    if inbox > 0 {
        let keys: Vec<String> = sqlx::query_scalar("SELECT key FROM inbox")
            .fetch_all(&mut db)
            .await
            .map_err(|e| e.to_string())?;
        known.extend(keys.iter().filter_map(|key| key.strip_prefix("telegram:update:")?.parse::<i64>().ok()));
    }
    db.close().await.map_err(|e| e.to_string())?;
    Ok(known)
}

/// A life with enough commits that the log is written back into the database in between.
async fn life() -> Vec<Entry> {
    let (scene, shim) = (Scene::open().await, Shim::build());
    let mut bot = scene.start(Some(&shim));
    scene.ready(&mut bot).await;
    let people: Vec<_> = (1..=8).map(|id| scene.telegram.user(id)).collect();
    for round in 0..setting("DIGIDEL_ROUNDS", 12) {
        for person in &people {
            person.say(
                ["bankid fungerar inte", "/help", "boka Motala", "591 32"]
                    [usize::try_from(round % 4).expect("small")],
            );
        }
        scene.telegram.all_confirmed().await.expect("handled");
    }
    scene.kill(bot);
    read(&std::fs::read(shim.record()).expect("a record"))
}

#[allow(clippy::disallowed_macros, reason = "the figures are what the run is for")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_power_may_go_at_any_moment() {
    let entries = life().await;
    let every = setting("DIGIDEL_CUT_EVERY", 1 + entries.len() as u64 / 150);
    let mut fresh = Fresh::new(setting("DIGIDEL_SEED", 3));
    let folder = tempfile::tempdir().expect("a folder");
    let (mut disk, mut forgotten, mut made) = (Disk::default(), i64::MIN, BTreeSet::new());
    let (mut cuts, mut most) = (0, 0);
    for (n, entry) in entries.iter().enumerate() {
        disk.take(entry);
        if let Entry::Sent(bytes) = entry
            && let Some(offset) = confirmed(bytes)
        {
            // Numbers grow by one in this life.
            made.extend(
                (made.last().copied().unwrap_or(offset - 1)..offset).filter(|update| *update > forgotten),
            );
            forgotten = offset;
        }
        if !(n as u64).is_multiple_of(every) {
            continue;
        }
        let mut left = disk.clone();
        left.lose_power(&mut fresh);
        left.write_back(folder.path());
        let known = known(&folder.path().join("digidel.db")).await;
        let known = known.unwrap_or_else(|wrong| panic!("after entry {n} of {}: {wrong}", entries.len()));
        let lost: Vec<_> =
            made.iter().filter(|update| **update < forgotten && !known.contains(update)).collect();
        assert!(lost.is_empty(), "after entry {n} of {}: {lost:?} are lost", entries.len());
        (cuts, most) = (cuts + 1, most.max(known.len()));
    }
    println!(
        "{cuts} cuts in {} entries: whole each time, {} confirmed updates never lost",
        entries.len(),
        made.len()
    );
    assert!(
        cuts > 50 && most > 10 && made.len() > 10,
        "{cuts} cuts, {most} updates, {} confirmed",
        made.len()
    );
}

/// The same without synchronisation: that the test can fail.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_only_pretends_to_synchronise_is_found_out() {
    let entries = life().await;
    let mut disk = Disk::default();
    let mut forgotten = None;
    for entry in entries.iter().filter(|entry| !matches!(entry, Entry::SyncEnds { .. })) {
        disk.take(entry);
        if let Entry::Sent(bytes) = entry {
            forgotten = confirmed(bytes).or(forgotten);
        }
    }
    let mut fresh = Fresh::new(1);
    let folder = tempfile::tempdir().expect("a folder");
    let mut found = false;
    for _ in 0..10 {
        let mut left = disk.clone();
        left.lose_power(&mut fresh);
        left.write_back(folder.path());
        let last = forgotten.expect("something was confirmed") - 1;
        found |= known(&folder.path().join("digidel.db")).await.map_or(true, |known| !known.contains(&last));
    }
    assert!(found, "ten power cuts lost nothing although nothing was synchronised");
}
