//! The hands of a resident.
//!
//! It does: everything a person can send to a bot, as the update that Telegram would make of it,
//! block it and come back.
//! It does not: tap on buttons (`taps.rs`) or wait for answers (`wait.rs`).

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::Server;
use super::send::{describe, poll};
use super::text::entities;
use super::world::{BOT_ID, BOT_NAME, Kind, Standing, StoredFile, World, bot_user, without_nulls};

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Id of the update (unused if the bot does not get it: see `Server::filtered`).
    pub update: i64,
    /// Id of the message that was sent or tapped on.
    pub message: i64,
    /// Number of the server's change: whatever the bot does afterwards has a higher one.
    pub change: u64,
    /// When: the beginning of a latency.
    pub at: Instant,
}

impl Sent {
    pub(super) fn new(update: i64, message: i64, change: u64) -> Self {
        Self { update, message, change, at: Instant::now() }
    }
}

/// A person in a chat: in the private one, or in a group (`Group::member`).
#[derive(Debug, Clone)]
pub struct User {
    server: Server,
    id: i64,
    chat: i64,
    name: String,
    language: Option<String>,
}

impl User {
    pub(super) fn new(server: Server, id: i64) -> Self {
        let name = server.shared.look(|world| world.chats[&id].name.clone());
        Self { server, id, chat: id, name, language: Some("sv".to_owned()) }
    }

    /// Gives the person a first name.
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self.server.shared.with(|world| {
            if let Some(chat) = world.chats.get_mut(&self.id) {
                name.clone_into(&mut chat.name);
            }
        });
        self
    }

    /// Sets the language of the person's app; Swedish unless set, "" for unknown.
    pub fn speaking(mut self, code: &str) -> Self {
        self.language = (!code.is_empty()).then(|| code.to_owned());
        self
    }

    pub(super) fn in_chat(&self, chat: i64) -> Self {
        Self { chat, ..self.clone() }
    }

    /// The person's id.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The chat that this handle acts in.
    pub fn chat_id(&self) -> i64 {
        self.chat
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The person as the API shows them.
    pub fn json(&self) -> Value {
        let user = json!({
            "id": self.id, "is_bot": false, "first_name": self.name,
            "language_code": self.language,
        });
        Value::Object(without_nulls(user))
    }

    /// Sends a message with these fields. A person who had blocked the bot unblocks it first, as
    /// the app makes them do.
    pub fn post(&self, content: Value) -> Sent {
        let standing = self.server.shared.look(|world| world.chats[&self.chat].standing.clone());
        if standing == Standing::Blocked {
            self.unblock();
        }
        let content = without_nulls(content);
        self.server.shared.with(|world| {
            let chat = world.chats.get_mut(&self.chat).expect("the chat exists");
            if chat.standing == Standing::Stranger {
                chat.standing = Standing::Welcome;
            }
            let private = chat.kind == Kind::Private;
            let visible = private || !world.privacy_mode || meant_for_bot(&content);
            let message = world.add_message(self.chat, self.json(), content);
            let update = if visible { world.push_update("message", message.clone()) } else { 0 };
            let message = message["message_id"].as_i64().unwrap_or_default();
            Sent::new(update, message, world.changes())
        })
    }

    /// Types a text; commands, mentions and links in it become entities.
    pub fn say(&self, text: &str) -> Sent {
        self.post(typed(text))
    }

    /// Taps on the link `t.me/bot?start=payload`.
    pub fn start(&self, payload: &str) -> Sent {
        self.say(format!("/start {payload}").trim_end())
    }

    /// Answers to a message.
    pub fn reply(&self, message: i64, text: &str) -> Sent {
        let mut content = typed(text);
        let mut quoted = self.server.shared.look(|world| world.message(self.chat, message));
        if let Some(map) = quoted.as_object_mut() {
            map.remove("reply_to_message");
        }
        content["reply_to_message"] = quoted;
        self.post(content)
    }

    /// Forwards a text that somebody else wrote.
    pub fn forward(&self, author: &str, text: &str) -> Sent {
        let mut content = typed(text);
        let date = self.server.now() - 3600;
        content["forward_origin"] = json!({"type": "hidden_user", "sender_user_name": author, "date": date});
        self.post(content)
    }

    /// Edits a text of their own.
    pub fn edit(&self, message: i64, text: &str) -> Sent {
        self.change(message, typed(text))
    }

    /// Shares a position.
    pub fn location(&self, latitude: f64, longitude: f64) -> Sent {
        self.post(json!({"location": {
            "latitude": latitude, "longitude": longitude, "horizontal_accuracy": 12.0,
        }}))
    }

    /// Starts to share a position that moves.
    pub fn live_location(&self, latitude: f64, longitude: f64) -> Sent {
        self.post(live(latitude, longitude))
    }

    /// Moves it.
    pub fn move_live_location(&self, message: i64, latitude: f64, longitude: f64) -> Sent {
        self.change(message, live(latitude, longitude))
    }

    /// Sends a place with a name.
    pub fn venue(&self, title: &str, address: &str, latitude: f64, longitude: f64) -> Sent {
        let location = json!({"latitude": latitude, "longitude": longitude});
        let venue = json!({"location": location, "title": title, "address": address});
        self.post(json!({"location": location, "venue": venue}))
    }

    /// Sends a picture; "" for no caption.
    pub fn photo(&self, caption: &str) -> Sent {
        self.file("photo", "photo.jpg", "image/jpeg", b"\xff\xd8\xff\xe0jpeg", caption)
    }

    /// Records a voice message.
    pub fn voice(&self) -> Sent {
        self.file("voice", "voice.ogg", "audio/ogg", b"OggS voice", "")
    }

    /// Sends a sticker.
    pub fn sticker(&self) -> Sent {
        self.file("sticker", "sticker.webp", "image/webp", b"RIFF webp", "")
    }

    /// Sends a file.
    pub fn document(&self, name: &str, mime: &str, bytes: &[u8], caption: &str) -> Sent {
        self.file("document", name, mime, bytes, caption)
    }

    /// Shares their own phone number.
    pub fn contact(&self, phone: &str) -> Sent {
        let (name, id) = (&self.name, self.id);
        self.post(json!({"contact": {"phone_number": phone, "first_name": name, "user_id": id}}))
    }

    /// Makes a poll.
    pub fn poll(&self, question: &str, options: &[&str]) -> Sent {
        let options: Vec<Value> = options.iter().map(|text| json!({"text": text})).collect();
        self.post(json!({"poll": poll(&question.into(), &options.into())}))
    }

    fn file(&self, kind: &str, name: &str, mime: &str, bytes: &[u8], caption: &str) -> Sent {
        let file = StoredFile { file_name: name.to_owned(), mime: mime.to_owned(), bytes: bytes.to_owned() };
        let described = self.server.shared.look(|world| {
            let id = world.add_file(file);
            describe(world, kind, &id)
        });
        let mut content = json!({kind: described});
        if !caption.is_empty() {
            content["caption"] = caption.into();
        }
        self.post(content)
    }

    fn change(&self, message: i64, content: Value) -> Sent {
        self.server.shared.with(|world| {
            let (now, touched) = (world.now(), world.change());
            let chat = world.chats.get_mut(&self.chat).expect("the chat exists");
            chat.version += 1;
            let stored = chat.visible(message).expect("the message exists");
            let old = stored.json.clone();
            stored.past.push(old);
            let json = stored.json.as_object_mut().expect("a message is an object");
            json.remove("entities");
            json.extend(without_nulls(content));
            json.insert("edit_date".to_owned(), now.into());
            stored.touched = touched;
            let json = stored.json.clone();
            let update = world.push_update("edited_message", json);
            Sent::new(update, message, touched)
        })
    }

    /// Blocks the bot.
    pub fn block(&self) -> Sent {
        self.stand(Standing::Blocked, "member", "kicked")
    }

    /// Lets it write again.
    pub fn unblock(&self) -> Sent {
        self.stand(Standing::Welcome, "kicked", "member")
    }

    /// Changes what the bot is in this chat, and tells it.
    pub(super) fn stand(&self, standing: Standing, old: &str, new: &str) -> Sent {
        self.server.shared.with(|world| {
            let chat = world.chats.get_mut(&self.chat).expect("the chat exists");
            chat.standing = standing;
            let chat = chat.json();
            let body = json!({
                "chat": chat, "from": self.json(), "date": world.now(),
                "old_chat_member": member(old), "new_chat_member": member(new),
            });
            let update = world.push_update("my_chat_member", body);
            Sent::new(update, 0, world.change())
        })
    }
}

fn member(status: &str) -> Value {
    let mut member = json!({"status": status, "user": bot_user()});
    if status == "kicked" {
        member["until_date"] = 0.into();
    }
    member
}

fn typed(text: &str) -> Value {
    let found = entities(text);
    let mut content = json!({"text": text});
    if !found.is_empty() {
        content["entities"] = found.into();
    }
    content
}

fn live(latitude: f64, longitude: f64) -> Value {
    json!({"location": {"latitude": latitude, "longitude": longitude, "live_period": 900}})
}

/// Privacy mode: commands, mentions of the bot and answers to it.
fn meant_for_bot(content: &Map<String, Value>) -> bool {
    if content.get("reply_to_message").is_some_and(|m| m["from"]["id"] == BOT_ID) {
        return true;
    }
    let text = content.get("text").and_then(Value::as_str).unwrap_or_default();
    let command = |word: &str| {
        let to = word.split_once('@').map(|(_, name)| name);
        word.starts_with('/') && to.is_none_or(|name| name.eq_ignore_ascii_case(BOT_NAME))
    };
    text.split_whitespace().any(command) || text.contains(&format!("@{BOT_NAME}"))
}

impl World {
    /// A message as it is now, or the stub that Telegram sends when it is out of reach.
    pub(super) fn message(&self, chat: i64, id: i64) -> Value {
        let Some(chat) = self.chats.get(&chat) else {
            return Value::Null;
        };
        let found = chat.messages.iter().find(|m| m.id == id && !m.gone);
        let stub = || json!({"chat": chat.json(), "message_id": id, "date": 0});
        found.map_or_else(stub, |m| m.json.clone())
    }
}
