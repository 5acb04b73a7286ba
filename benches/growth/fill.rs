//! A database as years of use would leave it: rows as the application writes them, many times over.

use std::path::Path;

use digidel::model::time::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, SqlitePool};

use crate::house::House;

/// Messages of a conversation, half of them the bot's, unless `GROWTH_MESSAGES` says otherwise.
pub fn messages() -> u32 {
    std::env::var("GROWTH_MESSAGES").ok().and_then(|count| count.parse().ok()).unwrap_or(10)
}
/// Letters that wait for their day: reminders, invitations.
pub const PENDING: u32 = 100_000;

/// Fills a new file with so many conversations. The first one is real, and the others are made of it.
pub async fn fill(file: &Path, residents: u32, now: Timestamp) {
    let mut house = House::open(file, now).await;
    for text in ["hej", "bankid fungerar inte", "boka Motala"] {
        let event = house.asks(0, text);
        house.app.handle(event).await.expect("a turn");
    }
    house.deliver().await;
    house.store.close().await;
    let options = SqliteConnectOptions::new().filename(file).pragma("cache_size", "-1500000");
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("a database");
    run(&pool, "PRAGMA synchronous = OFF").await;
    let n = |count: u32| {
        format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})")
    };
    let (now, week) = (now.as_millisecond(), 7 * 86_400_000_i64);
    let sample = "'telegram:100000000'";
    run(
        &pool,
        &format!(
            "{} INSERT INTO conversations (address, session, created_at, last_at)
             SELECT 'telegram:' || (100000000 + i), c.session, {now} - {week}, {now} - {week} + i * {week} / {residents}
             FROM n, conversations AS c WHERE c.address = {sample}",
            n(residents)
        ),
    )
    .await;
    run(
        &pool,
        &format!(
            "{} INSERT INTO requests (id, resident, kind, status, question, topic, article, confidence, lang, epoch,
                                      opened_at, changed_at)
             SELECT (i * 2654435761) % 4294967296 * 1048576 + i % 1048576, 'telegram:' || (100000000 + i), r.kind,
               r.status, r.question || ' ' || i, r.topic, r.article, r.confidence, r.lang, 0,
               {now} - {week} + i * {week} / {residents}, {now} - {week} + i * {week} / {residents}
             FROM n, (SELECT * FROM requests WHERE resident = {sample} ORDER BY opened_at LIMIT 1) AS r",
            n(residents)
        ),
    )
    .await;
    for round in 0..messages() / 2 {
        run(
            &pool,
            &format!(
                "{} INSERT INTO inbox (key, address, role, kind, text, at)
                 SELECT 'telegram:update:' || ({round} * 100000000 + i), 'telegram:' || (100000000 + i), 'resident',
                   'text', 'bankid fungerar inte i min telefon, vad gör jag nu? Fråga nummer ' || i,
                   {now} - {week} + i * {week} / {residents} FROM n",
                n(residents)
            ),
        )
        .await;
        run(
            &pool,
            &format!(
                "{} INSERT INTO letters (recipient, content, placement, state, due_at, attempts, receipt, created_at,
                                         closed_at, turn)
                 SELECT 'telegram:' || (100000000 + i), l.content, 'below', 'sent',
                   {now} - {week} + i * {week} / {residents}, 1, '[\"' || i || '\"]',
                   {now} - {week} + i * {week} / {residents}, {now} - {week} + i * {week} / {residents}, i
                 FROM n, (SELECT content FROM letters WHERE recipient = {sample}
                            AND content LIKE '{{\"message\"%' ORDER BY id LIMIT 1 OFFSET 1) AS l",
                n(residents)
            ),
        )
        .await;
    }
    run(
        &pool,
        &format!(
            "{} INSERT INTO letters (recipient, content, placement, state, due_at, created_at)
             SELECT 'telegram:' || (100000000 + i * 7919 % {residents}), l.content, 'below', 'pending',
               {now} + i * 60 * {week} / 7 / {PENDING}, {now} - i
             FROM n, (SELECT content FROM letters WHERE recipient = {sample}
                        AND content LIKE '{{\"message\"%' ORDER BY id LIMIT 1 OFFSET 1) AS l",
            n(PENDING)
        ),
    )
    .await;
    run(&pool, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    pool.close().await;
}

/// Runs one statement that does not come from outside.
pub async fn run(pool: &SqlitePool, statement: &str) {
    sqlx::query(AssertSqlSafe(statement)).execute(pool).await.expect("a statement");
}
