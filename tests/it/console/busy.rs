//! The console and the residents while the one writer of the database is busy with something else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use digidel::model::chat::{Address, Platform};
use digidel::model::retention::Retention;
use digidel::model::staff_account::AccountRole;
use digidel::model::time::later;
use digidel::settings::Http;
use digidel::store::Store;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::support::browser::{Browser, signed_in, site};
use crate::support::house::House;

/// Long enough for any machine, and shorter than a statement waits for a lock.
const AT_ONCE: Duration = Duration::from_secs(5);

/// A house on a file, as several connections to it are needed.
async fn on_disk() -> (tempfile::TempDir, PathBuf, House) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("digidel.db");
    let house = House::on(Store::open(&path).await.expect("a database"));
    (folder, path, house)
}

async fn beside(path: &Path) -> sqlx::SqlitePool {
    let options = SqliteConnectOptions::new().filename(path);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the file opens")
}

async fn first_request(site: &Router, house: &House) -> (Browser, String) {
    let mut anna = signed_in(house, site, "anna", AccountRole::Staff, &[]).await;
    let list = anna.get("/staff?view=all").await;
    let id = list.body.split("/staff/requests/").nth(1).and_then(|r| r.split('"').next()).expect("a request");
    (anna, format!("/staff/requests/{id}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_read_before_does_not_wait_for_the_writer() {
    let (_folder, _path, mut house) = on_disk().await;
    house.does(&Address::new(Platform::Telegram, 1), Some("sv"), "bankid funkar inte").await;
    let site = site(&house, &Http::default());
    let (mut anna, request) = first_request(&site, &house).await;
    assert_eq!(anna.get(&request).await.status, StatusCode::OK);
    let busy = house.store.begin().await.expect("the writer");
    let again = tokio::time::timeout(AT_ONCE, anna.get(&request)).await.expect("at once");
    assert_eq!(again.status, StatusCode::OK);
    // The first look of a colleague is a line in the audit: without it there is no page.
    drop(busy);
    let mut omar = signed_in(&house, &site, "omar", AccountRole::Staff, &[]).await;
    assert_eq!(omar.get(&request).await.status, StatusCode::OK);
    let history = omar.get(&request).await;
    assert_eq!(history.body.matches("<bdi>omar</bdi>: läste").count(), 1, "{}", history.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn deletion_leaves_the_writer_to_others_again_and_again() {
    let (_folder, path, house) = on_disk().await;
    let old = later(house.now(), -400 * 86_400).as_millisecond();
    sqlx::query(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
         INSERT INTO inbox (key, address, role, kind, text, at)
         SELECT 'old:' || i, 'telegram:1', 'resident', 'text', 'ett gammalt ord', ? FROM n",
    )
    .bind(old)
    .execute(&beside(&path).await)
    .await
    .expect("rows");
    let (store, now) = (house.store.clone(), house.now());
    let sweeping = tokio::spawn(async move { store.sweep(&Retention::default(), now).await });
    let mut turns = 0;
    while !sweeping.is_finished() {
        house
            .store
            .audit_once("anna", "read", &format!("request {turns}"), house.now(), 600)
            .await
            .expect("ok");
        turns += 1;
    }
    assert_eq!(sweeping.await.expect("no panic").expect("a sweep"), 8_000, "words, and then the keys");
    assert!(turns > 10, "only {turns} others had their turn");
}

/// A backup reads for minutes, and the log cannot be emptied meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_long_reader_after_something_was_deleted() {
    let (folder, path, mut house) = on_disk().await;
    let rut = Address::new(Platform::Telegram, 1);
    house.does(&rut, Some("sv"), "min hemlighet är papegojan Zebulon").await;
    let reader = beside(&path).await;
    let mut reading = reader.begin().await.expect("a transaction");
    let seen: i64 =
        sqlx::query_scalar("SELECT count(*) FROM inbox").fetch_one(&mut *reading).await.expect("it");
    assert_eq!(seen, 1);
    let turns = async {
        for line in ["/forget", "[Ja, radera allt]", "hej", "tack", "hej igen"] {
            house.does(&rut, Some("sv"), line).await;
        }
    };
    tokio::time::timeout(AT_ONCE, turns).await.expect("nobody waits for the reader");
    drop(reading);
    reader.close().await;
    // The next turn makes up for it, behind the back of whoever it answers.
    house.does(&rut, Some("sv"), "hej").await;
    let log = folder.path().join("digidel.db-wal");
    let holds =
        |file: &Path| std::fs::read(file).unwrap_or_default().windows(7).any(|word| word == b"Zebulon");
    let gone = async {
        while holds(&path) || holds(&log) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(AT_ONCE, gone).await.expect("what is forgotten is gone");
}
