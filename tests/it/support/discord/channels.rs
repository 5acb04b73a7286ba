//! Channels and threads: read, open, archive, lock, delete. Forum posts are threads too.

use serde_json::{Value, json};

use super::gateway::Audience;
use super::messages::{fill, fresh, post};
use super::permissions::{self as may, Refusal, allowed, in_channel, visible};
use super::rest::{Call, Done, Outcome, id, ok};
use super::shape;
use super::spec::Problem;
use super::state::{BOT, Channel, Id, Kind, State};

/// Carries out what concerns channels and threads.
pub fn carry_out(state: &mut State, call: &Call) -> Option<Done> {
    Some(match (call.method, &call.path[..]) {
        ("GET", ["channels", channel]) => {
            visible(state, id(channel)).and_then(|c| ok(shape::channel(state, c)))
        }
        ("PATCH", ["channels", channel]) => change(state, id(channel), call.body),
        ("DELETE", ["channels", channel]) => delete(state, id(channel)),
        ("POST", ["channels", channel, "threads"]) => open(state, id(channel), None, call),
        ("POST", ["channels", channel, "messages", message, "threads"]) => {
            open(state, id(channel), Some(id(message)), call)
        }
        ("GET", ["channels", channel, "threads", "archived", "public"]) => archived(state, id(channel), call),
        ("GET", ["channels", channel, "thread-members"]) => {
            visible(state, id(channel)).and_then(|c| ok(json!([thread_member(c)])))
        }
        ("PUT" | "DELETE", ["channels", channel, "thread-members", _]) => {
            visible(state, id(channel)).map(|_| Outcome::Empty)
        }
        ("GET", ["guilds", guild, "threads", "active"]) => active(state, id(guild)),
        _ => return None,
    })
}

fn thread_member(thread: &Channel) -> Value {
    json!({"id": shape::id(thread.id), "user_id": shape::id(BOT), "join_timestamp": shape::time(thread.archive_changed), "flags": 0})
}

fn page(state: &State, threads: &[&Channel]) -> Value {
    json!({
        "threads": threads.iter().map(|c| shape::channel(state, c)).collect::<Vec<_>>(),
        "members": threads.iter().map(|c| thread_member(c)).collect::<Vec<_>>(),
        "has_more": false
    })
}

fn active(state: &State, guild: Id) -> Done {
    if !state.bot_in(guild) {
        return Err(Refusal::no_access());
    }
    let here = |c: &&Channel| c.kind == Kind::Thread && c.guild == Some(guild) && !c.archived;
    let seen = state.channels.values().filter(here).filter(|c| in_channel(state, c, BOT) != 0);
    ok(page(state, &seen.collect::<Vec<_>>()))
}

fn archived(state: &State, channel: Id, call: &Call) -> Done {
    allowed(state, channel, may::HISTORY)?;
    let limit = call.query.get("limit").and_then(|text| text.parse().ok()).unwrap_or(50);
    let mut found: Vec<&Channel> =
        state.channels.values().filter(|c| c.parent == Some(channel) && c.archived).collect();
    found.sort_by_key(|c| std::cmp::Reverse(c.archive_changed));
    let more = found.len() > limit;
    found.truncate(limit);
    let mut json = page(state, &found);
    json["has_more"] = json!(more);
    ok(json)
}

/// Opens a thread: a forum's post, one on a message, or one by itself.
fn open(state: &mut State, channel: Id, message: Option<Id>, call: &Call) -> Done {
    let parent = allowed(state, channel, may::CREATE_THREADS)?;
    let (forum, guild) = (parent.kind == Kind::Forum, parent.guild);
    if guild.is_none() || parent.kind == Kind::Thread {
        return Err(Refusal::new(400, 50024, "Cannot execute action on this channel type"));
    }
    if forum {
        check_post(state, parent, call.body)?;
    }
    if message.is_some_and(|m| state.message(channel, m).is_none()) {
        return Err(Refusal::unknown(10008, "Message"));
    }
    if message.is_some_and(|m| state.channels.contains_key(&m)) {
        return Err(Refusal::new(400, 160_004, "A thread has already been created for this message"));
    }
    check_cap(state, guild)?;
    // A thread on a message has the message's id, and a post's first message has the post's.
    let id = message.unwrap_or_else(|| state.next_id());
    let name = call.body["name"].as_str().unwrap_or_default();
    let thread = Channel {
        guild,
        parent: Some(channel),
        applied: tags(call.body).unwrap_or_default(),
        archive_after: call.body["auto_archive_duration"].as_u64().unwrap_or(4320),
        archive_changed: state.now(),
        ..Channel::new(id, Kind::Thread, name)
    };
    announce(state, thread);
    let mut first = Value::Null;
    if forum {
        let mut message = super::state::Message { id, ..fresh(state, id, BOT) };
        fill(state, &mut message, &call.body["message"], call.files);
        first = shape::message(state, &message);
        post(state, message);
    }
    let mut json = shape::channel(state, &state.channels[&id]);
    if !first.is_null() {
        json["message"] = first;
    }
    Ok(Outcome::Json(201, json))
}

/// Puts a new thread or channel in place and tells those who listen.
pub fn announce(state: &mut State, channel: Channel) {
    let (id, guild) = (channel.id, channel.guild.unwrap_or_default());
    let name = if channel.kind == Kind::Thread { "THREAD_CREATE" } else { "CHANNEL_CREATE" };
    state.channels.insert(id, channel);
    let mut event = shape::channel(state, &state.channels[&id]);
    if name == "THREAD_CREATE" {
        event["newly_created"] = json!(true);
    }
    state.emit(name, &event, Audience::Guild(guild, Some(id)));
}

fn tags(body: &Value) -> Option<Vec<Id>> {
    let list = body["applied_tags"].as_array()?;
    Some(list.iter().filter_map(|t| t.as_u64().or_else(|| t.as_str()?.parse().ok())).collect())
}

fn check_tags(parent: &Channel, applied: &[Id]) -> Result<(), Refusal> {
    if applied.iter().any(|tag| !parent.tags.iter().any(|(known, _)| known == tag)) {
        return Err(Refusal::unknown(10087, "tag"));
    }
    if parent.tag_required && applied.is_empty() {
        return Err(Refusal::new(400, 40067, "A tag is required to create a forum post in this channel"));
    }
    Ok(())
}

fn check_post(state: &State, parent: &Channel, body: &Value) -> Result<(), Refusal> {
    if !body["message"].is_object() {
        return Err(Refusal::invalid(vec![Problem::new("message", "is required in a forum")]));
    }
    // In a forum the permission to open a post is the one to write.
    if in_channel(state, parent, BOT) & may::SEND == 0 {
        return Err(Refusal::no_permission());
    }
    check_tags(parent, &tags(body).unwrap_or_default())
}

fn check_cap(state: &State, guild: Option<Id>) -> Result<(), Refusal> {
    let cap = guild.and_then(|g| state.guilds.get(&g)).map_or(usize::MAX, |g| g.thread_cap);
    let active =
        state.channels.values().filter(|c| c.kind == Kind::Thread && c.guild == guild && !c.archived);
    if active.count() >= cap {
        return Err(Refusal::new(400, 160_006, "Maximum number of active threads reached"));
    }
    Ok(())
}

/// Changes a channel or thread.
fn change(state: &mut State, channel: Id, body: &Value) -> Done {
    let old = visible(state, channel)?;
    if old.kind == Kind::Dm {
        return Err(Refusal::new(403, 50003, "Cannot execute action on a DM channel"));
    }
    let thread = old.kind == Kind::Thread;
    let manager = in_channel(state, old, BOT) & may::MANAGE_THREADS != 0;
    if thread {
        let own = old.owner == BOT && body.get("locked").is_none_or(|l| *l == old.locked) && !old.locked;
        if !manager && !own {
            return Err(Refusal::no_permission());
        }
        let wakes = body["archived"] == false;
        // Waking and anything else may come in one request.
        if old.archived && !wakes {
            return Err(Refusal::new(400, 50083, "Thread is archived"));
        }
        if old.archived && wakes {
            check_cap(state, old.guild)?;
        }
    } else {
        allowed(state, channel, may::MANAGE_CHANNELS)?;
    }
    if let (Some(applied), Some(parent)) = (tags(body), old.parent.and_then(|p| state.channels.get(&p))) {
        check_tags(parent, &applied)?;
    }
    apply(state, channel, body);
    ok(shape::channel(state, &state.channels[&channel]))
}

/// Puts a change into place and tells those who listen.
pub fn apply(state: &mut State, channel: Id, body: &Value) {
    let now = state.now();
    let Some(place) = state.channels.get_mut(&channel) else { return };
    if let Some(name) = body["name"].as_str() {
        name.clone_into(&mut place.name);
    }
    if let Some(topic) = body["topic"].as_str() {
        place.topic = Some(topic.to_owned());
    }
    if let Some(applied) = tags(body) {
        place.applied = applied;
    }
    if let Some(minutes) = body["auto_archive_duration"].as_u64() {
        place.archive_after = minutes;
    }
    if let Some(locked) = body["locked"].as_bool() {
        place.locked = locked;
    }
    if let Some(archived) = body["archived"].as_bool().filter(|a| *a != place.archived) {
        place.archived = archived;
        place.archive_changed = now;
    }
    let (guild, thread) = (place.guild.unwrap_or_default(), place.kind == Kind::Thread);
    let event = shape::channel(state, &state.channels[&channel]);
    let name = if thread { "THREAD_UPDATE" } else { "CHANNEL_UPDATE" };
    state.emit(name, &event, Audience::Guild(guild, Some(channel)));
}

/// Archives or wakes a thread.
pub fn set_archived(state: &mut State, channel: Id, archived: bool) {
    apply(state, channel, &json!({"archived": archived}));
}

fn delete(state: &mut State, channel: Id) -> Done {
    let needed = match visible(state, channel)?.kind {
        Kind::Dm => 0,
        Kind::Thread => may::MANAGE_THREADS,
        Kind::Text | Kind::Forum => may::MANAGE_CHANNELS,
    };
    let json = shape::channel(state, allowed(state, channel, needed)?);
    remove(state, channel);
    ok(json)
}

/// Removes a channel with its threads and tells those who listen.
pub fn remove(state: &mut State, channel: Id) {
    let Some(gone) = state.channels.get(&channel) else { return };
    let guild = gone.guild.unwrap_or_default();
    let (name, event) = if gone.kind == Kind::Thread {
        let parent = gone.parent.map(shape::id);
        let event = json!({"id": shape::id(channel), "guild_id": shape::id(guild), "parent_id": parent, "type": gone.kind as u8});
        ("THREAD_DELETE", event)
    } else {
        ("CHANNEL_DELETE", shape::channel(state, gone))
    };
    // Who may hear it is decided before it is gone.
    state.emit(name, &event, Audience::Guild(guild, Some(channel)));
    state.channels.retain(|id, c| *id != channel && c.parent != Some(channel));
}
