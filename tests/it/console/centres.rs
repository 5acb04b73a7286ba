//! A centre's facts with their history, the map, and the check-in at the door.

use axum::http::StatusCode;
use digidel::model::chat::{Address, Platform};
use digidel::model::staff_account::AccountRole;
use digidel::model::time::later;
use digidel::settings::Http;

use crate::support::browser::{Browser, signed_in, site};
use crate::support::house::{House, instant};

async fn anna(house: &House) -> Browser {
    let site = site(house, &Http::default());
    signed_in(house, &site, "anna", AccountRole::Staff, &["motala"]).await
}

/// The form as the page shows it, but for some fields.
async fn form(anna: &mut Browser, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let page = anna.get("/staff/centres/motala").await;
    let mut fields: Vec<(String, String)> = Vec::new();
    for name in [
        "csrf",
        "seen",
        "turn",
        "address",
        "postal",
        "email",
        "url",
        "mon",
        "wed",
        "fri",
        "minutes",
        "seats",
        "confirmed_on",
    ] {
        fields.push((name.into(), page.value(&format!("form.stack input[name={name}]"))));
    }
    for name in ["phones", "exceptions"] {
        fields.push((name.into(), page.texts(&format!("textarea[name={name}]")).concat()));
    }
    fields.push(("mode".into(), "slots".into()));
    for (name, value) in changes {
        fields.retain(|(n, _)| n != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

async fn post(anna: &mut Browser, fields: &[(String, String)]) -> crate::support::browser::Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    anna.post("/staff/centres/motala", &fields).await
}

#[tokio::test]
async fn address_contacts_and_exceptions_are_changed_and_undone() {
    let house = House::open().await;
    let mut anna = anna(&house).await;
    let changes = [
        ("address", "Nya gatan 5"),
        ("phones", "0141-22 22 22\r\n0141-33 33 33"),
        ("email", "hjalp@example.org"),
        ("exceptions", "2027-03-10 12:00-14:00\r\n2027-03-12"),
        ("confirmed_on", "2027-02-20"),
        ("note", "flyttat"),
    ];
    let fields = form(&mut anna, &changes).await;
    let saved = post(&mut anna, &fields).await;
    assert_eq!(saved.location(), "/staff/centres/motala?done=saved", "{}", saved.body);
    let motala = || house.app.facts().centres.get(&"motala".parse().expect("an id")).expect("it").clone();
    let now = motala();
    assert_eq!((now.address.as_deref(), now.phone()), (Some("Nya gatan 5"), Some("0141-22 22 22")));
    assert_eq!((now.phones.len(), now.email.as_deref()), (2, Some("hjalp@example.org")));
    assert_eq!(now.confirmed.as_deref(), Some("2027-02-20"));
    let (_, hours) = now.hours.expect("hours");
    assert_eq!(hours.exceptions.len(), 2);
    assert!(hours.exceptions.values().any(Vec::is_empty), "a date alone is closed");
    assert_eq!(
        now.url.as_deref(),
        Some("https://example.org/motala"),
        "what was not changed stays the file's"
    );

    let page = anna.get("/staff/centres/motala").await;
    assert!(page.texts(".diff ins").concat().contains("Nya gatan 5"));
    assert!(page.texts(".step summary").concat().contains("flyttat"));
    let undo = [
        ("csrf".to_owned(), page.value(".step input[name=csrf]")),
        ("seen".to_owned(), page.value(".step input[name=seen]")),
        ("turn".to_owned(), page.value(".step input[name=turn]")),
        ("deed".to_owned(), page.value(".step button")),
    ];
    assert_eq!(post(&mut anna, &undo).await.location(), "/staff/centres/motala?done=saved");
    assert_eq!(motala().address.as_deref(), Some("Provgatan 1"));
    assert_eq!(anna.get("/staff/centres/motala").await.texts(".step").len(), 2, "an undo is a revision");
}

#[tokio::test]
async fn v2_3_3_a_stale_or_wrong_form_of_a_centre_changes_nothing() {
    let house = House::open().await;
    let mut anna = anna(&house).await;
    let mine = form(&mut anna, &[("address", "Min gata 1")]).await;
    let theirs = form(&mut anna, &[("address", "Deras gata 2")]).await;
    assert_eq!(post(&mut anna, &theirs).await.location(), "/staff/centres/motala?done=saved");
    let stale = post(&mut anna, &mine).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(stale.value("#address"), "Min gata 1", "what was typed stays");
    for (field, wrong) in [
        ("url", "javascript:alert(1)"),
        ("exceptions", "i morgon"),
        ("exceptions", "2027-03-10 fram till tolv"),
        ("confirmed_on", "2031-01-01"),
        ("minutes", "många"),
    ] {
        let fields = form(&mut anna, &[(field, wrong)]).await;
        assert_eq!(
            post(&mut anna, &fields).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{field}: {wrong}"
        );
    }
    let facts = house.app.facts();
    let motala = facts.centres.get(&"motala".parse().expect("an id")).expect("it");
    assert_eq!(motala.address.as_deref(), Some("Deras gata 2"));
}

#[tokio::test]
async fn the_map_shows_municipalities_and_hides_small_counts() {
    let mut house = House::open().await;
    for n in 0..5 {
        house.does(&Address::new(Platform::Telegram, format!("m{n}")), Some("sv"), "Motala").await;
    }
    for n in 0..4 {
        house.does(&Address::new(Platform::Telegram, format!("n{n}")), Some("sv"), "Norrköping").await;
    }
    let mut lars = {
        let site = site(&house, &Http::default());
        signed_in(&house, &site, "lars", AccountRole::Reader, &[]).await
    };
    let page = lars.get("/staff/centres").await;
    let rows = page.texts(".sweden tbody tr");
    let row = |name: &str| rows.iter().find(|r| r.starts_with(name)).cloned().unwrap_or_default();
    assert!(row("Motala").contains('5'), "{rows:?}");
    assert!(row("Norrköping").contains("färre än 5"), "{rows:?}");
    assert!(page.body.contains("<svg viewBox=\"0 0 350 740\" role=\"img\" aria-label=\"Sveriges kommuner."));
    assert_eq!(page.body.matches("area s1\" d=").count(), 1, "only Motala is darker");
    assert!(page.body.matches("class=\"centre\"").count() >= 4);
}

/// Amina has a visit on Wednesday at 10.30; the code of it.
async fn booked(house: &mut House) -> String {
    let amina = Address::new(Platform::Telegram, "1");
    for line in [
        "/start book-motala",
        "[ons 3 mars]",
        "[10.30]",
        "[Hoppa över]",
        "[Nej tack]",
        "Amina",
        "[Ja, boka tiden]",
    ] {
        house.does(&amina, Some("sv"), line).await;
    }
    let said: String = house.read().into_iter().map(|(_, m)| m.text.plain()).collect();
    let code = said.split("besökskod är ").nth(1).and_then(|rest| rest.split('.').next());
    code.expect("a code").to_owned()
}

#[tokio::test]
async fn a_visitor_is_checked_in_by_the_code_of_the_square() {
    let mut house = House::open().await;
    let code = booked(&mut house).await;
    let bare = code.replace(' ', "");
    // What the square carries is what the page reads.
    house.does(&Address::new(Platform::Telegram, "1"), None, &code).await;
    let shown = house.read();
    let pass =
        shown.iter().flat_map(|(_, m)| m.ask.choices()).find(|c| c.action.to_string().starts_with("pass"));
    let action = pass.expect("a button for the square").action.to_string();
    house.does(&Address::new(Platform::Telegram, "1"), None, &format!("[{action}]")).await;
    let square = house.read().into_iter().find_map(|(_, m)| match m.card {
        Some(digidel::model::message::Card::Picture { code, .. }) => Some(code),
        _ => None,
    });
    assert_eq!(square.as_deref(), Some(bare.as_str()));

    house.set_clock(instant("2027-03-03 10:25"));
    let mut anna = anna(&house).await;
    let page = anna.get(&format!("/staff/check-in?code={bare}")).await;
    assert_eq!(page.value("#code"), bare, "a link fills it in");
    assert!(
        page.body.contains("/assets/scan.js") && page.header("permissions-policy").contains("camera=(self)")
    );
    let (csrf, turn) = (page.value("input[name=csrf]"), page.value("input[name=turn]"));
    let fields = |code: &str| vec![("csrf", csrf.clone()), ("turn", turn.clone()), ("code", code.to_owned())];
    let send = async |who: &mut Browser, code: &str| {
        let fields = fields(code);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        who.post("/staff/check-in", &fields).await
    };
    assert_eq!(send(&mut anna, "hej").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = send(&mut anna, &format!("https://digidel.example.se/staff/check-in?code={bare}")).await;
    assert!(done.location().starts_with("/staff/check-in?here="), "{}", done.body);
    let said = anna.get(done.location()).await.texts(".done").concat();
    assert_eq!(said, "Amina är incheckad, 10:30–11:00.");
    let again = send(&mut anna, &bare).await;
    assert!(again.texts(".wrong").concat().contains("redan incheckat"), "{}", again.body);
}

#[tokio::test]
async fn v8_2_2_another_centres_visit_does_not_exist_at_the_door() {
    let mut house = House::open().await;
    let code = booked(&mut house).await;
    house.set_clock(later(instant("2027-03-03 10:25"), 0));
    let site = site(&house, &Http::default());
    let mut other = signed_in(&house, &site, "nils", AccountRole::Staff, &["norrkoping"]).await;
    let (csrf, code) = (other.csrf().await, code.as_str());
    let answer = other.post("/staff/check-in", &[("csrf", &csrf), ("turn", "t"), ("code", code)]).await;
    assert!(answer.texts(".wrong").concat().contains("inget sådant besök"), "{}", answer.body);
    let mut lars = signed_in(&house, &site, "lars", AccountRole::Reader, &[]).await;
    assert_eq!(lars.get("/staff/check-in").await.status, StatusCode::FORBIDDEN);
    let csrf = lars.csrf().await;
    let answer = lars.post("/staff/check-in", &[("csrf", &csrf), ("turn", "t"), ("code", code)]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(
        other.post("/staff/check-in", &[("csrf", "x"), ("code", code)]).await.status,
        StatusCode::FORBIDDEN
    );
}
