//! The bot's public face: commands, names, descriptions, the menu button.
//!
//! It does: keep them per scope and language, exactly as set.
//! It does not: work out which list of commands a certain person would see.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::decode::Params;
use super::world::{BOT_ID, BOT_NAME};

/// All of it.
#[derive(Debug, Default)]
pub struct Profile {
    commands: BTreeMap<(String, String), Value>,
    texts: BTreeMap<(&'static str, String), String>,
    menu_button: Option<Value>,
}

impl Profile {
    /// The commands of a scope (as canonical JSON, `{"type":"default"}`) in a language ("" for all).
    pub fn commands(&self, scope: &Value, language: &str) -> Option<&Value> {
        self.commands.get(&(scope.to_string(), language.to_owned()))
    }

    /// `name`, `description` or `short_description` in a language.
    pub fn text(&self, what: &'static str, language: &str) -> Option<&str> {
        self.texts.get(&(what, language.to_owned())).map(String::as_str)
    }
}

/// Runs a method of the profile; `None` if it is none.
pub fn run(profile: &mut Profile, method: &str, params: &Params) -> Option<Value> {
    let language = params.text("language_code").unwrap_or_default().to_owned();
    let scope = params.fields.get("scope").cloned().unwrap_or_else(|| json!({"type": "default"}));
    let key = (scope.to_string(), language.clone());
    let answer = match method {
        "getMe" => me(),
        "setMyCommands" => {
            profile.commands.insert(key, params.fields["commands"].clone());
            Value::Bool(true)
        }
        "deleteMyCommands" => {
            profile.commands.remove(&key);
            Value::Bool(true)
        }
        "getMyCommands" => profile.commands.get(&key).cloned().unwrap_or_else(|| json!([])),
        "setMyName" => set(profile, "name", language, params),
        "getMyName" => get(profile, "name", &language),
        "setMyDescription" => set(profile, "description", language, params),
        "getMyDescription" => get(profile, "description", &language),
        "setMyShortDescription" => set(profile, "short_description", language, params),
        "getMyShortDescription" => get(profile, "short_description", &language),
        "setChatMenuButton" => {
            profile.menu_button = params.fields.get("menu_button").cloned();
            Value::Bool(true)
        }
        "getChatMenuButton" => profile.menu_button.clone().unwrap_or_else(|| json!({"type": "default"})),
        _ => return None,
    };
    Some(answer)
}

fn me() -> Value {
    json!({
        "id": BOT_ID, "is_bot": true, "first_name": "Digidel", "username": BOT_NAME,
        "can_join_groups": true, "can_read_all_group_messages": false,
        "supports_inline_queries": false, "can_connect_to_business": false,
        "has_main_web_app": false,
    })
}

fn set(profile: &mut Profile, what: &'static str, language: String, params: &Params) -> Value {
    match params.text(what).filter(|text| !text.is_empty()) {
        Some(text) => profile.texts.insert((what, language), text.to_owned()),
        // "Pass an empty string to remove the dedicated … for the given language."
        None => profile.texts.remove(&(what, language)),
    };
    Value::Bool(true)
}

fn get(profile: &Profile, what: &'static str, language: &str) -> Value {
    // A language without its own text gets the one for everybody.
    let text = profile.text(what, language).or_else(|| profile.text(what, ""));
    json!({what: text.unwrap_or_default()})
}
