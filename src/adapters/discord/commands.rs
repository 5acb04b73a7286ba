//! The commands as Discord lists them, registered only when they have changed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use serenity::http::{Http, LightMethod, Request, Route};

use super::Labels;
use super::labels::LOCALES;
use crate::model::event::Command;
use crate::model::lang::Lang;

/// Guild, direct message with the bot, any other conversation.
const EVERYWHERE: [u8; 3] = [0, 1, 2];
/// Installed to a guild, installed to a person.
const BOTH: [u8; 2] = [0, 1];

/// The keys of a command's name and description; their texts are in the locales.
fn keys(command: Command) -> (&'static str, &'static str) {
    match command {
        Command::Start => ("start", "start_text"),
        Command::Help => ("help", "help_text"),
        Command::Ask => ("ask", "ask_text"),
        Command::Centre => ("centre", "centre_text"),
        Command::Book => ("book", "book_text"),
        Command::Visits => ("visits", "visits_text"),
        Command::Person => ("person", "person_text"),
        Command::Language => ("language", "language_text"),
        Command::Settings => ("settings", "settings_text"),
        Command::MyData => ("mydata", "mydata_text"),
        Command::Forget => ("forget", "forget_text"),
        Command::Privacy => ("privacy", "privacy_text"),
    }
}

fn localised(labels: &Labels, key: &'static str) -> Value {
    LOCALES.into_iter().map(|(locale, lang)| (locale.to_owned(), json!(labels.of(lang, key)))).collect()
}

/// Something with a name and a description in every language.
fn named(labels: &Labels, name: &'static str, text: &'static str) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("name".into(), json!(labels.of(Lang::En, name)));
    map.insert("name_localizations".into(), localised(labels, name));
    map.insert("description".into(), json!(labels.of(Lang::En, text)));
    map.insert("description_localizations".into(), localised(labels, text));
    map
}

fn with(mut map: Map<String, Value>, more: &Value) -> Value {
    for (key, value) in more.as_object().into_iter().flatten() {
        map.insert(key.clone(), value.clone());
    }
    Value::Object(map)
}

fn option(command: Command, labels: &Labels) -> Option<Value> {
    let words = |name, text, more: Value| {
        let mut option = with(named(labels, name, text), &more);
        option["type"] = json!(3);
        Some(option)
    };
    match command {
        Command::Ask => words(
            "ask_option",
            "ask_option_text",
            json!({"required": true, "min_length": 1, "max_length": 1000}),
        ),
        Command::Centre => {
            words("centre_option", "centre_option_text", json!({"autocomplete": true, "max_length": 100}))
        }
        Command::Book => {
            words("book_option", "book_option_text", json!({"autocomplete": true, "max_length": 100}))
        }
        _ => None,
    }
}

fn desk(labels: &Labels) -> Value {
    let sub = |name, text, options: Vec<Value>| {
        with(named(labels, name, text), &json!({"type": 1, "options": options}))
    };
    // A forum, or a text channel with threads.
    let channel = json!({"type": 7, "required": true, "channel_types": [0, 15]});
    let set_up = sub(
        "desk_setup",
        "desk_setup_text",
        vec![
            with(named(labels, "desk_channel", "desk_channel_text"), &channel),
            with(named(labels, "desk_role", "desk_role_text"), &json!({"type": 8, "required": true})),
        ],
    );
    let name = json!({"type": 3, "required": true, "min_length": 1, "max_length": 30});
    let alias =
        sub("desk_alias", "desk_alias_text", vec![with(named(labels, "desk_name", "desk_name_text"), &name)]);
    let options = json!({"type": 1, "options": [set_up, alias], "contexts": [0], "integration_types": [0]});
    with(named(labels, "desk", "desk_text"), &options)
}

/// Every command, as it is to be registered.
pub(super) fn all(labels: &Labels) -> Vec<Value> {
    let mut commands: Vec<Value> = Command::ALL
        .into_iter()
        .map(|command| {
            let (name, text) = keys(command);
            let options: Vec<Value> = option(command, labels).into_iter().collect();
            let more =
                json!({"type": 1, "options": options, "contexts": EVERYWHERE, "integration_types": BOTH});
            with(named(labels, name, text), &more)
        })
        .collect();
    commands.push(desk(labels));
    commands.push(json!({
        "type": 3, "name": labels.of(Lang::En, "advise"), "name_localizations": localised(labels, "advise"),
        "contexts": [0], "integration_types": [0],
    }));
    commands
}

/// The command of a name; the names are English, whatever language they are shown in.
pub(super) fn of_name(name: &str, labels: &Labels) -> Option<Command> {
    Command::ALL.into_iter().find(|command| labels.of(Lang::En, keys(*command).0) == name)
}

/// What of a command says something: no empty lists, no values that are the same when left out.
fn essence(command: &Value) -> Value {
    const KEPT: [&str; 14] = [
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "options",
        "required",
        "autocomplete",
        "min_length",
        "max_length",
        "channel_types",
        "contexts",
        "integration_types",
        "value",
    ];
    match command {
        Value::Object(map) => {
            let says = |value: &Value| match value {
                Value::Null | Value::Bool(false) => false,
                Value::Array(items) => !items.is_empty(),
                Value::String(text) => !text.is_empty(),
                Value::Object(map) => !map.is_empty(),
                _ => true,
            };
            let kept = map
                .iter()
                .filter(|(key, value)| (KEPT.contains(&key.as_str()) || is_locale(key)) && says(value));
            Value::Object(kept.map(|(key, value)| (key.clone(), essence(value))).collect())
        }
        Value::Array(items) => items.iter().map(essence).collect(),
        other => other.clone(),
    }
}

fn is_locale(key: &str) -> bool {
    LOCALES.iter().any(|(locale, _)| *locale == key)
}

fn by_name(commands: &[Value]) -> BTreeMap<(u64, String), Value> {
    let key =
        |c: &Value| (c["type"].as_u64().unwrap_or(1), c["name"].as_str().unwrap_or_default().to_owned());
    commands.iter().map(|c| (key(c), essence(c))).collect()
}

/// Registers the commands if they are not the ones that are registered.
pub(super) async fn register(http: &Http, labels: &Labels) -> serenity::Result<()> {
    let wanted = all(labels);
    let application_id = http.application_id().ok_or(serenity::http::HttpError::ApplicationIdMissing)?;
    let request = Request::new(Route::Commands { application_id }, LightMethod::Get)
        .params(Some(vec![("with_localizations", "true".to_owned())]));
    let known: Vec<Value> = http.fire(request).await?;
    if by_name(&known) == by_name(&wanted) {
        return Ok(());
    }
    http.create_global_commands(&wanted).await?;
    tracing::info!(commands = wanted.len(), "the commands are registered");
    Ok(())
}
