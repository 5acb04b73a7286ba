//! Durable turns beside what the disk can do: bare commits of one small row, with the same settings. They
//! take turns, as a disk is not equally quick from one second to the next.

use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection};

use crate::house::{BATCH, House};
use crate::residents::load;
use crate::support;

const ROUNDS: usize = 15;
const COMMITS: usize = 200;
const TOGETHER: usize = 20 * BATCH;
const QUESTION: &str = "bankid fungerar inte";

async fn bare(database: &mut SqliteConnection, round: usize) -> Vec<Duration> {
    let row = "x".repeat(300);
    let mut took = Vec::with_capacity(COMMITS);
    for n in 0..COMMITS {
        let begun = Instant::now();
        sqlx::query("INSERT INTO bare (key, row) VALUES (?, ?)")
            .bind(format!("{round}:{n}"))
            .bind(&row)
            .execute(&mut *database)
            .await
            .expect("a commit");
        took.push(begun.elapsed());
    }
    took
}

pub async fn run() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("bare.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut database = SqliteConnection::connect_with(&options).await.expect("a database");
    let table =
        "CREATE TABLE bare (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, row TEXT NOT NULL) STRICT";
    sqlx::query(table).execute(&mut database).await.expect("a table");
    let mut house = House::open(&folder.path().join("turns.db"), support::monday()).await;
    let people: Vec<u64> = (0..500).collect();
    house.together(&people, "hej").await;
    let (mut commits, mut turns, mut batches) = (Vec::new(), Vec::new(), Vec::new());
    let (mut alone, mut bare_alone) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let per_second =
            |count: usize, took: Duration| f64::from(u32::try_from(count).expect("few")) / took.as_secs_f64();
        let some: Vec<u64> = (0..COMMITS).map(|n| people[(round * 37 + n) % people.len()]).collect();
        let took = house.one_by_one(&some, QUESTION).await;
        turns.push(per_second(COMMITS, took.iter().sum()));
        alone.extend(took);
        let took = bare(&mut database, round).await;
        commits.push(per_second(COMMITS, took.iter().sum()));
        bare_alone.extend(took);
        let many: Vec<u64> = (0..TOGETHER).map(|n| people[(round * 91 + n) % people.len()]).collect();
        let each = house.together(&many, QUESTION).await;
        batches.push(1.0 / each.as_secs_f64());
        house.deliver().await;
    }
    let ratios: Vec<f64> = turns.iter().zip(&commits).map(|(turn, commit)| turn / commit).collect();
    println!("bare commits            {:7.0}/s", middle(&commits));
    println!("  each: {}", spread(bare_alone));
    println!(
        "durable turns, alone    {:7.0}/s, {:.0} % of the bare commits",
        middle(&turns),
        middle(&ratios) * 100.0
    );
    println!("  from the event to its commit: {}", spread(alone));
    println!("durable turns, by {BATCH}    {:7.0}/s", middle(&batches));
    println!("medians of {ROUNDS} rounds; load {}", load());
}

/// What half of them, 99 and 99.5 in a hundred stay under, and the longest.
fn spread(mut took: Vec<Duration>) -> String {
    took.sort_unstable();
    let at = |thousandths: usize| took[took.len() * thousandths / 1000];
    format!("p50 {:.2?}, p99 {:.2?}, p99.5 {:.2?}, longest {:.2?}", at(500), at(990), at(995), at(999))
}

fn middle(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
