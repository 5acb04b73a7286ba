//! `run --demo`: a month that the bot really played, marked as invented on every page.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use digidel::adapters::web::{self, WebMail};
use digidel::console;
use digidel::demo::{self, Extent};
use digidel::facts::source::Source;
use digidel::facts::{Facts, Severity};
use digidel::http::{self, Site};
use digidel::model::request::RequestStatus;
use digidel::model::visit::VisitStatus;
use digidel::settings::Http;
use digidel::store::Store;
use digidel::store::worklist::Filter;

use crate::support::browser::{Browser, PASSWORD};
use crate::support::house::House;

/// The facts with the demo's own centres, read from a folder as the command does.
fn facts(house: &House) -> Arc<Facts> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("centres.toml"), demo::centres(house.now())).expect("a file");
    let (facts, problems) = Facts::load(&Source::folder(folder.path()).lexical_only());
    let errors: Vec<_> = problems.iter().filter(|p| p.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    Arc::new(facts)
}

/// A shorter month, as an evaluator finds it.
async fn opened() -> (House, Browser) {
    let store = Store::in_memory().await.expect("a store");
    let house = House::on(store.clone());
    let facts = facts(&house);
    let extent = Extent { days: 9, a_day: 8, seed: 7 };
    demo::fill(&store, Arc::clone(&facts), house.now(), extent, PASSWORD).await.expect("a month");
    let house = House::with(store, facts);
    let site = Site::new(&Http::default(), house.store.clone()).of_demo(true);
    let chat = web::router(house.app.clone(), site.clone(), WebMail::default());
    let desk = console::router(
        house.app.clone(),
        house.store.clone(),
        site.clone(),
        digidel::model::retention::Retention::default(),
    );
    let router = http::router(&site, chat.merge(desk), Router::new());
    let mut anna = Browser::new(&router);
    let answer = anna.post("/staff/login", &[("login", demo::LOGIN), ("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/staff", "{}", answer.body);
    (house, anna)
}

#[tokio::test]
async fn an_evaluator_finds_a_living_console_that_says_it_is_invented() {
    let (house, mut anna) = opened().await;
    let all = house.store.requests(&Filter::default(), 1_000).await.expect("a store");
    let of = |status| all.iter().filter(|r| r.status == status).count();
    assert!(all.len() > 40, "{}", all.len());
    for status in [RequestStatus::Answered, RequestStatus::Unanswered, RequestStatus::Waiting] {
        assert!(of(status) > 0, "{status:?}");
    }
    assert!(all.iter().any(|r| r.points.is_some()), "somebody rated a conversation");
    assert!(all.iter().any(|r| r.outcome.is_some()), "somebody said that it helped");
    let begin = digidel::model::time::later(house.now(), -40 * 86_400);
    let end = digidel::model::time::later(house.now(), 60 * 86_400);
    let mut visits = Vec::new();
    for centre in house.app.facts().centres.shown() {
        visits.extend(house.store.visits_between(&centre.id, begin, end).await.expect("a store"));
    }
    for status in [VisitStatus::Booked, VisitStatus::Arrived] {
        assert!(visits.iter().any(|v| v.status == status), "{status:?}");
    }
    // Time did not run on: everything lies before now, but for visits to come.
    assert!(all.iter().all(|r| r.opened_at <= house.now()));

    let talk = all.iter().find(|r| r.points.is_some()).expect("a conversation that was rated");
    let request = format!("/staff/requests/{}", talk.id);
    for path in [
        "/staff",
        "/staff?view=all",
        &request,
        "/staff/visits",
        "/staff/visits?view=week",
        "/staff/centres",
        "/staff/knowledge",
        "/staff/insight",
        "/staff/account",
        "/staff/login",
        "/",
    ] {
        let page = anna.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(page.texts(".invented").len(), 1, "{path} says that it is invented");
    }
    assert!(!anna.get("/staff").await.texts(".card").is_empty(), "somebody waits");
    let page = anna.get(&request).await;
    assert!(page.texts(".ours").len() > 2, "the bot and staff said something");
    assert!(page.texts(".plain li").len() > 2, "staff did something");
}

#[tokio::test]
async fn the_same_seed_makes_the_same_month() {
    let extent = Extent { days: 3, a_day: 4, seed: 11 };
    let mut months = Vec::new();
    for _ in 0..2 {
        let house = House::open().await;
        let facts = house.app.facts();
        demo::fill(&house.store, facts, house.now(), extent, PASSWORD).await.expect("a month");
        months.push(house.store.requests(&Filter::default(), 1_000).await.expect("a store"));
    }
    assert!(!months[0].is_empty() && months[0] == months[1]);
}
