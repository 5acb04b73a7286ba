//! What the local Discord refuses, and what it only remembers. Not permissions.

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends JSON over a plain socket, because a library would not send what is wrong. The status.
async fn raw(dc: &Server, method: &str, path: &str, body: &Value) -> std::io::Result<u16> {
    let (url, body) = (dc.url(), body.to_string());
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await?;
    let head = format!(
        "{method} /api/v10{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bot {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default())
}

/// A channel message that is right but for what `wrong` adds or replaces.
fn message_with(wrong: &Value) -> Value {
    let mut body =
        json!({"content": "x", "allowed_mentions": {"parse": []}, "nonce": "1", "enforce_nonce": true});
    for (key, value) in wrong.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    body
}

fn button(id: &str) -> Value {
    json!({"type": 2, "style": 1, "label": id, "custom_id": id})
}

fn row(parts: &[Value]) -> Value {
    json!({"type": 1, "components": parts})
}

#[tokio::test]
async fn a_wrong_message_is_refused_and_remembered() -> Tested {
    let dc = Server::start().await?;
    let channel = dc.text_channel(dc.guild("g"), "c");
    let menu = |options: Vec<Value>| json!({"type": 3, "custom_id": "m", "options": options});
    let option = |n: usize| json!({"label": "o", "value": n.to_string()});
    let buttons: Vec<Value> = (0..6).map(|n| button(&n.to_string())).collect();
    let embed = json!({"description": "x".repeat(4000)});
    let wrong = [
        json!({"content": "x".repeat(2001)}),
        json!({"content": ""}),
        json!({"content": 7.5}),
        json!({"contents": "x"}),
        json!({"nonce": "x".repeat(26)}),
        json!({"flags": 1 << 15}),
        json!({"embeds": [embed, embed]}),
        json!({"embeds": [{}]}),
        json!({"embeds": [{"title": "x".repeat(257)}]}),
        json!({"embeds": [{"fields": [{"name": "", "value": "x"}]}]}),
        json!({"components": [button("loose")]}),
        json!({"components": [row(&buttons)]}),
        json!({"components": [row(&[])]}),
        json!({"components": [row(&[button("a")]), row(&[button("a")])]}),
        json!({"components": [row(&[button(&"x".repeat(101))])]}),
        json!({"components": (0..6).map(|n| row(&[button(&n.to_string())])).collect::<Vec<_>>()}),
        json!({"components": [row(&[json!({"type": 2, "style": 5, "label": "l", "custom_id": "x"})])]}),
        json!({"components": [row(&[json!({"type": 2, "style": 1, "label": "l", "url": "https://x.se"})])]}),
        json!({"components": [row(&[json!({"type": 2, "style": 1, "custom_id": "x"})])]}),
        json!({"components": [row(&[json!({"type": 2, "style": 1, "custom_id": "x", "label": "x".repeat(81)})])]}),
        json!({"components": [row(&[menu((0..26).map(option).collect())])]}),
        json!({"components": [row(&[menu(vec![])])]}),
        json!({"components": [row(&[menu(vec![option(1), option(1)])])]}),
        json!({"components": [row(&[menu(vec![option(1)]), button("b")])]}),
    ];
    let path = format!("/channels/{channel}/messages");
    for (n, body) in wrong.iter().enumerate() {
        let body = message_with(body);
        assert_eq!(raw(&dc, "POST", &path, &body).await?, 400, "{body}");
        assert!(dc.violations().len() > n, "{body}");
    }
    assert_eq!(dc.screen(channel), []);
    Ok(())
}

#[tokio::test]
async fn what_discord_takes_and_the_house_does_not_is_remembered() -> Tested {
    let dc = Server::start().await?;
    let channel = dc.text_channel(dc.guild("g"), "c");
    let path = format!("/channels/{channel}/messages");
    let good = message_with(&json!({"tts": false, "embeds": [], "sticker_ids": null, "choices": []}));
    assert_eq!(raw(&dc, "POST", &path, &good).await?, 200);
    dc.clean()?;
    for (n, wrong) in [
        json!({"allowed_mentions": null}),
        json!({"allowed_mentions": {"parse": ["users"]}}),
        json!({"allowed_mentions": {"users": []}}),
        json!({"nonce": null, "enforce_nonce": null}),
        json!({"enforce_nonce": false}),
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(raw(&dc, "POST", &path, &message_with(wrong)).await?, 200, "{wrong}");
        assert_eq!(dc.violations().len(), n + 1, "{wrong}");
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_command_is_refused_and_remembered() -> Tested {
    let dc = Server::start().await?;
    let path = format!("/applications/{BOT}/commands");
    let command = |name: &str, more: Value| {
        let mut body = json!({"name": name, "description": "d"});
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    };
    let option = |name: &str, required: bool| json!({"type": 3, "name": name, "description": "d", "required": required});
    let many = |n: usize| (0..n).map(|i| command(&format!("c{i}"), json!({}))).collect::<Vec<_>>();
    let choices: Vec<Value> =
        (0..26).map(|i| json!({"name": i.to_string(), "value": i.to_string()})).collect();
    let wrong = [
        json!([command("Start", json!({}))]),
        json!([command("två ord", json!({}))]),
        json!([command("a", json!({"description": ""}))]),
        json!([command("a", json!({})), command("a", json!({}))]),
        json!([command("a", json!({"name_localizations": {"sv": "b"}}))]),
        json!([command("a", json!({"name_localizations": {"sv-SE": "B"}}))]),
        json!([command("a", json!({"options": [option("x", false), option("y", true)]}))]),
        json!([command("a", json!({"options": [option("x", false), option("x", false)]}))]),
        json!([command(
            "a",
            json!({"options": [{"type": 3, "name": "x", "description": "d", "choices": choices}]})
        )]),
        json!([command("a", json!({"type": 3}))]),
        json!([command("a", json!({"nosuchkey": 1}))]),
        json!(many(101)),
    ];
    for body in &wrong {
        assert_eq!(raw(&dc, "PUT", &path, body).await?, 400, "{body}");
    }
    let names =
        json!({"name_localizations": {"sv-SE": "fråga"}, "options": [option("x", true), option("y", false)]});
    let good = json!([command("ask", names), {"name": "Svara på detta", "type": 3}]);
    let before = dc.violations().len();
    assert_eq!(raw(&dc, "PUT", &path, &good).await?, 200);
    assert_eq!(raw(&dc, "PUT", &path, &json!(many(100))).await?, 200);
    assert_eq!((dc.violations().len(), before >= wrong.len()), (before, true));
    Ok(())
}

#[tokio::test]
async fn what_the_server_does_not_know_is_no_success() -> Tested {
    let dc = Server::start().await?;
    let guild = dc.guild("g");
    for (method, path, status) in [
        ("GET", "/chanels/1".to_owned(), 404),
        ("GET", "/channels/abc".into(), 400),
        ("GET", format!("/guilds/{guild}?colour=red"), 400),
        ("GET", format!("/guilds/{guild}/webhooks"), 501),
    ] {
        let before = dc.violations().len();
        assert_eq!(raw(&dc, method, &path, &Value::Null).await?, status, "{path}");
        assert_eq!(dc.violations().len(), before + 1, "{path}");
    }
    Ok(())
}
