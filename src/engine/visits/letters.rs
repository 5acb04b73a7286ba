//! What follows from a visit: the confirmation, the calendar file, the reminders.
//!
//! Writes letters only; whether a visit may be booked or moved is decided elsewhere.

use crate::engine::turn::Turn;
use crate::engine::{calendar, say};
use crate::facts::Facts;
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::id::CentreId;
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::message::{Ask, Card, Choice, Content, Letter, Message, Placement};
use crate::model::time::{Time, Timestamp, in_sweden, later, swedish_instant};
use crate::model::visit::Visit;

/// Nobody is woken: reminders are sent from this hour …
const DAY_BEGINS: i8 = 8;
/// … until this one.
const DAY_ENDS: i8 = 21;

pub fn centre_name(facts: &Facts, id: &CentreId) -> String {
    facts.centres.get(id).map_or_else(|| id.to_string(), |c| c.name.clone())
}

/// Times as a list in a sentence.
pub fn times(lang: Lang, times: &[Timestamp]) -> Markup {
    Markup::lines(times.iter().map(|at| {
        let (day, time) = say::day_and_time(*at);
        Markup::from_user(&format!("{} {}", say::day(lang, day), say::clock(lang, time)))
    }))
}

/// The buttons under a visit that lies ahead.
pub fn visit_choices(lang: Lang, visit: &Visit) -> Vec<Choice> {
    vec![
        Turn::choice(say::button_move(lang), Action::Move(visit.id)),
        Turn::choice(say::button_cancel(lang), Action::Cancel(visit.id)),
        Turn::choice(say::button_menu(lang), Action::Menu),
    ]
}

/// The confirmation, with the file for the calendar, and the code to show.
pub fn booked(turn: &mut Turn<'_>, visit: &Visit) {
    let lang = turn.lang;
    let (day, time) = say::day_and_time(visit.starts_at);
    let text = Markup::paragraphs([
        say::booked(lang, centre_name(turn.facts, &visit.centre), day, time),
        say::booked_code(lang, visit.code.to_string()),
        bring(turn, visit),
    ]);
    let card = calendar::document(turn.facts, visit, lang, calendar::Method::Publish, turn.now);
    turn.message(text, Some(card), Ask::Choice(visit_choices(lang, visit)));
    reminders(turn, visit);
}

/// The new time, with the file that replaces the old one.
pub fn moved(turn: &mut Turn<'_>, visit: &Visit) {
    let lang = turn.lang;
    let (day, time) = say::day_and_time(visit.starts_at);
    let text = say::moved(lang, centre_name(turn.facts, &visit.centre), day, time)
        .and(say::booked_code(lang, visit.code.to_string()));
    let card = calendar::document(turn.facts, visit, lang, calendar::Method::Publish, turn.now);
    turn.message(text, Some(card), Ask::Choice(visit_choices(lang, visit)));
    reminders(turn, visit);
}

/// What was written about the visit before is void.
pub fn rewritten(turn: &mut Turn<'_>, visit: &Visit) {
    turn.effect(Effect::DropVisitLetters(visit.id));
}

/// What to bring: from the article behind the question, else in general.
fn bring(turn: &Turn<'_>, visit: &Visit) -> Markup {
    let article = turn.session.last.as_ref().and_then(|last| last.article.as_ref());
    let text = article.and_then(|id| turn.facts.knowledge.article(id)).and_then(|a| a.text(visit.lang));
    match text {
        Some((_, text)) => say::article_bring(turn.lang, text.bring.as_str()),
        None => say::booked_bring(turn.lang),
    }
}

/// The day before and two hours before, never at night and never in the past.
fn reminders(turn: &mut Turn<'_>, visit: &Visit) {
    let lang = visit.lang;
    let name = centre_name(turn.facts, &visit.centre);
    let (day, time) = say::day_and_time(visit.starts_at);
    let day_before = daytime(later(visit.starts_at, -86_400));
    let soon = daytime(later(visit.starts_at, -7_200));
    if day_before > turn.now {
        remind(turn, visit, say::reminder_tomorrow(lang, name.as_str(), day, time), day_before);
    }
    if soon > turn.now && soon < visit.starts_at && in_sweden(soon).date() == day {
        remind(turn, visit, say::reminder_soon(lang, name.as_str(), time), soon);
    }
}

/// The same instant, or the nearest one by day: a reminder for the night goes out the evening before.
fn daytime(at: Timestamp) -> Timestamp {
    let local = in_sweden(at);
    let clock = |hour| Time::new(hour, 0, 0, 0).ok();
    let moved = if local.hour() >= DAY_ENDS {
        clock(DAY_ENDS - 1).and_then(|time| swedish_instant(local.date(), time))
    } else if local.hour() < DAY_BEGINS {
        clock(DAY_BEGINS).and_then(|time| swedish_instant(local.date(), time))
    } else {
        None
    };
    moved.unwrap_or(at)
}

fn remind(turn: &mut Turn<'_>, visit: &Visit, text: Markup, due: Timestamp) {
    let lang = visit.lang;
    let ask = Ask::Choice(visit_choices(lang, visit));
    turn.send(Letter {
        to: visit.resident.clone(),
        content: Content::Message(Message { text, lang, card: None, ask }),
        due: Some(due),
        placement: Placement::Below,
        request: Some(visit.request),
        visit: Some(visit.id),
    });
}

/// The person who booked is told of what somebody else did with the code.
pub fn tell_owner(turn: &mut Turn<'_>, visit: &Visit, text: Markup, card: Option<Card>) {
    if visit.resident == *turn.here() {
        return;
    }
    turn.send(Letter {
        to: visit.resident.clone(),
        content: Content::Message(Message { text, lang: visit.lang, card, ask: Ask::Nothing }),
        due: None,
        placement: Placement::Below,
        request: Some(visit.request),
        visit: None,
    });
}
