//! What the bot answers to interactions: callbacks, `@original` and follow-ups.
//!
//! Two clocks rule here. A callback must come within 3 seconds, or the person reads "the
//! application did not respond" and the token is void; a token is good for 15 minutes.

use serde_json::{Value, json};

use super::messages::{EPHEMERAL, LOADING, fill, fresh, post, remove, rewrite};
use super::permissions::Refusal;
use super::rest::{Call, Done, Outcome, id, ok};
use super::shape;
use super::spec::Problem;
use super::state::{BOT, Callback, Id, Interaction, Message, State, TOKEN_LIFE};

/// Interactions with a component, with a half-typed command, with a form.
const COMPONENT: u64 = 3;
const AUTOCOMPLETE: u64 = 4;
const MODAL: u64 = 5;

/// Carries out what concerns interactions.
pub fn carry_out(state: &mut State, call: &Call) -> Option<Done> {
    Some(match (call.method, &call.path[..]) {
        ("POST", ["interactions", which, token, "callback"]) => callback(state, id(which), token, call),
        ("POST", ["webhooks", app, token]) => {
            alive(state, app, token).and_then(|i| follow_up(state, &i, call))
        }
        ("GET", ["webhooks", app, token, "messages", which]) => {
            let found = alive(state, app, token).and_then(|i| target(state, &i, which));
            found.and_then(|(channel, message)| match state.message(channel, message) {
                Some(message) => ok(shape::message(state, message)),
                None => Err(Refusal::unknown(10008, "Message")),
            })
        }
        ("PATCH", ["webhooks", app, token, "messages", which]) => {
            let found = alive(state, app, token).and_then(|i| target(state, &i, which));
            found.and_then(|(channel, message)| rewrite(state, channel, message, call.body, call.files))
        }
        ("DELETE", ["webhooks", app, token, "messages", which]) => {
            let found = alive(state, app, token).and_then(|i| target(state, &i, which));
            found.map(|(channel, message)| {
                remove(state, channel, message);
                Outcome::Empty
            })
        }
        _ => return None,
    })
}

fn callback(state: &mut State, which: Id, token: &str, call: &Call) -> Done {
    let gone = || Refusal::unknown(10062, "interaction");
    let interaction = state.interactions.get(&which).filter(|i| i.token == token).ok_or_else(gone)?.clone();
    if interaction.callback.is_some() {
        return Err(Refusal::new(400, 40060, "Interaction has already been acknowledged."));
    }
    if state.failed(&interaction) {
        return Err(gone());
    }
    let data = &call.body["data"];
    let kind = call.body["type"].as_u64().unwrap_or_default();
    let fits = match kind {
        4 | 5 => interaction.kind != AUTOCOMPLETE,
        6 | 7 => interaction.kind == COMPONENT || (interaction.kind == MODAL && interaction.source.is_some()),
        8 => interaction.kind == AUTOCOMPLETE,
        9 => interaction.kind != AUTOCOMPLETE && interaction.kind != MODAL,
        _ => false,
    };
    if !fits {
        let why = format!("callback {kind} does not answer an interaction of type {}", interaction.kind);
        return Err(Refusal::invalid(vec![Problem::new("type", why)]));
    }
    let (done, original) = match kind {
        4 => (Callback::Message, Some(reply(state, &interaction, data, call, 0))),
        5 => (Callback::Deferred, Some(reply(state, &interaction, data, call, LOADING))),
        6 => (Callback::DeferredUpdate, interaction.source),
        7 => {
            let source = interaction.source.unwrap_or_default();
            rewrite(state, interaction.channel, source, data, call.files)?;
            (Callback::Updated, interaction.source)
        }
        8 => (Callback::Choices(choices(data)), None),
        _ => (Callback::Modal(data.clone()), None),
    };
    if let Some(kept) = state.interactions.get_mut(&which) {
        kept.callback = Some(done);
        kept.original = original;
    }
    if call.query.get("with_response").is_some_and(|v| v == "true") {
        let message =
            original.and_then(|m| state.message(interaction.channel, m)).map(|m| shape::message(state, m));
        return ok(json!({
            "interaction": {"id": shape::id(which), "type": interaction.kind, "response_message_id": original.map(shape::id)},
            "resource": {"type": kind, "message": message}
        }));
    }
    Ok(Outcome::Empty)
}

fn choices(data: &Value) -> Vec<(String, Value)> {
    let list = data["choices"].as_array().into_iter().flatten();
    list.map(|c| (c["name"].as_str().unwrap_or_default().to_owned(), c["value"].clone())).collect()
}

/// Writes the bot's first answer, or "is thinking…".
fn reply(state: &mut State, cause: &Interaction, data: &Value, call: &Call, flag: u64) -> Id {
    let mut message = answer(state, cause, data);
    if flag == 0 {
        fill(state, &mut message, data, call.files);
    }
    message.flags |= flag;
    message.kind = match cause.kind {
        2 if cause.source.is_some() => 23,
        2 => 20,
        _ => 0,
    };
    let id = message.id;
    post(state, message);
    id
}

/// An empty message that belongs to an interaction, and is private if `data` says so.
fn answer(state: &mut State, cause: &Interaction, data: &Value) -> Message {
    let mut message = fresh(state, cause.channel, BOT);
    message.interaction = Some(cause.id);
    message.flags = data["flags"].as_u64().unwrap_or_default();
    message.only_for = (message.flags & EPHEMERAL != 0).then_some(cause.user);
    message
}

/// The interaction of a token that can still be used.
fn alive(state: &State, app: &str, token: &str) -> Result<Interaction, Refusal> {
    let found = state.by_token(token).filter(|_| app == BOT.to_string());
    let found = found.ok_or_else(|| Refusal::unknown(10015, "Webhook"))?;
    if state.now() > found.at + TOKEN_LIFE {
        return Err(Refusal::new(401, 50027, "Invalid Webhook Token"));
    }
    if found.callback.is_none() {
        return Err(Refusal::unknown(10015, "Webhook"));
    }
    if !state.channels.contains_key(&found.channel) {
        return Err(Refusal::unknown(10003, "Channel"));
    }
    Ok(found.clone())
}

/// The message that `@original` or an id means: only one of this interaction's.
fn target(state: &State, cause: &Interaction, which: &str) -> Result<(Id, Id), Refusal> {
    let message = if which == "@original" { cause.original } else { Some(id(which)) };
    let found = message.and_then(|m| state.message(cause.channel, m));
    let own = |m: &&Message| m.interaction == Some(cause.id) || Some(m.id) == cause.original;
    found.filter(own).map(|m| (m.channel, m.id)).ok_or_else(|| Refusal::unknown(10008, "Message"))
}

fn follow_up(state: &mut State, cause: &Interaction, call: &Call) -> Done {
    let thinking =
        cause.original.and_then(|m| state.message(cause.channel, m)).filter(|m| m.flags & LOADING != 0);
    // Right after a deferral Discord takes a follow-up for the answer itself.
    if let Some(message) = thinking.map(|m| m.id)
        && cause.callback == Some(Callback::Deferred)
    {
        return rewrite(state, cause.channel, message, call.body, call.files);
    }
    if cause.by_user && cause.followups >= 5 {
        let why = "This interaction has reached its maximum number of follow-up messages";
        return Err(Refusal::new(400, 40094, why));
    }
    let mut message = answer(state, cause, call.body);
    fill(state, &mut message, call.body, call.files);
    message.reply_to = cause.original;
    let json = shape::message(state, &message);
    post(state, message);
    if let Some(kept) = state.interactions.get_mut(&cause.id) {
        kept.followups += 1;
    }
    ok(json)
}
