//! What an operator sees: figures, the state of each part, and one thread through the log.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;
use serde_json::Value;

use crate::support::binary::Binary;
use crate::support::telegram::{Fault, Server, When};

fn deployed(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name);
    std::fs::read_to_string(path).expect("a file of deploy/")
}

/// The names of metrics in the expressions of a file.
fn names(text: &str) -> BTreeSet<String> {
    let name = Regex::new(r"\b(?:digidel|process)_[a-z_]+\b").expect("a pattern");
    name.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

#[tokio::test]
async fn every_metric_of_the_alerts_and_the_dashboard_is_in_a_real_run() {
    let telegram = Server::start().await;
    let bot = Binary::start(
        &telegram,
        &[("DIGIDEL__LIMITS__PERSON_BURST", "3"), ("DIGIDEL__LIMITS__PERSON_PER_MINUTE", "1")],
    )
    .await;
    let rut = telegram.user(1);
    for text in ["bankid fungerar inte", "hej", "tack"] {
        let sent = rut.say(text);
        rut.answer_to(&sent).await.expect("an answer");
    }
    // One too many, and what somebody breaks from outside.
    rut.say("tack");
    rut.wait("the limit", |screen| screen.find("väldigt många").map(|_| ())).await.expect("a word");
    let (status, metrics) = bot.get("/metrics").await;
    assert_eq!(status, 200);
    let dashboard: Value = serde_json::from_str(&deployed("dashboard.json")).expect("JSON");
    let expressions: Vec<&str> = dashboard["panels"]
        .as_array()
        .expect("panels")
        .iter()
        .flat_map(|panel| panel["targets"].as_array().expect("targets"))
        .map(|target| target["expr"].as_str().expect("an expression"))
        .collect();
    assert!(expressions.len() > 12);
    let alerts = deployed("alerts.yml");
    let rules: Vec<&str> = alerts.lines().filter(|line| line.trim_start().starts_with("expr:")).collect();
    assert!(rules.len() >= 10, "{rules:?}");
    let asked: BTreeSet<String> =
        names(&expressions.join("\n")).union(&names(&rules.join("\n"))).cloned().collect();
    assert!(asked.len() > 12, "{asked:?}");
    for name in asked {
        let has = metrics.lines().any(|line| line.starts_with(&name));
        assert!(has, "{name} is in deploy/ and not in /metrics:\n{metrics}");
    }
    for line in [
        r#"digidel_turns_total{platform="telegram",kind="text"} 3"#,
        r#"digidel_limited_total{limit="person"} 1"#,
        r#"digidel_up{part="database"} 1"#,
        r#"digidel_up{part="telegram"} 1"#,
        r#"digidel_search_decisions_total{decision="answer"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
}

#[tokio::test]
async fn ready_is_said_only_of_what_works() {
    let telegram = Server::start().await;
    let bot = Binary::start(
        &telegram,
        &[("DIGIDEL__DISCORD__TOKEN", "MTIzNDU2.x.y"), ("DIGIDEL__DISCORD__API_URL", "http://127.0.0.1:9")],
    )
    .await;
    let rut = telegram.user(1);
    let sent = rut.say("/help");
    rut.answer_to(&sent).await.expect("an answer");
    let (status, text) = bot.get("/readyz").await;
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("database: ok") && text.contains("telegram: ok"), "{text}");
    assert!(text.contains("discord: the gateway is not connected"), "{text}");
    assert_eq!(bot.get("/readyz/telegram").await.0, 200);
    assert_eq!(bot.get("/readyz/discord").await.0, 503);
    assert_eq!(bot.get("/readyz/fax").await.0, 404);
    // Telegram goes away.
    telegram.outage(true);
    for _ in 0..200 {
        if bot.get("/readyz/telegram").await.0 == 503 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (status, text) = bot.get("/readyz/telegram").await;
    assert_eq!(status, 503, "{text}");
    assert!(!text.contains(telegram.token()), "{text}");
    assert_eq!(bot.get("/healthz").await.0, 200);
}

#[tokio::test]
async fn one_number_leads_from_the_update_to_the_delivery() {
    let telegram = Server::start().await;
    let bot = Binary::start(&telegram, &[("DIGIDEL_LOG", "json")]).await;
    let rut = telegram.user(1);
    telegram.fault(When::next("sendMessage"), Fault::RetryAfter(1));
    let sent = rut.say("bankid fungerar inte");
    rut.answer_to(&sent).await.expect("an answer");
    bot.until("the delivery is in the log", || bot.output().contains(r#""outcome":"sent""#)).await;
    let lines: Vec<Value> = bot.output().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let turn = lines.iter().find(|line| line["message"] == "a turn").expect("a turn").clone();
    assert_eq!((turn["platform"].as_str(), turn["kind"].as_str()), (Some("telegram"), Some("text")));
    let outcomes: Vec<&str> = lines
        .iter()
        .filter(|line| line["message"] == "a letter" && line["turn"] == turn["turn"])
        .filter_map(|line| line["outcome"].as_str())
        .collect();
    assert_eq!(outcomes, ["retry", "sent"], "{lines:#?}");
}
