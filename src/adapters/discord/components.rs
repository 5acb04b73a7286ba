//! Buttons and menus: rows of five, and menus where there are too many for two rows.
//!
//! What a button does is its code; nothing here decides what it means.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::action::Action;
use crate::model::desk::DeskButton;
use crate::model::message::Choice;

/// Buttons in a row (discord.com/developers/docs/components/reference#action-row).
const ROW: usize = 5;
/// More choices than this are shown as menus: three rows of buttons are hard to take in.
const MOST_BUTTONS: usize = 10;
/// Options in a menu, and rows in a message.
const MENU: usize = 25;
const ROWS: usize = 5;
/// The longest label of a button and of an option, in characters.
const LABEL: usize = 80;
/// What the code of a menu begins with; a number follows.
const MENU_CODE: &str = "menu";
/// The code of the button that opens a form for free text.
pub(super) const WRITE: &str = "write";

/// The first characters of a text.
pub(super) fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(longest.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// 1 is blue, 2 grey, 3 green, 4 red.
fn style(action: &Action) -> u8 {
    match action {
        Action::Confirm(_) | Action::PersonYes | Action::Desk(DeskButton::Take | DeskButton::Resolve, _) => 3,
        Action::ForgetNow | Action::CancelNow(_) => 4,
        Action::Desk(DeskButton::Answer, _) => 1,
        _ => 2,
    }
}

fn button(choice: &Choice) -> Value {
    json!({
        "type": 2, "style": style(&choice.action),
        "label": cut(&choice.label, LABEL), "custom_id": choice.action.to_string(),
    })
}

/// The rows for some choices; `write` is the label of a further button that opens a form.
pub(super) fn rows(choices: &[Choice], placeholder: &str, write: Option<&str>) -> Vec<Value> {
    // Discord refuses a message in which a code stands twice.
    let mut codes = BTreeSet::new();
    let choices: Vec<&Choice> = choices.iter().filter(|c| codes.insert(c.action.to_string())).collect();
    let write = write.map(|label| json!({"type": 2, "style": 1, "label": label, "custom_id": WRITE}));
    if choices.len() <= MOST_BUTTONS {
        let buttons: Vec<Value> = choices.into_iter().map(button).chain(write).collect();
        return buttons.chunks(ROW).map(|row| json!({"type": 1, "components": row})).collect();
    }
    let menu = |(n, part): (usize, &[&Choice])| {
        let options: Vec<Value> = part
            .iter()
            .map(|c| json!({"label": cut(&c.label, LABEL), "value": c.action.to_string()}))
            .collect();
        let placeholder = if n == 0 { placeholder.to_owned() } else { format!("{placeholder} ({})", n + 1) };
        json!({"type": 1, "components": [{
            "type": 3, "custom_id": format!("{MENU_CODE}:{n}"), "placeholder": placeholder, "options": options,
        }]})
    };
    let menus = choices.chunks(MENU).enumerate().map(menu);
    let write = write.map(|button| json!({"type": 1, "components": [button]}));
    let room = ROWS - usize::from(write.is_some());
    menus.take(room).chain(write).collect()
}

/// The same rows, grey: they have been used.
pub(super) fn spent(rows: &Value) -> Value {
    let mut rows = rows.clone();
    for row in rows.as_array_mut().into_iter().flatten() {
        for piece in row["components"].as_array_mut().into_iter().flatten() {
            piece["disabled"] = json!(true);
        }
    }
    rows
}

/// What a button's or a menu's choice asks for.
pub(super) fn read(custom_id: &str, values: &[String]) -> Option<Action> {
    let code = match custom_id.strip_prefix(MENU_CODE) {
        Some(rest) if rest.starts_with(':') => values.first()?.as_str(),
        _ => custom_id,
    };
    code.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(count: u8) -> Vec<Choice> {
        (0..count).map(|n| Choice { label: format!("Plats {n}"), action: Action::Place(n) }).collect()
    }

    #[test]
    fn buttons_stand_five_in_a_row_and_many_become_a_menu() {
        let lengths = |rows: &[Value]| -> Vec<usize> {
            rows.iter().map(|row| row["components"].as_array().map_or(0, Vec::len)).collect()
        };
        assert_eq!(lengths(&rows(&choices(7), "Välj", None)), [5, 2]);
        assert_eq!(lengths(&rows(&choices(10), "Välj", Some("Skriv"))), [5, 5, 1]);
        let menu = rows(&choices(30), "Välj", None);
        assert_eq!(lengths(&menu), [1, 1]);
        assert_eq!(menu[0]["components"][0]["options"].as_array().map(Vec::len), Some(25));
        assert_eq!(rows(&[choices(1), choices(1)].concat(), "Välj", None)[0]["components"][1], Value::Null);
    }

    #[test]
    fn what_is_pressed_or_chosen_is_an_action() {
        assert_eq!(read("place:3", &[]), Some(Action::Place(3)));
        assert_eq!(read("menu:0", &["place:4".into()]), Some(Action::Place(4)));
        assert_eq!(read("menu", &[]), Some(Action::Menu));
        assert_eq!(read("nonsense", &[]), None);
    }
}
