//! The local Telegram server, tried with teloxide's real client.
//!
//! It does: show that what other tests rely on is true: answers, edits, uploads, keyboards, faults;
//! `updates` the way to the bot, `rules` what is refused.
//! It does not: test the bot.

mod rules;
mod updates;

use std::future::IntoFuture;
use std::time::Duration;

use serde_json::json;
use teloxide::payloads::{
    AnswerCallbackQuerySetters, GetUpdatesSetters, SendDocumentSetters, SendMessageSetters,
    SetMyCommandsSetters, SetMyNameSetters,
};
use teloxide::prelude::{Bot, Requester};
use teloxide::types::{
    BotCommand, BotCommandScope, ButtonRequest, CallbackQueryId, ChatId, InlineKeyboardButton,
    InlineKeyboardMarkup, InputFile, KeyboardButton, KeyboardMarkup, MessageEntityKind, MessageId, ParseMode,
    UpdateKind,
};
use teloxide::{ApiError, RequestError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::telegram::{BOT_NAME, Fault, Outcome, Server, When};

const AMINA: i64 = 42;
const JSON: &str = "application/json";

fn client(server: &Server) -> Bot {
    Bot::new(server.token()).set_api_url(server.url().parse().unwrap())
}

fn keyboard(buttons: &[(&str, &str)]) -> InlineKeyboardMarkup {
    let row = buttons.iter().map(|(label, data)| InlineKeyboardButton::callback(*label, *data));
    InlineKeyboardMarkup::new([row.collect::<Vec<_>>()])
}

/// The id of the tap that an update carries.
fn tap_of(kind: &UpdateKind) -> CallbackQueryId {
    let UpdateKind::CallbackQuery(query) = kind else { panic!("not a tap: {kind:?}") };
    query.id.clone()
}

fn assert_lawful(server: &Server) {
    let broken: Vec<String> = server.violations().iter().map(ToString::to_string).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// A call that teloxide would never make. Gives back status line and body.
async fn raw_call(server: &Server, method: &str, kind: &str, body: &str) -> String {
    let address = server.url().replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (token, length) = (server.token(), body.len());
    let request = format!(
        "POST /bot{token}/{method} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_dialogue_with_a_button() {
    let server = Server::start().await;
    let bot = client(&server);
    let amina = server.user(AMINA).named("Amina");
    assert_eq!(bot.get_me().await.unwrap().username(), BOT_NAME);

    let hello = amina.start("motala");
    let updates = bot.get_updates().await.unwrap();
    let UpdateKind::Message(message) = &updates[0].kind else { panic!("{updates:?}") };
    assert_eq!(message.text(), Some("/start motala"));
    assert_eq!(message.entities().unwrap()[0].length, 6);
    assert_eq!(message.from.as_ref().unwrap().language_code.as_deref(), Some("sv"));

    let question = bot
        .send_message(ChatId(AMINA), "  <b>Hej</b> &amp; <a href=\"https://x.se\">välkommen</a> 😀 ")
        .parse_mode(ParseMode::Html)
        .reply_markup(keyboard(&[("Boka", "book"), ("Fråga", "ask")]))
        .await
        .unwrap();
    let seen = amina.answer_to(&hello).await.unwrap();
    assert_eq!(seen.text, "Hej & välkommen 😀");
    assert_eq!(seen.links, ["https://x.se"]);
    assert_eq!(seen.labels(), [["Boka", "Fråga"]]);
    assert_eq!(question.entities().unwrap()[1].offset, 6);

    assert_eq!(amina.tap("Avboka").unwrap_err().there, ["Boka", "Fråga"]);
    let tap = amina.tap("Boka").unwrap();
    let next = updates[0].id.as_offset();
    let updates = bot.get_updates().offset(next).await.unwrap();
    let id = tap_of(&updates[0].kind);
    bot.answer_callback_query(id.clone()).text("Ett ögonblick").await.unwrap();
    assert_eq!(amina.sees_toast("ögonblick").await.unwrap(), "Ett ögonblick");

    bot.edit_message_text(ChatId(AMINA), question.id, "Vilken dag?").await.unwrap();
    let seen = amina.answer_to(&tap).await.unwrap();
    assert!(seen.edited && seen.buttons.is_empty());
    assert!(amina.tap("Boka").is_err(), "the edit took the buttons away");

    let again = bot.edit_message_text(ChatId(AMINA), question.id, "Vilken dag?").await;
    assert!(matches!(again, Err(RequestError::Api(ApiError::MessageNotModified))), "{again:?}");
    let missing = bot.edit_message_text(ChatId(AMINA), MessageId(999), "x").await;
    assert!(matches!(missing, Err(RequestError::Api(ApiError::MessageToEditNotFound))));
    assert_lawful(&server);
}

#[tokio::test]
async fn html_becomes_text_and_entities() {
    let server = Server::start().await;
    let bot = client(&server);
    server.user(AMINA);
    let html = "\n<blockquote expandable>å<i>b</i></blockquote>\n<pre><code class=\"language-rs\">x &lt; y\
        </code></pre> <span class=\"tg-spoiler\">😀</span><tg-spoiler>!</tg-spoiler><s></s><code>c</code>\n";
    let sent = bot.send_message(ChatId(AMINA), html).parse_mode(ParseMode::Html).await.unwrap();
    assert_eq!(sent.text(), Some("åb\nx < y 😀!c"));
    let entities: Vec<_> =
        sent.entities().unwrap().iter().map(|e| (e.kind.clone(), e.offset, e.length)).collect();
    let expected = [
        (MessageEntityKind::ExpandableBlockquote, 0, 2),
        (MessageEntityKind::Italic, 1, 1),
        (MessageEntityKind::Pre { language: Some("rs".to_owned()) }, 3, 5),
        (MessageEntityKind::Spoiler, 9, 2),
        (MessageEntityKind::Spoiler, 11, 1),
        (MessageEntityKind::Code, 12, 1),
    ];
    assert_eq!(entities, expected);
    assert_lawful(&server);
}

#[tokio::test]
async fn an_old_tap_cannot_be_answered() {
    let server = Server::start().await;
    let bot = client(&server);
    let amina = server.user(AMINA);
    bot.send_message(ChatId(AMINA), "?").reply_markup(keyboard(&[("Ja", "yes")])).await.unwrap();
    amina.tap("Ja").unwrap();
    let id = tap_of(&bot.get_updates().await.unwrap()[0].kind);
    server.advance(Duration::from_secs(61));
    let refused = bot.answer_callback_query(id).await;
    // teloxide knows these words with a small "id" only, so the variant is Unknown.
    let Err(RequestError::Api(ApiError::Unknown(words))) = refused else { panic!("{refused:?}") };
    assert!(words.contains("query is too old and response timeout expired"), "{words}");
    assert_lawful(&server);
}

#[tokio::test]
async fn deleting_has_a_limit_of_48_hours() {
    let server = Server::start().await;
    let bot = client(&server);
    let amina = server.user(AMINA);
    let old = bot.send_message(ChatId(AMINA), "gammalt").await.unwrap();
    server.advance(Duration::from_hours(49));
    let new = bot.send_message(ChatId(AMINA), "nytt").await.unwrap();
    assert!(bot.delete_message(ChatId(AMINA), old.id).await.is_err());
    bot.delete_message(ChatId(AMINA), new.id).await.unwrap();
    amina.no_longer_sees("nytt").await.unwrap();
    amina.sees("gammalt").await.unwrap();
    assert_eq!(server.history(AMINA).len(), 2);
    assert_lawful(&server);
}

#[tokio::test]
async fn a_document_is_uploaded_and_comes_back() {
    let server = Server::start().await;
    let bot = client(&server);
    let amina = server.user(AMINA);
    let file = InputFile::memory("BEGIN:VCALENDAR").file_name("besök.ics");
    let sent = bot
        .send_document(ChatId(AMINA), file)
        .caption("<b>Ditt</b> besök")
        .parse_mode(ParseMode::Html)
        .reply_markup(keyboard(&[("Avboka", "cancel")]))
        .await
        .unwrap();
    let id = sent.document().unwrap().file.id.clone();
    assert_eq!(server.file(&id.0).unwrap().2, b"BEGIN:VCALENDAR");
    let seen = amina.sees("Ditt besök").await.unwrap();
    assert_eq!(seen.attachment.as_deref(), Some("[document besök.ics]"));
    assert_eq!(bot.get_file(id.clone()).await.unwrap().size, 15);
    bot.send_document(ChatId(AMINA), InputFile::file_id(id)).await.unwrap();
    bot.send_venue(ChatId(AMINA), 58.53, 15.04, "Motala bibliotek", "Repslagaregatan").await.unwrap();
    assert_eq!(server.requests_of("SENDDOCUMENT")[0].uploads[0].2, 15);
    assert_lawful(&server);
}

#[tokio::test]
async fn too_many_requests_and_other_refusals() {
    let server = Server::start().await;
    let bot = client(&server);
    let amina = server.user(AMINA);
    server.fault(When::nth("sendMessage", 2), Fault::RetryAfter(7));
    server.fault(When::nth("sendMessage", 3), Fault::unauthorized());
    let send = |text: &'static str| bot.send_message(ChatId(AMINA), text);
    send("ett").await.unwrap();
    let limited = send("två").await;
    assert!(matches!(&limited, Err(RequestError::RetryAfter(s)) if s.seconds() == 7), "{limited:?}");
    assert!(matches!(send("tre").await, Err(RequestError::Api(ApiError::InvalidToken))));
    send("fyra").await.unwrap();
    assert_eq!(server.faults_waiting(), 0);
    let texts: Vec<_> = amina.screen().of_bot().map(|b| b.text.clone()).collect();
    assert_eq!(texts, ["ett", "fyra"]);

    amina.block();
    assert!(matches!(send("x").await, Err(RequestError::Api(ApiError::BotBlocked))));
    amina.say("jag är tillbaka");
    send("välkommen tillbaka").await.unwrap();
    let stranger = bot.send_message(ChatId(server.stranger(77).id()), "x").await;
    assert!(stranger.is_err());
    let nobody = bot.send_message(ChatId(4711), "x").await;
    assert!(matches!(nobody, Err(RequestError::Api(ApiError::ChatNotFound))));
    assert_lawful(&server);
}

#[tokio::test]
async fn connections_break_before_and_after_the_effect() {
    let server = Server::start().await;
    let bot = client(&server);
    let amina = server.user(AMINA);
    for fault in [Fault::ResetBefore, Fault::ResetAfter, Fault::Malformed] {
        server.fault(When::next("sendMessage"), fault);
    }
    let lost = bot.send_message(ChatId(AMINA), "nej").await;
    assert!(matches!(lost, Err(RequestError::Network(_))), "{lost:?}");
    let unknown = bot.send_message(ChatId(AMINA), "ja").await;
    assert!(matches!(unknown, Err(RequestError::Network(_))), "{unknown:?}");
    let garbled = bot.send_message(ChatId(AMINA), "också").await;
    assert!(matches!(garbled, Err(RequestError::InvalidJson { .. })), "{garbled:?}");

    let texts: Vec<_> = amina.screen().of_bot().map(|b| b.text.clone()).collect();
    assert_eq!(texts, ["ja", "också"]);
    let calls = server.requests();
    assert_eq!(calls.len(), 3, "the client must not repeat by itself: {calls:?}");
    assert_eq!(calls[0].effect, None);
    assert_eq!(calls[1].effect.unwrap().number, 1);
    assert!(matches!(calls[1].outcome, Outcome::Spoilt(_)));

    server.fault(When::any(), Fault::DelayBefore(Duration::from_millis(30)));
    bot.send_message(ChatId(AMINA), "långsamt").await.unwrap();
    assert!(server.effects()[2].duration().unwrap() >= Duration::from_millis(30));

    server.outage(true);
    assert!(matches!(bot.get_me().await, Err(RequestError::Network(_))));
    server.outage(false);
    bot.get_me().await.unwrap();
    // teloxide sleeps 10 s on any 5xx, so this one is looked at without it.
    server.fault(When::next("getMe"), Fault::Html(502));
    let answer = raw_call(&server, "getMe", JSON, "{}").await;
    assert!(answer.starts_with("HTTP/1.1 502") && answer.contains("<html>"), "{answer}");
    server.fault(When::next("sendMessage"), Fault::HtmlAfter(500));
    raw_call(&server, "sendMessage", JSON, r#"{"chat_id":42,"text":"trots allt"}"#).await;
    amina.sees("trots allt").await.unwrap();
    assert_lawful(&server);
}

#[tokio::test]
async fn a_slow_answer_is_not_a_missing_effect() {
    let server = Server::start().await;
    let bot = client(&server);
    let amina = server.user(AMINA);
    server.user(43);
    server.fault(When::next("sendMessage").chat(AMINA), Fault::DelayAfter(Duration::from_mins(1)));
    let hasty = tokio::time::timeout(
        Duration::from_millis(300),
        bot.send_message(ChatId(AMINA), "sent").into_future(),
    );
    bot.send_message(ChatId(43), "another chat is not slow").await.unwrap();
    assert!(hasty.await.is_err(), "the client gave up");
    amina.sees("sent").await.unwrap();
    assert_eq!(server.effects().len(), 2);

    let url = server.url();
    drop((server, amina));
    let bot = Bot::new("1:x").set_api_url(url.parse().unwrap());
    let gone = bot.get_me().await;
    assert!(matches!(gone, Err(RequestError::Network(_))), "stopped with its last handle: {gone:?}");
}

#[tokio::test]
async fn keys_under_the_input_field() {
    let server = Server::start().await;
    let bot = client(&server);
    let amina = server.user(AMINA);
    let place = KeyboardButton::new("Dela plats").request(ButtonRequest::Location);
    let keys = KeyboardMarkup::new([[place], [KeyboardButton::new("Nej")]]).one_time_keyboard();
    bot.send_message(ChatId(AMINA), "Var är du?").reply_markup(keys).await.unwrap();
    assert_eq!(amina.screen().keyboard, [["Dela plats"], ["Nej"]]);
    assert_eq!(amina.press("Kanske", None).unwrap_err().there, ["Dela plats", "Nej"]);
    amina.press("Dela plats", Some((58.5, 15.0))).unwrap();
    assert!(amina.screen().keyboard.is_empty());
    let updates = bot.get_updates().await.unwrap();
    let UpdateKind::Message(message) = &updates[0].kind else { panic!("{updates:?}") };
    assert!((message.location().unwrap().latitude - 58.5).abs() < 1e-9);
    assert_lawful(&server);
}

#[tokio::test]
async fn a_wait_that_fails_tells_what_was_there() {
    let server = Server::start().await.with_patience(Duration::from_millis(50));
    let amina = server.user(AMINA).named("Amina");
    amina.say("hej");
    let report = amina.sees("svar").await.unwrap_err().to_string();
    assert!(report.contains("shows \"svar\"") && report.contains("Amina> hej"), "{report}");
}

#[tokio::test]
async fn the_profile_is_kept_per_scope_and_language() {
    let server = Server::start().await;
    let bot = client(&server);
    let help = [BotCommand::new("help", "Hjälp")];
    bot.set_my_commands(help.clone())
        .scope(BotCommandScope::AllPrivateChats)
        .language_code("sv")
        .await
        .unwrap();
    let scope = json!({"type": "all_private_chats"});
    assert_eq!(server.commands(&scope, "sv").unwrap()[0]["command"], "help");
    assert!(bot.get_my_commands().await.unwrap().is_empty());
    bot.set_my_name().name("Digidel").await.unwrap();
    assert_eq!(bot.get_my_name().await.unwrap().name, "Digidel");
    assert_eq!(server.profile_text("name", ""), Some("Digidel".to_owned()));
    let wrong = Bot::new("1:x").set_api_url(server.url().parse().unwrap());
    assert!(matches!(wrong.get_me().await, Err(RequestError::Api(ApiError::InvalidToken))));
    assert_lawful(&server);
}
