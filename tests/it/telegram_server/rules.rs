//! What the local Telegram server refuses.
//!
//! It does: break rules on purpose, through teloxide where it lets one and by hand where not.
//! It does not: cover every limit; they are all read from the same description.

use teloxide::payloads::{SendMessageSetters, SetMyNameSetters};
use teloxide::prelude::Requester;
use teloxide::types::{BotCommand, ChatId, ParseMode};
use teloxide::{ApiError, RequestError};

use super::{AMINA, JSON, assert_lawful, client, keyboard, raw_call};
use crate::support::telegram::Server;

/// Exactly this was broken; afterwards nothing is.
fn assert_broken(server: &Server, needle: &str) {
    let all = server.take_violations();
    let hit = all.iter().any(|v| v.to_string().contains(needle));
    assert!(hit, "no \"{needle}\" in {all:?}");
}

#[tokio::test]
async fn texts_and_buttons_are_checked() {
    let server = Server::start().await;
    let bot = client(&server);
    server.user(AMINA);
    let send = |text: String| bot.send_message(ChatId(AMINA), text);
    let broken = |needle: &str| assert_broken(&server, needle);
    send("😀".repeat(2048)).await.unwrap();
    assert_lawful(&server);
    let long = send("å".repeat(4097)).await;
    assert!(matches!(long, Err(RequestError::Api(ApiError::MessageIsTooLong))), "{long:?}");
    broken("4097 characters");
    let empty = send(" \n ".to_owned()).await;
    assert!(matches!(empty, Err(RequestError::Api(ApiError::MessageTextIsEmpty))), "{empty:?}");
    broken("0 characters");
    for html in ["<b>x", "<b><i>x</b></i>", "a & b", "a > b", "a < b", "<h1>x</h1>", "&nbsp;"] {
        let refused = send(html.to_owned()).parse_mode(ParseMode::Html).await;
        let entities = matches!(refused, Err(RequestError::Api(ApiError::CantParseEntities(_))));
        assert!(entities, "{html}: {refused:?}");
        broken("can't parse entities");
    }
    let data = "x".repeat(65);
    let refused = send("x".to_owned()).reply_markup(keyboard(&[("x", &data)])).await;
    assert!(matches!(refused, Err(RequestError::Api(ApiError::ButtonDataInvalid))), "{refused:?}");
    broken("reply_markup.inline_keyboard[0][0].callback_data: 65 bytes");
    let nine: Vec<(&str, &str)> = vec![("x", "x"); 9];
    send("x".to_owned()).reply_markup(keyboard(&nine)).await.unwrap_err();
    broken("row 0 has 9 buttons");
}

#[tokio::test]
async fn parameters_are_checked() {
    let server = Server::start().await;
    let bot = client(&server);
    server.user(AMINA);
    let broken = |needle: &str| assert_broken(&server, needle);
    bot.send_location(ChatId(AMINA), 91.0, 0.0).await.unwrap_err();
    broken("not on earth");
    bot.set_my_name().name("x").language_code("xx").await.unwrap_err();
    broken("ISO 639-1");
    bot.set_my_commands([BotCommand::new("hjälp", "Hjälp")]).await.unwrap_err();
    broken("only a-z");
    for (method, body, needle) in [
        ("sendMessage", r#"{"chat_id":42,"text":"x","colour":"red"}"#, "colour: unknown parameter"),
        ("sendMessage", r#"{"chat_id":"42","text":"x"}"#, "a chat is a number"),
        ("sendMessage", r#"{"chat_id":42,"text":7}"#, "text: 7 is not of the type"),
        ("sendmessage", r#"{"chat_id":42}"#, "text: missing"),
        ("sendMessages", r"{}", "there is no such method"),
        ("getStarTransactions", r"{}", "does not play"),
        ("setMyCommands", r#"{"commands":[],"scope":{"type":"moon"}}"#, "none of BotCommandScope"),
    ] {
        let answer = raw_call(&server, method, JSON, body).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        broken(needle);
    }
    let two = r#"{"chat_id":42,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"x",
        "url":"https://x.se","callback_data":"x"}]]}}"#;
    raw_call(&server, "sendMessage", JSON, two).await;
    broken("more than one action");
}

#[tokio::test]
async fn uploads_and_forms_are_checked() {
    let server = Server::start().await;
    server.user(AMINA);
    let part = |name: &str, more: &str, body: &str| {
        format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{body}\r\n")
    };
    let chat = part("chat_id", "", "42");
    let file = part("f", "; filename=\"a.ics\"", "BEGIN");
    let form = "multipart/form-data; boundary=B";
    let good = format!("{chat}{}{file}--B--\r\n", part("document", "", "attach://f"));
    let answer = raw_call(&server, "SENDDOCUMENT", form, &good).await;
    assert!(answer.contains("\"file_name\":\"a.ics\""), "{answer}");
    assert_lawful(&server);
    let unnamed = format!("{chat}{}{file}--B--\r\n", part("document", "", "FILE000001"));
    raw_call(&server, "sendDocument", form, &unnamed).await;
    assert_broken(&server, "f: a file was uploaded that no parameter names");
    let absent =
        format!("{chat}{}--B--\r\n", part("media", "", r#"[{"type":"photo","media":"attach://p"}]"#));
    raw_call(&server, "sendMediaGroup", form, &absent).await;
    let all = server.take_violations();
    assert_eq!(all[0].to_string(), "call #2 sendMediaGroup: media[0].media: no file was uploaded as p");
    assert!(all[1].what.starts_with("1 items"), "{all:?}");
    let form = "application/x-www-form-urlencoded";
    let answer = raw_call(&server, "sendMessage", form, "chat_id=42&text=hej+d%C3%A5").await;
    assert!(answer.contains("\"text\":\"hej då\""), "{answer}");
    raw_call(&server, "sendMessage", form, "chat_id=42&text=x&protect_content=maybe").await;
    assert_broken(&server, "protect_content");
    let keys = r#"{"chat_id":-5,"text":"x","reply_markup":{"keyboard":[["a",{"text":"b",
        "request_location":true}]]}}"#;
    raw_call(&server, "sendMessage", JSON, keys).await;
    assert_broken(&server, "private chats only");
}
