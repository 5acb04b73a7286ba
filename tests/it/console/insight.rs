//! Figures: waits, rising topics, missed visits; and nothing that points at anybody.

use digidel::model::chat::{Address, Platform};
use digidel::model::staff_account::AccountRole;
use digidel::model::time::later;
use digidel::settings::Http;

use crate::support::browser::{Browser, PASSWORD, signed_in, site};
use crate::support::house::House;

/// Fills in the page's form as it is now.
async fn answers(anna: &mut Browser, path: &str) {
    let page = anna.get(path).await;
    let (csrf, seen) = (page.value("input[name=csrf]"), page.value("input[name=seen]"));
    let turn = page.value("input[name=turn]");
    let form =
        [("csrf", csrf.as_str()), ("seen", &seen), ("turn", &turn), ("deed", "answer"), ("text", "Hej!")];
    assert!(anna.post(path, &form).await.location().ends_with("done=answered"));
}

/// Ten people ask for a person; nine are answered after 1, 2, … 9 times ten minutes.
async fn busy() -> (House, Browser) {
    let mut house = House::open().await;
    let site = site(&house, &Http::default());
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    for minutes in 1..=10 {
        let who = Address::new(Platform::Telegram, minutes);
        for line in ["/person", "hur skannar jag ett foto", "[personyes]"] {
            house.does(&who, Some("sv"), line).await;
        }
        house.set_clock(later(house.now(), minutes * 600));
        anna.post("/staff/login", &[("login", "anna"), ("password", PASSWORD)]).await;
        let list = anna.get("/staff").await;
        let id =
            list.body.split("/staff/requests/").nth(1).and_then(|r| r.split('"').next()).expect("a link");
        if minutes < 10 {
            answers(&mut anna, &format!("/staff/requests/{id}")).await;
        }
    }
    (house, anna)
}

#[tokio::test]
async fn staff_see_how_long_people_wait_for_a_person() {
    let (_house, mut anna) = busy().await;
    let page = anna.get("/staff/insight?days=7").await;
    let tiles = page.texts(".numbers li");
    let tile = |name: &str| tiles.iter().find(|t| t.contains(name)).cloned().unwrap_or_default();
    assert!(tile("Hälften fick svar inom").starts_with("50 min"), "{tiles:?}");
    assert!(tile("Nio av tio fick svar inom").starts_with("90 min"), "{tiles:?}");
    // One person has had no answer: too few to tell, and not to be worked out from the others.
    let rows = page.texts("section[aria-labelledby=f-waits] tbody tr");
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert!(rows.iter().all(|row| !row.ends_with('1')), "{rows:?}");
    assert!(rows.last().is_some_and(|row| row.contains("färre än 5")), "{rows:?}");
}

#[tokio::test]
async fn every_plot_has_its_table_and_the_spreadsheet_says_the_same() {
    let (_house, mut anna) = busy().await;
    let page = anna.get("/staff/insight?days=7").await;
    // A bar in every row of a table; the days stand side by side, with their table below.
    let (bars, rows) = (page.texts(".bars .length svg").len(), page.texts(".bars tbody tr").len());
    assert!(bars > 5 && bars == rows, "{bars} bars, {rows} rows");
    assert_eq!(page.texts(".figure > svg").len(), 1);
    assert!(!page.texts(".figure > svg + details table tbody tr").is_empty());
    let csv = anna.get("/staff/insight.csv?days=7").await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    for row in page.texts("section[aria-labelledby=f-status] tbody tr th") {
        assert!(csv.body.contains(&row), "{row}");
    }
    for cell in csv.body.lines().flat_map(|line| line.split(',')) {
        assert!(!cell.trim_matches('"').starts_with(['=', '+', '-', '@']), "{cell}");
    }
}

#[tokio::test]
async fn a_topic_that_is_asked_about_more_than_before_rises() {
    let mut house = House::open().await;
    let site = site(&house, &Http::default());
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    for (n, day, question) in (0..6)
        .map(|n| (n, 0, "bankid funkar inte"))
        .chain((6..12).map(|n| (n, 8, "bankid funkar inte")))
        .chain((12..20).map(|n| (n, 8, "skrivaren skriver inte ut")))
    {
        let due = later(crate::support::house::instant(crate::support::house::MONDAY), day * 86_400);
        house.set_clock(due.max(house.now()));
        house.does(&Address::new(Platform::Telegram, n), Some("sv"), question).await;
    }
    anna.post("/staff/login", &[("login", "anna"), ("password", PASSWORD)]).await;
    let page = anna.get("/staff/insight?days=7").await;
    let rows = page.texts("section[aria-labelledby=f-rising] tbody tr");
    assert_eq!(rows.len(), 1, "what is asked as often as before does not rise: {rows:?}");
    assert!(rows[0].ends_with('8') && rows[0].contains("färre än 5"), "{rows:?}");
}

#[tokio::test]
async fn what_helped_was_answered_by_the_bot_alone() {
    let mut house = House::open().await;
    let site = site(&house, &Http::default());
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    for n in 0..6 {
        let who = Address::new(Platform::Telegram, n);
        house.does(&who, Some("sv"), "bankid funkar inte").await;
        house.does(&who, Some("sv"), "[Det hjälpte]").await;
    }
    for n in 6..12 {
        house.does(&Address::new(Platform::Telegram, n), Some("sv"), "hur lagar jag en cykelkedja").await;
    }
    let tiles = anna.get("/staff/insight?days=7").await.texts(".numbers li");
    let alone = tiles.iter().find(|tile| tile.contains("Besvarat av boten ensam"));
    assert!(alone.is_some_and(|tile| tile.starts_with("50 %")), "{tiles:?}");
}
