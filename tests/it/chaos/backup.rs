//! Backups, and putting them back: the state is that of the backup, and nobody reads twice what was
//! sent since.

use std::path::Path;

use digidel::adapters::terminal;
use digidel::model::chat::{Address, Platform};
use digidel::model::time::later;
use digidel::store::backup::{back_up, back_up_into, verify};
use digidel::store::lock::Lock;
use digidel::store::restore::restore;
use digidel::store::{Store, StoreError};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::bot::Scene;
use crate::support::house::{House, MONDAY, booking, instant};

fn rut() -> Address {
    Address::new(Platform::Telegram, "rut")
}

async fn count(database: &Path, sql: &'static str) -> i64 {
    let mut db = SqliteConnectOptions::new().filename(database).connect().await.expect("it opens");
    let count = sqlx::query_scalar(sql).fetch_one(&mut db).await.expect("a count");
    db.close().await.expect("closed");
    count
}

async fn house(database: &Path) -> House {
    House::on(Store::open(database).await.expect("a database"))
}

/// Somebody says something, and the answer is written but not sent.
async fn unanswered(house: &mut House, line: &str) {
    let input = terminal::read(line, &house.hall.screen(&rut()).choices());
    let incoming = house.incoming(&rut(), Some("sv"), input);
    house.app.handle(incoming).await.expect("a turn");
}

#[tokio::test]
async fn after_a_restore_everything_is_as_in_the_backup_and_nothing_is_sent_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let (database, backup) = (folder.path().join("digidel.db"), folder.path().join("backup.db"));
    let mut house = house(&database).await;
    house.does(&rut(), Some("sv"), "hej").await;
    // The backup is made at the moment when an answer is written and not sent.
    unanswered(&mut house, "/privacy").await;
    back_up(&database, &backup).await.expect("a backup");
    house.deliver().await;
    house.does(&rut(), Some("sv"), "hej igen").await;
    assert_eq!(house.read().len(), 3);
    house.store.close().await;
    drop(house);

    let done = restore(&backup, &database, later(instant(MONDAY), 60)).await.expect("restored");
    assert!(done.old_was_readable);
    assert_eq!((done.not_sent_again, done.to_be_sent), (1, 0));
    let old = done.old.expect("the old database is kept");
    assert_eq!(count(&old, "SELECT count(*) FROM inbox").await, 3, "it is whole");
    assert_eq!(count(&database, "SELECT count(*) FROM inbox").await, 2, "the state is the backup's");
    assert_eq!(count(&database, "SELECT count(*) FROM audit WHERE deed = 'restored'").await, 1);
    let mut house = self::house(&database).await;
    house.deliver().await;
    assert!(house.read().is_empty(), "nobody reads anything twice");
    for _ in 0..3 {
        house.does(&rut(), Some("sv"), "hej").await;
    }
    // The first two have keys that are known already.
    assert_eq!(house.read().len(), 1, "and life goes on");
}

#[tokio::test]
async fn what_was_not_sent_is_sent_after_a_restore_and_reminders_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let (database, backup) = (folder.path().join("digidel.db"), folder.path().join("backup.db"));
    let mut house = house(&database).await;
    for line in booking("Rut") {
        house.does(&rut(), Some("sv"), line).await;
    }
    unanswered(&mut house, "/privacy").await;
    back_up(&database, &backup).await.expect("a backup");
    house.read();
    house.store.close().await;
    drop(house);
    let waiting = "SELECT count(*) FROM letters WHERE state = 'pending'";
    let before = count(&backup, waiting).await;
    let done = restore(&backup, &database, later(instant(MONDAY), 60)).await.expect("restored");
    assert_eq!(done.not_sent_again, 0);
    assert_eq!(count(&database, waiting).await, before, "reminders and the answer wait");
    let house = self::house(&database).await;
    house.deliver().await;
    assert_eq!(house.read().len(), 1, "the answer that nobody had read");
}

#[tokio::test]
async fn without_the_old_database_what_was_due_is_not_sent_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (database, backup) = (folder.path().join("digidel.db"), folder.path().join("backup.db"));
    let mut house = house(&database).await;
    unanswered(&mut house, "/privacy").await;
    back_up(&database, &backup).await.expect("a backup");
    house.store.close().await;
    drop(house);
    std::fs::write(&database, b"coffee was spilt over this database").expect("written");
    let done = restore(&backup, &database, later(instant(MONDAY), 60)).await.expect("restored");
    assert!(!done.old_was_readable);
    assert_eq!((done.not_sent_again, done.to_be_sent), (1, 0));
    assert_eq!(
        std::fs::read(done.old.expect("kept")).expect("the old file"),
        b"coffee was spilt over this database"
    );
    assert_eq!(
        count(&database, "SELECT count(*) FROM letters WHERE state = 'unknown' AND failure LIKE '%backup%'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_restore_that_cannot_be_leaves_everything_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (database, backup) = (folder.path().join("digidel.db"), folder.path().join("backup.db"));
    let mut house = house(&database).await;
    for _ in 0..30 {
        house.does(&rut(), Some("sv"), "hej").await;
    }
    back_up(&database, &backup).await.expect("a backup");
    house.store.close().await;
    drop(house);
    let before = std::fs::read(&database).expect("the database");
    let now = instant(MONDAY);

    let running = Lock::take(&database).expect("a lock").expect("nobody else has it");
    let error = restore(&backup, &database, now).await.expect_err("a bot runs");
    assert!(matches!(error, StoreError::InUse(_)), "{error}");
    drop(running);

    let whole = std::fs::read(&backup).expect("the backup");
    let half = whole.len() / 2;
    let mut spoilt = whole.clone();
    spoilt[4096..half].fill(0x5A);
    for (what, bytes) in
        [("cut short", &whole[..half]), ("spoilt", &spoilt[..]), ("no database", b"Dear diary".as_slice())]
    {
        std::fs::write(&backup, bytes).expect("written");
        let error = restore(&backup, &database, now).await.expect_err(what);
        assert!(matches!(error, StoreError::Damaged | StoreError::File(_)), "{what}: {error}");
    }
    assert_eq!(std::fs::read(&database).expect("the database"), before);
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|e| e.file_name()).collect();
    names.sort();
    assert_eq!(names, ["backup.db", "digidel.db", "digidel.db.lock"], "nothing is left lying about");
}

#[tokio::test]
async fn a_backup_is_whole_private_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let (database, backup) = (folder.path().join("digidel.db"), folder.path().join("backup.db"));
    let mut house = house(&database).await;
    house.does(&rut(), Some("sv"), "min hemlighet är papegojan Zebulon").await;
    house.does(&rut(), Some("sv"), "/forget").await;
    house.does(&rut(), Some("sv"), "[Ja, radera allt]").await;
    let made = back_up(&database, &backup).await.expect("a backup");
    assert_eq!(made, verify(&backup).await.expect("whole"));
    assert_eq!(std::fs::metadata(&backup).expect("a file").permissions().mode() & 0o777, 0o600);
    let bytes = std::fs::read(&backup).expect("the backup");
    assert!(!bytes.windows(7).any(|w| w == b"Zebulon"), "what was forgotten is in no backup");
    let error = back_up(&database, &backup).await.expect_err("it exists");
    assert!(error.to_string().contains("exists already"), "{error}");
    assert_eq!(std::fs::read(&backup).expect("the backup"), bytes);
    let error =
        back_up(&folder.path().join("nothing.db"), &folder.path().join("b.db")).await.expect_err("nothing");
    assert!(error.to_string().contains("there is no database"), "{error}");
}

#[tokio::test]
async fn scheduled_backups_are_rotated_and_other_files_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let (database, backups) = (folder.path().join("digidel.db"), folder.path().join("backups"));
    Store::open(&database).await.expect("a database").close().await;
    std::fs::create_dir(&backups).expect("a folder");
    std::fs::write(backups.join("digidel-before-the-move.db"), "mine").expect("written");
    for hour in 0..5 {
        let made = back_up_into(&database, &backups, 3, later(instant(MONDAY), hour * 3_600)).await;
        verify(&made.expect("a backup")).await.expect("whole");
    }
    // The clock was set back: the new one stays all the same.
    let early = later(instant(MONDAY), -86_400);
    let made = back_up_into(&database, &backups, 3, early).await.expect("a backup");
    assert!(made.exists());
    let mut names: Vec<_> =
        std::fs::read_dir(&backups).expect("a folder").flatten().map(|e| e.file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "digidel-20270228T090000Z.db",
            "digidel-20270301T120000Z.db",
            "digidel-20270301T130000Z.db",
            "digidel-before-the-move.db"
        ]
    );
}

#[tokio::test]
async fn the_commands_back_up_a_running_bot_and_restore_a_stopped_one() {
    let scene = Scene::open().await;
    let mut bot = scene.start(None);
    scene.ready(&mut bot).await;
    let user = scene.telegram.user(1);
    user.answer_to(&user.say("hej")).await.expect("an answer");
    let backup = scene.folder.path().join("backup.db");
    let run = |what: &str| {
        let done = scene.command().arg(what).arg(&backup).output().expect("the program runs");
        (
            done.status.success(),
            format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr)),
        )
    };
    let (well, said) = run("backup");
    assert!(well && said.contains("whole"), "{said}");
    let (well, said) = run("restore");
    assert!(!well && said.contains("stop it first"), "{said}");
    user.answer_to(&user.say("hej igen")).await.expect("an answer");
    scene.kill(bot);
    let (well, said) = run("restore");
    assert!(well && said.contains(".before-"), "{said}");
    let mut bot = scene.start(None);
    scene.ready(&mut bot).await;
    user.answer_to(&user.say("hej")).await.expect("an answer");
    scene.kill(bot);
}
