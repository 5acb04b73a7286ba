//! What the house asks of its database: how many statements a turn takes, that they stay prepared, and
//! that none of them reads a whole table.
//!
//! The statements are the ones that sqlx really ran, taken from its log. A log belongs to a process, and
//! in this one all the other tests ask too: so the listening is done in a process of its own.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use digidel::app::Handled;
use digidel::model::chat::{Address, Platform, Role};
use digidel::model::event::Input;
use digidel::model::retention::Retention;
use digidel::model::staff_account::AccountRole;
use digidel::settings::Http;
use digidel::store::Store;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Row, SqlitePool};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

use crate::support::browser::{signed_in, site};
use crate::support::house::House;

const QUESTION: &str = "bankid fungerar inte";
/// How many statements a question may take, and as many turns as share its transaction, with its BEGIN and
/// its COMMIT.
const MOST_A_COMMIT: usize = 8;
/// In how many errands to the database they go: the BEGIN with a look ahead, and everything that is written
/// with the COMMIT.
const ERRANDS_A_COMMIT: usize = 2;
/// How many errands a transaction takes that closes what was delivered and claims what is due.
const ERRANDS_A_SETTLING: usize = 2;

/// Tables that stay as small as the staff, the settings and the list of centres: reading them whole is
/// quicker than looking anything up.
const SMALL: [&str; 15] = [
    "accounts",
    "canned_replies",
    "desks",
    "invitations",
    // Rows are added when volunteers write, and deleted with the letters they belong to.
    "relayed",
    "notices",
    "proposals",
    "revisions",
    "saved_views",
    // Only what is read up on after an absence: threads of the desk, and residents on Discord.
    "seen",
    "swept",
    "volunteers",
    "_sqlx_migrations",
    // A list that comes with the statement, also by another name.
    "json_each",
    "?",
];

/// Indexes that hold only what is under way now, and so stay short.
const SHORT: [&str; 1] = ["letters_sending"];

/// Writes down every statement that sqlx says it ran.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<String>>>);

impl Listener {
    /// What was heard since the last call, in its order.
    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no panic"))
    }
}

/// The statement in one line of sqlx's log: `summary` is all of it if it is short.
#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.trim().clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl Subscriber for Listener {
    fn enabled(&self, line: &Metadata<'_>) -> bool {
        line.target() == "sqlx::query"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        let Statement { summary, whole } = statement;
        self.0.lock().expect("no panic").push(if whole.is_empty() { summary } else { whole });
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// Starts this very program with one of the tests below, which cannot share it with others.
fn alone(test: &str) {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new(program)
        .args([&format!("statements::{test}"), "--exact", "--ignored", "--nocapture"])
        .output()
        .expect("it starts again");
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{said}");
    assert!(output.status.success() && said.contains("1 passed"), "{test} failed");
}

#[test]
fn a_turn_takes_few_statements_and_they_stay_prepared() {
    alone("count");
}

#[test]
fn no_statement_of_the_daily_work_reads_a_whole_table() {
    alone("plans");
}

fn listen() -> Listener {
    let listener = Listener::default();
    tracing::subscriber::set_global_default(listener.clone()).expect("nobody else listens");
    listener
}

fn resident(number: usize) -> Address {
    Address::new(Platform::Telegram, format!("{}", 5_000 + number))
}

async fn on_disk(folder: &Path) -> House {
    House::on(Store::open(&folder.join("statements.db")).await.expect("a database"))
}

/// Residents ask, so many at once; nothing is delivered yet.
async fn ask(house: &mut House, residents: Range<usize>) -> Asked {
    let commits = house.app.commits();
    let before = *commits.borrow();
    // What was understood before is understood at once: all of them wait before the writer looks.
    let text = || Input::Text(QUESTION.to_owned());
    let events = residents.map(|number| house.incoming(&resident(number), None, text())).collect();
    for handled in house.app.handle_all(events).await {
        assert_eq!(handled.expect("a turn"), Handled::Done);
    }
    Asked { commits: usize::try_from(*commits.borrow() - before).expect("few") }
}

/// In how many transactions the turns were taken.
struct Asked {
    commits: usize,
}

/// The statements of what went to the database in one errand.
fn statements(errand: &str) -> impl Iterator<Item = &str> {
    errand.split(';').map(str::trim).filter(|statement| !statement.is_empty())
}

/// Every transaction takes as many errands, and as many statements, however many turns share it.
fn as_few_as_ever(asked: &Asked, heard: &[String]) {
    assert_eq!(heard.len(), asked.commits * ERRANDS_A_COMMIT, "{heard:#?}");
    let all: usize = heard.iter().map(|errand| statements(errand).count()).sum();
    assert_eq!(all, asked.commits * MOST_A_COMMIT, "{heard:#?}");
}

#[tokio::test]
#[ignore = "the test above starts it, in a process of its own"]
async fn count() {
    const MANY: usize = 33;
    let listener = listen();
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = on_disk(folder.path()).await;
    for number in 0..=6 * MANY {
        house.does(&resident(number), None, "hej").await;
    }
    house.does(&resident(7 * MANY), None, QUESTION).await;
    listener.heard();
    let alone = ask(&mut house, 0..1).await;
    let heard = listener.heard();
    println!("one question: {heard:#?}");
    as_few_as_ever(&alone, &heard);
    let many = ask(&mut house, 1..1 + MANY).await;
    as_few_as_ever(&many, &listener.heard());
    println!("{MOST_A_COMMIT} statements a commit; {MANY} questions took {} commits", many.commits);
    assert!(many.commits < MANY / 4, "they share commits: {}", many.commits);

    let letters = MANY + 1;
    house.deliver().await;
    let delivered = listener.heard();
    let settlings = delivered.iter().filter(|statement| statement.contains("FROM letters AS l")).count();
    println!("{letters} letters: {} errands in {settlings} transactions", delivered.len());
    assert!(delivered.len() <= settlings * ERRANDS_A_SETTLING, "{delivered:#?}");
    assert!(settlings < letters / 4, "they share transactions: {settlings}");

    let prepared = house.store.prepared().await.expect("a number");
    for round in 1..=5 {
        ask(&mut house, round * MANY + 1..(round + 1) * MANY + 1).await;
        house.deliver().await;
    }
    let after = house.store.prepared().await.expect("a number");
    println!("{prepared} prepared statements, and {after} after {} turns more", 5 * MANY);
    assert!(prepared > 0, "statements are prepared");
    assert_eq!(prepared, after, "and used again");
}

/// A day of everything that happens often: what residents do, what staff look at, what is delivered.
async fn a_day(house: &mut House) {
    let (amina, karl) = (resident(1), resident(2));
    for line in
        ["hej", "bankid fungerar inte", "boka Motala", "[1]", "[1]", "[1]", "Amina", "[1]", "[1]", "/visits"]
    {
        house.does(&amina, None, line).await;
    }
    for line in
        ["591 32", "jag vill prata med en människa", "det gäller min skrivare", "ja", "tack", "/mydata"]
    {
        house.does(&karl, None, line).await;
    }
    house.does(&Address::new(Platform::Discord, "77"), None, "hur betalar jag en räkning?").await;
    house.app.conversation(&amina, 50).await.expect("the database answers");
    house.store.next_due().await.expect("the database answers");
    house.store.in_flight().await.expect("the database answers");
    house.store.hurry(house.now()).await.expect("the database answers");
    house.store.followed(Platform::Discord).await.expect("the database answers");
    house.app.erase(karl, Role::Resident).await.expect("the database answers");
    house.deliver().await;
    house.store.sweep(&Retention::default(), house.now()).await.expect("the database answers");
    house.store.try_write().await.expect("the database answers");
    let site = site(house, &Http::default());
    let mut anna = signed_in(house, &site, "anna", AccountRole::Staff, &[]).await;
    for path in ["/staff", "/staff?view=all", "/staff?view=unanswered", "/staff?view=mine", "/staff/visits"] {
        assert_eq!(anna.get(path).await.status, axum::http::StatusCode::OK, "{path}");
    }
    let all = anna.get("/staff?view=all").await;
    let id = all.body.split("/staff/requests/").nth(1).and_then(|rest| rest.split('"').next());
    let request = format!("/staff/requests/{}", id.expect("a request"));
    assert_eq!(anna.get(&request).await.status, axum::http::StatusCode::OK);
}

/// What SQLite would do for a statement, a line a step.
async fn plan(database: &SqlitePool, statement: &str) -> Vec<String> {
    let explain = format!("EXPLAIN QUERY PLAN {statement}");
    let rows = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(database).await;
    let rows = rows.unwrap_or_else(|error| panic!("{error}: {statement}"));
    rows.iter().map(|row| row.get::<String, _>("detail")).collect()
}

/// Whether a step reads a whole table that grows with the residents. Walking an index in order is no
/// such thing where the statement says how many rows are wanted.
fn reads_it_all(step: &str, statement: &str) -> bool {
    let Some(what) = step.strip_prefix("SCAN ") else { return false };
    let short = SHORT.iter().any(|index| what.ends_with(&format!("USING INDEX {index}")));
    let walks = what.contains(" USING ") && statement.contains("LIMIT") && !what.contains("VIRTUAL");
    let name = what.split(' ').next().unwrap_or_default();
    let table = of_alias(statement, name);
    // A question inside the question has a name as well; what it reads has a step of its own.
    let inner = statement.contains(&format!(") AS {name} ")) || statement.contains(&format!(") AS {name}\n"));
    let made_up = what.starts_with("CONSTANT ROW") || what.starts_with('(') || what.contains("SUBQUERY");
    !(walks || short || made_up || inner || SMALL.contains(&table.as_str()))
}

/// The table behind a name: `FROM requests AS r` makes `r` the requests.
fn of_alias(statement: &str, name: &str) -> String {
    let words: Vec<&str> =
        statement.split([' ', '\n', ',', '(', ')']).filter(|word| !word.is_empty()).collect();
    let is_alias = |three: &&[&str]| three[1].eq_ignore_ascii_case("AS") && three[2] == name;
    words.windows(3).find(is_alias).map_or(name, |three| three[0]).to_owned()
}

#[tokio::test]
#[ignore = "the test above starts it, in a process of its own"]
async fn plans() {
    let listener = listen();
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = on_disk(folder.path()).await;
    listener.heard();
    a_day(&mut house).await;
    let errands = listener.heard();
    let heard: BTreeSet<&str> = errands.iter().flat_map(|errand| statements(errand)).collect();
    let file = SqliteConnectOptions::new().filename(folder.path().join("statements.db")).read_only(true);
    let database = SqlitePoolOptions::new().connect_with(file).await.expect("the database");
    let mut read_it_all = Vec::new();
    let mut explained = 0;
    for statement in &heard {
        let verb = statement.split_whitespace().next().unwrap_or_default().to_uppercase();
        if !["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&verb.as_str()) {
            continue;
        }
        explained += 1;
        let steps = plan(&database, statement).await;
        if let Some(step) = steps.iter().find(|step| reads_it_all(step, statement)) {
            read_it_all.push(format!("{step}\n{statement}"));
        }
    }
    println!("{explained} different statements explained");
    for part in ["INSERT INTO inbox", "FROM letters AS l", "UPDATE letters SET state = 'sent'", "min(due_at)"]
    {
        assert!(heard.iter().any(|statement| statement.contains(part)), "not heard: {part}");
    }
    assert!(read_it_all.is_empty(), "{}", read_it_all.join("\n\n"));
    // The test can tell: without an index it is found out.
    let whole = "SELECT id FROM inbox WHERE kind = 'text'";
    assert!(plan(&database, whole).await.iter().any(|step| reads_it_all(step, whole)));
}
