//! What is kept about a person: saying it, showing it, deleting it.

use super::session::Session;
use super::turn::Turn;
use super::{Need, desk, say};
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::markup::Markup;
use crate::model::message::{Ask, Card};

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
    let texts = turn.situation.texts()?;
    let visits = turn.situation.own_visits()?;
    let rows: Vec<Markup> = texts
        .iter()
        .map(|kept| {
            let (day, time) = say::day_and_time(kept.at);
            say::my_data_row(lang, day, time, kept.text.as_str())
        })
        .collect();
    let visits: Vec<Markup> = visits
        .iter()
        .map(|v| {
            let (day, time) = say::day_and_time(v.starts_at);
            let centre = turn.facts.centres.get(&v.centre).map_or("", |c| c.name.as_str());
            say::visit_line(lang, day, time, centre)
        })
        .collect();
    if rows.is_empty() && visits.is_empty() {
        turn.say(say::my_data_none(lang));
        return Ok(());
    }
    let all = Markup::lines(rows.iter().chain(&visits).cloned());
    let card = Card::Document {
        name: "digidel.txt".to_owned(),
        mime: "text/plain; charset=utf-8".to_owned(),
        content: all.plain(),
    };
    let latest = Markup::lines(rows.iter().rev().take(SHOWN).rev().cloned());
    let choices = vec![
        Turn::choice(say::button_forget(lang), Action::Forget),
        Turn::choice(say::button_menu(lang), Action::Menu),
    ];
    let count = rows.len() + visits.len();
    let head = if count == 1 { say::my_data_one(lang) } else { say::my_data(lang, count) };
    turn.message(head.and(latest), Some(card), Ask::Choice(choices));
    Ok(())
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

/// Deletes everything. Only the goodbye of this very turn is sent.
pub(super) fn forget(turn: &mut Turn<'_>) -> Result<(), Need> {
    desk::forget(turn)?;
    turn.request = None;
    turn.replace();
    turn.say(say::forgotten(turn.lang));
    turn.session = Session::default();
    turn.effect(Effect::Forget);
    Ok(())
}
