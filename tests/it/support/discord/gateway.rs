//! The gateway's sessions: who is connected, who hears which event, what a resumed session missed.
//!
//! It keeps no sockets: a session has a queue, and `socket.rs` writes from it. Shards and voice are
//! not imitated.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::faults::Moment;
use super::permissions::in_channel;
use super::shape;
use super::state::{BOT, Id, Message, State};

/// Guilds, channels, roles, threads.
pub const GUILDS: u64 = 1;
/// Members that come, go and change; privileged.
pub const GUILD_MEMBERS: u64 = 1 << 1;
/// Who is online; privileged.
pub const GUILD_PRESENCES: u64 = 1 << 8;
/// Messages in guilds.
pub const GUILD_MESSAGES: u64 = 1 << 9;
/// Messages in direct conversations.
pub const DIRECT_MESSAGES: u64 = 1 << 12;
/// What messages in guilds say; privileged.
pub const MESSAGE_CONTENT: u64 = 1 << 15;

/// What a socket is told to do.
#[derive(Clone, Debug)]
pub enum Order {
    /// Write this.
    Send(Value),
    /// Say goodbye with this code.
    Close(u16),
    /// End without a word, as when a cable is pulled.
    Cut,
}

/// A client's session, which outlives its connections.
pub struct Session {
    /// What it asked to hear.
    pub intents: u64,
    /// The last number that was given to an event.
    pub seq: u64,
    /// Every event so far, to be replayed.
    pub events: Vec<(u64, Value)>,
    /// Where to write, while connected.
    pub line: Option<UnboundedSender<Order>>,
    /// Which connection that is: an old one must not end a newer.
    pub connection: u64,
}

/// Every session that can be resumed, by its id.
#[derive(Default)]
pub struct Sessions {
    /// By session id.
    pub by_id: BTreeMap<String, Session>,
    /// How often somebody identified.
    pub identified: usize,
    /// How often somebody resumed.
    pub resumed: usize,
    /// Connections so far.
    pub connections: u64,
}

impl Sessions {
    /// Tells every connected socket. An order to end takes effect at once: what happens next is
    /// only kept for a resumed session.
    pub fn order(&mut self, order: &Order) {
        let ends = matches!(order, Order::Close(_) | Order::Cut);
        for session in self.by_id.values_mut() {
            if let Some(line) = session.line.take_if(|_| ends).or_else(|| session.line.clone()) {
                // A closed queue is a connection that has just ended by itself.
                let _ = line.send(order.clone());
            }
        }
    }

    /// Whether somebody listens.
    pub fn connected(&self) -> bool {
        self.by_id.values().any(|s| s.line.is_some())
    }
}

impl Session {
    fn give(&mut self, name: &str, data: &Value, moment: Option<Moment>) {
        self.seq += 1;
        let event = json!({"op": 0, "t": name, "s": self.seq, "d": data});
        self.events.push((self.seq, event.clone()));
        let Some(line) = &self.line else { return };
        if moment != Some(Moment::Before) {
            let _ = line.send(Order::Send(event));
        }
        if moment.is_some() {
            let _ = line.send(Order::Cut);
            self.line = None;
        }
    }
}

/// Who may hear an event.
#[derive(Clone, Copy, Debug)]
pub enum Audience {
    /// Every session: interactions come without being asked for.
    All,
    /// Those who listen to messages, if the bot sees this channel.
    Messages(Id),
    /// Those who listen to this guild and, if given, see this channel.
    Guild(Id, Option<Id>),
    /// Those who listen to this guild's members.
    Members(Id),
}

impl State {
    /// Sends an event to every session that may hear it.
    pub fn emit(&mut self, name: &str, data: &Value, audience: Audience) {
        let seen = |channel: Id| self.channels.get(&channel).is_some_and(|c| in_channel(self, c, BOT) != 0);
        let direct = |channel: Id| self.channels.get(&channel).is_some_and(|c| c.guild.is_none());
        let (needed, allowed) = match audience {
            Audience::All => (0, true),
            Audience::Messages(channel) if direct(channel) => (DIRECT_MESSAGES, seen(channel)),
            Audience::Messages(channel) => (GUILD_MESSAGES, seen(channel)),
            Audience::Guild(guild, channel) => (GUILDS, self.bot_in(guild) && channel.is_none_or(seen)),
            Audience::Members(guild) => (GUILD_MEMBERS, self.bot_in(guild)),
        };
        let open = match audience {
            Audience::Messages(channel) => {
                let id = data["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
                // A message that is just being written is not in its channel yet.
                direct(channel)
                    || self.message(channel, id).map_or_else(|| speaks_to_bot(data), |m| open_to_bot(self, m))
            }
            _ => true,
        };
        if !allowed {
            return;
        }
        let heard = self.sessions.by_id.values().any(|s| s.intents & needed == needed && s.line.is_some());
        let moment = heard.then(|| self.faults.drops_at(name)).flatten();
        for session in self.sessions.by_id.values_mut().filter(|s| s.intents & needed == needed) {
            let mut data = data.clone();
            if !open && session.intents & MESSAGE_CONTENT == 0 {
                blank(&mut data);
            }
            session.give(name, &data, moment);
        }
    }

    /// Begins a session: READY and the guilds.
    pub fn identify(&mut self, intents: u64, line: UnboundedSender<Order>, connection: u64) -> String {
        self.sessions.identified += 1;
        let id = format!("session-{}", self.next_id());
        let guilds: Vec<Id> = self.guilds.keys().copied().filter(|g| self.bot_in(*g)).collect();
        let unavailable: Vec<Value> =
            guilds.iter().map(|g| json!({"id": shape::id(*g), "unavailable": true})).collect();
        let ready = json!({
            "v": 10, "user": shape::own_user(self), "guilds": unavailable, "session_id": id, "shard": [0, 1],
            "resume_gateway_url": self.urls.1, "application": {"id": shape::id(BOT), "flags": 0},
            "private_channels": [], "relationships": [], "presences": [], "geo_ordered_rtc_regions": [], "_trace": []
        });
        let moment = self.faults.drops_at("READY");
        let mut session = Session { intents, seq: 0, events: Vec::new(), line: Some(line), connection };
        session.give("READY", &ready, moment);
        if intents & GUILDS != 0 {
            for guild in guilds {
                let moment = session.line.is_some().then(|| self.faults.drops_at("GUILD_CREATE")).flatten();
                session.give("GUILD_CREATE", &shape::full_guild(self, &self.guilds[&guild]), moment);
            }
        }
        self.sessions.by_id.insert(id.clone(), session);
        id
    }

    /// Continues a session after `seq`. False: Discord no longer knows it.
    pub fn resume(&mut self, id: &str, seq: u64, line: UnboundedSender<Order>, connection: u64) -> bool {
        let again = self.faults.replay;
        let Some(session) = self.sessions.by_id.get_mut(id).filter(|s| seq <= s.seq) else { return false };
        for (_, event) in session.events.iter().filter(|(n, _)| n + again > seq) {
            let _ = line.send(Order::Send(event.clone()));
        }
        session.line = Some(line);
        session.connection = connection;
        session.give("RESUMED", &json!({"_trace": []}), None);
        self.sessions.resumed += 1;
        true
    }

    /// A connection has ended. `over` says that its session ended with it.
    pub fn hang_up(&mut self, id: &str, connection: u64, over: bool) {
        let Some(session) = self.sessions.by_id.get_mut(id).filter(|s| s.connection == connection) else {
            return;
        };
        session.line = None;
        if over {
            self.sessions.by_id.remove(id);
        }
    }
}

/// Whether the bot reads this message even without `MESSAGE_CONTENT`.
pub fn open_to_bot(state: &State, message: &Message) -> bool {
    let direct = state.channels.get(&message.channel).is_some_and(|c| c.guild.is_none());
    direct || message.author == BOT || message.mentions.contains(&BOT)
}

fn speaks_to_bot(event: &Value) -> bool {
    let bot = shape::id(BOT);
    event["author"]["id"] == bot || event["mentions"].as_array().into_iter().flatten().any(|u| u["id"] == bot)
}

/// Takes away what only `MESSAGE_CONTENT` shows.
pub fn blank(message: &mut Value) {
    for (key, nothing) in
        [("content", json!("")), ("embeds", json!([])), ("attachments", json!([])), ("components", json!([]))]
    {
        if message.get(key).is_some() {
            message[key] = nothing;
        }
    }
}
