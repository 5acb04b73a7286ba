//! Which function carries out which endpoint, and the small ones: gateway, users, application,
//! guilds. Messages, channels, commands and interactions have files of their own.
//!
//! Every body has passed `spec.rs` and the further rules before it comes here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::form::Part;
use super::permissions::Refusal;
use super::rules::{self, Writing};
use super::spec::Problem;
use super::state::{BOT, Id, State};
use super::{channels, commands, interactions, messages, shape};

/// What an endpoint answers.
pub enum Outcome {
    /// 204.
    Empty,
    /// A status and a body.
    Json(u16, Value),
}

/// What carrying out a request comes to.
pub type Done = Result<Outcome, Refusal>;

/// 200 with a body.
#[allow(clippy::unnecessary_wraps, reason = "it ends every endpoint that succeeded")]
pub fn ok(body: Value) -> Done {
    Ok(Outcome::Json(200, body))
}

/// A request that has been read and checked.
pub struct Call<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The path, cut at the slashes.
    pub path: Vec<&'a str>,
    /// The query.
    pub query: &'a BTreeMap<String, String>,
    /// The JSON; null if there was none.
    pub body: &'a Value,
    /// The files.
    pub files: &'a [Part],
}

/// The id in a path's segment. The document has checked that it is one.
pub fn id(segment: &str) -> Id {
    segment.parse().unwrap_or_default()
}

impl<'a> Call<'a> {
    /// A request to carry out.
    pub fn new(
        method: &'a str,
        path: &'a str,
        query: &'a BTreeMap<String, String>,
        body: &'a Value,
        files: &'a [Part],
    ) -> Self {
        Self { method, path: path.trim_matches('/').split('/').collect(), query, body, files }
    }

    /// The message that the request writes, if it does.
    pub fn message(&self) -> Option<(&'a Value, Writing)> {
        match (self.method, &self.path[..]) {
            ("POST", ["channels", _, "messages"]) => Some((self.body, Writing::New)),
            ("POST", ["channels", _, "threads"]) => {
                self.body.get("message").map(|message| (message, Writing::NewWithoutNonce))
            }
            ("POST", ["webhooks", _, _]) => Some((self.body, Writing::NewWithoutNonce)),
            ("PATCH", ["channels", _, "messages", _] | ["webhooks", _, _, "messages", _]) => {
                Some((self.body, Writing::Edit))
            }
            ("POST", ["interactions", _, _, "callback"]) => match self.body["type"].as_u64() {
                Some(4) => Some((&self.body["data"], Writing::NewWithoutNonce)),
                Some(7) => Some((&self.body["data"], Writing::Edit)),
                _ => None,
            },
            _ => None,
        }
    }

    /// What is wrong by the rules that the document does not hold.
    pub fn further_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some((message, writing)) = self.message() {
            rules::check_message(message, self.files.len(), writing, &mut problems);
        }
        match (self.method, &self.path[..]) {
            ("PUT", ["applications", _, "commands"] | ["applications", _, "guilds", _, "commands"]) => {
                rules::check_commands(self.body.as_array().map_or(&[], Vec::as_slice), &mut problems);
            }
            ("POST", ["applications", _, "commands"] | ["applications", _, "guilds", _, "commands"]) => {
                rules::check_command(self.body, "", &mut problems);
            }
            ("POST", ["interactions", _, _, "callback"]) if self.body["type"] == 9 => {
                rules::check_modal(&self.body["data"], &mut problems);
            }
            _ => {}
        }
        problems
    }
}

/// Carries the request out. None: this server does not imitate the endpoint.
pub fn carry_out(state: &mut State, call: &Call) -> Option<Done> {
    match call.path[0] {
        "channels"
            if call.path.get(2).is_some_and(|part| ["messages", "pins", "typing"].contains(part))
                && call.path.get(4) != Some(&"threads") =>
        {
            messages::carry_out(state, call)
        }
        "channels" => channels::carry_out(state, call),
        "guilds" if call.path.get(2) == Some(&"threads") => channels::carry_out(state, call),
        "applications" if call.path.contains(&"commands") => commands::carry_out(state, call),
        "interactions" | "webhooks" => interactions::carry_out(state, call),
        _ => small(state, call),
    }
}

fn small(state: &mut State, call: &Call) -> Option<Done> {
    Some(match (call.method, &call.path[..]) {
        ("GET", ["gateway"]) => ok(json!({"url": state.urls.1})),
        ("GET", ["gateway", "bot"]) => ok(json!({
            "url": state.urls.1, "shards": 1,
            "session_start_limit": {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
        })),
        ("GET", ["users", "@me"]) => ok(shape::own_user(state)),
        ("GET", ["users", user]) if state.users.contains_key(&id(user)) => ok(shape::user(state, id(user))),
        ("GET", ["users", _]) => Err(Refusal::unknown(10013, "User")),
        ("POST", ["users", "@me", "channels"]) => open_dm(state, call),
        ("GET", ["applications", "@me"] | ["oauth2", "applications", "@me"]) => ok(shape::application(state)),
        ("PATCH", ["applications", "@me"]) => {
            state.application.extend(call.body.as_object().cloned().unwrap_or_default());
            ok(shape::application(state))
        }
        ("GET", ["guilds", guild, rest @ ..]) => return read_guild(state, id(guild), rest),
        ("DELETE", ["users", "@me", "guilds", guild]) => {
            super::people::part(state, id(guild), BOT);
            Ok(Outcome::Empty)
        }
        ("GET", ["users", "@me", "guilds"]) => ok(own_guilds(state)),
        _ => return None,
    })
}

fn own_guilds(state: &State) -> Value {
    let of = |g: &super::state::Guild| {
        let held = super::permissions::in_guild(state, g.id, BOT)?;
        Some(json!({"id": shape::id(g.id), "name": g.name, "icon": null, "banner": null, "owner": false,
                    "permissions": held.to_string(), "features": []}))
    };
    state.guilds.values().filter_map(of).collect()
}

fn read_guild(state: &State, which: Id, rest: &[&str]) -> Option<Done> {
    let Some(guild) = state.guilds.get(&which) else { return Some(Err(Refusal::unknown(10004, "Guild"))) };
    if !state.bot_in(which) {
        return Some(Err(Refusal::no_access()));
    }
    Some(match rest {
        [] => ok(shape::guild(guild)),
        ["roles"] => ok(shape::roles(guild)),
        ["channels"] => {
            let here = state.channels.values().filter(|c| c.guild == Some(which) && c.parent.is_none());
            ok(here.map(|c| shape::channel(state, c)).collect())
        }
        ["members"] => ok(guild.members.keys().map(|user| shape::member(state, which, *user)).collect()),
        ["members", user] if guild.members.contains_key(&id(user)) => {
            ok(shape::member(state, which, id(user)))
        }
        ["members", _] => Err(Refusal::unknown(10007, "Member")),
        _ => return None,
    })
}

fn open_dm(state: &mut State, call: &Call) -> Done {
    let who = call.body["recipient_id"].as_str().map(id).or(call.body["recipient_id"].as_u64());
    let who = who.unwrap_or_default();
    if !state.users.contains_key(&who) {
        return Err(Refusal::unknown(10013, "User"));
    }
    if who == BOT {
        return Err(Refusal::new(400, 50007, "Cannot send messages to this user"));
    }
    let channel = state.dm(who);
    ok(shape::channel(state, &state.channels[&channel]))
}
