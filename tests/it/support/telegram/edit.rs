//! Methods that change or delete a message.
//!
//! It does: edit text, caption, keyboard and live position; refuse edits that change nothing, of
//! messages that are gone and of other people's messages; delete within 48 hours.
//! It does not: edit inline messages or replace media.

use serde_json::{Map, Value, json};

use super::decode::Params;
use super::methods::{Answer, writable};
use super::send::formatted;
use super::server::Refusal;
use super::world::{Chat, World};

/// "A message can only be deleted if it was sent less than 48 hours ago."
const DELETABLE: i64 = 48 * 60 * 60;
const NOT_MODIFIED: &str = "Bad Request: message is not modified: specified new message content \
    and reply markup are exactly the same as a current content and reply markup of the message";

/// Whether this module plays the method.
pub fn plays(method: &str) -> bool {
    matches!(
        method,
        "editMessageText"
            | "editMessageCaption"
            | "editMessageReplyMarkup"
            | "editMessageLiveLocation"
            | "stopMessageLiveLocation"
            | "deleteMessage"
            | "deleteMessages"
            | "pinChatMessage"
            | "unpinChatMessage"
            | "unpinAllChatMessages"
    )
}

/// Runs the method.
pub fn run(world: &mut World, method: &str, params: &Params) -> Answer {
    match method {
        "deleteMessage" => delete(world, params),
        "deleteMessages" => delete_many(world, params),
        "pinChatMessage" | "unpinChatMessage" | "unpinAllChatMessages" => {
            let id = writable(world, params, "chat_id")?.id;
            Ok((Value::Bool(true), Some(world.effect(Some(id), params.integer("message_id")))))
        }
        _ => edit(world, method, params),
    }
}

fn edit(world: &mut World, method: &str, params: &Params) -> Answer {
    let (now, touched) = (world.now(), world.change());
    let chat = writable(world, params, "chat_id")?;
    let (chat_id, id) = (chat.id, params.integer("message_id").unwrap_or_default());
    let Some(message) = chat.visible(id) else {
        return Err(Refusal::new(400, "Bad Request: message to edit not found"));
    };
    if !message.from_bot {
        return Err(Refusal::new(400, "Bad Request: message can't be edited"));
    }
    let mut new = message.json.as_object().cloned().unwrap_or_default();
    change(method, params, &mut new)?;
    markup(params, &mut new);
    if Value::Object(new.clone()) == message.json {
        return Err(Refusal::new(400, NOT_MODIFIED));
    }
    new.insert("edit_date".to_owned(), now.into());
    let new = Value::Object(new);
    let old = std::mem::replace(&mut message.json, new.clone());
    message.past.push(old);
    message.touched = touched;
    Ok((new, Some(world.effect(Some(chat_id), Some(id)))))
}

/// Replaces what the method replaces.
fn change(method: &str, params: &Params, new: &mut Map<String, Value>) -> Result<(), Refusal> {
    let replace = |new: &mut Map<String, Value>, name: &str, entities: &str| {
        new.remove(name);
        new.remove(entities);
        new.extend(formatted(&params.fields, name, entities));
    };
    match method {
        "editMessageText" if new.contains_key("text") => {
            replace(new, "text", "entities");
            new.remove("link_preview_options");
            if let Some(options) = params.fields.get("link_preview_options") {
                new.insert("link_preview_options".to_owned(), options.clone());
            }
        }
        "editMessageText" => {
            let text = "Bad Request: there is no text in the message to edit";
            return Err(Refusal::new(400, text));
        }
        "editMessageCaption" => replace(new, "caption", "caption_entities"),
        "editMessageLiveLocation" => {
            let Some(location) = new.get_mut("location").and_then(Value::as_object_mut) else {
                return Err(Refusal::new(400, "Bad Request: message can't be edited"));
            };
            for key in ["latitude", "longitude", "horizontal_accuracy", "heading"] {
                if let Some(value) = params.fields.get(key) {
                    location.insert(key.to_owned(), value.clone());
                }
            }
        }
        "stopMessageLiveLocation" => {
            if let Some(location) = new.get_mut("location").and_then(Value::as_object_mut) {
                location.remove("live_period");
            }
        }
        _ => {}
    }
    Ok(())
}

/// Every edit sets the keyboard: without `reply_markup` it disappears.
fn markup(params: &Params, new: &mut Map<String, Value>) {
    let wanted = params.fields.get("reply_markup");
    match wanted.filter(|m| m["inline_keyboard"] != json!([])) {
        Some(markup) => new.insert("reply_markup".to_owned(), markup.clone()),
        None => new.remove("reply_markup"),
    };
}

fn delete(world: &mut World, params: &Params) -> Answer {
    let (now, touched) = (world.now(), world.change());
    let chat = writable(world, params, "chat_id")?;
    let (chat_id, id) = (chat.id, params.integer("message_id").unwrap_or_default());
    delete_one(chat, id, now, touched)?;
    Ok((Value::Bool(true), Some(world.effect(Some(chat_id), Some(id)))))
}

fn delete_many(world: &mut World, params: &Params) -> Answer {
    let (now, touched) = (world.now(), world.change());
    let chat = writable(world, params, "chat_id")?;
    let chat_id = chat.id;
    let ids = params.fields["message_ids"].as_array().cloned().unwrap_or_default();
    for id in ids.iter().filter_map(Value::as_i64) {
        // "If some of the specified messages can't be found, they are skipped."
        let _ = delete_one(chat, id, now, touched);
    }
    Ok((Value::Bool(true), Some(world.effect(Some(chat_id), None))))
}

fn delete_one(chat: &mut Chat, id: i64, now: i64, touched: u64) -> Result<(), Refusal> {
    let Some(message) = chat.visible(id) else {
        return Err(Refusal::new(400, "Bad Request: message to delete not found"));
    };
    let age = now - message.json["date"].as_i64().unwrap_or(now);
    if age > DELETABLE {
        return Err(Refusal::new(400, "Bad Request: message can't be deleted for everyone"));
    }
    message.gone = true;
    message.touched = touched;
    Ok(())
}
