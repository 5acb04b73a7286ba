//! The console through its router: the door, the rights, and the desk.

mod asvs;
mod busy;
mod centres;
mod demo;
mod desk;
mod insight;
mod knowledge;
mod load;
mod together;

use axum::http::StatusCode;
use digidel::console::{self, Secret};
use digidel::model::staff_account::AccountRole;
use digidel::model::time::later;
use digidel::settings::Http;

use crate::support::browser::{Browser, PASSWORD, signed_in, site};
use crate::support::house::House;

#[tokio::test]
async fn v6_3_3_an_administrator_needs_a_second_factor() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    let link =
        console::first::first_link(&house.store, "", house.now()).await.expect("a store").expect("a link");
    let mut admin = Browser::new(&site);
    assert_eq!(admin.post(&link, &[("password", PASSWORD), ("again", PASSWORD)]).await.location(), "/staff");
    for path in ["/staff", "/staff/people", "/staff/account"] {
        assert_eq!(admin.get(path).await.location(), "/staff/second", "{path}");
    }
    // The link works once.
    assert_eq!(Browser::new(&site).get(&link).await.status, StatusCode::NOT_FOUND);
    assert_eq!(console::first::first_link(&house.store, "", house.now()).await.expect("a store"), None);
}

#[tokio::test]
async fn v6_3_1_guessing_is_slowed_and_says_nothing() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    let mut eve = Browser::new(&site);
    let unknown = eve.post("/staff/login", &[("login", "nobody"), ("password", "x")]).await;
    let mut bodies = Vec::new();
    for _ in 0..5 {
        let answer = eve.post("/staff/login", &[("login", "anna"), ("password", "fel lösenord")]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        bodies.push(answer.body.replace("anna", "nobody"));
    }
    assert!(bodies.iter().all(|b| *b == unknown.body), "an unknown login looks the same");
    // Locked now, even for the right password; after a while it works again.
    let right = [("login", "anna"), ("password", PASSWORD)];
    assert_eq!(eve.post("/staff/login", &right).await.status, StatusCode::UNAUTHORIZED);
    house.set_clock(later(house.now(), 31));
    assert_eq!(eve.post("/staff/login", &right).await.location(), "/staff");
}

#[tokio::test]
async fn v6_5_1_a_one_time_code_signs_in_once() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    signed_in(&house, &site, "chef", AccountRole::Administrator, &[]).await;
    house.set_clock(later(house.now(), 60));
    let secret = house.store.lock("chef").await.expect("a store").and_then(|l| l.totp).expect("a secret");
    let code = Secret::read(&secret).and_then(|s| s.code_at(house.now())).expect("a code");
    let form = [("login", "chef"), ("password", PASSWORD), ("code", code.as_str())];
    assert_eq!(Browser::new(&site).post("/staff/login", &form).await.location(), "/staff");
    assert_eq!(Browser::new(&site).post("/staff/login", &form).await.status, StatusCode::UNAUTHORIZED);
    let without = [("login", "chef"), ("password", PASSWORD)];
    assert_eq!(Browser::new(&site).post("/staff/login", &without).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn v7_3_1_a_session_ends_without_use_and_v7_3_2_after_a_day_of_work() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    assert_eq!(anna.get("/staff").await.status, StatusCode::OK);
    let idle = anna.clone();
    house.set_clock(later(house.now(), 3_601));
    assert_eq!(idle.clone().get("/staff").await.location(), "/staff/login?over=1");
    let mut anna = Browser::new(&site);
    anna.post("/staff/login", &[("login", "anna"), ("password", PASSWORD)]).await;
    for _ in 0..23 {
        house.set_clock(later(house.now(), 1_800));
        assert_eq!(anna.get("/staff").await.status, StatusCode::OK);
    }
    house.set_clock(later(house.now(), 1_801));
    assert_eq!(anna.get("/staff").await.location(), "/staff/login?over=1");
}

#[tokio::test]
async fn v7_4_1_signing_out_ends_the_session_on_the_server() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    let copy = anna.clone();
    let csrf = anna.csrf().await;
    assert_eq!(anna.post("/staff/logout", &[("csrf", &csrf)]).await.location(), "/staff/login?out=1");
    assert_eq!(copy.clone().get("/staff").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_has_the_name_that_people_know_its_browser_by() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    let mut anna = Browser::new(&site);
    let line = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
    anna.headers.push(("user-agent", line.to_owned()));
    anna.post("/staff/login", &[("login", "anna"), ("password", PASSWORD)]).await;
    let page = anna.get("/staff/account").await;
    let here = page.texts(".rows li").into_iter().find(|row| row.contains("den här webbläsaren"));
    assert!(here.is_some_and(|row| row.starts_with("Firefox på Windows")), "{}", page.body);
    assert!(!page.body.contains("Mozilla"));
}

#[tokio::test]
async fn v7_4_3_a_new_password_ends_every_other_session() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    let mut other = Browser::new(&site);
    other.post("/staff/login", &[("login", "anna"), ("password", PASSWORD)]).await;
    let csrf = anna.csrf().await;
    let new = "hunden vaktar skrivaren";
    let wrong = [("csrf", csrf.as_str()), ("now", "fel"), ("password", new), ("again", new)];
    assert_eq!(anna.post("/staff/account/password", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [("csrf", csrf.as_str()), ("now", PASSWORD), ("password", new), ("again", new)];
    assert_eq!(anna.post("/staff/account/password", &form).await.location(), "/staff");
    assert_eq!(anna.get("/staff").await.status, StatusCode::OK);
    assert_eq!(other.get("/staff").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn v7_4_2_a_closed_account_is_out_at_once() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    let mut chef = signed_in(&house, &site, "chef", AccountRole::Administrator, &[]).await;
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    let csrf = chef.csrf().await;
    chef.post("/staff/people/2", &[("csrf", &csrf), ("deed", "disable")]).await;
    assert_eq!(anna.get("/staff").await.status, StatusCode::SEE_OTHER);
    // The last administrator cannot lock everybody out.
    let answer = chef.post("/staff/people/1", &[("csrf", &csrf), ("deed", "disable")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn v3_5_1_a_form_without_its_proof_changes_nothing() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    let mut chef = signed_in(&house, &site, "chef", AccountRole::Administrator, &[]).await;
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    let others = anna.csrf().await;
    for csrf in ["", "0", &others] {
        let form = [("csrf", csrf), ("login", "eve"), ("name", "Eve"), ("role", "administrator")];
        assert_eq!(chef.post("/staff/people", &form).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(house.store.accounts().await.expect("a store").len(), 2);
}

#[tokio::test]
async fn v8_3_1_what_a_role_may_not_do_the_server_refuses() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    let mut lars = signed_in(&house, &site, "lars", AccountRole::Reader, &[]).await;
    for path in ["/staff/people", "/staff/data"] {
        assert_eq!(anna.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(lars.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let csrf = lars.csrf().await;
    for path in ["/staff/visits", "/staff/centres/motala", "/staff/requests/1"] {
        let answer = lars.post(path, &[("csrf", &csrf), ("deed", "take")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn v8_2_2_another_centres_things_do_not_exist() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &["motala"]).await;
    assert_eq!(anna.get("/staff/centres/motala").await.status, StatusCode::OK);
    assert_eq!(anna.get("/staff/centres/norrkoping").await.status, StatusCode::NOT_FOUND);
    assert_eq!(anna.get("/staff/visits?centre=norrkoping").await.status, StatusCode::NOT_FOUND);
    let csrf = anna.csrf().await;
    let form = [("csrf", csrf.as_str()), ("mon", "10:00-12:00")];
    assert_eq!(anna.post("/staff/centres/norrkoping", &form).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_page_needs_somebody_who_is_signed_in() {
    let house = House::open().await;
    let mut nobody = Browser::new(&site(&house, &Http::default()));
    for path in [
        "/staff",
        "/staff/requests/1",
        "/staff/visits",
        "/staff/centres",
        "/staff/centres/motala",
        "/staff/people",
        "/staff/account",
        "/staff/second",
        "/staff/live",
        "/staff/knowledge",
        "/staff/knowledge/articles",
        "/staff/knowledge/articles/centrum-besok",
        "/staff/knowledge/articles/centrum-besok/sv",
        "/staff/knowledge/new",
        "/staff/knowledge/example",
        "/staff/check-in",
        "/staff/insight",
        "/staff/insight.csv",
        "/staff/data",
    ] {
        let answer = nobody.get(path).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/staff/login"), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}
