//! The bot's face: name, descriptions and command menu, per language and kind of chat.
//!
//! Sets only what differs from what Telegram has, as names may be changed a few times a day only.
//! A failure is told and left: the bot works without a face.

use serde_json::{Value, json};

use super::Telegram;
use super::api::Request;
use super::errors::CallError;
use crate::model::event::Command;
use crate::model::profile::Profile;

/// What a group may use; the rest belongs in a private chat.
const IN_GROUPS: [Command; 5] =
    [Command::Ask, Command::Centre, Command::Language, Command::Help, Command::Privacy];

/// Something of the profile: how to read it, and how to set it.
struct Wish {
    get: &'static str,
    set: &'static str,
    /// The parameters that name it.
    of: Value,
    /// The field that holds it, or nothing if the answer itself does.
    field: Option<&'static str>,
    /// The parameter that sets it, and what to.
    to: (&'static str, Value),
}

impl Telegram {
    /// Brings the profile up to date.
    pub(super) async fn show_profile(&self) {
        for wish in self.profiles.all().zip(0..).flat_map(|(profile, n)| wishes(profile, n == 0)) {
            if let Err(error) = self.fulfil(wish).await {
                tracing::warn!(why = error.for_operator(), "the bot's profile was not brought up to date");
                return;
            }
        }
    }

    async fn fulfil(&self, wish: Wish) -> Result<(), CallError> {
        let now = self.api.call(&Request::raw(wish.get, wish.of.clone())).await?;
        let now = wish.field.map_or(Some(&now), |field| now.get(field));
        if now == Some(&wish.to.1) {
            return Ok(());
        }
        let mut params = wish.of;
        params[wish.to.0] = wish.to.1;
        self.api.call(&Request::raw(wish.set, params)).await.map(|_| ())
    }
}

/// What a profile asks for. The first profile is for everybody whose language has none of its own.
fn wishes(profile: &Profile, is_first: bool) -> Vec<Wish> {
    let code = if is_first { "" } else { profile.lang.code() };
    // Easy Swedish is no language of an app: it is chosen in the chat.
    if code.len() > 2 {
        return Vec::new();
    }
    let text = |get, set, field, value: &str| Wish {
        get,
        set,
        of: json!({ "language_code": code }),
        field: Some(field),
        to: (field, value.into()),
    };
    let menu = |scope: &str, of: &dyn Fn(&Command) -> bool| {
        let commands = profile.commands.iter().filter(|(command, _)| of(command));
        let commands: Vec<Value> =
            commands.map(|(c, what)| json!({ "command": c.name(), "description": what })).collect();
        Wish {
            get: "GetMyCommands",
            set: "SetMyCommands",
            of: json!({ "language_code": code, "scope": { "type": scope } }),
            field: None,
            to: ("commands", commands.into()),
        }
    };
    vec![
        menu("all_private_chats", &|_| true),
        menu("all_group_chats", &|command| IN_GROUPS.contains(command)),
        text("GetMyDescription", "SetMyDescription", "description", &profile.description),
        text("GetMyShortDescription", "SetMyShortDescription", "short_description", &profile.short),
        text("GetMyName", "SetMyName", "name", &profile.name),
    ]
}
