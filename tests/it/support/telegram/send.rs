//! Methods that make a message.
//!
//! It does: build the `Message` that Telegram would give back for texts, places, contacts, polls,
//! dice, albums and every kind of file, keep keyboards, forward and copy.
//! It does not: convert media (a photo has one size), fetch addresses, or split albums by kind.

use serde_json::{Map, Value, json};

use super::decode::Params;
use super::html;
use super::methods::{Answer, writable};
use super::server::Refusal;
use super::world::{StoredFile, World, bot_user, without_nulls};

/// Methods that send one file, and the field of the message where it lands.
const FILES: [(&str, &str); 8] = [
    ("sendPhoto", "photo"),
    ("sendDocument", "document"),
    ("sendVoice", "voice"),
    ("sendAudio", "audio"),
    ("sendVideo", "video"),
    ("sendAnimation", "animation"),
    ("sendVideoNote", "video_note"),
    ("sendSticker", "sticker"),
];

/// Whether this module plays the method.
pub fn plays(method: &str) -> bool {
    let others = ["sendMessage", "sendLocation", "sendVenue", "sendContact", "sendPoll", "sendDice"];
    others.contains(&method) || FILES.iter().any(|(m, _)| *m == method)
}

/// Sends.
pub fn run(world: &mut World, method: &str, params: &Params) -> Answer {
    let chat_id = writable(world, params, "chat_id")?.id;
    let mut content = reply(world, chat_id, params)?;
    content.extend(self::content(world, method, params)?);
    markup(world, chat_id, params, &mut content);
    Ok(deliver(world, chat_id, content))
}

fn deliver(
    world: &mut World,
    chat_id: i64,
    content: Map<String, Value>,
) -> (Value, Option<super::log::Effect>) {
    let message = world.add_message(chat_id, bot_user(), content);
    let effect = world.effect(Some(chat_id), message["message_id"].as_i64());
    (message, Some(effect))
}

/// `forwardMessage` and `copyMessage`.
pub fn again(world: &mut World, method: &str, params: &Params) -> Answer {
    let chat_id = writable(world, params, "chat_id")?.id;
    let id = params.integer("message_id").unwrap_or_default();
    let from = writable(world, params, "from_chat_id")?;
    let verb = if method == "copyMessage" { "copy" } else { "forward" };
    let Some(original) = from.visible(id).map(|m| m.json.clone()) else {
        return Err(Refusal::new(400, format!("Bad Request: message to {verb} not found")));
    };
    let own = ["message_id", "from", "chat", "date", "edit_date", "reply_to_message"];
    let mut content = without_nulls(original.clone());
    content.retain(|key, _| !own.contains(&key.as_str()) && key != "reply_markup");
    if method == "copyMessage" {
        content.extend(reply(world, chat_id, params)?);
        markup(world, chat_id, params, &mut content);
        let (message, effect) = deliver(world, chat_id, content);
        return Ok((json!({"message_id": message["message_id"]}), effect));
    }
    let origin = json!({
        "type": "user", "date": original["date"], "sender_user": original["from"],
    });
    content.insert("forward_origin".to_owned(), origin);
    Ok(deliver(world, chat_id, content))
}

/// `sendMediaGroup`: one message per file.
pub fn album(world: &mut World, params: &Params) -> Answer {
    let chat_id = writable(world, params, "chat_id")?.id;
    let items = params.fields["media"].as_array().cloned().unwrap_or_default();
    let mut messages = Vec::new();
    let mut last = None;
    for item in items {
        let kind = item["type"].as_str().unwrap_or_default().to_owned();
        let mut content = reply(world, chat_id, params)?;
        content.insert("media_group_id".to_owned(), format!("{}", world.changes()).into());
        content.insert(kind.clone(), media(world, &kind, item.get("media"), params)?);
        let fields = item.as_object().cloned().unwrap_or_default();
        content.extend(formatted(&fields, "caption", "caption_entities"));
        let (message, effect) = deliver(world, chat_id, content);
        messages.push(message);
        last = effect;
    }
    Ok((Value::Array(messages), last))
}

fn content(world: &mut World, method: &str, params: &Params) -> Result<Map<String, Value>, Refusal> {
    let fields = &params.fields;
    let get = |name: &str| fields.get(name).cloned().unwrap_or(Value::Null);
    let place = || {
        let keys = ["latitude", "longitude", "horizontal_accuracy", "live_period", "heading"];
        let found = keys.iter().filter_map(|k| Some(((*k).to_owned(), fields.get(*k)?.clone())));
        Value::Object(found.collect())
    };
    if let Some((_, kind)) = FILES.iter().find(|(m, _)| *m == method) {
        let mut content = formatted(fields, "caption", "caption_entities");
        content.insert((*kind).to_owned(), media(world, kind, fields.get(*kind), params)?);
        return Ok(content);
    }
    Ok(match method {
        "sendMessage" => {
            let mut content = formatted(fields, "text", "entities");
            if let Some(options) = fields.get("link_preview_options") {
                content.insert("link_preview_options".to_owned(), options.clone());
            }
            content
        }
        "sendLocation" => without_nulls(json!({"location": place()})),
        "sendVenue" => without_nulls(json!({
            // Clients that predate venues show the place alone.
            "location": place(),
            "venue": without_nulls(json!({
                "location": place(), "title": get("title"), "address": get("address"),
                "google_place_id": get("google_place_id"), "foursquare_id": get("foursquare_id"),
            })),
        })),
        "sendContact" => without_nulls(json!({"contact": without_nulls(json!({
            "phone_number": get("phone_number"), "first_name": get("first_name"),
            "last_name": get("last_name"), "vcard": get("vcard"),
        }))})),
        "sendDice" => {
            let emoji = params.text("emoji").unwrap_or("🎲");
            without_nulls(json!({"dice": {"emoji": emoji, "value": 4}}))
        }
        "sendPoll" => without_nulls(json!({"poll": poll(&get("question"), &get("options"))})),
        _ => Map::new(),
    })
}

/// A `Poll` that nobody has voted in.
pub fn poll(question: &Value, options: &Value) -> Value {
    let options = options.as_array().into_iter().flatten().enumerate().map(|(index, option)| {
        json!({"persistent_id": format!("{index}"), "text": option["text"], "voter_count": 0})
    });
    json!({
        "id": "5300000000000000001", "question": question,
        "options": options.collect::<Vec<_>>(), "total_voter_count": 0, "is_closed": false,
        "is_anonymous": true, "type": "regular", "allows_multiple_answers": false,
        "allows_revoting": false, "members_only": false,
    })
}

/// Text or caption with its entities, as the reader gets it.
pub fn formatted(fields: &Map<String, Value>, name: &str, entities: &str) -> Map<String, Value> {
    let Some(raw) = fields.get(name).and_then(Value::as_str) else {
        return Map::new();
    };
    let given = fields.get(entities).and_then(Value::as_array).cloned().unwrap_or_default();
    let read = if fields.contains_key("parse_mode") {
        // Validation has read it already.
        html::parse(raw).unwrap_or_default()
    } else {
        html::plain(raw, given)
    };
    let mut content = Map::new();
    if !read.text.is_empty() {
        content.insert(name.to_owned(), read.text.into());
    }
    if !read.entities.is_empty() {
        content.insert(entities.to_owned(), read.entities.into());
    }
    content
}

fn reply(world: &mut World, chat_id: i64, params: &Params) -> Result<Map<String, Value>, Refusal> {
    let Some(wanted) = params.fields.get("reply_parameters") else {
        return Ok(Map::new());
    };
    let id = wanted["message_id"].as_i64().unwrap_or_default();
    let original = world.chats.get_mut(&chat_id).and_then(|chat| chat.visible(id));
    match original {
        Some(message) => {
            let mut quoted = message.json.clone();
            // "will not contain further reply_to_message fields".
            if let Some(map) = quoted.as_object_mut() {
                map.remove("reply_to_message");
            }
            Ok(without_nulls(json!({"reply_to_message": quoted})))
        }
        None if wanted["allow_sending_without_reply"] == true => Ok(Map::new()),
        None => Err(Refusal::new(400, "Bad Request: message to be replied not found")),
    }
}

/// Puts an inline keyboard under the message, or another one under the input field.
fn markup(world: &mut World, chat_id: i64, params: &Params, content: &mut Map<String, Value>) {
    let Some(markup) = params.fields.get("reply_markup") else {
        return;
    };
    let Some(chat) = world.chats.get_mut(&chat_id) else {
        return;
    };
    if let Some(rows) = markup["inline_keyboard"].as_array() {
        if !rows.is_empty() {
            content.insert("reply_markup".to_owned(), markup.clone());
        }
    } else if markup.get("keyboard").is_some() {
        chat.keyboard = Some(markup.clone());
    } else if markup["remove_keyboard"] == true {
        chat.keyboard = None;
    }
}

/// The object that describes a file in a message.
fn media(world: &mut World, kind: &str, given: Option<&Value>, params: &Params) -> Result<Value, Refusal> {
    let given = given.and_then(Value::as_str);
    let part = given.map_or(Some(kind), |text| text.strip_prefix("attach://"));
    let id = if let Some(upload) = part.and_then(|name| params.uploads.get(name)) {
        if upload.bytes.is_empty() {
            return Err(Refusal::new(400, "Bad Request: file must be non-empty"));
        }
        world.add_file(StoredFile {
            file_name: upload.file_name.clone(),
            mime: upload.mime.clone(),
            bytes: upload.bytes.clone(),
        })
    } else if let Some(id) = given.filter(|id| world.files.contains_key(*id)) {
        id.to_owned()
    } else if given.is_some_and(|text| text.starts_with("http")) {
        return Err(Refusal::new(400, "Bad Request: failed to get HTTP URL content"));
    } else {
        let text = "Bad Request: wrong file identifier/HTTP URL specified";
        return Err(Refusal::new(400, text));
    };
    Ok(describe(world, kind, &id))
}

/// A file as a message of this kind shows it.
pub fn describe(world: &World, kind: &str, id: &str) -> Value {
    let file = &world.files[id];
    let mut object = json!({
        "file_id": id, "file_unique_id": format!("U{id}"), "file_size": file.bytes.len(),
    });
    let extra = match kind {
        "photo" => json!({"width": 640, "height": 480}),
        "voice" => json!({"duration": 3, "mime_type": file.mime}),
        "audio" => json!({"duration": 3, "mime_type": file.mime, "file_name": file.file_name}),
        "video" | "animation" => json!({"width": 640, "height": 480, "duration": 3}),
        "video_note" => json!({"length": 240, "duration": 3}),
        "sticker" => json!({
            "type": "regular", "width": 512, "height": 512, "is_animated": false,
            "is_video": false, "emoji": "🙂",
        }),
        _ => json!({"file_name": file.file_name, "mime_type": file.mime}),
    };
    for (key, value) in without_nulls(extra) {
        object[&key] = value;
    }
    if kind == "photo" { json!([object]) } else { object }
}
