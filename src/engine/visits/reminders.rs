//! What comes later: the day before, two hours before, and an hour after.
//!
//! Each is a letter with a due time; a moved or cancelled visit takes them along. Nobody is woken.

use super::letters;
use crate::engine::say;
use crate::engine::turn::Turn;
use crate::model::action::Action;
use crate::model::markup::Markup;
use crate::model::message::{Ask, Choice, Content, Letter, Message, Placement};
use crate::model::time::{Time, Timestamp, Zoned, in_sweden, later, swedish_instant};
use crate::model::visit::Visit;

/// Nobody is woken: letters that can wait are sent from this hour …
const DAY_BEGINS: i8 = 8;
/// … until this one.
const DAY_ENDS: i8 = 21;
/// How long before the visit the second reminder comes, in seconds.
const SOON: i64 = 7_200;
/// How long after its end the person is asked how it went, in seconds.
const AFTER: i64 = 3_600;

fn at_hour(local: &Zoned, hour: i8) -> Option<Timestamp> {
    Time::new(hour, 0, 0, 0).ok().and_then(|time| swedish_instant(local.date(), time))
}

/// The same instant, or at night the nearest one by day: what would come in the evening comes earlier.
fn by_day(at: Timestamp) -> Timestamp {
    let local = in_sweden(at);
    let moved = if local.hour() >= DAY_ENDS {
        at_hour(&local, DAY_ENDS - 1)
    } else if local.hour() < DAY_BEGINS {
        at_hour(&local, DAY_BEGINS)
    } else {
        None
    };
    moved.unwrap_or(at)
}

/// The same instant, or at night the next morning.
pub fn not_at_night(at: Timestamp) -> Timestamp {
    let local = in_sweden(at);
    let moved = if local.hour() >= DAY_ENDS {
        local.tomorrow().ok().and_then(|next| at_hour(&next, DAY_BEGINS))
    } else if local.hour() < DAY_BEGINS {
        at_hour(&local, DAY_BEGINS)
    } else {
        None
    };
    moved.unwrap_or(at)
}

/// The same wall clock on the day before; an hour that the clock skipped counts as 24 hours.
fn day_before(at: Timestamp) -> Timestamp {
    let local = in_sweden(at);
    let same_clock = local.date().yesterday().ok().and_then(|date| swedish_instant(date, local.time()));
    same_clock.unwrap_or_else(|| later(at, -86_400))
}

/// Everything that comes later about a visit that is agreed.
pub fn write(turn: &mut Turn<'_>, visit: &Visit) {
    let lang = letters::lang(turn, visit);
    let name = letters::centre_name(turn.facts, &visit.centre);
    let (day, time) = say::day_and_time(visit.starts_at);
    let eve = by_day(day_before(visit.starts_at));
    let soon = by_day(later(visit.starts_at, -SOON));
    if eve > turn.now {
        let text = say::reminder_tomorrow(lang, name.as_str(), day, time);
        let choices = answers(turn, visit);
        let bring = letters::bring(turn, visit);
        wait(turn, visit, text.and(bring), choices, eve);
    }
    if soon > turn.now && soon < visit.starts_at && in_sweden(soon).date() == day {
        let choices = answers(turn, visit);
        wait(turn, visit, say::reminder_soon(lang, name.as_str(), time), choices, soon);
    }
    ask_outcome(turn, visit);
}

/// "I'm coming", move, cancel.
fn answers(turn: &Turn<'_>, visit: &Visit) -> Vec<Choice> {
    let lang = letters::lang(turn, visit);
    vec![
        Turn::choice(say::button_coming(lang), Action::Coming(visit.id)),
        Turn::choice(say::button_move(lang), Action::Move(visit.id)),
        Turn::choice(say::button_cancel(lang), Action::Cancel(visit.id)),
    ]
}

/// After the visit: did it help?
pub fn ask_outcome(turn: &mut Turn<'_>, visit: &Visit) {
    let lang = letters::lang(turn, visit);
    let name = letters::centre_name(turn.facts, &visit.centre);
    let choices = vec![
        Turn::choice(say::button_yes_helped(lang), Action::Helped(visit.request)),
        Turn::choice(say::button_not_helped(lang), Action::NotHelped(visit.request)),
    ];
    let due = not_at_night(later(visit.ends_at(), AFTER));
    wait(turn, visit, say::ask_outcome(lang, name), choices, due);
}

fn wait(turn: &mut Turn<'_>, visit: &Visit, text: Markup, choices: Vec<Choice>, due: Timestamp) {
    let lang = letters::lang(turn, visit);
    turn.send(Letter {
        to: visit.resident.clone(),
        content: Content::Message(Message { text, lang, card: None, ask: Ask::Choice(choices) }),
        due: Some(due),
        placement: Placement::Below,
        request: Some(visit.request),
        visit: Some(visit.id),
    });
}
