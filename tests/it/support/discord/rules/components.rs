//! What Discord demands of buttons, menus and modals beyond their JSON schema.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::spec::Problem;

const ROW: u64 = 1;
const BUTTON: u64 = 2;
const TEXT_INPUT: u64 = 4;
const LABEL: u64 = 18;
/// Styles of a button: 1–4 are pressed, 5 opens a page, 6 sells something.
const LINK: u64 = 5;
const PREMIUM: u64 = 6;

/// Checks a message's components. `v2` is the message's flag for the newer layout.
pub fn check_layout(components: &[Value], v2: bool, out: &mut Vec<Problem>) {
    let mut ids = BTreeSet::new();
    for (i, component) in components.iter().enumerate() {
        let at = format!("components.{i}");
        if !v2 && component["type"] != ROW {
            out.push(Problem::new(&at, "only action rows may stand here without the flag IS_COMPONENTS_V2"));
        }
        check_component(component, &at, &mut ids, out);
    }
    if v2 {
        let count: usize = components.iter().map(count).sum();
        if count > 40 {
            out.push(Problem::new("components", format!("{count} components, at most 40 are allowed")));
        }
    } else if components.len() > 5 {
        out.push(Problem::new("components", format!("{} rows, at most 5 are allowed", components.len())));
    }
}

fn children(component: &Value) -> impl Iterator<Item = &Value> {
    let list = component["components"].as_array().into_iter().flatten();
    let single = ["component", "accessory"].into_iter().filter_map(|key| component.get(key));
    list.chain(single.filter(|c| c.is_object()))
}

fn count(component: &Value) -> usize {
    1 + children(component).map(count).sum::<usize>()
}

fn is_menu(component: &Value) -> bool {
    matches!(component["type"].as_u64(), Some(3 | 5..=8))
}

fn check_component(component: &Value, at: &str, ids: &mut BTreeSet<String>, out: &mut Vec<Problem>) {
    if let Some(id) = component["custom_id"].as_str()
        && !ids.insert(id.to_owned())
    {
        out.push(Problem::new(format!("{at}.custom_id"), format!("`{id}` is used twice")));
    }
    match component["type"].as_u64() {
        Some(ROW) => check_row(component, at, out),
        Some(BUTTON) => check_button(component, at, out),
        Some(3) => check_menu(component, at, out),
        _ => {}
    }
    for (i, child) in children(component).enumerate() {
        check_component(child, &format!("{at}.components.{i}"), ids, out);
    }
}

fn check_row(row: &Value, at: &str, out: &mut Vec<Problem>) {
    let items: Vec<&Value> = children(row).collect();
    if items.len() > 5 {
        out.push(Problem::new(at, format!("{} buttons, at most 5 fit in a row", items.len())));
    }
    let alone = items.iter().any(|c| is_menu(c) || c["type"] == TEXT_INPUT);
    if alone && items.len() > 1 {
        out.push(Problem::new(at, "a menu or a text field must be alone in its row"));
    }
}

fn check_button(button: &Value, at: &str, out: &mut Vec<Problem>) {
    let has = |key: &str| button.get(key).is_some_and(|v| !v.is_null() && v != "");
    let style = button["style"].as_u64().unwrap_or_default();
    let wanted = match style {
        LINK => "url",
        PREMIUM => "sku_id",
        _ => "custom_id",
    };
    for key in ["custom_id", "url", "sku_id"] {
        match (key == wanted, has(key)) {
            (true, false) => {
                out.push(Problem::new(format!("{at}.{key}"), format!("a button of style {style} needs it")));
            }
            (false, true) => {
                out.push(Problem::new(
                    format!("{at}.{key}"),
                    format!("a button of style {style} cannot have it"),
                ));
            }
            _ => {}
        }
    }
    if style != PREMIUM && !has("label") && !has("emoji") {
        out.push(Problem::new(at, "a button needs a label or an emoji"));
    }
}

fn check_menu(menu: &Value, at: &str, out: &mut Vec<Problem>) {
    let options = menu["options"].as_array().map_or(&[][..], Vec::as_slice);
    let mut values = BTreeSet::new();
    for (i, option) in options.iter().enumerate() {
        if !values.insert(option["value"].as_str().unwrap_or_default()) {
            out.push(Problem::new(format!("{at}.options.{i}.value"), "is used twice"));
        }
    }
    let least = menu["min_values"].as_u64().unwrap_or(1);
    let most = menu["max_values"].as_u64().unwrap_or(1);
    let chosen = options.iter().filter(|o| o["default"] == true).count() as u64;
    if least > most || most > options.len() as u64 {
        out.push(Problem::new(
            at,
            format!("{least} to {most} of {} options cannot be chosen", options.len()),
        ));
    }
    if chosen > most {
        out.push(Problem::new(at, format!("{chosen} options are chosen beforehand, at most {most} may be")));
    }
}

/// Checks what a modal shows.
pub fn check_modal(modal: &Value, out: &mut Vec<Problem>) {
    let parts = modal["components"].as_array().map_or(&[][..], Vec::as_slice);
    if parts.is_empty() || parts.len() > 5 {
        out.push(Problem::new("data.components", format!("{} parts, a modal has 1 to 5", parts.len())));
    }
    let mut ids = BTreeSet::new();
    for (i, part) in parts.iter().enumerate() {
        let at = format!("data.components.{i}");
        check_component(part, &at, &mut ids, out);
        for field in children(part).filter(|c| c["type"] == TEXT_INPUT) {
            let own_label = field["label"].as_str().is_some_and(|l| !l.is_empty());
            match (part["type"].as_u64(), own_label) {
                (Some(ROW), false) => out.push(Problem::new(&at, "a text field in a row needs a label")),
                (Some(LABEL), true) => {
                    out.push(Problem::new(&at, "a text field in a Label has no label of its own"));
                }
                _ => {}
            }
        }
    }
}
