//! What is kept about a person: saying it, showing it, deleting it.

use serde_json::Value;

use super::session::Session;
use super::turn::Turn;
use super::{Need, desk, my_data, say, visits};
use crate::model::action::Action;
use crate::model::chat::{Platform, Role};
use crate::model::effect::Effect;
use crate::model::kept::{KeptKind, KeptRow, OWN_FILE};
use crate::model::markup::Markup;
use crate::model::message::{Ask, Card};
use crate::model::time::from_millis;

/// How many of the last texts are shown in the chat itself; the file holds all.
const SHOWN: usize = 5;

pub(super) fn explain(turn: &mut Turn<'_>) {
    let lang = turn.lang;
    let choices = vec![
        Turn::choice(say::button_my_data(lang), Action::MyData),
        Turn::choice(say::button_forget(lang), Action::Forget),
        Turn::choice(say::button_menu(lang), Action::Menu),
    ];
    turn.ask(say::privacy(lang), choices);
}

/// Everything that is kept, as a readable file, with the latest lines in the chat.
pub(super) fn my_data(turn: &mut Turn<'_>) -> Result<(), Need> {
    let lang = turn.lang;
    if !turn.is_private() {
        turn.say(say::my_data_none(lang));
        return Ok(());
    }
    let kept = turn.situation.kept()?;
    let written: Vec<Markup> = kept.iter().filter_map(|row| latest(turn, row)).collect();
    let card = Card::Document {
        name: OWN_FILE.to_owned(),
        mime: "text/plain; charset=utf-8".to_owned(),
        content: my_data::file(turn, kept),
    };
    let latest = Markup::lines(written.iter().rev().take(SHOWN).rev().cloned());
    let choices = vec![
        Turn::choice(say::button_forget(lang), Action::Forget),
        Turn::choice(say::button_menu(lang), Action::Menu),
    ];
    let head = if kept.len() == 1 { say::my_data_one(lang) } else { say::my_data(lang, kept.len()) };
    turn.message(head.and(latest), Some(card), Ask::Choice(choices));
    Ok(())
}

/// What the person wrote, as a line in the chat; buttons are left to the file.
fn latest(turn: &Turn<'_>, row: &KeptRow) -> Option<Markup> {
    let is_button = row.fields.get("kind").and_then(Value::as_str) == Some("tap");
    if row.kind != KeptKind::Written || is_button {
        return None;
    }
    let text = row.fields.get("text")?.as_str()?;
    let (day, time) = say::day_and_time(from_millis(row.fields.get("at")?.as_i64()?));
    Some(say::my_data_row(turn.lang, day, time, text))
}

pub(super) fn ask_forget(turn: &mut Turn<'_>) {
    let lang = turn.lang;
    let choices = vec![
        Turn::choice(say::button_forget_yes(lang), Action::ForgetNow),
        Turn::choice(say::button_forget_no(lang), Action::Menu),
    ];
    turn.replace();
    turn.ask(say::forget_sure(lang), choices);
}

/// Deletes everything. Only the goodbye of this very turn is sent; it is a message of its own, as
/// the one whose button was pressed goes with the rest.
pub(super) fn forget(turn: &mut Turn<'_>) -> Result<(), Need> {
    delete(turn)?;
    let lang = turn.lang;
    let left = match turn.here().platform() {
        Platform::Telegram => say::forgotten_telegram(lang),
        Platform::Discord => say::forgotten_discord(lang),
        Platform::Web | Platform::Terminal => Markup::default(),
    };
    turn.say(Markup::paragraphs([say::forgotten(lang), left]));
    Ok(())
}

/// The same, without a word: somebody else has answered the person, or nobody is there.
pub(super) fn erase(turn: &mut Turn<'_>) -> Result<(), Need> {
    if matches!(turn.event.role, Role::Staff(_) | Role::Clock) {
        delete(turn)?;
    }
    Ok(())
}

fn delete(turn: &mut Turn<'_>) -> Result<(), Need> {
    desk::forget(turn)?;
    visits::give_up_all(turn)?;
    turn.request = None;
    turn.session = Session::default();
    turn.effect(Effect::Forget);
    Ok(())
}
