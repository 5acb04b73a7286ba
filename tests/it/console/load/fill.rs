//! A year of a busy service, written straight into the database as the application writes it.

use std::collections::BTreeSet;
use std::path::Path;

use digidel::model::code::VisitCode;
use digidel::model::id::Fresh;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

const REQUESTS: u32 = 100_000;
/// Messages that came in, and as many that went out.
const MESSAGES: u32 = 500_000;
const VISITS: usize = 30_000;
const AUDIT: u32 = 200_000;
/// What people ask who get no answer: three of these words, so that hardly two ask alike.
const WORDS: &str = "cykel badplats fiske fotboll tvätt recept katt hund parkering sopor växter möbler konsert \
    teater biljett körkort bygglov förskola elräkning fiber hyra kök lampa målning ost paraply resväska segelbåt \
    tandläkare ugn vinter älg ö äpple bastu choklad dans eld frimärke gitarr höst is jul kanot lök mygga nål";

/// The request that has the number `i` in the year; identifiers of requests follow no order.
fn id_of(i: &str) -> String {
    format!("({i}) * 7919 % 1000003 * 1000 + ({i}) % 1000")
}

fn numbers(until: impl std::fmt::Display) -> String {
    format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {until})")
}

fn requests(now: i64, year: i64) -> String {
    let word =
        |n: u32| format!("(SELECT value FROM words WHERE key = i * {n} % (SELECT count(*) FROM words))");
    format!(
        "{} INSERT INTO requests (id, resident, kind, status, question, topic, lang, centre, outcome, epoch,
                                  opened_at, changed_at, assignee, first_answer_at, municipality)
         SELECT {id},
           CASE i % 3 WHEN 0 THEN 'telegram:' WHEN 1 THEN 'web:' ELSE 'discord:' END || (i % 20000),
           CASE WHEN i % 5 = 0 THEN 'conversation' ELSE 'question' END,
           CASE WHEN i % 400 = 0 THEN 'waiting' WHEN i % 10 = 1 THEN 'unanswered' ELSE 'answered' END,
           CASE WHEN i % 10 = 1 THEN {one} || ' ' || {two} || ' ' || {three}
             WHEN i % 4 = 0 THEN 'bankid fungerar inte i telefon nummer ' || i || ' ord' || (i % 997)
             ELSE 'skrivaren skriver inte ut sida ' || i || ' ord' || (i % 997) END,
           CASE i % 6 WHEN 0 THEN 'bankid' WHEN 1 THEN 'phone' WHEN 2 THEN 'printing' ELSE 'computer' END,
           CASE WHEN i % 9 = 0 THEN 'en' WHEN i % 50 = 0 THEN 'ar' ELSE 'sv' END,
           CASE i % 20 WHEN 0 THEN 'motala' WHEN 1 THEN 'norrkoping' END,
           CASE i % 7 WHEN 0 THEN 'helped' WHEN 1 THEN 'not_helped' END, 0,
           {now} - {year} + i * ({year} / {REQUESTS}), {now} - {year} + i * ({year} / {REQUESTS}),
           CASE WHEN i % 1000 = 3 THEN 1 END, CASE WHEN i % 5 = 0 THEN {now} END,
           CASE i % 4 WHEN 0 THEN 'Motala' WHEN 1 THEN 'Norrköping' WHEN 2 THEN 'Kiruna' END
         FROM n",
        numbers(REQUESTS),
        id = id_of("i"),
        one = word(7_919),
        two = word(104_729),
        three = word(1_299_709),
    )
}

fn inbox(now: i64, year: i64) -> String {
    format!(
        "{} INSERT INTO inbox (key, address, role, kind, text, request, at)
         SELECT 'load:' || i, 'telegram:' || (i % 20000), 'resident', 'text',
           'jag undrar över telefonen och skrivaren rad ' || i || ' tecken' || (i % 4999), {},
           {now} - {year} + i * ({year} / {MESSAGES}) FROM n",
        numbers(MESSAGES),
        id_of(&format!("i % {REQUESTS} + 1")),
    )
}

/// Every letter says what a real one has said.
fn letters(now: i64, year: i64) -> String {
    let at = format!("{now} - {year} + i * ({year} / {MESSAGES})");
    format!(
        "{} INSERT INTO letters (recipient, content, placement, request, state, due_at, created_at, closed_at)
         SELECT 'telegram:' || (i % 20000), (SELECT content FROM letters WHERE id = 1), 'below', {}, 'sent',
           {at}, {at}, {at} FROM n",
        numbers(MESSAGES),
        id_of(&format!("i % {REQUESTS} + 1")),
    )
}

/// A code for each visit.
fn codes() -> String {
    let mut codes = BTreeSet::new();
    for n in 1.. {
        codes.insert(VisitCode::draw(&mut Fresh::new(n)).as_str().to_owned());
        if codes.len() == VISITS {
            break;
        }
    }
    let listed: Vec<String> = codes.iter().map(|code| format!("\"{code}\"")).collect();
    format!("INSERT INTO codes SELECT key + 1, value FROM json_each('[{}]')", listed.join(","))
}

/// From a year ago until a month from now, at two centres.
fn visits(now: i64, year: i64) -> String {
    format!(
        "{} INSERT INTO visits (id, code, centre, resident, starts_at, minutes, seat, status, alternatives, lang,
                                request, sequence, changed_at, name)
         SELECT i, (SELECT value FROM codes WHERE key = i), CASE i % 2 WHEN 0 THEN 'motala' ELSE 'norrkoping' END, 'telegram:' || (i % 20000),
           {now} - {year} + i * ({year} / {VISITS} * 13 / 12), 30, 0,
           CASE WHEN i % 12 = 0 THEN 'no_show' WHEN i % 5 = 0 THEN 'cancelled' WHEN i < 27000 THEN 'arrived'
             ELSE 'booked' END, '[]', 'sv', {}, 0, {now}, 'Rut' FROM n",
        numbers(VISITS),
        id_of(&format!("i % {REQUESTS} + 1")),
    )
}

fn audit(now: i64, year: i64) -> String {
    format!(
        "{} INSERT INTO audit (at, actor, deed, subject)
         SELECT {now} - {year} + i * ({year} / {AUDIT}), 'staff ' || (i % 30), 'read', 'request load ' || (i % 50000)
         FROM n",
        numbers(AUDIT),
    )
}

/// Rows spread over a year before an instant; a letter with the number 1 is there already.
pub async fn fill(path: &Path, now: i64) {
    let options = SqliteConnectOptions::new().filename(path);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("a database");
    let year = 365_i64 * 86_400_000;
    let words: Vec<String> = WORDS.split_whitespace().map(|word| format!("\"{word}\"")).collect();
    for statement in [
        "PRAGMA synchronous = OFF".to_owned(),
        "CREATE TEMP TABLE words (key INTEGER PRIMARY KEY, value TEXT)".to_owned(),
        format!("INSERT INTO words SELECT key, value FROM json_each('[{}]')", words.join(",")),
        "CREATE TEMP TABLE codes (key INTEGER PRIMARY KEY, value TEXT)".to_owned(),
        codes(),
        "BEGIN".to_owned(),
        requests(now, year),
        inbox(now, year),
        letters(now, year),
        visits(now, year),
        audit(now, year),
        "COMMIT".to_owned(),
        // As after any quiet minute: the log is in the file.
        "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await.expect("a statement");
    }
    pool.close().await;
}
