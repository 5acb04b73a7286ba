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

async fn bare(database: &mut SqliteConnection, round: usize) -> Duration {
    let row = "x".repeat(300);
    let begun = Instant::now();
    for n in 0..COMMITS {
        sqlx::query("INSERT INTO bare (key, row) VALUES (?, ?)")
            .bind(format!("{round}:{n}"))
            .bind(&row)
            .execute(&mut *database)
            .await
            .expect("a commit");
    }
    begun.elapsed()
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
    for round in 0..ROUNDS {
        let per_second =
            |count: usize, took: Duration| f64::from(u32::try_from(count).expect("few")) / took.as_secs_f64();
        let some: Vec<u64> = (0..COMMITS).map(|n| people[(round * 37 + n) % people.len()]).collect();
        let begun = Instant::now();
        house.one_by_one(&some, QUESTION).await;
        turns.push(per_second(COMMITS, begun.elapsed()));
        commits.push(per_second(COMMITS, bare(&mut database, round).await));
        let many: Vec<u64> = (0..TOGETHER).map(|n| people[(round * 91 + n) % people.len()]).collect();
        let each = house.together(&many, QUESTION).await;
        batches.push(1.0 / each.as_secs_f64());
        house.deliver().await;
    }
    let ratios: Vec<f64> = turns.iter().zip(&commits).map(|(turn, commit)| turn / commit).collect();
    println!("bare commits            {:7.0}/s", middle(&commits));
    println!(
        "durable turns, alone    {:7.0}/s, {:.0} % of the bare commits",
        middle(&turns),
        middle(&ratios) * 100.0
    );
    println!("durable turns, by {BATCH}    {:7.0}/s", middle(&batches));
    println!("medians of {ROUNDS} rounds; load {}", load());
}

fn middle(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
