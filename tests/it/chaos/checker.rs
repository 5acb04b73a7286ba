//! The accountant: whether the database and what the platforms saw tell the same story.
//!
//! Reads the database with SQL of its own and shares nothing with the program. Finds; the caller
//! decides. `doctored.rs` shows that each kind of wrong is found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::evidence::{Evidence, Relayed};

/// Everything that is wrong, in words.
pub async fn check(database: &Path, evidence: &Evidence, now: i64) -> Vec<String> {
    let options = SqliteConnectOptions::new().filename(database);
    let mut db = options.connect().await.expect("the database opens");
    let mut wrong: Vec<String> =
        evidence.violations.iter().map(|v| format!("a rule was broken: {v}")).collect();
    wrong.extend(whole(&mut db).await);
    wrong.extend(handled_once(&mut db, evidence).await);
    wrong.extend(whole_turns(&mut db).await);
    wrong.extend(letters_accounted_for(&mut db, now).await);
    wrong.extend(seats(&mut db).await);
    wrong.extend(relayed(&mut db, evidence).await);
    wrong.extend(order(&mut db).await);
    db.close().await.expect("closed");
    wrong
}

async fn texts(db: &mut SqliteConnection, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(db).await.expect("rows")
}

async fn whole(db: &mut SqliteConnection) -> Vec<String> {
    let said = texts(db, "PRAGMA integrity_check").await;
    if said == ["ok"] { Vec::new() } else { vec![format!("the database is not whole: {said:?}")] }
}

/// Every update that a platform was told to forget, and every text at the desk, is noted once.
async fn handled_once(db: &mut SqliteConnection, evidence: &Evidence) -> Vec<String> {
    let mut noted: BTreeMap<String, usize> = BTreeMap::new();
    for key in texts(db, "SELECT key FROM inbox").await {
        *noted.entry(key).or_default() += 1;
    }
    let updates = evidence.confirmed.iter().map(|update| format!("telegram:update:{update}"));
    let written = evidence.written_in_threads.iter().map(|message| format!("discord:message:{message}"));
    let counts = updates.chain(written).map(|key| (noted.get(&key).copied().unwrap_or(0), key));
    counts
        .filter(|(count, _)| *count != 1)
        .map(|(count, key)| format!("{key} was handled {count} times"))
        .collect()
}

/// A turn is on disk whole: what a resident did has an answer or was carried on, and every letter has
/// the event that it came from.
async fn whole_turns(db: &mut SqliteConnection) -> Vec<String> {
    let silent = texts(
        db,
        "SELECT key FROM inbox WHERE role = 'resident' AND kind IN ('text', 'tap', 'command') AND NOT EXISTS (
           SELECT 1 FROM letters WHERE letters.created_at = inbox.at)",
    )
    .await;
    let orphans = texts(
        db,
        // What did not arrive is told by a note that the delivery writes as it ends the letter.
        r#"SELECT CAST(id AS TEXT) FROM letters WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.at = letters.created_at)
           AND NOT (content LIKE '{"alarm":{"undelivered":%' AND EXISTS (
             SELECT 1 FROM letters AS ended
             WHERE ended.state IN ('unknown', 'dead') AND ended.closed_at = letters.created_at))"#,
    )
    .await;
    let lost = texts(
        db,
        "SELECT key FROM inbox WHERE role = 'resident' AND NOT EXISTS (
           SELECT 1 FROM conversations WHERE conversations.address = inbox.address)",
    )
    .await;
    let silent = silent.iter().map(|key| format!("{key} was noted without its answer"));
    let orphans = orphans.iter().map(|id| format!("letter {id} was written without its event"));
    let lost = lost.iter().map(|key| format!("{key} was noted without its conversation"));
    silent.chain(orphans).chain(lost).collect()
}

/// Every letter is sent, waits for a time to come, is void, or has ended with a reason.
async fn letters_accounted_for(db: &mut SqliteConnection, now: i64) -> Vec<String> {
    type Row = (i64, String, i64, Option<String>, Option<i64>);
    let rows: Vec<Row> = sqlx::query_as("SELECT id, state, due_at, failure, closed_at FROM letters")
        .fetch_all(db)
        .await
        .expect("rows");
    let accounted = |state: &str, due: i64, failure: &Option<String>, closed: &Option<i64>| match state {
        "sent" | "void" => closed.is_some(),
        "pending" => due > now,
        "retry" => due > now && failure.is_some(),
        "unknown" | "dead" => closed.is_some() && failure.as_deref().is_some_and(|why| !why.is_empty()),
        _ => false,
    };
    rows.iter()
        .filter(|(_, state, due, failure, closed)| !accounted(state, *due, failure, closed))
        .map(|(id, state, due, failure, _)| {
            format!("letter {id} is {state}, due at {due}, because {failure:?}")
        })
        .collect()
}

/// No seat is taken twice, and nobody holds one longer than was promised.
async fn seats(db: &mut SqliteConnection) -> Vec<String> {
    let twice = texts(
        db,
        "SELECT centre || ' at ' || starts_at || ', seat ' || seat FROM visits
         WHERE status IN ('held', 'offered', 'booked', 'arrived', 'no_show')
         GROUP BY centre, starts_at, seat HAVING count(*) > 1",
    )
    .await;
    let unheld = texts(
        db,
        r#"SELECT code FROM visits WHERE status = 'held' AND NOT EXISTS (
             SELECT 1 FROM letters WHERE letters.visit = visits.id AND content LIKE '{"alarm"%' AND state IN ('pending', 'retry'))"#,
    )
    .await;
    let twice = twice.iter().map(|seat| format!("the seat {seat} is taken twice"));
    let unheld = unheld.iter().map(|code| format!("the visit {code} is held for ever"));
    twice.chain(unheld).collect()
}

/// Texts arrive at the other end: on Discord exactly once, on Telegram twice at most, and then because
/// a try got no answer; in the order in which they were written.
async fn relayed(db: &mut SqliteConnection, evidence: &Evidence) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut ends: BTreeMap<(bool, i64, u64), Vec<&Relayed>> = BTreeMap::new();
    let nothing = Vec::new();
    for text in &evidence.relayed {
        let arrived = if text.by_resident {
            evidence.discord.get(&text.thread).unwrap_or(&nothing)
        } else {
            evidence.telegram.get(&text.chat).unwrap_or(&nothing)
        };
        let count = arrived.iter().filter(|seen| seen.contains(&text.word)).count();
        let letters: Vec<(i64, i64)> = sqlx::query_as(
            r#"SELECT id, unanswered FROM letters WHERE content LIKE '{"message"%' AND instr(content, ?) > 0
                 AND id IN (SELECT letter FROM relayed)"#,
        )
        .bind(&text.word)
        .fetch_all(&mut *db)
        .await
        .expect("rows");
        if letters.len() != 1 {
            wrong.push(format!("\"{}\" became {} letters", text.word, letters.len()));
        }
        let unanswered: i64 = letters.iter().map(|(_, unanswered)| unanswered).sum();
        let most = if text.by_resident { 1 } else { 1 + usize::try_from(unanswered).unwrap_or(0).min(1) };
        if !(1..=most).contains(&count) {
            wrong
                .push(format!("\"{}\" arrived {count} times, with {unanswered} tries unanswered", text.word));
        }
        ends.entry((text.by_resident, text.chat, text.thread)).or_default().push(text);
    }
    for ((by_resident, chat, thread), texts) in ends {
        let arrived = if by_resident { evidence.discord.get(&thread) } else { evidence.telegram.get(&chat) };
        let first = |text: &&Relayed| arrived?.iter().position(|seen| seen.contains(&text.word));
        let places: Vec<usize> = texts.iter().filter_map(first).collect();
        if !places.is_sorted() {
            let words: Vec<&str> = texts.iter().map(|text| text.word.as_str()).collect();
            wrong.push(format!("in chat {chat}, thread {thread}, {words:?} arrived in the order {places:?}"));
        }
    }
    wrong
}

/// What was to be said at once to one person arrived in the order of the events that it came from: the
/// platforms' numbers grow. Changes to earlier messages have those messages' numbers.
async fn order(db: &mut SqliteConnection) -> Vec<String> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(
        r#"SELECT id, recipient, receipt FROM letters
           WHERE state = 'sent' AND placement = 'below' AND content LIKE '{"message"%' AND receipt IS NOT NULL
             AND due_at - created_at < 600000 AND visit IS NULL ORDER BY created_at, id"#,
    )
    .fetch_all(db)
    .await
    .expect("rows");
    let mut last: BTreeMap<String, (i64, u64)> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut complained = BTreeSet::new();
    for (id, recipient, receipt) in rows {
        let receipt: Value = serde_json::from_str(&receipt).unwrap_or_default();
        let number = |value: &Value| value.as_str().and_then(|text| text.parse::<u64>().ok());
        let Some(number) = receipt.as_array().and_then(|all| number(all.first()?)) else { continue };
        if let Some((earlier, before)) = last.insert(recipient.clone(), (id, number))
            && number < before
            && complained.insert(recipient.clone())
        {
            wrong.push(format!("{recipient} got letter {earlier} after letter {id}"));
        }
    }
    wrong
}
