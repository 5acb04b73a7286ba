//! What Telegram knows: chats, messages, files, taps, the bot's profile.
//!
//! It does: hold the state behind one lock, hand out ids, and build the JSON of users, chats and
//! messages.
//! It does not: speak HTTP, nor decide what a method does (`send.rs`, `edit.rs`, `profile.rs`).

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::faults::Plan;
use super::log::{Effect, Record, Violation};
use super::profile::Profile;
use super::updates::Queue;

/// The bot's own id and user name.
pub const BOT_ID: i64 = 700_000_001;
/// Without the `@`.
pub const BOT_NAME: &str = "digidel_test_bot";

/// Private, small group or supergroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One person and the bot.
    Private,
    /// A basic group.
    Group,
    /// A supergroup; its id starts with -100.
    Supergroup,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Group => "group",
            Self::Supergroup => "supergroup",
        }
    }
}

/// Whether the bot may write here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Welcome,
    /// The person has never written to it.
    Stranger,
    /// The person blocked it.
    Blocked,
    /// It was removed from the group.
    Kicked,
    /// The group lives on under this id.
    Migrated(i64),
}

/// One message, and all it has ever been.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its id in the chat.
    pub id: i64,
    /// The API's `Message` object, as it is now.
    pub json: Value,
    /// Written by the bot.
    pub from_bot: bool,
    /// Deleted: nobody sees it any more.
    pub gone: bool,
    /// Its earlier contents, oldest first.
    pub past: Vec<Value>,
    /// Number of the last change to the world that touched it.
    pub touched: u64,
}

/// One chat.
#[derive(Debug, Clone)]
pub struct Chat {
    /// Its id.
    pub id: i64,
    /// Private or group.
    pub kind: Kind,
    /// First name or title.
    pub name: String,
    /// Whether the bot may write.
    pub standing: Standing,
    /// All messages, oldest first, deleted ones included.
    pub messages: Vec<Message>,
    /// The reply keyboard that is open now.
    pub keyboard: Option<Value>,
    /// What `answerCallbackQuery` showed here.
    pub toasts: Vec<String>,
    /// Grows with everything that may have changed here, so that those who wait for this chat can
    /// skip the changes of others.
    pub version: u64,
    next_id: i64,
}

impl Chat {
    /// The API's `Chat` object.
    pub fn json(&self) -> Value {
        let name = if self.kind == Kind::Private { "first_name" } else { "title" };
        let mut chat = Map::new();
        chat.insert("id".to_owned(), self.id.into());
        chat.insert("type".to_owned(), self.kind.name().into());
        chat.insert(name.to_owned(), self.name.clone().into());
        Value::Object(chat)
    }

    /// The message with this id that has not been deleted.
    pub fn visible(&mut self, id: i64) -> Option<&mut Message> {
        self.messages.iter_mut().find(|m| m.id == id && !m.gone)
    }
}

/// A file on the server.
#[derive(Debug, Clone)]
pub struct StoredFile {
    /// As the sender named it.
    pub file_name: String,
    /// Content type.
    pub mime: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// A tap that waits for its answer.
#[derive(Debug, Clone)]
pub struct Tap {
    /// Where.
    pub chat: i64,
    /// When, by the server's clock.
    pub at: i64,
    /// It has been answered.
    pub answered: bool,
}

/// A message of the bot, as it came.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// Where to.
    pub chat: i64,
    /// When the call had been carried out.
    pub at: Instant,
}

/// The state of the whole server.
#[derive(Debug)]
pub struct World {
    /// Chats by id.
    pub chats: BTreeMap<i64, Chat>,
    /// Files by `file_id`.
    pub files: BTreeMap<String, StoredFile>,
    /// Taps by callback query id.
    pub taps: BTreeMap<String, Tap>,
    /// Commands, names, descriptions.
    pub profile: Profile,
    /// Updates on their way to the bot, and the webhook.
    pub updates: Queue,
    /// What is to go wrong.
    pub plan: Plan,
    /// Every call.
    pub log: Vec<Record>,
    /// Every broken rule.
    pub violations: Vec<Violation>,
    /// How long a tap can be answered.
    pub tap_lifetime: Duration,
    /// Who hears of every message of the bot at once; while somebody does, calls are not logged, so that
    /// millions of them need no memory.
    pub ear: Option<UnboundedSender<Heard>>,
    /// In groups the bot only sees what is meant for it.
    pub privacy_mode: bool,
    /// The clock's distance from the machine's, in seconds.
    pub clock_offset: i64,
    changes: u64,
    effects: u64,
    files_made: u64,
    taps_made: u64,
}

impl Default for World {
    fn default() -> Self {
        Self {
            chats: BTreeMap::new(),
            files: BTreeMap::new(),
            taps: BTreeMap::new(),
            profile: Profile::default(),
            updates: Queue::default(),
            plan: Plan::default(),
            log: Vec::new(),
            violations: Vec::new(),
            tap_lifetime: Duration::from_mins(1),
            ear: None,
            privacy_mode: true,
            clock_offset: 0,
            changes: 0,
            effects: 0,
            files_made: 0,
            taps_made: 0,
        }
    }
}

impl World {
    /// Seconds since 1970 by the server's clock.
    #[allow(clippy::disallowed_methods, reason = "the clock of the platform, not of the bot")]
    pub fn now(&self) -> i64 {
        let machine = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        i64::try_from(machine).unwrap_or(0) + self.clock_offset
    }

    /// Adds a chat if it is new.
    pub fn open_chat(&mut self, id: i64, kind: Kind, name: &str, standing: Standing) -> &mut Chat {
        self.chats.entry(id).or_insert_with(|| Chat {
            id,
            kind,
            name: name.to_owned(),
            standing,
            messages: Vec::new(),
            keyboard: None,
            toasts: Vec::new(),
            version: 0,
            next_id: 1,
        })
    }

    /// The number of the newest change.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Numbers a change.
    pub fn change(&mut self) -> u64 {
        self.changes += 1;
        self.changes
    }

    /// Numbers an effect of a call.
    pub fn effect(&mut self, chat: Option<i64>, message: Option<i64>) -> Effect {
        self.effects += 1;
        Effect { number: self.effects, chat, message }
    }

    /// Adds a message to a chat that exists; `content` are the fields beside id, date, chat and
    /// sender.
    pub fn add_message(&mut self, chat_id: i64, from: Value, content: Map<String, Value>) -> Value {
        let (date, touched) = (self.now(), self.change());
        let chat = self.chats.get_mut(&chat_id).expect("the chat exists");
        let id = chat.next_id;
        chat.next_id += 1;
        chat.version += 1;
        let from_bot = from["id"] == BOT_ID;
        let mut message = Map::new();
        message.insert("message_id".to_owned(), id.into());
        message.insert("from".to_owned(), from);
        message.insert("chat".to_owned(), chat.json());
        message.insert("date".to_owned(), date.into());
        message.extend(content);
        let json = Value::Object(message);
        let stored = Message { id, json: json.clone(), from_bot, gone: false, past: Vec::new(), touched };
        chat.messages.push(stored);
        json
    }

    /// Stores a file and gives back its `file_id`.
    pub fn add_file(&mut self, file: StoredFile) -> String {
        self.files_made += 1;
        let id = format!("FILE{:06}", self.files_made);
        self.files.insert(id.clone(), file);
        id
    }

    /// Starts a tap and gives back the id of its callback query.
    pub fn add_tap(&mut self, chat: i64) -> String {
        self.taps_made += 1;
        // Real ids are long decimal numbers that do not fit 32 bits.
        let id = format!("{}", 4_382_000_000_000_000_000_u64 + self.taps_made);
        let tap = Tap { chat, at: self.now(), answered: false };
        self.taps.insert(id.clone(), tap);
        id
    }

    /// Adds an update of this kind to the queue, unless the bot did not ask for the kind.
    pub fn push_update(&mut self, kind: &str, body: Value) -> i64 {
        self.updates.push(kind, body)
    }
}

/// The bot as a `User`.
pub fn bot_user() -> Value {
    json!({"id": BOT_ID, "is_bot": true, "first_name": "Digidel", "username": BOT_NAME})
}

/// Drops the entries of an object that are null: Telegram omits what is not there, and teloxide
/// takes a message with `"text": null` for one without text.
pub fn without_nulls(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map.into_iter().filter(|(_, v)| !v.is_null()).collect(),
        _ => Map::new(),
    }
}
