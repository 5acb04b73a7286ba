//! What staff write in the console is what the next resident reads, at once and after a restart.

use std::process::Command;

use axum::Router;
use axum::http::StatusCode;
use digidel::facts::Facts;
use digidel::model::chat::Role;
use digidel::model::chat::{Address, Platform};
use digidel::model::effect::Revise;
use digidel::model::lang::Lang;
use digidel::model::staff_account::AccountRole;
use digidel::settings::Http;
use digidel::store::Store;

use crate::support::browser::{Browser, signed_in, site};
use crate::support::house::House;

const QUESTION: &str = "var kan jag pumpa cykeldäcken";

fn rut() -> Address {
    Address::new(Platform::Telegram, "1")
}

fn heard(house: &House) -> String {
    house.read().into_iter().map(|(_, message)| message.text.plain()).collect::<Vec<_>>().join("\n")
}

/// Rut has asked something that no article answers; Anna works with the articles.
async fn unanswered() -> (House, Router, Browser) {
    let mut house = House::open().await;
    house.does(&rut(), Some("sv"), QUESTION).await;
    assert!(!heard(&house).contains("pump"), "nobody has answered that yet");
    let site = site(&house, &Http::default());
    let anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    (house, site, anna)
}

/// The form of a new local answer.
fn local<'a>(csrf: &'a str, request: &'a str, deed: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("csrf", csrf),
        ("seen", "0"),
        ("request", request),
        ("deed", deed),
        ("topic", "about_centre"),
        ("warning", "none"),
        ("link", ""),
        ("link_name", "Motala bibliotek"),
        ("link_url", "https://example.org/bibliotek"),
        ("sv.title", "Låna en cykelpump"),
        ("sv.first", "Du lånar en **pump** i receptionen."),
        ("sv.steps", "Gå till receptionen.\r\n2. Be om pumpen."),
        ("sv.fails", "Fråga oss."),
        ("sv.centre", "Vi hjälper dig att pumpa."),
        ("sv.bring", "cykeln"),
        ("sv.examples", QUESTION),
        ("en.title", "Borrow a bicycle pump"),
        ("en.first", "You borrow a pump at the desk."),
        ("en.fails", "Ask us."),
        ("en.centre", "We help you."),
        ("en.bring", "your bicycle"),
        ("en.examples", "where can I pump my bicycle tyres"),
    ]
}

async fn gap(anna: &mut Browser) -> String {
    let page = anna.get("/staff/knowledge").await;
    assert!(page.body.contains(QUESTION), "{}", page.body);
    page.value("input[name=request]")
}

#[tokio::test]
async fn an_unanswered_question_becomes_an_article_and_the_next_resident_gets_it() {
    let (mut house, _, mut anna) = unanswered().await;
    let request = gap(&mut anna).await;
    let form = anna.get(&format!("/staff/knowledge/new?request={request}")).await;
    assert!(form.texts("textarea[name='sv.examples']").concat().contains(QUESTION));
    let csrf = anna.csrf().await;

    // A look first: as every platform shows it, and nothing is saved.
    let look = anna.post("/staff/knowledge/new", &local(&csrf, &request, "preview")).await;
    assert_eq!(look.status, StatusCode::OK, "{}", look.body);
    let shown = look.texts(".looks section");
    assert_eq!(shown.len(), 3);
    for (shown, platform) in shown.iter().zip(["Telegram", "Discord", "Web"]) {
        assert!(
            shown.contains(platform) && shown.contains("Be om pumpen") && shown.contains("Det hjälpte"),
            "{shown}"
        );
        assert!(!shown.contains("**"), "{platform} formats: {shown}");
    }
    assert!(house.store.revisions().await.expect("a store").is_empty());

    let saved = anna.post("/staff/knowledge/new", &local(&csrf, &request, "save")).await;
    assert_eq!(
        saved.location(),
        "/staff/knowledge/articles/lokalt-lana-en-cykelpump?done=saved",
        "{}",
        saved.body
    );
    let kurt = Address::new(Platform::Discord, "2");
    house.does(&kurt, Some("sv"), "Var kan jag pumpa cykeldäcken?").await;
    let answer = heard(&house);
    assert!(
        answer.contains("1. Gå till receptionen.\n2. Be om pumpen.") && answer.contains("Motala bibliotek"),
        "{answer}"
    );
    house.does(&kurt, Some("sv"), "kan man pumpa cykeldäcken hos er").await;
    assert!(heard(&house).contains("Låna en cykelpump"), "also in other words");
    let lily = Address::new(Platform::Web, "3");
    house.does(&lily, Some("en"), "Where can I pump my bicycle tyres?").await;
    assert!(heard(&house).contains("You borrow a pump at the desk."));

    // The question has been dealt with; the next start knows the article too.
    assert!(!anna.get("/staff/knowledge").await.body.contains(QUESTION));
    house.restart().await;
    house.does(&Address::new(Platform::Telegram, "4"), Some("sv"), QUESTION).await;
    assert!(heard(&house).contains("Låna en cykelpump"));
}

#[tokio::test]
async fn a_question_becomes_an_example_and_an_undo_takes_it_back() {
    let (mut house, _, mut anna) = unanswered().await;
    let request = gap(&mut anna).await;
    let form = anna.get(&format!("/staff/knowledge/example?request={request}")).await;
    let (csrf, seen) = (anna.csrf().await, form.value("input[name=seen]"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("seen", &seen),
        ("request", &request),
        ("example", QUESTION),
        ("other", "centrum-besok"),
    ];
    let answer = anna.post("/staff/knowledge/example", &fields).await;
    assert_eq!(answer.location(), "/staff/knowledge/articles/centrum-besok?done=saved", "{}", answer.body);
    let title = |facts: &Facts| {
        let article = facts.knowledge.article(&"centrum-besok".parse().expect("an id")).expect("it").clone();
        article.text_in(Lang::Sv).expect("Swedish").title.clone()
    };
    let title = title(&house.app.facts());
    house.does(&rut(), None, QUESTION).await;
    assert!(heard(&house).contains(&title));

    // The history shows the one line, and takes it back.
    let page = anna.get("/staff/knowledge/articles/centrum-besok").await;
    assert_eq!(page.texts(".diff ins").len(), 1);
    assert!(page.texts(".diff ins").concat().contains(QUESTION) && page.texts(".diff del").is_empty());
    assert!(page.texts(".step summary").concat().contains("anna"));
    let (undo, seen) = (page.value(".step button"), page.value(".step input[name=seen]"));
    let fields = [("csrf", csrf.as_str()), ("seen", seen.as_str()), ("deed", undo.as_str())];
    let back = anna.post("/staff/knowledge/articles/centrum-besok", &fields).await;
    assert!(back.location().ends_with("done=saved"), "{}", back.location());
    house.does(&rut(), None, QUESTION).await;
    assert!(!heard(&house).contains(&title));
    assert_eq!(anna.get("/staff/knowledge/articles/centrum-besok").await.texts(".step").len(), 2);
    // The form that undid is stale now.
    let again = anna.post("/staff/knowledge/articles/centrum-besok", &fields).await;
    assert!(again.location().ends_with("done=stale"), "{}", again.location());
}

#[tokio::test]
async fn v2_3_3_an_article_that_somebody_changed_meanwhile_is_not_overwritten() {
    let (house, site, mut anna) = unanswered().await;
    let mut chef = signed_in(&house, &site, "chef", AccountRole::Administrator, &[]).await;
    let (mine, theirs) = (anna.csrf().await, chef.csrf().await);
    anna.post("/staff/knowledge/new", &local(&mine, "", "save")).await;
    let path = "/staff/knowledge/articles/lokalt-lana-en-cykelpump";
    let seen = chef.get(path).await.value("form.stack input[name=seen]");
    let with = |csrf: &str, first: &str, deed: &str| {
        let mut fields: Vec<(String, String)> =
            local(csrf, "", deed).into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        for (name, value) in &mut fields {
            match name.as_str() {
                "seen" => value.clone_from(&seen),
                "sv.first" => first.clone_into(value),
                _ => {}
            }
        }
        fields
    };
    let post = async |who: &mut Browser, fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        who.post(path, &fields).await
    };
    let first = post(&mut anna, with(&mine, "Pumpen står vid dörren.", "save")).await;
    assert!(first.location().ends_with("done=saved"), "{}", first.body);
    // A look in between does not make the old form a fresh one.
    let look = post(&mut chef, with(&theirs, "Pumpen finns inte.", "preview")).await;
    assert_eq!(look.value("form.stack input[name=seen]"), seen);
    let second = post(&mut chef, with(&theirs, "Pumpen finns inte.", "save")).await;
    assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(second.body.contains("Pumpen finns inte."), "what was typed stays");
    let file = anna.get(&format!("{path}/sv")).await;
    assert!(file.body.contains("Pumpen står vid dörren."), "{}", file.body);
    // What does not read back is refused, with what was typed.
    let bad = post(&mut anna, with(&mine, "a\n## fails\nb", "save")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn v8_3_1_only_staff_of_every_centre_change_the_articles() {
    let (house, site, _) = unanswered().await;
    let mut motala = signed_in(&house, &site, "motala", AccountRole::Staff, &["motala"]).await;
    let mut lars = signed_in(&house, &site, "lars", AccountRole::Reader, &[]).await;
    let article = "/staff/knowledge/articles/centrum-besok";
    for who in [&mut motala, &mut lars] {
        for path in [
            "/staff/knowledge",
            "/staff/knowledge/articles",
            article,
            "/staff/knowledge/articles/centrum-besok/sv",
        ] {
            assert_eq!(who.get(path).await.status, StatusCode::OK, "{path}");
        }
        assert!(who.get(article).await.texts("textarea").is_empty(), "no form");
        let csrf = who.csrf().await;
        for path in ["/staff/knowledge/new", "/staff/knowledge/example", "/staff/knowledge/aside", article] {
            let answer = who.post(path, &local(&csrf, "", "save")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    assert!(house.store.revisions().await.expect("a store").is_empty());
    // Without its proof no form changes anything either.
    let mut anna = signed_in(&house, &site, "eva", AccountRole::Staff, &[]).await;
    for path in ["/staff/knowledge/new", "/staff/knowledge/example", "/staff/knowledge/aside", article] {
        assert_eq!(anna.post(path, &local("", "", "save")).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_tried_question_says_why_it_ranks_so() {
    let (_house, _, mut anna) = unanswered().await;
    let page = anna.get("/staff/knowledge?question=bankid%20l%C3%A5st").await;
    assert!(page.body.contains("Ett exempel har precis samma ord."), "word for word");
    let rows = page.texts("tbody tr");
    assert!(rows.len() >= 3, "{rows:?}");
    assert!(
        rows[0].contains("Glömt eller låst koden till BankID") && rows[0].contains("bankid låst"),
        "{}",
        rows[0]
    );
    let page = anna.get("/staff/knowledge?question=min%20telefon%20minns%20inte%20banken").await;
    assert!(page.body.contains("Bokstäver och ord avgjorde."), "the house has no embedding");
}

#[tokio::test]
async fn another_centres_questions_are_not_shown() {
    let mut house = House::open().await;
    house.does(&rut(), Some("sv"), QUESTION).await;
    house.read();
    let site = site(&house, &Http::default());
    let mut motala = signed_in(&house, &site, "motala", AccountRole::Staff, &["motala"]).await;
    assert!(motala.get("/staff/knowledge").await.body.contains(QUESTION), "it belongs to no centre yet");
    let mut chef = signed_in(&house, &site, "chef", AccountRole::Administrator, &[]).await;
    let request = chef.get("/staff/knowledge").await.value("input[name=request]");
    let csrf = chef.csrf().await;
    // What needs no answer is set aside, and that is noted.
    let aside = [("csrf", csrf.as_str()), ("request", request.as_str())];
    assert!(chef.post("/staff/knowledge/aside", &aside).await.location().ends_with("done=saved"));
    assert!(!chef.get("/staff/knowledge").await.body.contains(QUESTION));
    let deeds = house.store.deeds(&format!("request {request}")).await.expect("a store");
    assert!(deeds.iter().any(|d| d.deed == "set aside"), "{deeds:?}");
}

#[tokio::test]
async fn what_was_written_is_exported_and_the_files_are_good() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("digidel.db");
    let store = Store::open(&database).await.expect("a store");
    let file = "+++\ntitle = \"Låna en cykelpump\"\ntopic = \"about_centre\"\nlink = { name = \"Motala\", \
        url = \"https://example.org/\", checked = \"2027-03-01\" }\nreviewed = false\nexamples = [\n  \"cykelpump\",\n]\n\
        +++\nDu lånar en pump.\n\n## fails\nFråga oss.\n\n## centre\nKom in.\n\n## bring\ncykeln\n";
    let revise = |subject: &str, content: &str| Revise {
        subject: subject.into(),
        content: content.into(),
        note: None,
    };
    let all = [revise("knowledge/lokalt-pump.sv.md", file), revise("knowledge/lokalt-borta.sv.md", "")];
    let now = House::open().await.now();
    store.revise("knowledge/", 0, &all, &Role::Staff(1), now).await.expect("a store");
    store.close().await;

    let out = folder.path().join("config");
    let done = Command::new(env!("CARGO_BIN_EXE_digidel"))
        .args(["export-knowledge", &out.to_string_lossy()])
        .env("DIGIDEL__DATABASE", &database)
        .env_remove("DIGIDEL_CONFIG")
        .output()
        .expect("the program");
    assert!(done.status.success(), "{done:?}");
    let written = std::fs::read_to_string(out.join("knowledge/lokalt-pump.sv.md")).expect("the file");
    assert_eq!(written, file);
    assert_eq!(std::fs::read_dir(out.join("knowledge")).expect("a folder").count(), 1);

    let check = Command::new(env!("CARGO_BIN_EXE_digidel"))
        .args(["--no-embedding", "check", "--config", &out.to_string_lossy()])
        .output()
        .expect("the program");
    let said = String::from_utf8_lossy(&check.stdout);
    assert!(check.status.success() && said.contains("126 articles") && said.contains(" 0 errors"), "{said}");
}
