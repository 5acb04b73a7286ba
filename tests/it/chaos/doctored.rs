//! The checker can fail: a true story is accepted, and each lie in it is found.

use std::path::PathBuf;

use digidel::store::Store;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::checker::check;
use super::evidence::{Evidence, Relayed};

const NOW: i64 = 1_000_000;

/// A small true story: one update with its answer, one text each way, one visit.
async fn story() -> (tempfile::TempDir, PathBuf, Evidence) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("digidel.db");
    Store::open(&database).await.expect("a database").close().await;
    let mut db = open(&database).await;
    for sql in [
        "INSERT INTO conversations VALUES ('telegram:1', '{}', 10, 30)",
        "INSERT INTO inbox (key, address, role, kind, text, at) VALUES
           ('telegram:update:7', 'telegram:1', 'resident', 'text', 'hej', 10),
           ('telegram:update:8', 'telegram:1', 'resident', 'text', 'svarba', 20),
           ('discord:message:55', 'discord:t:5', 'volunteer', 'text', 'ordba', 30)",
        r#"INSERT INTO letters (id, recipient, content, placement, state, due_at, receipt, created_at, closed_at, visit) VALUES
           (1, 'telegram:1', '{"message":"hej"}', 'below', 'sent', 10, '["101"]', 10, 11, NULL),
           (2, 'discord:t:5', '{"message":"svarba"}', 'below', 'sent', 20, '["501"]', 20, 21, NULL),
           (3, 'telegram:1', '{"message":"ordba"}', 'below', 'sent', 30, '["102"]', 30, 31, NULL),
           (4, 'telegram:1', '{"alarm":"hold"}', 'below', 'pending', 9000000, NULL, 30, NULL, 1)"#,
        "INSERT INTO relayed VALUES ('telegram:1', '11', 2), ('discord:t:5', '55', 3)",
        "INSERT INTO visits (id, code, centre, resident, starts_at, minutes, seat, status, alternatives, lang, request,
           sequence, changed_at) VALUES (1, 'ABC', 'motala', 'telegram:1', 5000, 30, 0, 'held', '[]', 'sv', 1, 0, 10)",
    ] {
        run(&mut db, sql).await;
    }
    db.close().await.expect("closed");
    let text = |by_resident, word: &str| Relayed { chat: 1, thread: 5, by_resident, word: word.to_owned() };
    let evidence = Evidence {
        confirmed: vec![7, 8],
        telegram: [(1, vec!["hej".to_owned(), "Humlan: ordba".to_owned()])].into(),
        discord: [(5, vec!["Den som frågar: svarba".to_owned()])].into(),
        written_in_threads: vec![55],
        relayed: vec![text(true, "svarba"), text(false, "ordba")],
        violations: Vec::new(),
    };
    (folder, database, evidence)
}

async fn open(database: &std::path::Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(database).connect().await.expect("it opens")
}

async fn run(db: &mut SqliteConnection, sql: &'static str) {
    sqlx::query(sql).execute(db).await.expect("the story is told");
}

/// What the checker says when the database says something else.
async fn after(lie: &'static str) -> Vec<String> {
    let (_folder, database, evidence) = story().await;
    let mut db = open(&database).await;
    run(&mut db, lie).await;
    db.close().await.expect("closed");
    check(&database, &evidence, NOW).await
}

/// What the checker says when people have seen something else.
async fn seen(lie: impl FnOnce(&mut Evidence)) -> Vec<String> {
    let (_folder, database, mut evidence) = story().await;
    lie(&mut evidence);
    check(&database, &evidence, NOW).await
}

#[track_caller]
fn found(wrong: &[String], what: &str) {
    assert!(wrong.iter().any(|one| one.contains(what)), "\"{what}\" is not among {wrong:#?}");
}

#[tokio::test]
async fn a_true_story_is_accepted() {
    assert_eq!(seen(|_| ()).await, Vec::<String>::new());
}

#[tokio::test]
async fn lies_of_the_database_are_found() {
    found(
        &after("DELETE FROM inbox WHERE key = 'telegram:update:7'").await,
        "telegram:update:7 was handled 0 times",
    );
    found(
        &after("DELETE FROM inbox WHERE role = 'volunteer'").await,
        "discord:message:55 was handled 0 times",
    );
    found(
        &after("UPDATE inbox SET at = 12 WHERE key = 'telegram:update:7'").await,
        "noted without its answer",
    );
    found(
        &after("UPDATE inbox SET at = 12 WHERE key = 'telegram:update:7'").await,
        "letter 1 was written without its event",
    );
    found(&after("DELETE FROM conversations").await, "noted without its conversation");
    for state in ["sending", "pending", "retry", "dead", "unknown"] {
        let lie: &'static str = match state {
            "sending" => "UPDATE letters SET state = 'sending' WHERE id = 1",
            "pending" => "UPDATE letters SET state = 'pending' WHERE id = 1",
            "retry" => "UPDATE letters SET state = 'retry', due_at = 9000000 WHERE id = 1",
            "dead" => "UPDATE letters SET state = 'dead' WHERE id = 1",
            _ => "UPDATE letters SET state = 'unknown', failure = '' WHERE id = 1",
        };
        found(&after(lie).await, &format!("letter 1 is {state}"));
    }
    found(&after("UPDATE letters SET state = 'void' WHERE id = 4").await, "the visit ABC is held for ever");
    found(
        &after("UPDATE letters SET receipt = '[\"99\"]' WHERE id = 3").await,
        "telegram:1 got letter 1 after letter 3",
    );
    found(&after("DELETE FROM relayed WHERE letter = 2").await, "\"svarba\" became 0 letters");
    let twice = "INSERT INTO letters (id, recipient, content, placement, state, due_at, created_at, closed_at)
        SELECT 9, recipient, content, placement, state, due_at, created_at, closed_at FROM letters WHERE id = 3;
        INSERT INTO relayed VALUES ('discord:t:5', '56', 9)";
    let (_folder, database, evidence) = story().await;
    let mut db = open(&database).await;
    for sql in twice.split(';') {
        sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut db).await.expect("the story is told");
    }
    db.close().await.expect("closed");
    found(&check(&database, &evidence, NOW).await, "\"ordba\" became 2 letters");
}

#[tokio::test]
async fn a_seat_that_is_taken_twice_is_found() {
    let (_folder, database, evidence) = story().await;
    let mut db = open(&database).await;
    // The database itself would not have it.
    run(&mut db, "DROP INDEX visits_seat").await;
    run(
        &mut db,
        "INSERT INTO visits (id, code, centre, resident, starts_at, minutes, seat, status, alternatives, lang, request,
           sequence, changed_at) VALUES (2, 'DEF', 'motala', 'telegram:2', 5000, 30, 0, 'booked', '[]', 'sv', 2, 0, 10)",
    )
    .await;
    db.close().await.expect("closed");
    found(&check(&database, &evidence, NOW).await, "the seat motala at 5000, seat 0 is taken twice");
}

#[tokio::test]
async fn what_people_did_not_see_is_found() {
    found(&seen(|e| e.confirmed.push(9)).await, "telegram:update:9 was handled 0 times");
    found(&seen(|e| e.written_in_threads.push(56)).await, "discord:message:56 was handled 0 times");
    found(&seen(|e| e.violations.push("text is too long".to_owned())).await, "text is too long");
    found(&seen(|e| e.discord.clear()).await, "\"svarba\" arrived 0 times");
    found(&seen(|e| e.telegram.clear()).await, "\"ordba\" arrived 0 times");
    let twice = |texts: &mut Vec<String>| texts.push(texts.last().cloned().unwrap_or_default());
    found(&seen(|e| e.discord.values_mut().for_each(twice)).await, "\"svarba\" arrived 2 times");
    found(&seen(|e| e.telegram.values_mut().for_each(twice)).await, "\"ordba\" arrived 2 times");
}

#[tokio::test]
async fn a_text_may_arrive_twice_on_telegram_if_a_try_got_no_answer() {
    let (_folder, database, mut evidence) = story().await;
    let mut db = open(&database).await;
    run(&mut db, "UPDATE letters SET unanswered = 1 WHERE id = 3").await;
    db.close().await.expect("closed");
    evidence.telegram.entry(1).or_default().push("Humlan: ordba".to_owned());
    assert_eq!(check(&database, &evidence, NOW).await, Vec::<String>::new());
    evidence.telegram.entry(1).or_default().push("Humlan: ordba".to_owned());
    found(&check(&database, &evidence, NOW).await, "\"ordba\" arrived 3 times");
}

#[tokio::test]
async fn texts_in_another_order_are_found() {
    let (_folder, database, mut evidence) = story().await;
    let mut db = open(&database).await;
    run(&mut db, "INSERT INTO relayed VALUES ('telegram:1', '12', 1)").await;
    run(
        &mut db,
        "UPDATE letters SET recipient = 'discord:t:5', content = '{\"message\":\"svarda\"}' WHERE id = 1",
    )
    .await;
    db.close().await.expect("closed");
    evidence.relayed.insert(1, Relayed { chat: 1, thread: 5, by_resident: true, word: "svarda".to_owned() });
    evidence.discord.insert(5, vec!["svarda".to_owned(), "svarba".to_owned()]);
    found(&check(&database, &evidence, NOW).await, "arrived in the order [1, 0]");
}
