//! Recorded updates of every kind in the specification, and what each is to the application.
//!
//! The files of `tests/updates` follow `tests/specs/telegram-bot-api.json`; the snapshot is the table.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use digidel::adapters::telegram::{Me, Read, read};
use digidel::model::event::Incoming;
use serde_json::Value;

use crate::support::telegram::{BOT_ID, BOT_NAME};

fn recorded() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/updates");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("tests/updates").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a file");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, serde_json::from_str(&text).expect("JSON"))
    };
    files.into_iter().map(read).collect()
}

fn me() -> Me {
    Me { id: u64::try_from(BOT_ID).expect("positive"), name: BOT_NAME.to_owned() }
}

fn row(event: &Incoming) -> String {
    let mut row = format!("{} {:?}: {:?}", event.chat.address, event.chat.scope, event.input);
    if let Some(lang) = event.hints.lang {
        write!(row, ", in {lang}").expect("a string");
    }
    if let Some(reply) = &event.reply {
        write!(row, ", answer to {}", reply.0).expect("a string");
    }
    if let Some(message) = &event.message {
        write!(row, ", message {}", message.0).expect("a string");
    }
    row
}

#[test]
fn recorded_updates_of_every_kind_become_events() {
    let mut table = String::new();
    for (name, update) in recorded() {
        let meaning = match read(&update, &me()) {
            Read::Event(event) => row(&event),
            Read::Tap { query, event: Some(event) } => format!("acknowledge {query}; {}", row(&event)),
            Read::Tap { query, event: None } => format!("acknowledge {query}"),
            Read::Nothing => "-".to_owned(),
            Read::Strange { kind } => format!("not readable: {kind}"),
        };
        writeln!(table, "{name}\n    {meaning}").expect("a string");
    }
    insta::assert_snapshot!(table);
}

/// Nothing of the specification is forgotten when a new version of it is put in place.
#[test]
fn every_kind_of_the_specification_is_recorded() {
    let spec: Value = serde_json::from_str(include_str!("../../specs/telegram-bot-api.json")).expect("JSON");
    let fields = |name: &str| -> Vec<String> {
        let fields = spec["types"][name]["fields"].as_array().expect("fields");
        fields.iter().map(|f| f["name"].as_str().expect("a name").to_owned()).collect()
    };
    let updates = recorded();
    let seen = |of: &dyn Fn(&Value) -> Option<&Value>| -> BTreeSet<String> {
        updates.iter().filter_map(|(_, u)| of(u)?.as_object()).flat_map(|o| o.keys().cloned()).collect()
    };
    let kinds = seen(&|update| Some(update));
    for kind in fields("Update") {
        assert!(kinds.contains(&kind), "no recorded update of kind {kind}");
    }
    let contents = seen(&|update| update.get("message"));
    let all = fields("Message");
    // What a message is made of begins after `effect_id`; before it stands what is known about it.
    let first = all.iter().position(|f| f == "effect_id").expect("a field");
    let about = ["show_caption_above_media", "has_media_spoiler", "reply_markup"];
    for content in all.iter().skip(first + 1).filter(|f| !about.contains(&f.as_str())) {
        assert!(contents.contains(content), "no recorded message with {content}");
    }
}

#[test]
fn the_key_of_an_update_is_its_number() {
    for (name, update) in recorded() {
        let (Read::Event(event) | Read::Tap { event: Some(event), .. }) = read(&update, &me()) else {
            continue;
        };
        assert_eq!(event.key, format!("telegram:update:{}", update["update_id"]), "{name}");
    }
}
