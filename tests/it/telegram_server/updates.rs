//! How updates reach the bot from the local Telegram server.
//!
//! It does: poll with its confirmation, long polls, two pollers, webhooks; let teloxide read every
//! kind of update that a test can make.
//! It does not: handle the updates.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use teloxide::payloads::{GetUpdatesSetters, SendMessageSetters, SetWebhookSetters};
use teloxide::prelude::Requester;
use teloxide::types::{AllowedUpdate, ChatId, UpdateKind};
use teloxide::{ApiError, RequestError};

use super::{AMINA, assert_lawful, client, keyboard};
use crate::support::telegram::{BOT_NAME, Server, UpdateFault};

#[tokio::test]
async fn polling_confirms_only_by_offset() {
    let server = Server::start().await;
    let bot = client(&server);
    let amina = server.user(AMINA);
    let first = amina.say("ett");
    let second = amina.say("två");
    let ids =
        |updates: Vec<teloxide::types::Update>| updates.iter().map(|u| i64::from(u.id.0)).collect::<Vec<_>>();
    for _ in 0..2 {
        let again = ids(bot.get_updates().await.unwrap());
        assert_eq!(again, [first.update, second.update], "not confirmed, so it comes again");
    }
    let next = i32::try_from(first.update).unwrap() + 1;
    assert_eq!(ids(bot.get_updates().offset(next).await.unwrap()), [second.update]);

    for fault in [UpdateFault::ForgetConfirmation, UpdateFault::Twice] {
        server.disturb(fault);
    }
    let next = next + 1;
    let forgotten = ids(bot.get_updates().offset(next).await.unwrap());
    assert_eq!(forgotten, [second.update, second.update], "forgotten, and then twice");
    assert!(bot.get_updates().offset(next).await.unwrap().is_empty());
    server.all_confirmed().await.unwrap();

    amina.say("tre");
    amina.say("fyra");
    server.disturb(UpdateFault::Reversed);
    let mixed = ids(bot.get_updates().offset(next).await.unwrap());
    assert!(mixed[0] > mixed[1]);
    let last = bot.get_updates().offset(-1).limit(5).await.unwrap();
    assert_eq!(last.len(), 1, "a negative offset keeps only the end");
    assert_lawful(&server);
}

#[tokio::test]
async fn a_long_poll_wakes_up_and_two_pollers_conflict() {
    let server = Server::start().await;
    let bot = client(&server);
    let amina = server.user(AMINA);
    let waiting = tokio::spawn({
        let bot = bot.clone();
        async move { bot.get_updates().timeout(10).await }
    });
    server.wait("a poll", |s| s.requests().first().cloned()).await.unwrap();
    amina.say("hej");
    assert_eq!(waiting.await.unwrap().unwrap().len(), 1);

    let offset = i32::MAX;
    let older = tokio::spawn({
        let bot = bot.clone();
        async move { bot.get_updates().offset(offset).timeout(10).await }
    });
    server.wait("an older poll", |s| s.requests().get(1).cloned()).await.unwrap();
    assert!(bot.get_updates().offset(offset).await.unwrap().is_empty());
    let older = older.await.unwrap();
    let Err(RequestError::Api(error)) = older else { panic!("{older:?}") };
    assert_eq!(error, ApiError::TerminatedByOtherGetUpdates);

    bot.set_webhook("https://bot.example.se/hook".parse().unwrap()).await.unwrap();
    assert!(bot.get_updates().await.is_err(), "no polling beside a webhook");
    bot.delete_webhook().await.unwrap();
    bot.get_updates().await.unwrap();
    assert_lawful(&server);
}

#[tokio::test]
async fn a_webhook_gets_the_secret_and_retries() {
    type Got = Arc<Mutex<Vec<(String, Value)>>>;
    let got: Got = Arc::default();
    let seen = Arc::clone(&got);
    let hook = axum::Router::new().route(
        "/hook",
        axum::routing::post(async move |headers: HeaderMap, body: String| {
            let secret = headers["X-Telegram-Bot-Api-Secret-Token"].to_str().unwrap().to_owned();
            let mut seen = seen.lock().unwrap();
            seen.push((secret, serde_json::from_str(&body).unwrap()));
            if seen.len() == 1 { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
        }),
    );
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, hook).await });

    let server = Server::start().await;
    let bot = client(&server);
    server.route_webhook("bot.example.se", address);
    bot.set_webhook("https://bot.example.se/hook".parse().unwrap())
        .secret_token("Abc_1-2")
        .max_connections(5)
        .allowed_updates([AllowedUpdate::Message])
        .await
        .unwrap();
    server.user(AMINA).say("hej");
    server.all_confirmed().await.unwrap();
    let got = got.lock().unwrap().clone();
    assert_eq!(got.len(), 2, "the first answer was 500");
    assert_eq!(got[0], got[1]);
    assert_eq!(got[0].0, "Abc_1-2");
    assert_eq!(got[0].1["message"]["text"], "hej");
    let info = bot.get_webhook_info().await.unwrap();
    assert_eq!(info.last_error_message.as_deref(), Some("Wrong response from the webhook: 500"));
    server.user(AMINA).block();
    assert_eq!(server.filtered().len(), 1, "only messages were asked for");
    assert_lawful(&server);
}

#[tokio::test]
async fn teloxide_reads_everything_a_person_can_do() {
    let server = Server::start().await;
    let bot = client(&server);
    let amina = server.user(AMINA).named("Amina");
    bot.send_message(ChatId(AMINA), "?").reply_markup(keyboard(&[("Ja", "yes")])).await.unwrap();
    let text = amina.say("/hjalp mejla a@b.se @nagon +46 70 123 45 67 https://x.se");
    amina.edit(text.message, "rättat");
    amina.reply(1, "svar");
    amina.location(58.4, 15.6);
    let live = amina.live_location(58.4, 15.6);
    amina.move_live_location(live.message, 58.5, 15.6);
    amina.venue("Bibblan", "Gatan 1", 58.4, 15.6);
    amina.photo("en bild");
    amina.voice();
    amina.sticker();
    amina.document("a.pdf", "application/pdf", b"%PDF", "");
    amina.contact("+46701234567");
    amina.poll("När?", &["Nu", "Sen"]);
    amina.forward("Bo", "vidare");
    amina.tap("Ja").unwrap();
    amina.forged_tap(999, "forged");
    amina.block();
    amina.unblock();
    let group = server.group(-4001, "Bibblan");
    group.add_bot(&amina);
    group.member(&amina).say("inget för boten");
    group.member(&amina).say(&format!("@{BOT_NAME} hej"));
    let new = group.migrate(&amina, -1_001_234_567_890);
    new.member(&amina).say("/start");
    new.kick_bot(&amina);
    let updates = bot.get_updates().await.unwrap();
    for update in &updates {
        assert!(!matches!(update.kind, UpdateKind::Error(_)), "{update:#?}");
    }
    assert_eq!(updates.len(), 25);
    let moved = bot.send_message(ChatId(-4001), "x").await;
    assert!(matches!(moved, Err(RequestError::MigrateToChatId(_))), "{moved:?}");
    assert!(bot.send_message(ChatId(new.id()), "x").await.is_err(), "kicked");

    let id = server.raw(json!({"something_new": {"a": 1}}));
    let strange = bot.get_updates().offset(-1).await.unwrap();
    assert_eq!(i64::from(strange[0].id.0), id);
    assert!(matches!(strange[0].kind, UpdateKind::Error(_)));
    assert_lawful(&server);
}
