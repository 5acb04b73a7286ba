//! Requests, visits and centres: what staff do reaches the resident, and a stale form changes nothing.

use axum::http::StatusCode;
use digidel::model::chat::{Address, Platform};
use digidel::model::staff_account::AccountRole;
use digidel::settings::Http;
use digidel::store::worklist::Filter;

use crate::support::browser::{Browser, signed_in, site};
use crate::support::house::House;

fn rut() -> Address {
    Address::new(Platform::Telegram, "1")
}

/// Rut has asked for a person; Anna sees it.
async fn waiting() -> (House, Browser, String) {
    let mut house = House::open().await;
    for line in ["/person", "min skrivare skriver ut konstiga tecken", "[personyes]"] {
        house.does(&rut(), Some("sv"), line).await;
    }
    house.read();
    let site = site(&house, &Http::default());
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &["motala"]).await;
    let list = anna.get("/staff").await;
    let link =
        list.body.split("/staff/requests/").nth(1).and_then(|r| r.split('"').next()).expect("a request");
    let path = format!("/staff/requests/{link}");
    (house, anna, path)
}

/// The hidden fields of the page's forms.
async fn form(anna: &mut Browser, path: &str) -> (String, String, String) {
    let page = anna.get(path).await;
    (page.value("input[name=csrf]"), page.value("input[name=seen]"), page.value("input[name=turn]"))
}

async fn does(anna: &mut Browser, path: &str, deed: &str, text: &str) -> String {
    let (csrf, seen, turn) = form(anna, path).await;
    let fields = [("csrf", csrf.as_str()), ("seen", &seen), ("turn", &turn), ("deed", deed), ("text", text)];
    anna.post(path, &fields).await.location().to_owned()
}

fn heard(house: &House) -> Vec<String> {
    house.read().into_iter().filter(|(to, _)| *to == rut()).map(|(_, m)| m.text.plain()).collect()
}

#[tokio::test]
async fn an_answer_reaches_the_resident_and_the_form_sent_twice_answers_once() {
    let (house, mut anna, path) = waiting().await;
    let (csrf, seen, turn) = form(&mut anna, &path).await;
    let text = "Hej!\n\nByt **patron** <b>nu</b>.";
    let fields =
        [("csrf", csrf.as_str()), ("seen", &seen), ("turn", &turn), ("deed", "answer"), ("text", text)];
    assert!(anna.post(&path, &fields).await.location().ends_with("done=answered"));
    assert!(anna.post(&path, &fields).await.location().ends_with("done=answered"));
    house.deliver().await;
    assert_eq!(heard(&house), ["anna svarar:\n\nHej!\n\nByt **patron** <b>nu</b>."]);
}

#[tokio::test]
async fn v2_3_3_a_stale_form_does_not_overwrite() {
    let (house, mut anna, path) = waiting().await;
    let (csrf, seen, turn) = form(&mut anna, &path).await;
    house.set_clock(digidel::model::time::later(house.now(), 5));
    assert!(does(&mut anna, &path, "take", "").await.ends_with("done=took"));
    let fields = [("csrf", csrf.as_str()), ("seen", &seen), ("turn", &turn), ("deed", "resolve")];
    assert!(anna.post(&path, &fields).await.location().ends_with("done=stale"));
    let request = house.store.requests(&Filter::default(), 9).await.expect("a store");
    assert_eq!(request[0].status.word(), "claimed");
}

#[tokio::test]
async fn who_takes_over_silences_the_bot_until_the_end() {
    let (mut house, mut anna, path) = waiting().await;
    assert!(does(&mut anna, &path, "take", "").await.ends_with("done=took"));
    house.deliver().await;
    assert_eq!(heard(&house).len(), 1);
    house.does(&rut(), None, "bankid funkar inte").await;
    assert!(heard(&house).is_empty(), "the bot is silent");
    assert!(anna.get(&path).await.body.contains("bankid funkar inte"));
    assert!(does(&mut anna, &path, "answer", "Vi tar det i tur och ordning.").await.ends_with("answered"));
    assert!(does(&mut anna, &path, "resolve", "").await.ends_with("resolved"));
    house.deliver().await;
    assert_eq!(heard(&house).len(), 2);
    house.does(&rut(), None, "bankid funkar inte").await;
    assert!(!heard(&house).is_empty(), "the bot answers again");
}

#[tokio::test]
async fn v14_2_6_secrets_are_masked_in_what_staff_write() {
    let (house, mut anna, path) = waiting().await;
    does(&mut anna, &path, "answer", "Ditt personnummer 19811218-9876 behövs inte.").await;
    does(&mut anna, &path, "note", "Uppgav 19811218-9876 i telefon.").await;
    house.deliver().await;
    assert!(!heard(&house).concat().contains("9876"));
    assert!(!anna.get(&path).await.body.contains("9876"));
}

#[tokio::test]
async fn v16_3_3_every_reading_of_a_conversation_is_noted() {
    let (house, mut anna, path) = waiting().await;
    anna.get(&path).await;
    anna.get(&path).await;
    let id = path.rsplit('/').next().expect("an id");
    let deeds = house.store.deeds(&format!("request {id}")).await.expect("a store");
    let read: Vec<_> = deeds.iter().filter(|d| d.deed == "read").map(|d| d.actor.as_str()).collect();
    assert_eq!(read, ["staff 1"]);
}

#[tokio::test]
async fn the_search_finds_words_of_the_question_and_of_the_talk() {
    let (mut house, mut anna, path) = waiting().await;
    does(&mut anna, &path, "take", "").await;
    house.does(&rut(), None, "den står i Borensberg").await;
    for (words, count) in
        [("konstiga", 1), ("skriv konst", 1), ("borensberg", 1), ("cykel", 0), ("\" OR *", 0)]
    {
        let url = format!("/staff?view=all&words={}", crate::support::browser::encoded(words));
        let list = anna.get(&url).await;
        assert_eq!(list.status, StatusCode::OK, "{words}");
        let found = list.texts(".card").iter().filter(|c| c.contains("skrivare")).count();
        assert_eq!(found, count, "{words}");
    }
    house.does(&rut(), None, "[personend]").await;
}

#[tokio::test]
async fn closing_a_day_and_new_hours_are_in_force_at_once() {
    let (house, mut anna, _) = waiting().await;
    let csrf = anna.csrf().await;
    let close = [
        ("csrf", csrf.as_str()),
        ("centre", "motala"),
        ("turn", "t1"),
        ("deed", "close"),
        ("from", "2027-03-03"),
        ("until", "2027-03-04"),
        ("word", "studiedag"),
    ];
    let answer = anna.post("/staff/visits", &close).await;
    assert!(answer.location().ends_with("done=saved"), "{}", answer.location());
    let seen = anna.get("/staff/centres/motala").await.value("form.stack input[name=seen]");
    let hours = [
        ("csrf", csrf.as_str()),
        ("seen", seen.as_str()),
        ("turn", "t2"),
        ("mon", "09:00-11:00, 13:00-15:00"),
        ("mode", "slots"),
        ("minutes", "20"),
        ("seats", "2"),
        ("confirm", "1"),
        ("note", "ringde i dag"),
    ];
    let answer = anna.post("/staff/centres/motala", &hours).await;
    assert_eq!(answer.location(), "/staff/centres/motala?done=saved", "{}", answer.body);
    let facts = house.app.facts();
    let motala = facts.centres.get(&"motala".parse().expect("an id")).expect("the centre");
    assert_eq!((motala.booking.minutes, motala.booking.seats), (20, 2));
    assert_eq!(motala.confirmed.as_deref(), Some("2027-03-01"));
    assert!(
        motala
            .hours
            .as_ref()
            .is_some_and(|(_, h)| h.closures.iter().any(|c| c.reason.as_deref() == Some("studiedag")))
    );
    let bad = [("csrf", csrf.as_str()), ("turn", "t3"), ("mon", "11-9"), ("mode", "slots")];
    let answer = anna.post("/staff/centres/motala", &bad).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.value("#mon"), "11-9", "what was typed stays");
}
