//! Messages in channels, threads and direct conversations: write, read, change, delete, pin, react.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::form::Part;
use super::gateway::Audience;
use super::permissions::{self as may, Refusal, allowed, visible};
use super::rest::{Call, Done, Outcome, id, ok};
use super::spec::Problem;
use super::state::{BOT, Channel, File, Id, Kind, Message, State};
use super::{channels, shape};

/// How long Discord remembers a nonce ("the past few minutes").
const NONCE_LIFE: u64 = 5 * 60 * 1000;
/// The flag of a message that only one person sees.
pub const EPHEMERAL: u64 = 64;
/// The flag of "is thinking…".
pub const LOADING: u64 = 128;

/// Carries out what concerns messages.
pub fn carry_out(state: &mut State, call: &Call) -> Option<Done> {
    Some(match (call.method, &call.path[..]) {
        ("POST", ["channels", channel, "typing"]) => {
            may_send(state, id(channel), &json!({})).map(|()| Outcome::Empty)
        }
        ("POST", ["channels", channel, "messages"]) => create(state, id(channel), call),
        ("GET", ["channels", channel, "messages"]) => list(state, id(channel), call),
        ("POST", ["channels", channel, "messages", "bulk-delete"]) => {
            bulk_delete(state, id(channel), call.body)
        }
        ("GET", ["channels", channel, "messages", message]) => read(state, id(channel), id(message)),
        ("PATCH", ["channels", channel, "messages", message]) => edit(state, id(channel), id(message), call),
        ("DELETE", ["channels", channel, "messages", message]) => delete(state, id(channel), id(message)),
        (
            "PUT" | "DELETE",
            ["channels", channel, "pins", message] | ["channels", channel, "messages", "pins", message],
        ) => pin(state, id(channel), id(message), call.method == "PUT"),
        ("PUT" | "DELETE", ["channels", channel, "messages", message, "reactions", emoji, "@me"]) => {
            react(state, id(channel), id(message), emoji, call.method == "PUT")
        }
        _ => return None,
    })
}

/// Whether the bot may write there. A thread that sleeps is woken by writing, unless it is locked.
fn may_send(state: &State, channel: Id, body: &Value) -> Result<(), Refusal> {
    let found = visible(state, channel)?;
    let has = |key: &str| body[key].as_array().is_some_and(|list| !list.is_empty());
    match found.kind {
        Kind::Forum => return Err(Refusal::new(400, 50008, "Cannot send messages in a non-text channel")),
        Kind::Dm => return may_dm(state, found),
        Kind::Thread => allowed(state, channel, may::SEND_IN_THREADS)?,
        Kind::Text => allowed(state, channel, may::SEND)?,
    };
    if found.locked && allowed(state, channel, may::MANAGE_THREADS).is_err() {
        return Err(Refusal::new(403, 160_005, "Thread is locked"));
    }
    if has("embeds") {
        allowed(state, channel, may::EMBED)?;
    }
    Ok(())
}

fn may_dm(state: &State, channel: &Channel) -> Result<(), Refusal> {
    let others = channel.with.iter().filter_map(|u| state.users.get(u));
    for user in others {
        let shares =
            state.guilds.values().any(|g| g.members.contains_key(&user.id) && g.members.contains_key(&BOT));
        if !shares && !user.installed {
            let why = "Cannot send messages to this user due to having no mutual guilds";
            return Err(Refusal::new(403, 50278, why));
        }
        if user.closed {
            return Err(Refusal::new(403, 50007, "Cannot send messages to this user"));
        }
    }
    Ok(())
}

fn create(state: &mut State, channel: Id, call: &Call) -> Done {
    may_send(state, channel, call.body)?;
    if !call.files.is_empty() {
        allowed(state, channel, may::ATTACH)?;
    }
    let nonce = (channel, call.body["nonce"].to_string());
    if call.body["enforce_nonce"] == true
        && let Some((first, at)) = state.nonces.get(&nonce)
        && state.now() - at < NONCE_LIFE
        && let Some(message) = state.message(channel, *first)
    {
        return ok(shape::message(state, message));
    }
    let mut message = fresh(state, channel, BOT);
    fill(state, &mut message, call.body, call.files);
    message.nonce = call.body["nonce"].clone();
    if let Some(target) = call.body["message_reference"]["message_id"].as_str().map(id) {
        if state.message(channel, target).is_some() {
            message.reply_to = Some(target);
            message.kind = 19;
        } else if call.body["message_reference"]["fail_if_not_exists"] != false {
            return Err(Refusal::invalid(vec![Problem::new("message_reference", "Unknown message")]));
        }
    }
    if call.body["enforce_nonce"] == true {
        state.nonces.insert(nonce, (message.id, message.at));
    }
    let json = shape::message(state, &message);
    post(state, message);
    ok(json)
}

/// A new message without content.
pub fn fresh(state: &mut State, channel: Id, author: Id) -> Message {
    Message { id: state.next_id(), channel, author, at: state.now(), ..Message::default() }
}

/// Puts what a request says into a message; what it leaves out stays.
pub fn fill(state: &mut State, message: &mut Message, body: &Value, files: &[Part]) {
    if let Some(content) = body.get("content") {
        content.as_str().unwrap_or_default().clone_into(&mut message.content);
    }
    let list = |key: &str| body.get(key).map(|list| list.as_array().cloned().unwrap_or_default());
    if let Some(embeds) = list("embeds") {
        message.embeds = embeds.into_iter().map(typed_embed).collect();
    }
    if let Some(components) = list("components") {
        message.components = components;
        let mut next = 1;
        message.components.iter_mut().for_each(|component| number(component, &mut next));
    }
    if let Some(kept) = list("attachments") {
        // An edit names the files that stay.
        message
            .files
            .retain(|f| kept.iter().any(|k| k["id"].as_str().map(id).or(k["id"].as_u64()) == Some(f.id)));
    }
    for part in files {
        let id = state.next_id();
        message.files.push(File {
            id,
            name: part.file.clone(),
            mime: part.mime.clone(),
            bytes: part.bytes.clone(),
        });
    }
    if let Some(flags) = body["flags"].as_u64() {
        message.flags |= flags;
    }
    message.mentions = mentioned(state, &message.content, body.get("allowed_mentions"));
}

/// Discord numbers the components that came without an `id`.
fn number(component: &mut Value, next: &mut u64) {
    if component["id"].is_null() {
        component["id"] = json!(*next);
    }
    *next += 1;
    for child in component["components"].as_array_mut().into_iter().flatten() {
        number(child, next);
    }
    if component["accessory"].is_object() {
        number(&mut component["accessory"], next);
    }
}

fn typed_embed(mut embed: Value) -> Value {
    embed["type"] = json!("rich");
    embed
}

/// Who `<@…>` in a text notifies, as `allowed_mentions` permits.
pub fn mentioned(state: &State, text: &str, permitted: Option<&Value>) -> Vec<Id> {
    let named = text.split("<@").skip(1).filter_map(|rest| rest.split('>').next());
    let named: BTreeSet<Id> = named.filter_map(|n| n.trim_start_matches('!').parse().ok()).collect();
    let all =
        permitted.is_none_or(|p| p["parse"].as_array().is_some_and(|list| list.contains(&json!("users"))));
    let listed = |who: &Id| {
        let users = permitted.and_then(|p| p["users"].as_array());
        users.is_some_and(|list| list.contains(&json!(who.to_string())))
    };
    named.into_iter().filter(|who| state.users.contains_key(who) && (all || listed(who))).collect()
}

/// Puts a message where it belongs and tells those who listen. A sleeping thread wakes.
pub fn post(state: &mut State, message: Message) {
    let (channel, hidden) = (message.channel, message.only_for.is_some());
    let event = shape::message_event(state, &message);
    let asleep = state.channels.get(&channel).is_some_and(|c| c.archived);
    if asleep && !hidden {
        channels::set_archived(state, channel, false);
    }
    if let Some(place) = state.channels.get_mut(&channel) {
        place.messages.insert(message.id, message);
    }
    // What only one person sees is not an event for the bot.
    if !hidden {
        state.emit("MESSAGE_CREATE", &event, Audience::Messages(channel));
    }
}

/// Changes a message and tells those who listen.
pub fn amend(
    state: &mut State,
    channel: Id,
    message: Id,
    change: impl FnOnce(&mut State, &mut Message),
) -> Option<Value> {
    let mut found = state.channels.get_mut(&channel)?.messages.remove(&message)?;
    change(state, &mut found);
    let (json, event) = (shape::message(state, &found), shape::message_event(state, &found));
    let hidden = found.only_for.is_some();
    state.channels.get_mut(&channel)?.messages.insert(message, found);
    if !hidden {
        state.emit("MESSAGE_UPDATE", &event, Audience::Messages(channel));
    }
    Some(json)
}

/// Removes a message and tells those who listen.
pub fn remove(state: &mut State, channel: Id, message: Id) -> Option<Message> {
    let place = state.channels.get_mut(&channel)?;
    let found = place.messages.remove(&message)?;
    let mut event = json!({"id": shape::id(message), "channel_id": shape::id(channel)});
    if let Some(guild) = place.guild {
        event["guild_id"] = shape::id(guild);
    }
    if found.only_for.is_none() {
        state.emit("MESSAGE_DELETE", &event, Audience::Messages(channel));
    }
    Some(found)
}

/// A message that the bot can reach through its channel: not one that only one person sees.
fn reachable(state: &State, channel: Id, message: Id) -> Result<&Message, Refusal> {
    visible(state, channel)?;
    let found = state.message(channel, message).filter(|m| m.only_for.is_none());
    found.ok_or_else(|| Refusal::unknown(10008, "Message"))
}

/// As the bot gets to read it: without the portal's switch, other people's words are blank.
fn readable(state: &State, message: &Message) -> Value {
    let mut json = shape::message_event(state, message);
    if let Some(map) = json.as_object_mut() {
        map.remove("guild_id");
        map.remove("member");
    }
    if !state.reads_content && !super::gateway::open_to_bot(state, message) {
        super::gateway::blank(&mut json);
    }
    json
}

fn read(state: &State, channel: Id, message: Id) -> Done {
    allowed(state, channel, may::HISTORY)?;
    ok(readable(state, reachable(state, channel, message)?))
}

fn list(state: &State, channel: Id, call: &Call) -> Done {
    let place = visible(state, channel)?;
    if place.kind == Kind::Forum {
        return Err(Refusal::new(400, 50008, "Cannot send messages in a non-text channel"));
    }
    if allowed(state, channel, may::HISTORY).is_err() {
        return ok(json!([]));
    }
    let bound = |key: &str| call.query.get(key).map(|text| id(text));
    let limit = call.query.get("limit").and_then(|text| text.parse().ok()).unwrap_or(50);
    let seen = place.messages.values().filter(|m| m.only_for.is_none());
    let chosen: Vec<&Message> = if let Some(after) = bound("after") {
        // The oldest after that point, but listed from the newest, as Discord does.
        let mut page: Vec<_> = seen.filter(|m| m.id > after).take(limit).collect();
        page.reverse();
        page
    } else {
        let before = bound("before").unwrap_or(Id::MAX);
        seen.rev().filter(|m| m.id < before).take(limit).collect()
    };
    ok(chosen.into_iter().map(|m| readable(state, m)).collect())
}

fn edit(state: &mut State, channel: Id, message: Id, call: &Call) -> Done {
    let found = reachable(state, channel, message)?;
    if found.author != BOT {
        return Err(Refusal::new(403, 50005, "Cannot edit a message authored by another user"));
    }
    let place = visible(state, channel)?;
    if place.archived {
        return Err(Refusal::new(400, 50083, "Thread is archived"));
    }
    if place.kind == Kind::Dm {
        may_dm(state, place)?;
    }
    rewrite(state, channel, message, call.body, call.files)
}

/// Changes one of the bot's messages as a request says, unless nothing would remain.
pub fn rewrite(state: &mut State, channel: Id, message: Id, body: &Value, files: &[Part]) -> Done {
    let Some(old) = state.message(channel, message).cloned() else {
        return Err(Refusal::unknown(10008, "Message"));
    };
    let mut new = old.clone();
    fill(state, &mut new, body, files);
    let laid_out = new.flags >> 15 & 1 == 1 && !new.components.is_empty();
    let shows = !new.embeds.is_empty() || !new.files.is_empty() || laid_out;
    if new.content.trim().is_empty() && !shows {
        return Err(Refusal::new(400, 50006, "Cannot send an empty message"));
    }
    new.edited = Some(state.now());
    // Who sees a message is settled when it is written.
    new.flags = new.flags & !(LOADING | EPHEMERAL) | old.flags & EPHEMERAL;
    let json = amend(state, channel, message, |_, m| *m = new);
    json.map_or_else(|| Err(Refusal::unknown(10008, "Message")), ok)
}

fn delete(state: &mut State, channel: Id, message: Id) -> Done {
    let found = reachable(state, channel, message)?;
    if found.author != BOT {
        if visible(state, channel)?.kind == Kind::Dm {
            return Err(Refusal::new(403, 50003, "Cannot execute action on a DM channel"));
        }
        allowed(state, channel, may::MANAGE_MESSAGES)?;
    }
    if visible(state, channel)?.archived {
        return Err(Refusal::new(400, 50083, "Thread is archived"));
    }
    remove(state, channel, message);
    Ok(Outcome::Empty)
}

fn bulk_delete(state: &mut State, channel: Id, body: &Value) -> Done {
    if allowed(state, channel, may::MANAGE_MESSAGES)?.kind == Kind::Dm {
        return Err(Refusal::new(403, 50003, "Cannot execute action on a DM channel"));
    }
    for message in body["messages"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        remove(state, channel, id(message));
    }
    Ok(Outcome::Empty)
}

fn pin(state: &mut State, channel: Id, message: Id, on: bool) -> Done {
    allowed(state, channel, may::PIN)?;
    reachable(state, channel, message)?;
    amend(state, channel, message, |_, m| m.pinned = on);
    Ok(Outcome::Empty)
}

fn react(state: &mut State, channel: Id, message: Id, emoji: &str, on: bool) -> Done {
    allowed(state, channel, may::ADD_REACTIONS | may::HISTORY)?;
    reachable(state, channel, message)?;
    let place = state.channels.get_mut(&channel).and_then(|c| c.messages.get_mut(&message));
    let Some(place) = place else { return Err(Refusal::unknown(10008, "Message")) };
    if on {
        place.reactions.insert(emoji.to_owned())
    } else {
        place.reactions.remove(emoji)
    };
    Ok(Outcome::Empty)
}
