//! Turns that share a commit come out as if each had had its own, and a bad one among them fails alone.

use proptest::prelude::*;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Row, SqlitePool};

use digidel::app::Handled;
use digidel::model::action::Action;
use digidel::model::chat::{Address, Platform};
use digidel::model::event::{Command, Incoming, Input};
use digidel::model::place::Position;
use digidel::store::Store;

use crate::support::house::House;

const TEXTS: [&str; 16] = [
    "hej",
    "boka Motala",
    "Motala",
    "bankid fungerar inte",
    "Hur betalar jag en räkning?",
    "jag vill prata med en människa",
    "det gäller min skrivare",
    "ja",
    "nej",
    "Amina",
    "591 32",
    "avboka",
    "lättare ord",
    "byt språk",
    "någon är på min skärm nu",
    "tack",
];
const RESIDENTS: usize = 5;
/// The turn with this key fails as the last of it is written: a trigger sees to that.
const POISONED: &str = "poisoned";

/// Who does what.
#[derive(Clone, Debug)]
struct Step {
    who: usize,
    what: Input,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let what = prop_oneof![
        8 => (0..TEXTS.len()).prop_map(|text| Input::Text(TEXTS[text].to_owned())),
        2 => (0..5_u8).prop_map(|n| Input::Command([
            Command::Start, Command::Help, Command::Visits, Command::Language, Command::MyData,
        ][usize::from(n)], String::new())),
        1 => Just(Input::Location(Position::new(58.54, 15.04).expect("a position"))),
        1 => Just(Input::Tap(Action::PersonYes)),
        1 => Just(Input::Erase),
    ];
    prop::collection::vec((0..RESIDENTS, what).prop_map(|(who, what)| Step { who, what }), 12..60)
}

fn resident(number: usize) -> Address {
    let platform = [Platform::Telegram, Platform::Web, Platform::Discord][number % 3];
    Address::new(platform, format!("{}", 900 + number))
}

/// A house on a file, where the poisoned turn fails.
async fn house(folder: &tempfile::TempDir) -> (House, SqlitePool) {
    let file = folder.path().join("batches.db");
    let house = House::on(Store::open(&file).await.expect("a database"));
    let database = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(SqliteConnectOptions::new().filename(&file))
        .await
        .expect("the same database");
    sqlx::query(AssertSqlSafe(format!(
        "CREATE TRIGGER poison BEFORE INSERT ON inbox WHEN new.key = '{POISONED}'
         BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
    )))
    .execute(&database)
    .await
    .expect("a trigger");
    (house, database)
}

/// The events of the steps, with a poisoned one among them.
fn events(house: &mut House, steps: &[Step], poisoned: usize) -> Vec<Incoming> {
    let mut events = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        let mut event = house.incoming(&resident(step.who), Some("sv"), step.what.clone());
        if n == poisoned {
            POISONED.clone_into(&mut event.key);
        }
        events.push(event);
    }
    events
}

/// Everything in the database, table by table.
async fn all_rows(database: &SqlitePool) -> Vec<(String, Vec<String>)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
           AND name NOT LIKE '%_words%' AND name <> '_sqlx_migrations' ORDER BY name",
    )
    .fetch_all(database)
    .await
    .expect("tables");
    let mut all = Vec::new();
    for table in tables {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
            .bind(&table)
            .fetch_all(database)
            .await
            .expect("columns");
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        let select = format!("SELECT {} AS row FROM {table} ORDER BY 1", quoted.join(" || ', ' || "));
        let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(database).await.expect("rows");
        all.push((table, rows.iter().map(|row| row.get("row")).collect()));
    }
    all
}

fn told(results: Vec<Result<Handled, digidel::app::HandleError>>) -> Vec<Option<Handled>> {
    results.into_iter().map(Result::ok).collect()
}

async fn one_by_one(steps: &[Step], poisoned: usize) -> (Vec<Option<Handled>>, Vec<(String, Vec<String>)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut house, database) = house(&folder).await;
    let mut results = Vec::new();
    for event in events(&mut house, steps, poisoned) {
        results.push(house.app.handle(event).await);
    }
    (told(results), all_rows(&database).await)
}

async fn together(
    steps: &[Step],
    poisoned: usize,
) -> (Vec<Option<Handled>>, Vec<(String, Vec<String>)>, u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut house, database) = house(&folder).await;
    let events = events(&mut house, steps, poisoned);
    // Until it has looked once, events wait side by side and draw their numbers in any order.
    house.app.learn(0).await;
    let before = *house.app.commits().borrow();
    let results = house.app.handle_all(events).await;
    let commits = *house.app.commits().borrow() - before;
    (told(results), all_rows(&database).await, commits)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn together_is_as_one_by_one(steps in steps(), poisoned in any::<prop::sample::Index>()) {
        let poisoned = poisoned.index(steps.len());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (single, single_rows) = runtime.block_on(one_by_one(&steps, poisoned));
        let (many, many_rows, commits) = runtime.block_on(together(&steps, poisoned));
        // The same events fail: the poisoned one, and no other.
        prop_assert_eq!(&single, &many);
        for (n, result) in many.iter().enumerate() {
            prop_assert_eq!(result.is_none(), n == poisoned, "turn {} of {:?}", n, many);
        }
        // The same rows under the same numbers, which is also the same order in every conversation.
        for ((table, single), (_, many)) in single_rows.iter().zip(&many_rows) {
            prop_assert_eq!(single, many, "in {}", table);
        }
        prop_assert!(usize::try_from(commits).expect("few") < steps.len(), "no turns shared a commit");
    }
}

/// `BATCH_CASES=500` for a long run.
fn cases() -> u32 {
    std::env::var("BATCH_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12)
}
