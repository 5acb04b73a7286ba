//! Visits that exist: listing, showing, cancelling, and finding one by its code.
//!
//! Whoever has the code may see, move and cancel the visit; the person who booked is told.

use super::letters;
use crate::engine::turn::Turn;
use crate::engine::{Need, calendar, menu, say};
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::id::VisitId;
use crate::model::markup::Markup;
use crate::model::lang::Lang;
use crate::model::message::{Ask, Card};
use crate::model::request::RequestStatus;
use crate::model::visit::{Visit, VisitCode, VisitStatus};

/// The visit, if it is this person's own or was opened here by its code.
pub fn reachable<'a>(turn: &Turn<'a>, id: VisitId) -> Result<Option<&'a Visit>, Need> {
    let visit = turn.situation.visit(id)?;
    Ok(visit.filter(|v| v.resident == *turn.here() || turn.session.shown == Some(id)))
}

pub fn gone(turn: &mut Turn<'_>) {
    let choices = vec![
        Turn::choice(say::button_book(turn.lang), Action::Book),
        Turn::choice(say::button_menu(turn.lang), Action::Menu),
    ];
    turn.ask(say::visit_gone(turn.lang), choices);
}

/// The person's visits that lie ahead.
pub fn list(turn: &mut Turn<'_>) -> Result<(), Need> {
    let lang = turn.lang;
    let visits = turn.situation.own_visits()?;
    let ahead: Vec<&Visit> = visits.iter().filter(|v| v.status.is_open()).collect();
    if ahead.is_empty() {
        let choices = vec![
            Turn::choice(say::button_book(lang), Action::Book),
            Turn::choice(say::button_menu(lang), Action::Menu),
        ];
        turn.replace();
        turn.ask(say::no_visits(lang), choices);
        return Ok(());
    }
    let mut choices: Vec<_> = ahead
        .iter()
        .map(|v| {
            let (day, time) = say::day_and_time(v.starts_at);
            let label = format!("{} {}", say::day(lang, day), say::clock(lang, time));
            Turn::choice(label, Action::Visit(v.id))
        })
        .collect();
    choices.push(Turn::choice(say::button_menu(lang), Action::Menu));
    let lines = ahead.iter().map(|v| line(turn, v));
    let text = say::your_visits(lang).and(Markup::lines(lines));
    turn.replace();
    turn.ask(text, choices);
    Ok(())
}

fn line(turn: &Turn<'_>, visit: &Visit) -> Markup {
    let (day, time) = say::day_and_time(visit.starts_at);
    let name = letters::centre_name(turn.facts, &visit.centre);
    match visit.status {
        VisitStatus::Proposed => say::visit_waiting_line(turn.lang, day, time, name),
        _ => say::visit_line(turn.lang, day, time, name),
    }
}

/// One visit.
pub fn show(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let lang = turn.lang;
    let Some(visit) = reachable(turn, id)?.filter(|v| v.status.is_open()) else {
        gone(turn);
        return Ok(());
    };
    let text = match visit.status {
        VisitStatus::Proposed => line(turn, visit),
        _ => {
            let (day, time) = say::day_and_time(visit.starts_at);
            say::visit_shown(lang, letters::centre_name(turn.facts, &visit.centre), day, time)
        }
    };
    let text = text.and(say::booked_code(lang, visit.code.to_string()));
    let mut choices = vec![
        Turn::choice(say::button_move(lang), Action::Move(id)),
        Turn::choice(say::button_cancel(lang), Action::Cancel(id)),
    ];
    if visit.status == VisitStatus::Booked {
        choices.push(Turn::choice(say::button_calendar(lang), Action::Calendar(id)));
    }
    choices.push(Turn::choice(say::button_menu(lang), Action::Menu));
    let card = (visit.status == VisitStatus::Booked).then(|| code_picture(lang, visit));
    turn.replace();
    turn.message(text, card, Ask::Choice(choices));
    Ok(())
}

/// The code as a picture that staff can scan.
fn code_picture(lang: Lang, visit: &Visit) -> Card {
    Card::Picture { code: visit.code.as_str().to_owned(), alt: say::code_picture(lang, &visit.code.to_string()) }
}

/// A text with a code in it. `false`: no visit has that code, the text is something else.
pub fn by_code(turn: &mut Turn<'_>, code: &VisitCode) -> Result<bool, Need> {
    let Some(visit) = turn.situation.code(code)? else { return Ok(false) };
    let id = visit.id;
    if !turn.is_private() {
        return Ok(false);
    }
    turn.session.shown = Some(id);
    show(turn, id)?;
    Ok(true)
}

/// Asks before cancelling.
pub fn ask_cancel(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let lang = turn.lang;
    let Some(visit) = reachable(turn, id)?.filter(|v| v.status.is_open()) else {
        gone(turn);
        return Ok(());
    };
    let (day, time) = say::day_and_time(visit.starts_at);
    let text = say::cancel_sure(lang, letters::centre_name(turn.facts, &visit.centre), day, time);
    let choices = vec![
        Turn::choice(say::button_cancel_yes(lang), Action::CancelNow(id)),
        Turn::choice(say::button_move(lang), Action::Move(id)),
        Turn::choice(say::button_keep(lang), Action::Visit(id)),
    ];
    turn.replace();
    turn.ask(text, choices);
    Ok(())
}

/// Cancels.
pub fn cancel(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let Some(mut visit) = reachable(turn, id)?.cloned().filter(|v| v.status.is_open()) else {
        gone(turn);
        return Ok(());
    };
    let was_booked = visit.status == VisitStatus::Booked;
    visit.status = VisitStatus::Cancelled;
    visit.sequence += 1;
    turn.effect(Effect::DropVisitLetters(id));
    turn.request = Some(visit.request);
    if visit.resident == *turn.here() {
        turn.change_request(visit.request, |r| r.status = RequestStatus::Closed)?;
    }
    let (day, time) = say::day_and_time(visit.starts_at);
    let name = letters::centre_name(turn.facts, &visit.centre);
    let card = was_booked
        .then(|| calendar::document(turn.facts, &visit, visit.lang, calendar::Method::Cancel, turn.now));
    let text = |lang| say::cancelled(lang, name.as_str(), day, time);
    let choices = vec![
        Turn::choice(say::button_book(turn.lang), Action::Book),
        Turn::choice(say::button_menu(turn.lang), Action::Menu),
    ];
    turn.replace();
    turn.message(text(turn.lang), card.clone(), Ask::Choice(choices));
    letters::tell_owner(turn, &visit, text(visit.lang), card);
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

/// The file for the calendar, again.
pub fn send_calendar(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    match reachable(turn, id)?.filter(|v| v.status == VisitStatus::Booked) {
        Some(visit) => {
            let card = calendar::document(turn.facts, visit, turn.lang, calendar::Method::Publish, turn.now);
            turn.message(say::calendar(turn.lang), Some(card), Ask::Nothing);
        }
        None if turn.situation.visit(id)?.is_some() => gone(turn),
        None => menu::old_button(turn),
    }
    Ok(())
}
