//! Letters that are all due at once: after an outage, to everybody or to one and the same chat.

use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::fill::{PENDING, run as execute};
use crate::house::{House, LETTERS, resident};
use crate::residents::load;
use crate::support;

pub async fn run() {
    println!("| letters due | to | first claim | whole, a letter |");
    println!("| ---: | --- | ---: | ---: |");
    for (letters, recipients) in [(PENDING, PENDING), (PENDING, 1_000), (10_000, 1), (PENDING, 1)] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("backlog.db");
        let now = support::monday();
        let house = House::open(&file, now).await;
        let options = SqliteConnectOptions::new().filename(&file);
        let pool =
            SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("a database");
        let millis = now.as_millisecond();
        execute(
            &pool,
            &format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {letters})
                 INSERT INTO letters (recipient, content, placement, state, due_at, created_at)
                 SELECT '{}' || (i % {recipients}), '{{\"retract\":\"1\"}}', 'below', 'pending', {millis} - {letters} + i,
                   {millis} FROM n",
                resident(0)
            ),
        )
        .await;
        let begun = Instant::now();
        let first = house.store.settle(&[], now, LETTERS).await.expect("a database");
        let took = begun.elapsed();
        // What is under way stays so: the next claim has to look past it.
        let (mut rounds, begun) = (0_u32, Instant::now());
        while rounds < 20 && begun.elapsed() < Duration::from_secs(10) {
            house.store.settle(&[], now, LETTERS).await.expect("a database");
            rounds += 1;
        }
        println!(
            "| {letters} | {recipients} | {took:.1?} for {} | {:.1?} a claim |",
            first.parcels.len(),
            begun.elapsed() / rounds
        );
        house.store.close().await;
    }
    println!("load {}", load());
}
