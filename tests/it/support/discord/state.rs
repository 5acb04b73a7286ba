//! The world that the server keeps: people, guilds, channels, messages, interactions.
//!
//! Plain data and the questions one asks of it. It knows neither HTTP nor WebSocket; how it looks
//! as JSON is `shape.rs`, who may do what is `permissions.rs`. Nothing is kept when the server ends.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::faults::Faults;
use super::gateway::Sessions;
use super::log::Log;

/// Discord's ids ("snowflakes"): they grow with time.
pub type Id = u64;

/// The bot's user id, which is also its application's id.
pub const BOT: Id = 1_100_000_000_000_000_001;
/// Milliseconds at which Discord's ids begin (1 January 2015).
const EPOCH: u64 = 1_420_070_400_000;

/// Somebody with an account.
#[derive(Clone, Debug)]
pub struct User {
    /// Who.
    pub id: Id,
    /// Display name, which is also the user name.
    pub name: String,
    /// The language of their client, one of Discord's.
    pub locale: String,
    /// Whether they refuse direct messages from the bot.
    pub closed: bool,
    /// Whether they installed the bot to their own account.
    pub installed: bool,
}

/// Somebody's place in a guild.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// Besides @everyone, whose id is the guild's.
    pub roles: BTreeSet<Id>,
    /// When they came, in milliseconds.
    pub joined: u64,
}

/// A role of a guild.
#[derive(Clone, Debug)]
pub struct Role {
    /// As shown.
    pub name: String,
    /// See `permissions.rs`.
    pub permissions: u64,
    /// Whether it belongs to a bot.
    pub managed: bool,
}

/// What Discord calls a server.
#[derive(Clone, Debug)]
pub struct Guild {
    /// Which.
    pub id: Id,
    /// As shown.
    pub name: String,
    /// Who owns it, and may do everything.
    pub owner: Id,
    /// Its preferred language.
    pub locale: String,
    /// By id; the guild's own id is @everyone.
    pub roles: BTreeMap<Id, Role>,
    /// By user.
    pub members: BTreeMap<Id, Member>,
    /// How many threads may be active at once (Discord: 1000).
    pub thread_cap: usize,
}

/// What a channel is; the numbers are Discord's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An ordinary channel of a guild.
    Text = 0,
    /// A direct conversation.
    Dm = 1,
    /// A thread, also a forum's post.
    Thread = 11,
    /// A channel whose messages are posts.
    Forum = 15,
}

/// A channel, thread or direct conversation, with its messages.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Which.
    pub id: Id,
    /// What sort.
    pub kind: Kind,
    /// None in a direct conversation.
    pub guild: Option<Id>,
    /// A thread's channel.
    pub parent: Option<Id>,
    /// As shown.
    pub name: String,
    /// As shown above it.
    pub topic: Option<String>,
    /// Who opened the thread.
    pub owner: Id,
    /// A forum's tags.
    pub tags: Vec<(Id, String)>,
    /// Whether a post must have one.
    pub tag_required: bool,
    /// A post's tags.
    pub applied: Vec<Id>,
    /// A thread that nobody writes in.
    pub archived: bool,
    /// A thread that only moderators may wake.
    pub locked: bool,
    /// Minutes of silence until it is archived.
    pub archive_after: u64,
    /// When `archived` last changed.
    pub archive_changed: u64,
    /// Who is in a direct conversation besides the bot.
    pub with: Vec<Id>,
    /// (role or user, allowed, denied).
    pub overwrites: Vec<(Id, u64, u64)>,
    /// In the order they were written.
    pub messages: BTreeMap<Id, Message>,
}

/// A file of a message.
#[derive(Clone, Debug)]
pub struct File {
    /// Which.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// What it is, as its sender said.
    pub mime: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A message.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Which.
    pub id: Id,
    /// Where.
    pub channel: Id,
    /// Whose.
    pub author: Id,
    /// When written, in milliseconds.
    pub at: u64,
    /// When changed.
    pub edited: Option<u64>,
    /// Text.
    pub content: String,
    /// As Discord was sent them.
    pub embeds: Vec<Value>,
    /// As Discord was sent them.
    pub components: Vec<Value>,
    /// Files.
    pub files: Vec<File>,
    /// Discord's bit set: 64 is "only one person sees it", 128 "is thinking".
    pub flags: u64,
    /// 0 plain, 19 a reply, 20 an answer to a slash command, 23 to a context menu.
    pub kind: u64,
    /// As sent.
    pub nonce: Value,
    /// The message this one answers.
    pub reply_to: Option<Id>,
    /// Who alone sees it.
    pub only_for: Option<Id>,
    /// Who is notified.
    pub mentions: Vec<Id>,
    /// Whether it is pinned.
    pub pinned: bool,
    /// The bot's own reactions.
    pub reactions: BTreeSet<String>,
    /// The interaction that it answers.
    pub interaction: Option<Id>,
}

/// How the bot called an interaction back.
#[derive(Clone, Debug, PartialEq)]
pub enum Callback {
    /// With a message (type 4).
    Message,
    /// With "is thinking…" (type 5).
    Deferred,
    /// Silently, to change the message later (type 6).
    DeferredUpdate,
    /// By changing the message (type 7).
    Updated,
    /// With suggestions (type 8): name and value.
    Choices(Vec<(String, Value)>),
    /// With a form (type 9), as Discord was sent it.
    Modal(Value),
}

/// What somebody did to the bot, and what came of it.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// Which.
    pub id: Id,
    /// What the bot answers with.
    pub token: String,
    /// 2 command, 3 component, 4 autocomplete, 5 modal.
    pub kind: u64,
    /// Who.
    pub user: Id,
    /// Where.
    pub channel: Id,
    /// When, in milliseconds.
    pub at: u64,
    /// The message whose component it was.
    pub source: Option<Id>,
    /// The command's name, if it began with one.
    pub command: Option<String>,
    /// Whether the person, not the guild, installed the bot here.
    pub by_user: bool,
    /// How the bot called it back, if it did.
    pub callback: Option<Callback>,
    /// The message that `@original` names.
    pub original: Option<Id>,
    /// How many follow-ups were sent.
    pub followups: u32,
}

/// How long an interaction may wait for its callback.
pub const CALLBACK_LIMIT: u64 = 3_000;
/// How long its token is good for.
pub const TOKEN_LIFE: u64 = 15 * 60 * 1_000;

/// A command that the bot registered.
#[derive(Clone, Debug)]
pub struct Command {
    /// Which.
    pub id: Id,
    /// None where it is global.
    pub guild: Option<Id>,
    /// As registered.
    pub body: Value,
}

/// Everything, behind one lock.
pub struct State {
    /// Added to the real clock.
    offset: u64,
    start: (tokio::time::Instant, u64),
    last_id: Id,
    /// Whether the application may read messages of guilds (the switch in Discord's portal).
    pub reads_content: bool,
    /// What the bot's owner set: description, tags and so on.
    pub application: serde_json::Map<String, Value>,
    /// Everybody.
    pub users: BTreeMap<Id, User>,
    /// Every guild, also those without the bot.
    pub guilds: BTreeMap<Id, Guild>,
    /// Every channel that exists.
    pub channels: BTreeMap<Id, Channel>,
    /// Registered commands.
    pub commands: Vec<Command>,
    /// Every interaction so far.
    pub interactions: BTreeMap<Id, Interaction>,
    /// (channel, nonce) → (message, when).
    pub nonces: BTreeMap<(Id, String), (Id, u64)>,
    /// Who is connected to the gateway.
    pub sessions: Sessions,
    /// What is to go wrong.
    pub faults: Faults,
    /// What was asked and what was wrong with it.
    pub log: Log,
    /// Where this server answers: HTTP, WebSocket.
    pub urls: (String, String),
}

impl State {
    /// A world with nobody in it but the bot. Its clock starts with the real one, because the bot
    /// under test compares ids, which hold the time.
    #[allow(clippy::disallowed_methods, reason = "Discord has a clock of its own")]
    pub fn new(urls: (String, String)) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let bot =
            User { id: BOT, name: "Digidel".into(), locale: "sv-SE".into(), closed: false, installed: false };
        Self {
            offset: 0,
            start: (tokio::time::Instant::now(), u64::try_from(now.as_millis()).unwrap_or_default()),
            last_id: 0,
            reads_content: true,
            application: serde_json::Map::new(),
            users: BTreeMap::from([(BOT, bot)]),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            commands: Vec::new(),
            interactions: BTreeMap::new(),
            nonces: BTreeMap::new(),
            sessions: Sessions::default(),
            faults: Faults::default(),
            log: Log::default(),
            urls,
        }
    }

    /// Now by the server's clock, in milliseconds.
    pub fn now(&self) -> u64 {
        self.start.1 + self.offset + u64::try_from(self.start.0.elapsed().as_millis()).unwrap_or_default()
    }

    /// Lets time pass.
    pub fn advance(&mut self, by: Duration) {
        self.offset += u64::try_from(by.as_millis()).unwrap_or_default();
    }

    /// A new id, above all earlier ones.
    pub fn next_id(&mut self) -> Id {
        self.last_id = (self.last_id + 1).max((self.now() - EPOCH) << 22);
        self.last_id
    }

    /// Whether the bot is in that guild.
    pub fn bot_in(&self, guild: Id) -> bool {
        self.guilds.get(&guild).is_some_and(|g| g.members.contains_key(&BOT))
    }

    /// A message, if it still exists.
    pub fn message(&self, channel: Id, message: Id) -> Option<&Message> {
        self.channels.get(&channel)?.messages.get(&message)
    }

    /// The direct conversation of the bot with a person; made if need be.
    pub fn dm(&mut self, user: Id) -> Id {
        let known = self.channels.values().find(|c| c.kind == Kind::Dm && c.with == [user]);
        if let Some(channel) = known {
            return channel.id;
        }
        let id = self.next_id();
        self.channels.insert(id, Channel { with: vec![user], ..Channel::new(id, Kind::Dm, "") });
        id
    }

    /// The interaction that a token belongs to.
    pub fn by_token(&self, token: &str) -> Option<&Interaction> {
        self.interactions.values().find(|i| i.token == token)
    }

    /// Whether the person saw "the application did not respond".
    pub fn failed(&self, interaction: &Interaction) -> bool {
        interaction.callback.is_none() && self.now() > interaction.at + CALLBACK_LIMIT
    }

    /// A person's name, or the number if nobody has it.
    pub fn name(&self, user: Id) -> String {
        self.users.get(&user).map_or_else(|| user.to_string(), |u| u.name.clone())
    }
}

impl Channel {
    /// An empty channel.
    pub fn new(id: Id, kind: Kind, name: &str) -> Self {
        Self {
            id,
            kind,
            guild: None,
            parent: None,
            name: name.to_owned(),
            topic: None,
            owner: BOT,
            tags: Vec::new(),
            tag_required: false,
            applied: Vec::new(),
            archived: false,
            locked: false,
            archive_after: 4320,
            archive_changed: 0,
            with: Vec::new(),
            overwrites: Vec::new(),
            messages: BTreeMap::new(),
        }
    }
}
