//! Killed at any point: nothing is lost, nothing happens twice, and everything comes to rest.
//!
//! `DIGIDEL_KILLS=1000 cargo test --test it chaos::kills -- --nocapture` is the nightly run;
//! `DIGIDEL_SEED` plays the same people and moments again.

use std::time::{Duration, Instant};

use digidel::model::id::Fresh;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::task::JoinSet;

use super::bot::{Scene, Shim};
use super::checker;
use super::desk::{Desk, Tried, cases};
use super::evidence::{Evidence, Journal};
use super::people::{GoingOn, book, wander};
use super::power::Disk;
use super::setting;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// By SIGKILL: what it wrote is there.
    Killed,
    /// With the power: what was not synchronised may be gone.
    Unplugged,
}

/// Everybody who takes part.
fn people(
    scene: &Scene,
    desk: &Desk,
    journal: &Journal,
    going_on: &GoingOn,
    seed: u64,
) -> JoinSet<Tried<()>> {
    let mut people = JoinSet::new();
    let mut seeds = Fresh::new(seed);
    for id in [101, 102, 103] {
        let (user, desk, journal) = (scene.telegram.user(id), desk.clone(), journal.clone());
        people.spawn(cases(user, desk, journal, seeds.bits(), going_on.clone()));
    }
    for id in [201, 202] {
        let (user, seed, going_on) = (scene.telegram.user(id), seeds.bits(), going_on.clone());
        people.spawn(async move { Ok(book(user, seed, going_on).await?) });
    }
    for id in [301, 302] {
        let (user, seed, going_on) = (scene.telegram.user(id), seeds.bits(), going_on.clone());
        people.spawn(async move { Ok(wander(user, seed, going_on).await?) });
    }
    people
}

/// Lets people live with a bot that is killed again and again; then everything must be in order.
#[allow(clippy::disallowed_macros, reason = "the figures are what the run is for")]
async fn ordeal(kills: u64, end: End, seed: u64) {
    println!("{kills} times {end:?}, DIGIDEL_SEED={seed}");
    let began = Instant::now();
    let mut scene = Scene::open().await;
    let mut fresh = Fresh::new(seed);
    let shim = (end == End::Unplugged).then(Shim::build);
    let mut disk = Disk::default();
    let mut bot = scene.start(shim.as_ref());
    scene.ready(&mut bot).await;
    let table = Desk::set_up(&scene).await.expect("a desk");
    let (journal, going_on) = (Journal::default(), GoingOn::default());
    let mut people = people(&scene, &table, &journal, &going_on, fresh.bits());
    let mut at_start = 0;
    for kill in 0..kills {
        // Every fourth time it does not even get ready.
        if fresh.bits().is_multiple_of(4) {
            at_start += 1;
        } else {
            scene.ready(&mut bot).await;
        }
        tokio::time::sleep(Duration::from_millis(fresh.bits() % 500)).await;
        scene.kill(bot);
        if let Some(shim) = &shim {
            disk.play(&shim.record());
            disk.lose_power(&mut fresh);
            // A program that was killed before its first line has none.
            let removed = std::fs::remove_file(shim.record());
            assert!(removed.is_ok() || !shim.record().exists(), "{removed:?}");
            disk.write_back(&scene.data());
        }
        assert!(
            kill % 50 != 49 || scene.telegram.violations().is_empty(),
            "{:?}",
            scene.telegram.violations()
        );
        // Whoever waited in vain is looked at while everything is as it was.
        while let Some(done) = people.try_join_next() {
            went_on(done.expect("no panic"), &mut scene, seed).await;
        }
        bot = scene.start(shim.as_ref());
    }
    scene.ready(&mut bot).await;
    going_on.end();
    while let Some(done) = people.join_next().await {
        went_on(done.expect("no panic"), &mut scene, seed).await;
    }
    at_rest(&scene).await;
    scene.kill(bot);
    let evidence = Evidence::gather(&scene, &journal);
    let wrong = checker::check(&scene.database(), &evidence, now()).await;
    let (updates, texts) = (evidence.confirmed.len(), evidence.relayed.len());
    println!(
        "{kills} times {end:?} ({at_start} while starting) in {:.1?}: {updates} updates, {texts} texts carried on, {}",
        began.elapsed(),
        figures(&scene).await
    );
    assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}\n{}", scene.last_words());
    assert!(updates > 20 && texts > 2, "people did something: {updates} updates, {texts} texts");
}

/// Nobody waited in vain, but for whoever was sent a new message that got no answer twice: Telegram's letters
/// are tried no more often (see "What is not proven" in docs/reliability.md). They go away. Else the database
/// and every call stay for whoever looks for the reason.
#[allow(clippy::disallowed_macros, reason = "the figures are what the run is for")]
async fn went_on(done: Tried<()>, scene: &mut Scene, seed: u64) {
    let Err(error) = done else { return };
    let said = error.to_string();
    if cut_off_twice(scene, &said).await {
        println!("given up after two tries without an answer: {}", said.lines().next().unwrap_or_default());
        return;
    }
    scene.folder.disable_cleanup(true);
    let calls: Vec<String> = scene.telegram.requests().iter().map(ToString::to_string).collect();
    std::fs::write(scene.folder.path().join("calls.txt"), calls.join("\n")).expect("written");
    let kept = scene.folder.path().display();
    panic!("seed {seed}: {error}\n{}\nlook into {kept}", scene.last_words());
}

/// Whether the last letter to the chat that an error tells of was left at two tries without an answer.
async fn cut_off_twice(scene: &Scene, error: &str) -> bool {
    let chat = error.split_once("chat ").and_then(|(_, rest)| rest.split_once(':')).map(|(chat, _)| chat);
    let options = SqliteConnectOptions::new().filename(scene.database()).read_only(true);
    let mut db = options.connect().await.expect("the database opens");
    let last: Option<(String, i64)> = sqlx::query_as(
        "SELECT state, unanswered FROM letters WHERE recipient = 'telegram:' || ? AND state <> 'pending'
         ORDER BY id DESC LIMIT 1",
    )
    .bind(chat)
    .fetch_optional(&mut db)
    .await
    .expect("a row");
    db.close().await.expect("closed");
    last.is_some_and(|(state, unanswered)| state == "unknown" && unanswered > 0)
}

#[allow(clippy::disallowed_methods, reason = "the real program runs by the real clock")]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Waits until nothing waits that could go out now.
pub async fn at_rest(scene: &Scene) {
    let options = SqliteConnectOptions::new().filename(scene.database()).read_only(true);
    let mut db = options.connect().await.expect("the database opens");
    scene
        .until("everything is at rest", async || {
            let open: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM letters WHERE state IN ('sending', 'retry') OR state = 'pending' AND due_at <= ?",
            )
            .bind(now())
            .fetch_one(&mut db)
            .await
            .expect("a count");
            open == 0 && scene.telegram.pending().is_empty()
        })
        .await;
    db.close().await.expect("closed");
}

/// How many of what, for the report.
async fn figures(scene: &Scene) -> String {
    let options = SqliteConnectOptions::new().filename(scene.database());
    let mut db = options.connect().await.expect("the database opens");
    let states: Vec<(String, i64)> = sqlx::query_as(
        "SELECT 'letters ' || state, count(*) FROM letters GROUP BY 1
         UNION ALL SELECT 'visits ' || status, count(*) FROM visits GROUP BY 1
         UNION ALL SELECT 'letters tried again without an answer', count(*) FROM letters WHERE unanswered > 0",
    )
    .fetch_all(&mut db)
    .await
    .expect("rows");
    let states: Vec<String> = states.iter().map(|(what, count)| format!("{what} {count}")).collect();
    states.join(", ")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_process_is_killed() {
    ordeal(setting("DIGIDEL_KILLS", 50), End::Killed, setting("DIGIDEL_SEED", 1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_power_goes() {
    ordeal(setting("DIGIDEL_CUTS", 8), End::Unplugged, setting("DIGIDEL_SEED", 2)).await;
}
