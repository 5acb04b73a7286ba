//! The webhook: who may bring updates, and when Telegram hears "received".

use std::net::SocketAddr;
use std::time::Duration;

use digidel::adapters::telegram::{ALLOWED, Telegram};
use digidel::engine::say;
use digidel::settings;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::rig::{Mode, Rig, SECRET, token_settings};
use crate::support::telegram::UpdateFault;

const AMINA: i64 = 42;
const PATH: &str = "/telegram/updates";

/// POSTs a body and gives the status.
async fn post(to: SocketAddr, secret: Option<&str>, body: &str) -> u16 {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let secret = secret.map(|s| format!("X-Telegram-Bot-Api-Secret-Token: {s}\r\n")).unwrap_or_default();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n{secret}\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // A body that is too large is refused before its end.
    let _ = stream.write_all(body.as_bytes()).await;
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
}

fn hello(update: i64) -> String {
    json!({"update_id": update, "message": {
        "message_id": update, "date": 1, "text": "/help",
        "from": {"id": AMINA, "is_bot": false, "first_name": "Amina"},
        "chat": {"id": AMINA, "type": "private", "first_name": "Amina"},
    }})
    .to_string()
}

#[tokio::test]
async fn only_telegram_may_bring_updates() {
    let rig = Rig::start(Mode::Webhook).await;
    rig.server.user(AMINA);
    rig.server.called("setWebhook", 1).await.unwrap();
    let hook = rig.hook.unwrap();
    for wrong in [None, Some("wrong"), Some("Abc_1-3"), Some("Abc_1-22"), Some("")] {
        assert_eq!(post(hook, wrong, &hello(1)).await, 401, "{wrong:?}");
    }
    assert_eq!(post(hook, Some(SECRET), "half of a {").await, 400);
    assert_eq!(post(hook, Some(SECRET), &"x".repeat(600_000)).await, 413);
    assert_eq!(rig.telegram.health().updates, 0);
    assert_eq!(post(hook, Some(SECRET), &hello(1)).await, 200);
    assert_eq!(post(hook, Some(SECRET), &hello(1)).await, 200, "repeated: received, and nothing happens");
    rig.settled().await;
    assert_eq!(rig.letters("sent").await, 1);
    assert_eq!(post(hook, Some(SECRET), r#"{"update_id":2,"telepathy":{"thought":"x"}}"#).await, 200);
    assert_eq!(rig.telegram.health().strange, 1);
}

#[tokio::test]
async fn received_is_said_only_after_the_commit() {
    let rig = Rig::start(Mode::Webhook).await;
    rig.server.user(AMINA);
    rig.server.called("setWebhook", 1).await.unwrap();
    let held = rig.store.begin().await.unwrap();
    let hook = rig.hook.unwrap();
    let mut answer = tokio::spawn(async move { post(hook, Some(SECRET), &hello(1)).await });
    let early = tokio::time::timeout(Duration::from_millis(300), &mut answer).await;
    assert!(early.is_err(), "answered before anything was saved");
    drop(held);
    assert_eq!(answer.await.unwrap(), 200);
}

#[tokio::test]
async fn the_webhook_is_set_watched_and_left_in_place() {
    let rig = Rig::start(Mode::Webhook).await;
    let set = rig.server.called("setWebhook", 1).await.unwrap();
    assert_eq!(set[0].params["url"], format!("https://bot.example.se{PATH}"));
    assert_eq!(set[0].params["secret_token"], SECRET);
    assert_eq!(set[0].params["allowed_updates"], json!(ALLOWED));
    assert!(!set[0].params.contains_key("drop_pending_updates"));

    // What goes wrong on Telegram's side is seen on ours.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    rig.server.route_webhook("bot.example.se", closed);
    rig.server.user(AMINA).say("hej");
    rig.until("the error is seen", async |rig| rig.telegram.health().webhook_error.is_some()).await;
    assert_eq!(rig.telegram.health().webhook_waiting, 1);
    rig.assert_lawful();
    let server = rig.stop().await;
    assert!(server.requests_of("deleteWebhook").is_empty());
}

#[tokio::test]
async fn repeated_and_reordered_deliveries_change_nothing() {
    let rig = Rig::start(Mode::Webhook).await;
    rig.server.called("setWebhook", 1).await.unwrap();
    let amina = rig.server.user(AMINA);
    for fault in [UpdateFault::Twice, UpdateFault::Reversed, UpdateFault::ForgetConfirmation] {
        rig.server.disturb(fault);
    }
    for _ in 0..6 {
        amina.say("/help");
    }
    rig.server.all_confirmed().await.unwrap();
    rig.settled().await;
    assert_eq!(rig.letters("sent").await, 6);
    assert_eq!(amina.screen().of_bot().count(), 6);
    rig.assert_lawful();
}

#[tokio::test]
async fn settings_that_cannot_work_are_told_at_once() {
    let rig = Rig::start(Mode::Polling).await;
    let try_with = |secret: &str, url: Option<&str>| {
        let telegram = settings::Telegram {
            webhook_secret: Some(secret.to_owned().into()),
            ..token_settings(&rig.server)
        };
        let http = settings::Http { public_url: url.map(str::to_owned), ..settings::Http::default() };
        Telegram::connect(&telegram, &http, rig.app.clone(), say::profiles()).err().map(|e| e.to_string())
    };
    let https = Some("https://digidel.example.se");
    assert!(try_with("å", https).unwrap().contains("A-Z a-z 0-9"));
    assert!(try_with("", https).unwrap().contains("1 to 256"));
    assert!(try_with("abc", None).unwrap().contains("public_url"));
    assert!(try_with("abc", Some("http://digidel.example.se")).unwrap().contains("https"));
    assert_eq!(try_with("abc", https), None);
    let nothing = settings::Telegram::default();
    let off = Telegram::connect(&nothing, &settings::Http::default(), rig.app.clone(), say::profiles());
    assert!(off.unwrap().is_none(), "no token, no Telegram");
}
