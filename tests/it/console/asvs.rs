//! Requirements of OWASP ASVS 5.0 that no other test proves, and the table that names the tests.

use std::path::Path;

use axum::http::StatusCode;
use digidel::console::check_password;
use digidel::model::staff_account::AccountRole;
use digidel::settings::Http;
use digidel::store::worklist::Filter;
use regex::Regex;

use crate::support::browser::{Browser, PASSWORD, encoded, signed_in, site};
use crate::support::house::House;

/// Every page of the console that has an address of its own.
const PAGES: [&str; 8] = [
    "/staff",
    "/staff?view=all",
    "/staff/visits",
    "/staff/centres",
    "/staff/centres/motala",
    "/staff/knowledge",
    "/staff/insight",
    "/staff/account",
];

async fn anna() -> (House, Browser) {
    let house = House::open().await;
    let settings = Http { public_url: Some("https://digidel.example".to_owned()), ..Http::default() };
    let site = site(&house, &settings);
    let anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    (house, anna)
}

#[tokio::test]
async fn v3_4_1_v3_4_2_v3_4_4_v3_4_5_v14_3_2_every_answer_carries_what_browsers_obey() {
    let (_house, mut anna) = anna().await;
    for path in PAGES.into_iter().chain(["/staff/insight.csv", "/", "/assets/digidel.css", "/nowhere"]) {
        let page = anna.get(path).await;
        assert_eq!(page.header("strict-transport-security"), "max-age=31536000; includeSubDomains", "{path}");
        assert_eq!(page.header("access-control-allow-origin"), "", "{path}: no other site reads it");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("base-uri 'none'") && policy.contains("default-src 'none'"),
            "{path}: {policy}"
        );
        if path.starts_with("/staff") {
            assert_eq!(page.header("cache-control"), "no-store", "{path}");
        }
    }
}

#[tokio::test]
async fn v3_5_3_reading_an_address_changes_nothing() {
    let (house, mut anna) = anna().await;
    for path in ["/staff/logout", "/staff/views", "/staff/account/password", "/staff/account/sessions"] {
        let page = anna.get(path).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    let deeds = "deed=enable&login=eve&name=Eve&role=administrator";
    for path in ["/staff/people", "/staff/data", "/staff/requests/1"] {
        anna.get(&format!("{path}?{deeds}")).await;
    }
    assert_eq!(house.store.accounts().await.expect("a store").len(), 1);
    assert_eq!(anna.get("/staff").await.status, StatusCode::OK, "and nobody was signed out");
}

#[tokio::test]
async fn v7_2_4_signing_in_draws_a_new_token_and_v7_4_4_every_page_shows_the_way_out() {
    let (_house, mut anna) = anna().await;
    let before = anna.cookies.clone();
    assert_eq!(
        anna.post("/staff/login", &[("login", "anna"), ("password", PASSWORD)]).await.location(),
        "/staff"
    );
    assert_ne!(anna.cookies, before);
    for path in PAGES {
        assert!(anna.get(path).await.body.contains("action=\"/staff/logout\""), "{path}");
    }
}

#[tokio::test]
async fn v1_2_4_nothing_that_is_typed_is_part_of_a_query() {
    let (mut house, mut anna) = anna().await;
    let rut = digidel::model::chat::Address::new(digidel::model::chat::Platform::Telegram, "1");
    house.does(&rut, Some("sv"), "bankid funkar inte").await;
    for hostile in
        ["' OR 1=1 --", "\"; DROP TABLE requests; --", "* NEAR(a b)", "question:bankid", "%_%", "\0"]
    {
        for field in ["words", "topic", "lang", "platform", "centre", "assignee", "before", "from", "status"]
        {
            let page = anna.get(&format!("/staff?view=all&{field}={}", encoded(hostile))).await;
            assert_eq!(page.status, StatusCode::OK, "{field}: {hostile}");
        }
    }
    assert_eq!(house.store.requests(&Filter::default(), 9).await.expect("a store").len(), 1);
}

#[tokio::test]
async fn v6_2_6_v6_2_7_password_fields_hide_and_take_what_is_pasted() {
    let (_house, mut anna) = anna().await;
    let login = anna.get("/staff/login").await;
    assert!(login.body.contains("type=\"password\" autocomplete=\"current-password\""));
    let account = anna.get("/staff/account").await;
    assert!(account.body.contains("autocomplete=\"new-password\""));
    for page in [login, account] {
        assert!(
            !page.body.contains("onpaste") && !page.body.contains("autocomplete=\"off\" type=\"password\"")
        );
    }
}

#[test]
fn v6_2_1_v6_2_5_v6_2_8_v6_2_9_any_long_password_will_do_as_it_is() {
    assert!(check_password("elva tecken", "anna", "Anna").is_err());
    for good in ["bara små bokstäver", "123 749 628 501", "ÅÄÖ ☂ regn i dag", &"sex ord ".repeat(12)] {
        assert!(check_password(good, "anna", "Anna").is_ok(), "{good}");
    }
}

#[tokio::test]
async fn v16_5_1_a_fault_tells_nothing_of_the_inside() {
    let (house, mut anna) = anna().await;
    house.store.close().await;
    for path in ["/staff", "/staff/insight", "/staff/visits"] {
        let page = anna.get(path).await;
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        for inside in ["SQL", "sqlx", "panicked", "src/", "pool", "SELECT"] {
            assert!(!page.body.contains(inside), "{path} tells {inside}");
        }
    }
}

fn texts(folder: &Path, out: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            texts(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs" || e == "mjs") {
            out.push_str(&std::fs::read_to_string(&path).expect("a file"));
        }
    }
}

#[test]
fn every_test_that_the_table_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    for folder in ["src", "tests/it", "tests/browser/walks"] {
        texts(&root.join(folder), &mut sources);
    }
    let table = std::fs::read_to_string(root.join("docs/asvs.md")).expect("the table");
    let name = Regex::new(r"`(?:[a-z_]+::)*([a-zA-Z0-9_]+)`").expect("a pattern");
    let row = Regex::new(r"^\| ([0-9]+\.[0-9]+\.[0-9]+) \|").expect("a pattern");
    let mut rows = 0;
    for line in table.lines().filter(|line| row.is_match(line)) {
        rows += 1;
        let proof = line.split('|').nth(4).expect("four columns");
        let named: Vec<&str> =
            name.captures_iter(proof).filter_map(|c| c.get(1)).map(|m| m.as_str()).collect();
        assert!(!named.is_empty(), "no test is named: {line}");
        for test in named {
            let there = sources.contains(&format!("fn {test}("))
                || sources.contains(&format!("export const {test} ="));
            assert!(there, "there is no test {test}: {line}");
        }
    }
    assert!(rows > 40, "{rows} rows were read");
}
