//! Who may do what where, and Discord's answers to those who may not.
//!
//! It computes permissions as Discord documents them (roles, then a channel's overwrites; a thread
//! has its parent's) and holds the error type that every endpoint returns.

use serde_json::{Map, Value, json};

use super::spec::Problem;
use super::state::{BOT, Channel, Id, Kind, State};

/// May do everything.
pub const ADMINISTRATOR: u64 = 1 << 3;
/// Create, change and delete channels.
pub const MANAGE_CHANNELS: u64 = 1 << 4;
/// React to messages.
pub const ADD_REACTIONS: u64 = 1 << 6;
/// See a channel at all.
pub const VIEW: u64 = 1 << 10;
/// Write in a channel.
pub const SEND: u64 = 1 << 11;
/// Delete what others wrote.
pub const MANAGE_MESSAGES: u64 = 1 << 13;
/// Send embeds.
pub const EMBED: u64 = 1 << 14;
/// Send files.
pub const ATTACH: u64 = 1 << 15;
/// Read what was written before.
pub const HISTORY: u64 = 1 << 16;
/// Use slash commands.
pub const USE_COMMANDS: u64 = 1 << 31;
/// Lock, archive and delete threads.
pub const MANAGE_THREADS: u64 = 1 << 34;
/// Open threads.
pub const CREATE_THREADS: u64 = 1 << 35;
/// Write in threads.
pub const SEND_IN_THREADS: u64 = 1 << 38;
/// Pin messages.
pub const PIN: u64 = 1 << 51;

/// What everybody may do in a new guild.
pub const EVERYONE: u64 =
    ADD_REACTIONS | VIEW | SEND | EMBED | ATTACH | HISTORY | USE_COMMANDS | CREATE_THREADS | SEND_IN_THREADS;
/// What a bot like this one asks for when it is invited.
pub const BOT_ROLE: u64 = EVERYONE | MANAGE_THREADS | MANAGE_MESSAGES | PIN;

/// A refusal, as Discord words it.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Discord's own code.
    pub code: u32,
    /// Discord's words.
    pub message: String,
    /// Where in the body, for code 50035.
    pub problems: Vec<Problem>,
}

impl Refusal {
    /// A refusal without details.
    pub fn new(status: u16, code: u32, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), problems: Vec::new() }
    }

    /// "Invalid Form Body", with every problem.
    pub fn invalid(problems: Vec<Problem>) -> Self {
        Self { problems, ..Self::new(400, 50035, "Invalid Form Body") }
    }

    /// 404 with one of the codes 10001 and up.
    pub fn unknown(code: u32, what: &str) -> Self {
        Self::new(404, code, &format!("Unknown {what}"))
    }

    /// 403 for a channel or guild that the bot cannot see.
    pub fn no_access() -> Self {
        Self::new(403, 50001, "Missing Access")
    }

    /// 403 for what the bot may not do there.
    pub fn no_permission() -> Self {
        Self::new(403, 50013, "Missing Permissions")
    }

    /// The body of the answer. Discord nests the problems by key.
    pub fn body(&self) -> Value {
        let mut body = json!({"message": self.message, "code": self.code});
        if !self.problems.is_empty() {
            let mut errors = Map::new();
            for problem in &self.problems {
                nest(&mut errors, &problem.at, &problem.what);
            }
            body["errors"] = Value::Object(errors);
        }
        body
    }
}

fn nest(errors: &mut Map<String, Value>, at: &str, what: &str) {
    let error = json!({"code": "BASE_TYPE_BAD", "message": what});
    let mut here = errors;
    for key in at.split('.').filter(|key| !key.is_empty()) {
        let next = here.entry(key).or_insert_with(|| json!({}));
        here = next.as_object_mut().expect("only objects are put here");
    }
    let list = here.entry("_errors").or_insert_with(|| json!([]));
    list.as_array_mut().expect("only arrays are put here").push(error);
}

/// What a person may do in a guild, by their roles alone. None if they are not in it.
pub fn in_guild(state: &State, guild: Id, user: Id) -> Option<u64> {
    let guild = state.guilds.get(&guild)?;
    let member = guild.members.get(&user)?;
    let roles = member.roles.iter().chain([&guild.id]).filter_map(|id| guild.roles.get(id));
    let sum = roles.fold(0, |sum, role| sum | role.permissions);
    Some(if guild.owner == user || sum & ADMINISTRATOR != 0 { u64::MAX >> 1 } else { sum })
}

/// What a person may do in a channel; nothing where they are not.
pub fn in_channel(state: &State, channel: &Channel, user: Id) -> u64 {
    let Some(guild) = channel.guild else {
        // A conversation of two people is one that the bot is not in, even if they use its commands there.
        let inside = if user == BOT { channel.with.len() == 1 } else { channel.with.contains(&user) };
        return if inside { EVERYONE } else { 0 };
    };
    let Some(base) = in_guild(state, guild, user) else { return 0 };
    if base == u64::MAX >> 1 {
        return base;
    }
    let place = channel.parent.and_then(|id| state.channels.get(&id)).unwrap_or(channel);
    let roles = state.guilds[&guild].members[&user].roles.clone();
    let apply = |held: u64, who: &dyn Fn(Id) -> bool| {
        let these = place.overwrites.iter().filter(|(id, ..)| who(*id));
        let (allow, deny) = these.fold((0, 0), |(a, d), (_, allow, deny)| (a | allow, d | deny));
        held & !deny | allow
    };
    let held = apply(base, &|id| id == guild);
    let held = apply(held, &|id| roles.contains(&id));
    let held = apply(held, &|id| id == user);
    // Who cannot see a channel cannot do anything else in it either.
    if held & VIEW == 0 { 0 } else { held }
}

/// The channel, if it exists and the bot sees it.
pub fn visible(state: &State, channel: Id) -> Result<&Channel, Refusal> {
    let found = state.channels.get(&channel).ok_or_else(|| Refusal::unknown(10003, "Channel"))?;
    if in_channel(state, found, BOT) & VIEW == 0 { Err(Refusal::no_access()) } else { Ok(found) }
}

/// The channel, if the bot sees it and holds every one of these permissions in it.
pub fn allowed(state: &State, channel: Id, needed: u64) -> Result<&Channel, Refusal> {
    let found = visible(state, channel)?;
    // A direct conversation has no roles: what is refused there is refused for other reasons.
    if found.kind != Kind::Dm && in_channel(state, found, BOT) & needed != needed {
        return Err(Refusal::no_permission());
    }
    Ok(found)
}
