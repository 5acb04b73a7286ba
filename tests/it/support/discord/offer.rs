//! What of the bot's commands and forms a person is offered where, and what they may type.
//!
//! It knows contexts, installations, permissions, subcommands, limits of options and of fields. It
//! starts nothing: `interact.rs` does.

use serde_json::{Value, json};

use super::permissions::{self as may, in_guild};
use super::state::{Command, Id, State};
use super::{Cannot, shape};

/// Discord's number for the sort of place: guild, conversation with the bot, other conversation.
pub fn context(state: &State, channel: Id) -> u64 {
    match state.channels.get(&channel) {
        Some(place) if place.guild.is_some() => 0,
        Some(place) if place.with.len() < 2 => 1,
        _ => 2,
    }
}

/// Whether the bot is here because of the person, not of the guild.
pub fn by_user(state: &State, channel: Id) -> bool {
    let guild = state.channels.get(&channel).and_then(|c| c.guild);
    guild.map_or(context(state, channel) == 2, |guild| !state.bot_in(guild))
}

/// The command that a person means by a name, if they are offered it there.
pub fn find_command(state: &State, channel: Id, who: Id, name: &str, kind: u64) -> Result<Command, Cannot> {
    let guild = state.channels.get(&channel).and_then(|c| c.guild);
    let locale = state.users.get(&who).map(|u| u.locale.clone()).unwrap_or_default();
    let named = |c: &&Command| c.body["name"] == name || c.body["name_localizations"][&locale] == name;
    let mut known = state.commands.iter().filter(|c| c.body["type"].as_u64().unwrap_or(1) == kind);
    let found = known.find(|c| (c.guild.is_none() || c.guild == guild) && named(c));
    let found = found.ok_or_else(|| Cannot(format!("there is no command `{name}` of type {kind} here")))?;
    let lists = |key: &str, number: u64| found.body[key].as_array().map(|l| l.iter().any(|v| *v == number));
    let user = by_user(state, channel);
    let here = context(state, channel);
    let installed = lists("integration_types", u64::from(user)).unwrap_or(!user) || here == 1;
    let in_context = found.guild.is_some() || lists("contexts", here).unwrap_or(here < 2 || user);
    if !installed || !in_context {
        return Err(Cannot(format!("the command `{name}` is not offered in such a place")));
    }
    let held = guild.and_then(|g| in_guild(state, g, who));
    let needed = &found.body["default_member_permissions"];
    let needed = needed.as_str().and_then(|text| text.parse::<u64>().ok());
    if let (Some(held), Some(needed)) = (held, needed) {
        let wanted = if needed == 0 { may::ADMINISTRATOR } else { needed };
        if held & wanted != wanted {
            return Err(Cannot(format!("{} may not use `{name}`", state.name(who))));
        }
    }
    Ok(found.clone())
}

/// The options of a command as the event carries them, inside their subcommands.
pub fn nest(
    level: &Value,
    path: &[&str],
    given: &[(&str, Value)],
    typing: Option<&str>,
) -> Result<Value, Cannot> {
    let known = level["options"].as_array().map_or(&[][..], Vec::as_slice);
    if let [first, rest @ ..] = path {
        let sub = known.iter().find(|o| o["name"] == *first && matches!(o["type"].as_u64(), Some(1 | 2)));
        let sub = sub.ok_or_else(|| Cannot(format!("there is no subcommand `{first}`")))?;
        return Ok(json!([{"name": first, "type": sub["type"], "options": nest(sub, rest, given, typing)?}]));
    }
    if known.iter().any(|o| matches!(o["type"].as_u64(), Some(1 | 2))) {
        return Err(Cannot("this command is used through its subcommands".into()));
    }
    for option in known.iter().filter(|o| o["required"] == true && typing.is_none()) {
        if !given.iter().any(|(name, _)| option["name"] == *name) {
            return Err(Cannot(format!("the option {} is required", option["name"])));
        }
    }
    let one = |(name, value): &(&str, Value)| {
        let option = known.iter().find(|o| o["name"] == *name);
        let option = option.ok_or_else(|| Cannot(format!("there is no option `{name}`")))?;
        let mut json = json!({"name": name, "type": option["type"], "value": value});
        if typing == Some(*name) {
            if option["autocomplete"] != true {
                return Err(Cannot(format!("`{name}` has no suggestions")));
            }
            json["focused"] = json!(true);
        } else if !acceptable(option, value) {
            return Err(Cannot(format!("`{name}` does not take {value}")));
        }
        Ok(json)
    };
    given.iter().map(one).collect()
}

fn acceptable(option: &Value, value: &Value) -> bool {
    let chosen =
        option["choices"].as_array().is_none_or(|c| c.is_empty() || c.iter().any(|c| c["value"] == *value));
    let between = |number: f64, low: &str, high: &str| {
        option[low].as_f64().is_none_or(|l| number >= l) && option[high].as_f64().is_none_or(|h| number <= h)
    };
    let fits = match option["type"].as_u64() {
        Some(3) => value.as_str().is_some_and(|text| {
            between(
                f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX)),
                "min_length",
                "max_length",
            )
        }),
        Some(4) => value.is_i64() && between(value.as_f64().unwrap_or_default(), "min_value", "max_value"),
        Some(5) => value.is_boolean(),
        Some(10) => {
            value.is_number() && between(value.as_f64().unwrap_or_default(), "min_value", "max_value")
        }
        _ => value.is_string(),
    };
    chosen && fits
}

/// The users that options name. Channels and roles are not resolved.
pub fn resolved(state: &State, options: &Value) -> Value {
    let named = options.as_array().into_iter().flatten().filter(|o| o["type"] == 6);
    let ids = named.filter_map(|o| o["value"].as_str()?.parse::<Id>().ok());
    let users: serde_json::Map<String, Value> =
        ids.map(|id| (id.to_string(), shape::user(state, id))).collect();
    if users.is_empty() { json!({}) } else { json!({"users": users}) }
}

/// A form's components with what was typed, in the shape in which the bot laid them out.
pub fn fill_in(modal: &Value, fields: &[(&str, &str)]) -> Result<Value, Cannot> {
    let (mut parts, mut used) = (Vec::new(), 0);
    for part in modal["components"].as_array().into_iter().flatten() {
        let label = part["type"] == 18;
        let field = if label { &part["component"] } else { &part["components"][0] };
        if field["type"] != 4 {
            // Text between the fields carries nothing back.
            continue;
        }
        let names = [&field["custom_id"], &field["label"], &part["label"]];
        let typed =
            fields.iter().find(|(name, _)| names.iter().any(|n| **n == **name)).map(|(_, text)| *text);
        used += usize::from(typed.is_some());
        let text = typed.unwrap_or(field["value"].as_str().unwrap_or_default());
        let length = text.chars().count() as u64;
        let (least, most) =
            (field["min_length"].as_u64().unwrap_or(0), field["max_length"].as_u64().unwrap_or(4000));
        let needed = field["required"] != false;
        if needed && text.is_empty() || !text.is_empty() && !(least..=most).contains(&length) {
            return Err(Cannot(format!("the field {} does not take `{text}`", field["custom_id"])));
        }
        let answer = json!({"type": 4, "id": 2, "custom_id": field["custom_id"], "value": text});
        parts.push(if label {
            json!({"type": 18, "id": 1, "component": answer})
        } else {
            json!({"type": 1, "id": 1, "components": [answer]})
        });
    }
    if used == fields.len() {
        Ok(Value::Array(parts))
    } else {
        Err(Cannot(format!("the form has not all of {fields:?}: {modal}")))
    }
}
