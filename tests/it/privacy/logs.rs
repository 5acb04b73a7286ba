//! A day's conversations full of secrets, through the real program with every line of its log and
//! every metric on: none of the secrets is in them.

use serde_json::json;

use crate::support::binary::Binary;
use crate::support::browser::encoded;
use crate::support::telegram::{Fault, Server, When};

const AMINA: i64 = 987_654_321_012;
const BO: i64 = 876_543_210_123;

/// Words that nobody writes by chance: names, numbers, texts.
const SECRETS: &[&str] = &[
    "987654321012",
    "876543210123",
    "Zebulina",
    "Kvistgrensgatan",
    "0701740605",
    "070-174 06 05",
    "19121212-1212",
    "8412127890",
    "mormorsbankdosa",
    "zebulina@exempel.se",
    "papegojfond",
    "58.56789",
    "15.09876",
    "Bosseponken",
    "hallonbakelse",
    "webbsekret",
];

#[tokio::test]
async fn no_line_and_no_metric_names_a_person_or_quotes_a_text() {
    let telegram = Server::start().await;
    let bot = Binary::start(&telegram, &[("RUST_LOG", "trace"), ("DIGIDEL_LOG", "json")]).await;
    let amina = telegram.user(AMINA).named("Zebulina");
    let bo = telegram.user(BO).named("Bosseponken");
    for text in [
        "Jag heter Zebulina och bor på Kvistgrensgatan 4",
        "mormorsbankdosa fungerar inte, ring 0701740605",
        "mitt personnummer är 19121212-1212",
        "min kod är 8412127890, mejla zebulina@exempel.se",
        "prata med en människa",
        "det gäller min papegojfond, ring 070-174 06 05",
        "ja",
        "/mydata",
        "boka",
        "Motala",
    ] {
        let sent = amina.say(text);
        amina.answer_to(&sent).await.expect("an answer");
    }
    // What goes wrong is logged too: a refused letter, a lost answer, a blocked bot, strange updates.
    telegram.fault(When::next("sendMessage"), Fault::Refuse(400, "Bad Request: can't parse entities".into()));
    bo.say("hallonbakelse");
    telegram.fault(When::next("sendMessage"), Fault::ResetAfter);
    let sent = bo.say("mera hallonbakelse");
    bo.answer_to(&sent).await.expect("an answer");
    for sent in [
        bo.location(58.567_89, 15.098_76),
        bo.contact("0701740605"),
        bo.document("Zebulina.pdf", "application/pdf", b"papegojfond", "hallonbakelse"),
        bo.forward("Bosseponken", "Klicka på http://papegojfond.example"),
    ] {
        bo.answer_to(&sent).await.expect("an answer");
    }
    telegram.raw(json!({ "strange_thing": { "from": { "id": AMINA }, "text": "papegojfond" } }));
    telegram.raw(json!({ "message": { "text": 7, "chat": "Zebulina" } }));
    bo.say("/forget");
    let asked = bo.wait("the question", |screen| screen.find("Vill du radera allt").cloned()).await;
    let asked = asked.expect("a question");
    bo.tap_on(asked.id, "Ja, radera allt").expect("the button");

    // The web chat and the console.
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let form = |path: &str, body: String| {
        client
            .post(bot.url(path))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(body)
            .send()
    };
    let text = encoded("webbsekret hos Zebulina på Kvistgrensgatan");
    let answer = form("/chat", format!("text={text}&turn=12345678")).await.expect("an answer");
    let cookie = answer.headers().get("set-cookie").expect("a cookie").to_str().expect("text").to_owned();
    let cookie = cookie.split(['=', ';']).nth(1).expect("a value").to_owned();
    form("/staff/login", "login=Zebulina&password=webbsekret".to_owned()).await.expect("an answer");
    form("/chat?q=webbsekret", format!("text={}", "Zebulina".repeat(40_000))).await.expect("an answer");
    bot.get("/staff?q=webbsekret").await;
    let (_, metrics) = bot.get("/metrics").await;
    let (_, ready) = bot.get("/readyz").await;
    bo.wait("the goodbye", |screen| screen.find("raderas nu").map(|_| ())).await.expect("a goodbye");

    let output = bot.output();
    assert!(
        output.lines().count() > 20 && output.contains("connected to Telegram"),
        "it was logged:\n{output}"
    );
    for (what, text) in [("the log", &output), ("the metrics", &metrics), ("the state", &ready)] {
        for secret in SECRETS.iter().copied().chain([telegram.token(), cookie.as_str()]) {
            let line = text.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{what} holds {secret}: {line:?}");
        }
    }
}
