//! Every step of every statement of a turn fails once: the database holds the whole turn or nothing of
//! it, and the same event is handled once when it comes again.
//!
//! `fail_when` interrupts the writer within SQLite. An interrupted change ends the whole transaction by
//! itself, as a full disk does: the hardest of its errors.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use digidel::adapters::terminal;
use digidel::app::Handled;
use digidel::model::chat::{Address, Platform};
use digidel::store::Store;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::support::house::{House, booking};

/// A count of everything that a turn can change.
async fn state(db: &mut SqliteConnection) -> Vec<String> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%\\_words%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY name")
            .fetch_all(&mut *db)
            .await
            .expect("the tables");
    let mut state = Vec::new();
    for table in tables {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
            .bind(&table)
            .fetch_all(&mut *db)
            .await
            .expect("the columns");
        let row =
            columns.iter().map(|column| format!("quote(\"{column}\")")).collect::<Vec<_>>().join("||','||");
        let rows: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT {row} FROM \"{table}\" ORDER BY 1")))
                .fetch_all(&mut *db)
                .await
                .expect("the rows");
        state.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
    }
    state
}

/// Lets the writer fail at one step from now on: 0 never.
struct Fuse {
    at: Arc<AtomicU64>,
    steps: Arc<AtomicU64>,
}

impl Fuse {
    async fn under(store: &Store) -> Self {
        let fuse = Self { at: Arc::default(), steps: Arc::default() };
        fuse.lay(store).await;
        fuse
    }

    /// A connection that was given up took its fuse with it.
    async fn lay(&self, store: &Store) {
        let (at, steps) = (Arc::clone(&self.at), Arc::clone(&self.steps));
        store
            .fail_when(move || {
                let step = steps.fetch_add(1, Ordering::SeqCst) + 1;
                step == at.load(Ordering::SeqCst)
            })
            .await
            .expect("a fuse");
    }

    fn set(&self, at: u64) {
        self.steps.store(0, Ordering::SeqCst);
        self.at.store(at, Ordering::SeqCst);
    }
}

/// One line of a conversation, with a failure at each step.
async fn every_step(house: &mut House, fuse: &Fuse, database: &Path, line: &str) -> (u64, u64) {
    let rut = Address::new(Platform::Telegram, "rut");
    let mut db = SqliteConnectOptions::new().filename(database).connect().await.expect("it opens");
    let input = terminal::read(line, &house.hall.screen(&rut).choices());
    let incoming = house.incoming(&rut, Some("sv"), input);
    let before = state(&mut db).await;
    let (mut step, mut failures) = (0, 0);
    let mut stride = 1;
    loop {
        step += stride;
        fuse.lay(&house.store).await;
        fuse.set(step);
        let handled = house.app.handle(incoming.clone()).await;
        let reached = fuse.steps.load(Ordering::SeqCst) >= step;
        fuse.set(0);
        match handled {
            Err(error) => {
                assert!(reached, "\"{line}\" failed by itself before step {step}: {error}");
                failures += 1;
                if state(&mut db).await != before {
                    // The commit itself was cut short when it was done: whoever tries again is told so.
                    let again = house.app.handle(incoming.clone()).await.expect("a turn");
                    assert_eq!(again, Handled::Repeated, "\"{line}\" left something behind at step {step}");
                    break;
                }
            }
            Ok(Handled::Done) if !reached => break,
            // The failure struck when the commit was done already: it is repeated, and known.
            Ok(handled) => {
                assert_eq!(handled, Handled::Repeated, "\"{line}\" at step {step}");
                break;
            }
        }
        // The first steps one by one, then fewer: a long scan has thousands that are all alike.
        stride = 1 + step / super::setting("DIGIDEL_STEPS", 40);
    }
    let after = state(&mut db).await;
    assert!(after.len() > before.len(), "\"{line}\" was handled");
    assert_eq!(house.app.handle(incoming).await.expect("a turn"), Handled::Repeated);
    assert_eq!(state(&mut db).await, after, "\"{line}\" was handled once");
    db.close().await.expect("closed");
    house.deliver().await;
    (step, failures)
}

#[allow(clippy::disallowed_macros, reason = "the figures are what the run is for")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_of_a_turn_may_fail() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("digidel.db");
    let mut house = House::on(Store::open(&database).await.expect("a database"));
    let fuse = Fuse::under(&house.store).await;
    let (mut steps, mut failures) = (0, 0);
    let before = ["hej", "bankid fungerar inte"];
    let after = ["/person", "min skrivare startar inte", "[Ja, skicka frågan]", "/forget"];
    let day: Vec<&str> = before.into_iter().chain(booking("Rut")).chain(after).collect();
    for line in &day {
        let (reached, failed) = every_step(&mut house, &fuse, &database, line).await;
        assert!(failed > 3, "\"{line}\" failed {failed} times");
        steps += reached;
        failures += failed;
    }
    println!("{} turns, {steps} steps of SQLite, {failures} failures: all whole or nothing", day.len());
}
