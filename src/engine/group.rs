//! Groups: nothing personal is asked, kept or shown where others read along.
//!
//! Turns what belongs in a private chat into a way there. What a group may be told (answers,
//! centres) is said by the ordinary flows.

use super::say;
use super::turn::Turn;
use crate::facts::rules::Intent;
use crate::model::action::Action;
use crate::model::event::{Command, Input};
use crate::model::message::{Ask, Choice};

/// Whether this event asks in a group for something that is one person's own.
pub(super) fn is_personal(turn: &Turn<'_>) -> bool {
    turn.is_group() && private_action(turn).is_some()
}

/// Says that this is done in private, with the way there.
pub(super) fn send_to_private(turn: &mut Turn<'_>) {
    let action = private_action(turn).unwrap_or(Action::Private(None));
    turn.greet_once();
    let choices = vec![Turn::choice(say::button_private(turn.lang), action)];
    turn.ask(say::group_private(turn.lang), choices);
}

fn private_action(turn: &Turn<'_>) -> Option<Action> {
    let general = Some(Action::Private(None));
    match &turn.event.input {
        Input::Tap(action) => in_private(action),
        Input::Command(
            Command::Book | Command::Visits | Command::Person | Command::MyData | Command::Forget,
            _,
        ) => general,
        Input::Text(_) | Input::Command(Command::Ask, _) => match turn.intent()? {
            Intent::Book
            | Intent::Cancel
            | Intent::Move
            | Intent::MyVisits
            | Intent::Person
            | Intent::MyData
            | Intent::Forget => general,
            _ => None,
        },
        _ => None,
    }
}

/// The same wish in the private chat; `None` for what may be done before others.
fn in_private(action: &Action) -> Option<Action> {
    match action {
        Action::BookAt(id)
        | Action::Day(id, _)
        | Action::Slot(id, _)
        | Action::Propose(id, _)
        | Action::DaysFrom(id, _)
        | Action::Queue(id, _)
        | Action::RemindMe(id)
        | Action::RemindOn(id, _)
        | Action::SendProposals(id) => Some(Action::Private(Some(id.clone()))),
        Action::Book
        | Action::NoName
        | Action::About(_)
        | Action::Topic(..)
        | Action::NoAbout(_)
        | Action::Wish(..)
        | Action::Interpreter(..)
        | Action::NoMoreWishes(_)
        | Action::Retime(..)
        | Action::Accept(_)
        | Action::Refuse(_)
        | Action::Coming(_)
        | Action::NoReminder(_)
        | Action::Pass(_)
        | Action::Confirm(_)
        | Action::Visits
        | Action::Visit(_)
        | Action::Move(_)
        | Action::Cancel(_)
        | Action::CancelNow(_)
        | Action::Calendar(_)
        | Action::Person
        | Action::PersonYes
        | Action::PersonEnd(_)
        | Action::PersonWait(_)
        | Action::PersonStaff(_)
        | Action::Rate(..)
        | Action::MyData
        | Action::Forget
        | Action::ForgetNow => Some(Action::Private(None)),
        Action::Private(centre) => Some(Action::Private(centre.clone())),
        // The desk has its own scope and checks its own rights.
        Action::Desk(..)
        | Action::DeskArticle(..)
        | Action::DeskHand(..)
        | Action::Publish(..)
        | Action::Menu
        | Action::Resume
        | Action::Leave
        | Action::Languages
        | Action::Speak(_)
        | Action::Ask
        | Action::Find
        | Action::Centre(_)
        | Action::Place(_)
        | Action::Helped(_)
        | Action::NotHelped(_)
        | Action::Article(_)
        | Action::Easier(_)
        | Action::NoneOfThese(_)
        | Action::Privacy => None,
    }
}

/// The same question with the personal buttons leading to the private chat, and no wish for a position.
pub(super) fn without_the_personal(ask: &Ask) -> Ask {
    let choices: Vec<Choice> = ask
        .choices()
        .iter()
        .map(|c| Choice {
            label: c.label.clone(),
            action: in_private(&c.action).unwrap_or_else(|| c.action.clone()),
        })
        .collect();
    if choices.is_empty() { Ask::Nothing } else { Ask::Choice(choices) }
}
