//! Which function plays which method.
//!
//! It does: dispatch calls that have passed validation, answer taps, hand out files and chats.
//! It does not: play the whole Bot API. A method that exists but is not played is refused *and*
//! logged as a violation, so that no test passes by accident.

use serde_json::{Value, json};

use super::decode::Params;
use super::log::{Effect, Violation};
use super::server::Refusal;
use super::world::{BOT_ID, Chat, Standing, World, bot_user};
use super::{edit, profile, send, updates};

/// What a method gives back, and what it changed.
pub type Answer = Result<(Value, Option<Effect>), Refusal>;

/// Runs a method.
pub fn run(world: &mut World, method: &str, params: &Params) -> Answer {
    if let Some(value) = profile::run(&mut world.profile, method, params) {
        let effect = method.starts_with("set") || method.starts_with("delete");
        return Ok((value, effect.then(|| world.effect(None, None))));
    }
    match method {
        "setWebhook" => updates::set_webhook(world, params).map(|v| (v, Some(world.effect(None, None)))),
        "deleteWebhook" => Ok((updates::delete_webhook(world, params), Some(world.effect(None, None)))),
        "getWebhookInfo" => Ok((updates::webhook_info(world), None)),
        "answerCallbackQuery" => answer_tap(world, params),
        "sendChatAction" | "sendMessageDraft" | "setMessageReaction" => {
            writable(world, params, "chat_id")?;
            Ok((Value::Bool(true), None))
        }
        "getFile" => file(world, params),
        "getChat" => chat(world, params),
        "getChatMember" => member(world, params),
        "leaveChat" => {
            let id = writable(world, params, "chat_id")?.id;
            world.open_chat(id, super::world::Kind::Group, "", Standing::Kicked).standing = Standing::Kicked;
            Ok((Value::Bool(true), Some(world.effect(Some(id), None))))
        }
        "logOut" | "close" => Ok((Value::Bool(true), None)),
        "forwardMessage" | "copyMessage" => send::again(world, method, params),
        "sendMediaGroup" => send::album(world, params),
        _ if edit::plays(method) => edit::run(world, method, params),
        _ if send::plays(method) => send::run(world, method, params),
        _ => {
            let what = "this server does not play the method".to_owned();
            let call = world.log.len().saturating_sub(1);
            let path = "method".to_owned();
            world.violations.push(Violation { call, method: method.to_owned(), path, what });
            Err(Refusal::new(400, format!("Bad Request: [strict] {method} is not played")))
        }
    }
}

/// The chat that a parameter names, if the bot may write there.
pub fn writable<'w>(world: &'w mut World, params: &Params, name: &str) -> Result<&'w mut Chat, Refusal> {
    let not_found = || Refusal::new(400, "Bad Request: chat not found");
    let id = params.integer(name).ok_or_else(not_found)?;
    let chat = world.chats.get_mut(&id).ok_or_else(not_found)?;
    chat.version += 1;
    match &chat.standing {
        Standing::Welcome => Ok(chat),
        Standing::Stranger => {
            Err(Refusal::new(403, "Forbidden: bot can't initiate conversation with a user"))
        }
        Standing::Blocked => Err(Refusal::new(403, "Forbidden: bot was blocked by the user")),
        Standing::Kicked if chat.kind == super::world::Kind::Supergroup => {
            Err(Refusal::new(403, "Forbidden: bot was kicked from the supergroup chat"))
        }
        Standing::Kicked => Err(Refusal::new(403, "Forbidden: bot was kicked from the group chat")),
        Standing::Migrated(to) => Err(Refusal::migrated(*to)),
    }
}

fn answer_tap(world: &mut World, params: &Params) -> Answer {
    let now = world.now();
    let lifetime = i64::try_from(world.tap_lifetime.as_secs()).unwrap_or(i64::MAX);
    let id = params.text("callback_query_id").unwrap_or_default();
    let tap = world.taps.get_mut(id).filter(|tap| !tap.answered && now - tap.at <= lifetime);
    let Some(tap) = tap else {
        let text = "Bad Request: query is too old and response timeout expired or query ID is \
                    invalid";
        return Err(Refusal::new(400, text));
    };
    tap.answered = true;
    let chat_id = tap.chat;
    if let (Some(text), Some(chat)) = (params.text("text"), world.chats.get_mut(&chat_id))
        && !text.is_empty()
    {
        chat.toasts.push(text.to_owned());
        chat.version += 1;
    }
    Ok((Value::Bool(true), Some(world.effect(Some(chat_id), None))))
}

fn file(world: &World, params: &Params) -> Answer {
    let id = params.text("file_id").unwrap_or_default();
    let Some(file) = world.files.get(id) else {
        return Err(Refusal::new(400, "Bad Request: invalid file_id"));
    };
    let answer = json!({
        "file_id": id, "file_unique_id": format!("U{id}"), "file_size": file.bytes.len(),
        "file_path": format!("files/{id}/{}", file.file_name),
    });
    Ok((answer, None))
}

fn chat(world: &mut World, params: &Params) -> Answer {
    let chat = writable(world, params, "chat_id")?;
    let mut json = chat.json();
    // Required since Bot API 7.3 and 9.0; teloxide reads no chat without them.
    json["accent_color_id"] = 0.into();
    json["max_reaction_count"] = 11.into();
    json["accepted_gift_types"] = json!({
        "unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false,
        "premium_subscription": false, "gifts_from_channels": false,
    });
    Ok((json, None))
}

fn member(world: &mut World, params: &Params) -> Answer {
    writable(world, params, "chat_id")?;
    let user = params.integer("user_id").unwrap_or_default();
    let user =
        if user == BOT_ID { bot_user() } else { json!({"id": user, "is_bot": false, "first_name": "?"}) };
    Ok((json!({"status": "member", "user": user}), None))
}
