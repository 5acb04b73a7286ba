//! Registration of application commands, global and per guild.
//!
//! A new command is there at once; with Discord a global one may take a moment to reach clients.

use serde_json::{Value, json};

use super::permissions::Refusal;
use super::rest::{Call, Done, Outcome, id, ok};
use super::shape;
use super::state::{BOT, Command, Id, State};

/// Carries out what concerns commands.
pub fn carry_out(state: &mut State, call: &Call) -> Option<Done> {
    if call.path[1] != BOT.to_string() {
        return Some(Err(Refusal::new(
            403,
            20012,
            "You are not authorized to perform this action on this application",
        )));
    }
    let (guild, rest) = match call.path[2..] {
        ["commands", ref rest @ ..] => (None, rest),
        ["guilds", guild, "commands", ref rest @ ..] => (Some(id(guild)), rest),
        _ => return None,
    };
    if guild.is_some_and(|g| !state.bot_in(g)) {
        return Some(Err(Refusal::no_access()));
    }
    Some(match (call.method, rest) {
        ("GET", []) => ok(list(state, guild)),
        ("PUT", []) => overwrite(state, guild, call.body),
        ("POST", []) => Ok(put(state, guild, call.body)),
        ("GET", [which]) => {
            find(state, guild, id(which)).and_then(|i| ok(shape::command(&state.commands[i])))
        }
        ("PATCH", [which]) => patch(state, guild, id(which), call.body),
        ("DELETE", [which]) => find(state, guild, id(which)).map(|i| {
            state.commands.remove(i);
            Outcome::Empty
        }),
        _ => return None,
    })
}

fn list(state: &State, guild: Option<Id>) -> Value {
    state.commands.iter().filter(|c| c.guild == guild).map(shape::command).collect()
}

fn find(state: &State, guild: Option<Id>, which: Id) -> Result<usize, Refusal> {
    let found = state.commands.iter().position(|c| c.guild == guild && c.id == which);
    found.ok_or_else(|| Refusal::unknown(10063, "application command"))
}

fn same(a: &Value, b: &Value) -> bool {
    a["name"] == b["name"] && a["type"].as_u64().unwrap_or(1) == b["type"].as_u64().unwrap_or(1)
}

/// A command keeps its id for as long as its name and kind are registered.
fn overwrite(state: &mut State, guild: Option<Id>, bodies: &Value) -> Done {
    let old: Vec<Command> = state.commands.extract_if(.., |c| c.guild == guild).collect();
    for body in bodies.as_array().into_iter().flatten() {
        let known = old.iter().find(|c| same(&c.body, body)).map(|c| c.id);
        let id = known.unwrap_or_else(|| state.next_id());
        state.commands.push(Command { id, guild, body: tidy(body) });
    }
    ok(list(state, guild))
}

fn put(state: &mut State, guild: Option<Id>, body: &Value) -> Outcome {
    let known = state.commands.iter().position(|c| c.guild == guild && same(&c.body, body));
    let (status, i) = if let Some(i) = known {
        state.commands[i].body = tidy(body);
        (200, i)
    } else {
        let id = state.next_id();
        state.commands.push(Command { id, guild, body: tidy(body) });
        (201, state.commands.len() - 1)
    };
    Outcome::Json(status, shape::command(&state.commands[i]))
}

fn patch(state: &mut State, guild: Option<Id>, which: Id, body: &Value) -> Done {
    let i = find(state, guild, which)?;
    for (key, value) in body.as_object().into_iter().flatten() {
        state.commands[i].body[key] = value.clone();
    }
    ok(shape::command(&state.commands[i]))
}

/// Without the keys that say nothing, also inside options: Discord leaves them out when it lists
/// commands.
fn tidy(body: &Value) -> Value {
    let mut body = bare(body);
    if body["default_member_permissions"].is_u64() {
        body["default_member_permissions"] = json!(body["default_member_permissions"].to_string());
    }
    body
}

fn bare(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(bare).collect(),
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(key, value)| (key.clone(), bare(value))).collect())
        }
        other => other.clone(),
    }
}
