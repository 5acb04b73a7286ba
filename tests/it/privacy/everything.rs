//! A word planted in every field that a person can reach is handed out, and then is nowhere.

use std::collections::BTreeSet;
use std::path::Path;

use digidel::model::chat::{Address, Role};
use digidel::model::message::{Card, Message};
use digidel::model::place::Position;
use digidel::store::Store;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::holding;
use crate::support::house::House;

const PERSON: &str = "telegram:98765432101";
const THREAD: &str = "discord:t:77700011122";
const REQUEST: i64 = 4_242;
const VISIT: i64 = 4_343;

/// What is about a person, and so must be handed out and deleted.
const PERSONAL: &[(&str, &[&str])] = &[
    ("conversations", &["address", "session", "created_at", "last_at"]),
    ("inbox", &["key", "address", "role", "kind", "text", "request", "at", "message"]),
    (
        "letters",
        &[
            "recipient",
            "content",
            "placement",
            "reply",
            "request",
            "visit",
            "state",
            "due_at",
            "receipt",
            "failure",
            "created_at",
            "closed_at",
        ],
    ),
    (
        "requests",
        &[
            "id",
            "resident",
            "kind",
            "status",
            "question",
            "topic",
            "article",
            "confidence",
            "centre",
            "visit",
            "lang",
            "outcome",
            "points",
            "epoch",
            "opened_at",
            "changed_at",
            "owner",
            "for_staff",
            "assignee",
            "municipality",
        ],
    ),
    (
        "visits",
        &[
            "id",
            "code",
            "centre",
            "resident",
            "starts_at",
            "minutes",
            "seat",
            "status",
            "held_until",
            "alternatives",
            "name",
            "about",
            "lang",
            "request",
            "sequence",
            "changed_at",
            "article",
            "interpreter",
            "company",
            "note",
            "promise",
            "asked_at",
        ],
    ),
    ("request_desk", &["request", "thread", "head", "community", "heard_at", "warned", "told"]),
    ("seen", &["address", "message"]),
    ("volunteers", &["who", "id", "alias"]),
    ("relayed", &["address", "message", "letter"]),
    ("proposals", &["request", "question", "answer", "lang", "at", "done_at"]),
    ("notes", &["request", "account", "text", "at"]),
];

/// What is about nobody who seeks help, and why.
const IMPERSONAL: &[(&str, &str)] = &[
    ("letters.id attempts unanswered parts_done farewell turn by_person", "how the delivery goes"),
    ("requests.first_answer_at merged_into", "how long it took, and which request it was joined to"),
    ("saved_views.id account name query", "how staff look at their list"),
    ("inbox.id", "a running number"),
    ("proposals.id", "a running number"),
    ("notes.id", "a running number"),
    ("notices.id kind request at done_at", "a sign to staff with a request's number; deleted with it"),
    ("revisions.id subject author content note at", "what staff say of centres and articles"),
    ("audit.id at actor deed subject", "what staff did; names no resident and quotes nothing"),
    ("swept.only_one at", "when old data was last deleted"),
    ("audit_horizon.only_one before", "how far the audit may be shortened"),
    ("desks.community place grp lang changed_at", "the volunteers' forum"),
    (
        "accounts.id login name role centres lang password totp totp_step failures locked_until created_at disabled_at",
        "the staff",
    ),
    ("staff_sessions.hash account agent created_at last_at", "the staff"),
    ("invitations.hash account expires_at", "the staff"),
    ("canned_replies.id title text", "what staff write often"),
    ("set_aside.request at", "a request's number: staff have dealt with its question"),
];

async fn raw(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(path);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the file opens")
}

fn named(list: &[(&str, &str)]) -> BTreeSet<String> {
    let columns = |(what, _): &(&str, &str)| {
        let (table, columns) = what.split_once('.').expect("table.column");
        columns.split_whitespace().map(|c| format!("{table}.{c}")).collect::<Vec<_>>()
    };
    list.iter().flat_map(columns).collect()
}

#[tokio::test]
async fn every_column_of_the_schema_is_somebodys_or_nobodys() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("digidel.db");
    Store::open(&path).await.expect("a database").close().await;
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT m.name, c.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND m.name NOT LIKE '%\\_words%' ESCAPE '\\'
           AND m.name NOT LIKE 'sqlite%'",
    )
    .fetch_all(&raw(&path).await)
    .await
    .expect("the schema");
    let schema: BTreeSet<String> =
        columns.into_iter().map(|(table, column)| format!("{table}.{column}")).collect();
    let personal = PERSONAL.iter().flat_map(|(table, cs)| cs.iter().map(move |c| format!("{table}.{c}")));
    let known: BTreeSet<String> = personal.chain(named(IMPERSONAL)).collect();
    let new: Vec<_> = schema.difference(&known).collect();
    let gone: Vec<_> = known.difference(&schema).collect();
    assert!(new.is_empty() && gone.is_empty(), "say whose these are: {new:?}; no longer there: {gone:?}");
}

/// A row in every table, with a word of its own in every field that takes one.
async fn plant(path: &Path, now: i64) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = |name: &str| {
        words.push(format!("Zq{name}{}qZ", words.len()));
        words.last().expect("just added").clone()
    };
    let mut rows = Vec::new();
    let message = |text: &str| format!(r#"{{"message":{{"text":"{text}","lang":"sv"}}}}"#);
    rows.push(format!(
        r#"INSERT INTO conversations VALUES ('{PERSON}', '{{"lang":"sv","greeted":true,"step":{{"person_consent":"{}"}}}}', {now}, {now})"#,
        word("session")
    ));
    rows.push(format!(
        "INSERT INTO requests (id, resident, kind, status, question, topic, article, centre, visit, lang, outcome, opened_at, changed_at, owner)
         VALUES ({REQUEST}, '{PERSON}', 'conversation', 'closed', '{}', 'bankid', 'bankid-trasigt', 'motala', {VISIT}, 'sv', 'helped', {now}, {now}, 'discord:4711')",
        word("question")
    ));
    rows.push(format!(
        "INSERT INTO inbox (key, address, role, kind, text, message, request, at)
         VALUES ('terminal:98765432101:1', '{PERSON}', 'resident', 'text', '{}', '{}', {REQUEST}, {now})",
        word("written"),
        word("message")
    ));
    // A volunteer in the thread, and one in a thread that the desk has lost since.
    rows.push(format!(
        "INSERT INTO inbox (key, address, role, kind, text, at) VALUES ('k2', '{THREAD}', 'volunteer', 'text', '{}', {now})",
        word("thread")
    ));
    rows.push(format!(
        "INSERT INTO inbox (key, address, role, kind, text, request, at)
         VALUES ('k3', 'discord:t:1', 'volunteer', 'text', '{}', {REQUEST}, {now})",
        word("lost")
    ));
    for (recipient, request) in
        [(PERSON, "NULL".to_owned()), (THREAD, "NULL".to_owned()), ("discord:f:1:2", REQUEST.to_string())]
    {
        rows.push(format!(
            r#"INSERT INTO letters (recipient, content, placement, reply, request, state, due_at, receipt, failure, created_at, closed_at)
               VALUES ('{recipient}', '{}', 'below', '{}', {request}, 'sent', {now}, '["{}"]', '{}', {now}, {now})"#,
            message(&word("letter")),
            word("reply"),
            word("receipt"),
            word("failure")
        ));
    }
    // Somebody who was told of the visit, because they opened it by its code.
    rows.push(format!(
        "INSERT INTO letters (recipient, content, placement, visit, state, due_at, created_at)
         VALUES ('telegram:5', '{}', 'below', {VISIT}, 'sent', {now}, {now})",
        message(&word("toldtoo"))
    ));
    rows.push(format!(
        "INSERT INTO visits (id, code, centre, resident, starts_at, minutes, seat, status, alternatives, name, about, lang,
           request, sequence, changed_at, article, interpreter, company, note, asked_at)
         VALUES ({VISIT}, '3QC4MG', 'motala', '{PERSON}', {now} + 86400000, 30, 1, 'booked', '[]', '{}', '{}', 'sv',
           {REQUEST}, 0, {now}, 'bankid-trasigt', '{}', 'alone', '{}', {now})",
        word("name"),
        word("about"),
        word("interpreter"),
        word("note")
    ));
    rows.push(format!(
        "INSERT INTO request_desk VALUES ({REQUEST}, '{THREAD}', '{}', 'discord:guild:1', {now}, 0, 0)",
        word("head")
    ));
    rows.push(format!("INSERT INTO seen VALUES ('{PERSON}', '{}')", word("seen")));
    rows.push(format!("INSERT INTO relayed VALUES ('{PERSON}', '{}', 1)", word("relayed")));
    rows.push(format!("INSERT INTO volunteers VALUES ('{PERSON}', 12, '{}')", word("alias")));
    rows.push(format!(
        "INSERT INTO proposals (request, question, answer, lang, at) VALUES ({REQUEST}, '{}', '{}', 'sv', {now})",
        word("asked"),
        word("answer")
    ));
    rows.push(format!(
        "INSERT INTO notes (request, account, text, at) VALUES ({REQUEST}, 1, '{}', {now})",
        word("staffnote")
    ));
    rows.push(format!("INSERT INTO notices (kind, request, at) VALUES ('handed', {REQUEST}, {now})"));
    let pool = raw(path).await;
    for row in rows {
        sqlx::query(sqlx::AssertSqlSafe(row.clone()))
            .execute(&pool)
            .await
            .unwrap_or_else(|e| panic!("{e}: {row}"));
    }
    pool.close().await;
    words
}

fn file(message: &Message) -> &str {
    match &message.card {
        Some(Card::Document { content, .. }) => content,
        other => panic!("no file: {other:?}"),
    }
}

struct Planted {
    folder: tempfile::TempDir,
    house: House,
    person: Address,
    words: Vec<String>,
}

async fn planted() -> Planted {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("digidel.db");
    let house = House::on(Store::open(&path).await.expect("a database"));
    let mut words = plant(&path, house.now().as_millisecond()).await;
    words.extend(["98765432101".to_owned(), "77700011122".to_owned(), "3QC4MG".to_owned()]);
    Planted { folder, house, person: PERSON.parse().expect("an address"), words }
}

/// No word is in the database, its log or its shared memory while it is open, nor in a copy of it.
async fn assert_gone(planted: &Planted) {
    let copy = planted.folder.path().join("backup.db");
    let pool = raw(&planted.folder.path().join("digidel.db")).await;
    let into = format!("VACUUM INTO '{}'", copy.display());
    sqlx::query(sqlx::AssertSqlSafe(into)).execute(&pool).await.expect("a backup");
    pool.close().await;
    for word in &planted.words {
        let found = holding(planted.folder.path(), word);
        assert!(found.is_empty(), "{word} is still in {found:?}");
    }
}

#[tokio::test]
async fn everything_is_handed_out_and_then_it_is_nowhere() {
    let mut planted = planted().await;
    assert!(!holding(planted.folder.path(), &planted.words[0]).is_empty(), "the words were planted");
    let export = planted.house.store.export(&planted.person).await.expect("an export").to_string();
    let person = planted.person.clone();
    planted.house.does(&person, Some("sv"), "/mydata").await;
    let read = planted.house.read();
    let readable = file(&read.last().expect("an answer").1).to_owned();
    for word in &planted.words {
        assert!(export.contains(word.as_str()), "the export lacks {word}");
        assert!(readable.contains(word.as_str()), "the file lacks {word}:\n{readable}");
    }
    for line in ["/forget", "[Ja, radera allt]"] {
        planted.house.does(&person, Some("sv"), line).await;
    }
    let last = planted.house.read().pop().expect("a goodbye").1.text.plain();
    assert!(last.contains("raderas nu") && last.contains("Telegram"), "{last}");
    assert_gone(&planted).await;
    planted.house.store.close().await;
    assert_gone_from_disk(&planted);
}

fn assert_gone_from_disk(planted: &Planted) {
    for word in &planted.words {
        let found = holding(planted.folder.path(), word);
        assert!(found.is_empty(), "{word} is still in {found:?}");
    }
}

#[tokio::test]
async fn whoever_answers_for_the_data_deletes_as_much_without_a_word() {
    for role in [Role::Staff(3), Role::Clock] {
        let planted = planted().await;
        planted.house.app.erase(planted.person.clone(), role).await.expect("erased");
        planted.house.deliver().await;
        assert_eq!(planted.house.read(), [], "nobody is written to");
        assert_gone(&planted).await;
    }
}

#[tokio::test]
async fn nobody_is_deleted_by_whom_it_does_not_concern() {
    let planted = planted().await;
    planted.house.app.erase(planted.person.clone(), Role::Resident).await.expect("a turn");
    assert!(!holding(planted.folder.path(), &planted.words[1]).is_empty());
}

#[tokio::test]
async fn a_position_is_used_once_and_is_in_no_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = House::on(Store::open(&folder.path().join("digidel.db")).await.expect("a database"));
    let rut: Address = "telegram:1".parse().expect("an address");
    let (lat, lon) = (58.567_891_23, 15.098_765_43);
    let position = Position::new(lat, lon).expect("a position");
    let incoming = house.incoming(&rut, Some("sv"), digidel::model::event::Input::Location(position));
    house.app.handle(incoming).await.expect("a turn");
    house.deliver().await;
    assert!(house.read().iter().any(|(_, m)| m.text.plain().contains("Motala")), "it was used");
    let bytes: Vec<u8> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .flat_map(|entry| std::fs::read(entry.expect("an entry").path()).expect("a file"))
        .collect();
    for value in [lat, lon] {
        let (text, big, little) = (format!("{value:.4}"), f64::to_be_bytes(value), f64::to_le_bytes(value));
        for needle in [text.as_bytes(), &big[..7], &little[1..]] {
            assert!(!bytes.windows(needle.len()).any(|w| w == needle), "{value} as {needle:?}");
        }
    }
}
