//! What is deleted by itself, on a clock that a test sets.

use std::path::Path;

use digidel::model::chat::Address;
use digidel::model::retention::Retention;
use digidel::model::time::{SignedDuration, Timestamp};
use digidel::store::Store;
use digidel::tidy::{Tidied, may_tidy, tidy};
use digidel::watch::Watch;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tokio::time::Instant;

use super::holding;
use crate::support::house::{House, booking};

/// A visit, a question, and a copy of everything.
fn talk() -> Vec<&'static str> {
    booking("Zebulina").into_iter().chain(["min papegoja Zebulon kan inte skriva ut", "/mydata"]).collect()
}

fn days(now: Timestamp, days: i64) -> Timestamp {
    now + SignedDuration::from_hours(24 * days)
}

async fn count(path: &Path, what: &'static str) -> i64 {
    let options = SqliteConnectOptions::new().filename(path);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("it opens");
    let count = sqlx::query_scalar(what).fetch_one(&pool).await.expect("a count");
    pool.close().await;
    count
}

#[tokio::test]
async fn each_kind_of_data_goes_when_its_days_are_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("digidel.db");
    let mut house = House::on(Store::open(&path).await.expect("a database"));
    let rut: Address = "telegram:77001".parse().expect("an address");
    for line in talk() {
        house.does(&rut, Some("sv"), line).await;
    }
    // What must run out last, kept by somebody who goes on writing.
    let kept = Retention { persons_days: 400, audit_days: 300, keys_days: 200, ..Retention::default() };
    let began = house.now();
    for day in [1, 2, 3, 89] {
        house.set_clock(days(began, day));
        house.deliver().await;
    }
    house.does(&rut, Some("sv"), "tack").await;
    tidy(&house.app, &house.store, &kept).await.expect("tidied");
    assert!(!holding(folder.path(), "Zebulon").is_empty(), "not yet");
    // A copy of everything goes sooner than what it is a copy of.
    let copies = "SELECT count(*) FROM letters WHERE content LIKE '%digidel.txt%'";
    assert_eq!(count(&path, copies).await, 0);

    house.set_clock(days(began, 95));
    let first = tidy(&house.app, &house.store, &kept).await.expect("tidied");
    assert!(first.rows > 5 && first.persons == 0, "{first:?}");
    for word in ["Zebulon", "Zebulina"] {
        assert_eq!(holding(folder.path(), word), [""; 0], "{word}");
    }
    assert_eq!(count(&path, "SELECT count(*) FROM visits").await, 0);
    assert!(count(&path, "SELECT count(*) FROM requests").await >= 2, "the figures stay");
    assert_eq!(
        count(&path, "SELECT count(*) FROM requests WHERE question LIKE '%papegoja%' OR resident <> ''")
            .await,
        0
    );
    let inbox = count(&path, "SELECT count(*) FROM inbox").await;
    assert!(inbox > i64::try_from(talk().len()).expect("few"), "the keys stay longer");
    assert_eq!(
        tidy(&house.app, &house.store, &kept).await.expect("tidied"),
        Tidied::default(),
        "once is enough"
    );

    house.set_clock(days(began, 89 + 201));
    tidy(&house.app, &house.store, &kept).await.expect("tidied");
    assert_eq!(count(&path, "SELECT count(*) FROM inbox").await, 0);
    assert!(count(&path, "SELECT count(*) FROM audit").await > 0);

    house.set_clock(days(began, 395));
    tidy(&house.app, &house.store, &kept).await.expect("tidied");
    assert_eq!(count(&path, "SELECT count(*) FROM audit").await, 0, "the audit may be shortened by age");
    assert_eq!(count(&path, "SELECT count(*) FROM conversations").await, 1, "the person is still known");

    house.set_clock(days(began, 89 + 401));
    let last = tidy(&house.app, &house.store, &kept).await.expect("tidied");
    assert_eq!(last.persons, 1);
    house.deliver().await;
    assert_eq!(holding(folder.path(), "77001"), [""; 0], "and now is not");
}

#[tokio::test]
async fn nobody_with_a_visit_ahead_is_deleted() {
    let mut house = House::open().await;
    let rut: Address = "telegram:77002".parse().expect("an address");
    for line in talk() {
        house.does(&rut, Some("sv"), line).await;
    }
    let kept = Retention { persons_days: 1, ..Retention::default() };
    house.set_clock(days(house.now(), 1) + SignedDuration::from_hours(2));
    assert_eq!(tidy(&house.app, &house.store, &kept).await.expect("tidied").persons, 0);
    house.set_clock(days(house.now(), 2));
    assert_eq!(tidy(&house.app, &house.store, &kept).await.expect("tidied").persons, 1);
}

/// A clock that runs a year ahead would delete everybody.
#[tokio::test]
async fn a_clock_that_was_set_ahead_is_not_believed_at_once() {
    let mut house = House::open().await;
    let rut: Address = "telegram:77003".parse().expect("an address");
    house.does(&rut, Some("sv"), "hej").await;
    let began = house.now();
    let hour = std::time::Duration::from_hours;
    let start = Instant::now();
    let mut watch = Watch::new(began, start);
    let store = house.store.clone();
    let may = async |watch: &mut Watch, now, steady| {
        may_tidy(&store, watch, now, steady).await.expect("the database answers")
    };
    assert!(may(&mut watch, began, start).await, "a new bot has nothing to fear");
    tidy(&house.app, &house.store, &Retention::default()).await.expect("tidied");
    let day = began + SignedDuration::from_hours(24);
    assert!(may(&mut watch, day, start + hour(24)).await, "a day later");
    // The clock is set a year ahead, in the run or while the bot was off.
    let wrong = days(began, 366);
    assert!(!may(&mut watch, wrong, start + hour(24)).await);
    let mut after_restart = Watch::new(wrong, start);
    assert!(!may(&mut after_restart, wrong, start).await);
    // Set right again, all is well; left alone for six hours, it is what people go by.
    assert!(may(&mut watch, day, start + hour(24)).await);
    let later = |hours: i64| wrong + SignedDuration::from_hours(hours);
    assert!(!may(&mut after_restart, later(5), start + hour(5)).await);
    assert!(may(&mut after_restart, later(6), start + hour(6)).await);
    // Set once more, the hours begin anew.
    assert!(!may(&mut after_restart, days(later(6), 1), start + hour(6)).await);
}

#[test]
fn days_that_cannot_be_kept_to_are_refused() {
    assert_eq!(Retention::default().problem(), None);
    let zero = Retention { visits_days: 0, ..Retention::default() };
    assert!(zero.problem().is_some_and(|problem| problem.contains("at least 1")));
    let keys = Retention { keys_days: 1, ..Retention::default() };
    assert!(keys.problem().is_some_and(|problem| problem.contains("keys_days")));
}

/// `/privacy` promises a number of days, and says whose companies Telegram and Discord are.
#[test]
fn what_is_promised_is_what_is_kept_to() {
    let kept = Retention::default();
    for (locale, outside) in [
        (include_str!("../../../locales/sv.yml"), "utanför kommunen"),
        (include_str!("../../../locales/sv-easy.yml"), "inte kommunen"),
        (include_str!("../../../locales/en.yml"), "outside the municipality"),
    ] {
        let (_, text) = locale.split_once("\nprivacy:\n").expect("the sentences on privacy");
        let (text, _) = text.split_once("\n  my_data:").expect("the sentence");
        assert!(text.contains("Telegram") && text.contains("Discord") && text.contains(outside), "{text}");
        assert!(text.contains(&format!("{} da", kept.transcripts_days)), "{text}");
    }
    assert_eq!(kept.transcripts_days, kept.letters_days);
}
