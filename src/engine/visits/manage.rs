//! Visits that exist: listing, showing, cancelling, and finding one by its code.
//!
//! Whoever has the code may see, move and cancel the visit; the person who booked is told.

use super::{details, letters, queue};
use crate::engine::turn::Turn;
use crate::engine::{Need, calendar, menu, say};
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::id::VisitId;
use crate::model::markup::Markup;
use crate::model::message::{Ask, Card};
use crate::model::request::RequestStatus;
use crate::model::visit::{Promise, Visit, VisitCode, VisitStatus};

/// The visit, if it is this person's own or was opened here by its code.
pub fn reachable<'a>(turn: &Turn<'a>, id: VisitId) -> Result<Option<&'a Visit>, Need> {
    let visit = turn.situation.visit(id)?;
    Ok(visit.filter(|v| v.resident == *turn.here() || turn.session.shown == Some(id)))
}

pub fn gone(turn: &mut Turn<'_>) {
    turn.ask(say::visit_gone(turn.lang), letters::book_choices(turn.lang));
}

/// The person's visits that lie ahead.
pub fn list(turn: &mut Turn<'_>) -> Result<(), Need> {
    let lang = turn.lang;
    let visits = turn.situation.own_visits()?;
    let ahead: Vec<&Visit> = visits.iter().filter(|v| v.status.is_open()).collect();
    if ahead.is_empty() {
        turn.replace();
        turn.ask(say::no_visits(lang), letters::book_choices(lang));
        return Ok(());
    }
    let mut choices: Vec<_> = ahead
        .iter()
        .map(|v| {
            let label = match v.status {
                VisitStatus::Queued => say::day(lang, say::day_and_time(v.starts_at).0),
                _ => letters::moment(lang, v.starts_at),
            };
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

/// A visit in one line, with what it still waits for.
fn line(turn: &Turn<'_>, visit: &Visit) -> Markup {
    let lang = turn.lang;
    let (day, time) = say::day_and_time(visit.starts_at);
    let name = letters::centre_name(turn.facts, &visit.centre);
    match visit.status {
        VisitStatus::Proposed => say::visit_waiting_line(lang, day, time, name),
        VisitStatus::Queued => say::visit_queued_line(lang, day, name),
        VisitStatus::Offered => say::visit_offered_line(lang, day, time, name),
        VisitStatus::Displaced => say::visit_displaced_line(lang, day, time, name),
        _ => say::visit_line(lang, day, time, name),
    }
}

/// One visit.
pub fn show(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let lang = turn.lang;
    let Some(visit) = reachable(turn, id)?.filter(|v| v.status.is_open()) else {
        gone(turn);
        return Ok(());
    };
    let mut choices = Vec::new();
    if visit.status == VisitStatus::Offered {
        choices.push(Turn::choice(say::button_accept(lang), Action::Accept(id)));
    }
    if visit.status.can_move() {
        choices.push(Turn::choice(say::button_move(lang), Action::Move(id)));
    }
    choices.push(match visit.status {
        VisitStatus::Queued => Turn::choice(say::button_leave_queue(lang), Action::CancelNow(id)),
        _ => Turn::choice(say::button_cancel(lang), Action::Cancel(id)),
    });
    if visit.status == VisitStatus::Booked {
        choices.push(Turn::choice(say::button_calendar(lang), Action::Calendar(id)));
        choices.push(Turn::choice(say::button_pass(lang), Action::Pass(id)));
    }
    choices.push(Turn::choice(say::button_menu(lang), Action::Menu));
    let what = match visit.status {
        VisitStatus::Booked => {
            let (day, time) = say::day_and_time(visit.starts_at);
            say::visit_shown(lang, letters::centre_name(turn.facts, &visit.centre), day, time)
        }
        _ => line(turn, visit),
    };
    // Who opens a visit by its code may move it, but is not shown what somebody else told staff.
    let told = if visit.resident == *turn.here() { details::details(lang, visit) } else { Markup::default() };
    let text = Markup::paragraphs([what, told, say::booked_code(lang, visit.code.to_string())]);
    turn.replace();
    turn.ask(text, choices);
    Ok(())
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
    let Some(visit) = reachable(turn, id)?.cloned().filter(|v| v.status.is_open()) else {
        gone(turn);
        return Ok(());
    };
    let (day, time) = say::day_and_time(visit.starts_at);
    let name = letters::centre_name(turn.facts, &visit.centre);
    let text = |lang| match visit.status {
        VisitStatus::Queued => say::left_queue(lang, name.as_str(), day),
        _ => say::cancelled(lang, name.as_str(), day, time),
    };
    let (ended, card) = call_off(turn, &visit)?;
    let lang = letters::lang(turn, &visit);
    turn.replace();
    letters::tell_here_too(turn, &ended, text, card.clone());
    letters::tell(turn, &ended, text(lang), card, letters::book_choices(lang));
    turn.effect(Effect::SaveVisit(Box::new(ended)));
    queue::freed(turn, &[visit])
}

/// The person deletes everything: seats that are kept for them go to those who wait.
pub fn give_up_all(turn: &mut Turn<'_>) -> Result<(), Need> {
    let open: Vec<Visit> =
        turn.situation.own_visits()?.iter().filter(|visit| is_waited_for(visit.status)).cloned().collect();
    for visit in &open {
        let (ended, _) = call_off(turn, visit)?;
        turn.effect(Effect::SaveVisit(Box::new(ended)));
    }
    queue::freed(turn, &open)
}

fn is_waited_for(status: VisitStatus) -> bool {
    status.is_open() || status == VisitStatus::Held
}

/// The visit called off, and the file that takes it out of a calendar that may hold it.
pub fn call_off(turn: &mut Turn<'_>, visit: &Visit) -> Result<(Visit, Option<Card>), Need> {
    let ended = Visit { status: VisitStatus::Cancelled, sequence: visit.sequence + 1, ..visit.clone() };
    turn.effect(Effect::DropVisitLetters(visit.id));
    turn.change_request_of(visit, |r| r.status = RequestStatus::Closed)?;
    let in_calendar = visit.status == VisitStatus::Booked;
    let card = in_calendar.then(|| letters::calendar_without(turn, &ended));
    Ok((ended, card))
}

/// "I'm coming", in answer to a reminder.
pub fn coming(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let ahead = |v: &&Visit| v.status == VisitStatus::Booked && v.ends_at() > turn.now;
    let Some(visit) = reachable(turn, id)?.filter(ahead) else {
        gone(turn);
        return Ok(());
    };
    let visit = Visit { promise: Promise::Coming, ..visit.clone() };
    let (_, time) = say::day_and_time(visit.starts_at);
    let name = letters::centre_name(turn.facts, &visit.centre);
    turn.request = Some(visit.request);
    turn.ask(say::coming(turn.lang, name, time), letters::visit_choices(turn.lang, &visit));
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

/// The code as a picture that staff can scan.
pub fn show_pass(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let Some(visit) = reachable(turn, id)?.filter(|v| v.status == VisitStatus::Booked) else {
        gone(turn);
        return Ok(());
    };
    let code = visit.code.as_str().to_owned();
    let alt = say::pass_alt(turn.lang, &visit.code.to_string());
    turn.message(say::pass(turn.lang), Some(Card::Picture { code, alt }), Ask::Nothing);
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
