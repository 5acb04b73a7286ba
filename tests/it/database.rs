//! The database: nothing half done, nothing twice, nothing overwritten by an older program.

use std::path::Path;

use digidel::app::Handled;
use digidel::model::chat::{Address, Platform};
use digidel::store::{Store, StoreError};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::support::house::{House, booking};

fn rut() -> Address {
    Address::new(Platform::Telegram, "rut")
}

async fn raw(path: &Path) -> sqlx::SqlitePool {
    let options = SqliteConnectOptions::new().filename(path);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the file opens")
}

#[tokio::test]
async fn a_repeated_event_changes_nothing() {
    let mut house = House::open().await;
    let rut = rut();
    let incoming = house.incoming(&rut, None, digidel::model::event::Input::Text("hej".into()));
    assert_eq!(house.app.handle(incoming.clone()).await.expect("a turn"), Handled::Done);
    assert_eq!(house.app.handle(incoming).await.expect("a turn"), Handled::Repeated);
    house.deliver().await;
    assert_eq!(house.read().len(), 1);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_untouched() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("digidel.db");
    Store::open(&path).await.expect("a new database").close().await;
    let pool = raw(&path).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (99999999, 'from the future', 1, x'00', 0)",
    )
    .execute(&pool)
    .await
    .expect("a row");
    pool.close().await;
    let before = std::fs::read(&path).expect("the file");
    let error = Store::open(&path).await.expect_err("refused");
    assert!(matches!(error, StoreError::Newer { version: 99_999_999, .. }), "{error}");
    assert!(error.to_string().contains("newer version"), "{error}");
    assert_eq!(std::fs::read(&path).expect("the file"), before);
}

#[tokio::test]
async fn the_audit_is_only_ever_added_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("digidel.db");
    let store = Store::open(&path).await.expect("a new database");
    let mut house = House::on(store);
    let rut = rut();
    for line in booking("Rut") {
        house.does(&rut, Some("sv"), line).await;
    }
    let pool = raw(&path).await;
    let deeds: Vec<String> =
        sqlx::query_scalar("SELECT deed FROM audit ORDER BY id").fetch_all(&pool).await.expect("rows");
    assert_eq!(deeds, ["held", "held", "held", "booked"]);
    assert!(sqlx::query("DELETE FROM audit").execute(&pool).await.is_err());
    assert!(sqlx::query("UPDATE audit SET actor = 'nobody'").execute(&pool).await.is_err());
}

#[tokio::test]
async fn nothing_is_lost_behind_a_character_that_ends_a_text() {
    let mut house = House::open().await;
    let rut = rut();
    house.does(&rut, Some("sv"), "min skrivare\0 skriver inte").await;
    let talk = house.app.conversation(&rut, 10).await.expect("the database answers");
    assert!(format!("{talk:?}").contains("skriver inte"), "{talk:?}");
}

#[tokio::test]
async fn what_is_forgotten_is_in_no_byte_of_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("digidel.db");
    let mut house = House::on(Store::open(&path).await.expect("a new database"));
    let rut = rut();
    for line in ["min hemlighet är papegojan Zebulon", "/forget", "[Ja, radera allt]"] {
        house.does(&rut, Some("sv"), line).await;
    }
    let said = house.read();
    assert!(said.len() >= 3, "{said:?}");
    house.store.close().await;
    for file in std::fs::read_dir(folder.path()).expect("a folder") {
        let bytes = std::fs::read(file.expect("an entry").path()).expect("a file");
        assert!(!bytes.windows(7).any(|w| w == b"Zebulon"));
    }
}
