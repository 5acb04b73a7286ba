//! What Discord demands of application commands beyond their JSON schema.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use regex::Regex;
use serde_json::Value;

use super::super::spec::Problem;
use super::LOCALES;

/// Slash command; 2 and 3 are the context menus of a user and of a message.
const SLASH: u64 = 1;
const SUBCOMMAND: u64 = 1;
const GROUP: u64 = 2;

/// Checks a whole set, as in a bulk overwrite.
pub fn check_commands(all: &[Value], out: &mut Vec<Problem>) {
    let mut names = BTreeSet::new();
    for (i, command) in all.iter().enumerate() {
        let kind = kind(command);
        check_command(command, &i.to_string(), out);
        if !names.insert((kind, command["name"].as_str().unwrap_or_default())) {
            out.push(Problem::new(format!("{i}.name"), "two commands of the same kind have this name"));
        }
    }
    for (wanted, limit) in [(SLASH, 100), (2, 15), (3, 15)] {
        let count = all.iter().filter(|c| kind(c) == wanted).count();
        if count > limit {
            out.push(Problem::new(
                "",
                format!("{count} commands of type {wanted}, at most {limit} are allowed"),
            ));
        }
    }
}

fn kind(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(SLASH)
}

/// Checks one command; `at` is where it stands in the request.
pub fn check_command(command: &Value, at: &str, out: &mut Vec<Problem>) {
    let description = command["description"].as_str().unwrap_or_default();
    if kind(command) == SLASH {
        check_named(command, at, out);
        if description.is_empty() {
            out.push(Problem::new(format!("{at}.description"), "a slash command needs a description"));
        }
        check_options(&command["options"], at, 0, out);
        let size = size(command);
        if size > 8000 {
            out.push(Problem::new(at, format!("has {size} characters in all, at most 8000 are allowed")));
        }
    } else {
        if !description.is_empty() || command["options"].as_array().is_some_and(|o| !o.is_empty()) {
            out.push(Problem::new(at, "a context-menu command has neither description nor options"));
        }
        check_locales(command, at, out);
    }
}

/// Name, localised names and locale keys of a slash command or an option.
fn check_named(item: &Value, at: &str, out: &mut Vec<Problem>) {
    let own = item["name"].as_str().into_iter();
    let translated = item["name_localizations"].as_object().into_iter().flatten();
    for name in own.chain(translated.filter_map(|(_, name)| name.as_str())) {
        if !valid_name(name) {
            out.push(Problem::new(
                format!("{at}.name"),
                format!("`{name}` is no command name (lower case, no spaces)"),
            ));
        }
    }
    check_locales(item, at, out);
}

fn check_locales(item: &Value, at: &str, out: &mut Vec<Problem>) {
    for field in ["name_localizations", "description_localizations"] {
        for locale in item[field].as_object().into_iter().flatten().map(|(key, _)| key) {
            if !LOCALES.contains(&locale.as_str()) {
                out.push(Problem::new(format!("{at}.{field}.{locale}"), "is no locale of Discord's"));
            }
        }
    }
}

fn valid_name(name: &str) -> bool {
    static NAME: OnceLock<Regex> = OnceLock::new();
    let shape = NAME.get_or_init(|| {
        Regex::new(r"^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$")
            .expect("the documented expression compiles")
    });
    shape.is_match(name) && name.to_lowercase() == name
}

fn check_options(options: &Value, at: &str, depth: usize, out: &mut Vec<Problem>) {
    let options = options.as_array().map_or(&[][..], Vec::as_slice);
    let (mut names, mut optional_seen) = (BTreeSet::new(), false);
    let nested = |option: &Value| matches!(option["type"].as_u64(), Some(SUBCOMMAND | GROUP));
    if options.iter().any(nested) && !options.iter().all(nested) {
        out.push(Problem::new(format!("{at}.options"), "subcommands and plain options cannot be mixed"));
    }
    for (i, option) in options.iter().enumerate() {
        let at = format!("{at}.options.{i}");
        check_named(option, &at, out);
        if !names.insert(option["name"].as_str().unwrap_or_default()) {
            out.push(Problem::new(format!("{at}.name"), "two options have this name"));
        }
        if nested(option) {
            if depth > 1 || (depth == 1 && option["type"] == GROUP) {
                out.push(Problem::new(&at, "is nested too deeply"));
            }
            check_options(&option["options"], &at, depth + 1, out);
            continue;
        }
        if option["required"] == true && optional_seen {
            out.push(Problem::new(&at, "required options must come before optional ones"));
        }
        optional_seen |= option["required"] != true;
        check_choices(option, &at, out);
    }
}

fn check_choices(option: &Value, at: &str, out: &mut Vec<Problem>) {
    let choices = option["choices"].as_array().map_or(&[][..], Vec::as_slice);
    if option["autocomplete"] == true && !choices.is_empty() {
        out.push(Problem::new(at, "has both choices and autocomplete"));
    }
    let mut names = BTreeSet::new();
    for (i, choice) in choices.iter().enumerate() {
        check_locales(choice, &format!("{at}.choices.{i}"), out);
        if !names.insert(choice["name"].as_str().unwrap_or_default()) {
            out.push(Problem::new(format!("{at}.choices.{i}"), "two choices have this name"));
        }
    }
    for (low, high) in [("min_value", "max_value"), ("min_length", "max_length")] {
        if let (Some(low), Some(high)) = (option[low].as_f64(), option[high].as_f64())
            && low > high
        {
            out.push(Problem::new(at, "has a least value above its greatest"));
        }
    }
}

/// Characters that count towards the 8000: names, descriptions and values; of translations the longest.
fn size(item: &Value) -> usize {
    let count = |text: &Value| text.as_str().map_or(0, |t| t.chars().count());
    let field = |name: &str| {
        let translated = item[format!("{name}_localizations")].as_object().into_iter().flatten();
        translated.map(|(_, text)| count(text)).max().unwrap_or(0).max(count(&item[name]))
    };
    let inner = ["options", "choices"].into_iter().flat_map(|key| item[key].as_array().into_iter().flatten());
    field("name") + field("description") + count(&item["value"]) + inner.map(size).sum::<usize>()
}
