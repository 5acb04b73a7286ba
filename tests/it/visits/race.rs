//! Many residents want one seat, through several processes on one database file.
//!
//! The processes are this very test binary, started again for the test [`racer`].

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use digidel::app::{App, Handled};
use digidel::model::action::Action;
use digidel::model::chat::{Address, Chat, Hints, Platform, Role};
use digidel::model::event::{Incoming, Input};
use digidel::model::id::Fresh;
use digidel::model::message::Content;
use digidel::model::visit::VisitStatus;
use digidel::store::Store;
use sqlx::sqlite::SqlitePoolOptions;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::support::house::{MONDAY, facts, instant};

const PROCESSES: usize = 4;
const RESIDENTS: usize = 250;
const SEAT: &str = "2027-03-03 10:30";

fn tap(who: &Address, action: Action) -> Incoming {
    Incoming {
        key: format!("race:{who}:{action}"),
        chat: Chat::private(who.clone()),
        role: Role::Resident,
        input: Input::Tap(action),
        hints: Hints::default(),
        reply: None,
        message: None,
    }
}

/// One resident: wants the seat, and confirms if it is held.
async fn run(app: App, store: Store, who: Address) {
    let centre = "motala".parse().expect("a centre");
    let handled = app.handle(tap(&who, Action::Slot(centre, instant(SEAT)))).await;
    assert_eq!(handled.expect("no error, and no locked database"), Handled::Done);
    let visits = store.visits_of(&who).await.expect("the database answers");
    if let Some(held) = visits.iter().find(|v| v.status == VisitStatus::Held) {
        app.handle(tap(&who, Action::Confirm(held.id))).await.expect("no error, and no locked database");
    }
}

/// Not a test of its own: what each process of the race does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the race"]
async fn racer() {
    let folder = std::env::var("RACE_FOLDER").expect("a folder");
    let name = std::env::var("RACE_NAME").expect("a name");
    let folder = Path::new(&folder);
    let store = Store::open(&folder.join("race.db")).await.expect("a database");
    let seeds = AtomicU64::new(u64::from(std::process::id()) << 32);
    let seed = Arc::new(move || Fresh::new(seeds.fetch_add(1, Ordering::SeqCst)).bits());
    let now = instant(MONDAY);
    let app = App::start(facts(), store.clone(), Arc::new(move || now), seed, Arc::new(Notify::new()));
    std::fs::write(folder.join(format!("ready-{name}")), "").expect("to write");
    while !folder.join("go").exists() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let mut residents = JoinSet::new();
    for n in 0..RESIDENTS {
        let who = Address::new(Platform::Terminal, format!("{name}-{n}"));
        residents.spawn(run(app.clone(), store.clone(), who));
    }
    while let Some(done) = residents.join_next().await {
        done.expect("every resident is answered");
    }
}

#[tokio::test]
async fn a_thousand_residents_race_for_one_seat() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("race.db");
    Store::open(&path).await.expect("a database").close().await;
    let program = std::env::current_exe().expect("this binary");
    let mut processes: Vec<_> = (0..PROCESSES)
        .map(|n| {
            Command::new(&program)
                .args(["--exact", "visits::race::racer", "--ignored"])
                .env("RACE_FOLDER", folder.path())
                .env("RACE_NAME", n.to_string())
                .stdout(Stdio::null())
                .spawn()
                .expect("a process")
        })
        .collect();
    let ready = |n: usize| folder.path().join(format!("ready-{n}")).exists();
    let waiting = Instant::now();
    while !(0..PROCESSES).all(ready) {
        assert!(waiting.elapsed() < Duration::from_mins(2), "a process did not start");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let begun = Instant::now();
    std::fs::write(folder.path().join("go"), "").expect("to write");
    for process in &mut processes {
        assert!(process.wait().expect("an end").success(), "a process failed");
    }
    println!("{} residents, {PROCESSES} processes, one seat: {:?}", PROCESSES * RESIDENTS, begun.elapsed());

    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool.connect(&format!("sqlite://{}", path.display())).await.expect("the database");
    let visits: Vec<(String, String)> =
        sqlx::query_as("SELECT status, resident FROM visits").fetch_all(&pool).await.expect("the visits");
    let [(status, winner)] = &visits[..] else { panic!("one visit, but {}", visits.len()) };
    assert_eq!(status, "booked");
    let letters: Vec<String> = sqlx::query_scalar("SELECT content FROM letters WHERE recipient <> ?")
        .bind(winner)
        .fetch_all(&pool)
        .await
        .expect("the letters");
    assert_eq!(letters.len(), PROCESSES * RESIDENTS - 1, "everybody is answered once");
    for letter in letters {
        let Content::Message(message) = serde_json::from_str(&letter).expect("a letter") else {
            panic!("{letter}")
        };
        assert!(message.text.plain().contains("Den tiden går inte att få längre."), "{letter}");
        let days = message.ask.choices().iter().filter(|c| matches!(c.action, Action::Day(..))).count();
        assert!(days >= 5, "the next days are offered");
    }
}
