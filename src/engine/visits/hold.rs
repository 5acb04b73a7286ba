//! A seat is held from the moment that a time is chosen, so that nobody loses it while typing.
//!
//! Makes new visits and ends those that nobody confirmed in time.

use super::{days, details, letters, queue};
use crate::engine::session::Step;
use crate::engine::turn::Turn;
use crate::engine::{Need, answers_about, menu, say};
use crate::facts::centres::{Centre, times};
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::event::Alarm;
use crate::model::id::{CentreId, VisitId};
use crate::model::message::{Content, Letter, Placement};
use crate::model::request::{Request, RequestKind, RequestStatus};
use crate::model::time::{Timestamp, later};
use crate::model::visit::{Promise, Visit, VisitCode, VisitStatus, Wishes};

/// How long a seat is held while the person confirms, in seconds.
const HOLD: i64 = 600;
/// How long proposals are kept that are not sent yet: they keep nobody else waiting. In seconds.
const DRAFT: i64 = 3_600;

/// A seat at a time that the centre offers now.
pub fn free_seat(turn: &Turn<'_>, centre: &Centre, at: Timestamp) -> Result<Option<u16>, Need> {
    let Some((_, hours)) = centre.hours.as_ref().filter(|_| centre.takes_bookings()) else { return Ok(None) };
    let booking = &centre.booking;
    let seat = turn.situation.taken(&centre.id)?.free_seat(at, booking.minutes, booking.seats);
    Ok(seat.filter(|_| times::is_offered(hours, booking, at, turn.now)))
}

/// Holds a seat, or gives a visit its new time.
pub fn slot(turn: &mut Turn<'_>, id: &CentreId, at: Timestamp) -> Result<(), Need> {
    let Some(centre) = days::shown(turn, id) else {
        menu::old_button(turn);
        return Ok(());
    };
    let moving = match &turn.session.step {
        Step::Time { centre, moving, .. } if centre == id => *moving,
        _ => None,
    };
    if let Some(visit) = moving {
        return super::retime(turn, visit, at);
    }
    if let Some(why) = days::barred(turn, None)? {
        days::say_barred(turn, why);
        return Ok(());
    }
    match free_seat(turn, centre, at)? {
        Some(seat) => hold(turn, centre, at, seat),
        None => {
            turn.preface(say::seat_gone(turn.lang));
            turn.session.step = Step::Time { centre: id.clone(), moving: None, proposed: Vec::new() };
            days::choose_day(turn, centre, None)
        }
    }
}

fn hold(turn: &mut Turn<'_>, centre: &Centre, at: Timestamp, seat: u16) -> Result<(), Need> {
    give_back_all(turn)?;
    let (mut visit, request) = new_visit(turn, centre, at, VisitStatus::Held)?;
    visit.seat = seat;
    turn.save_request(request);
    keep(turn, &mut visit);
    details::first(turn, visit);
    Ok(())
}

/// A new visit of this person, and its request; neither is saved yet.
pub fn new_visit(
    turn: &mut Turn<'_>,
    centre: &Centre,
    at: Timestamp,
    status: VisitStatus,
) -> Result<(Visit, Request), Need> {
    let about = answers_about(turn)?;
    let article = turn.session.last.as_ref().and_then(|last| last.article.clone());
    let question = about.clone().unwrap_or_else(|| centre.name.clone());
    let mut request = turn.new_request(RequestKind::Visit, RequestStatus::Unanswered, &question);
    let visit = Visit {
        id: turn.fresh.visit(),
        code: VisitCode::draw(&mut turn.fresh),
        centre: centre.id.clone(),
        resident: turn.here().clone(),
        starts_at: at,
        minutes: centre.booking.minutes,
        seat: 0,
        status,
        held_until: None,
        alternatives: Vec::new(),
        name: None,
        about,
        article: article.clone(),
        wishes: Wishes::default(),
        promise: Promise::Silent,
        lang: turn.lang,
        request: request.id,
        sequence: 0,
        asked_at: turn.now,
    };
    request.centre = Some(centre.id.clone());
    request.visit = Some(visit.id);
    request.topic = article.and_then(|id| turn.facts.knowledge.article(&id).map(|a| a.topic.clone()));
    request.article.clone_from(&visit.article);
    Ok((visit, request))
}

/// Keeps the visit's seat, or its draft, from now on for as long as a hold lasts.
pub fn keep(turn: &mut Turn<'_>, visit: &mut Visit) {
    let until = later(turn.now, if visit.status == VisitStatus::Draft { DRAFT } else { HOLD });
    visit.held_until = Some(until);
    alarm(turn, visit, until);
}

/// Looks at the visit again when what is kept for it runs out.
pub fn alarm(turn: &mut Turn<'_>, visit: &Visit, due: Timestamp) {
    turn.send(Letter {
        to: visit.resident.clone(),
        content: Content::Alarm(Alarm::HoldEnds(visit.id)),
        due: Some(due),
        placement: Placement::Below,
        request: Some(visit.request),
        visit: Some(visit.id),
    });
}

/// The visit that the flow is about to make; if it is gone, the person is told.
pub fn unconfirmed(turn: &mut Turn<'_>, id: VisitId) -> Result<Option<Visit>, Need> {
    let visit = turn.situation.visit(id)?.filter(|v| v.resident == *turn.here());
    match visit.filter(|v| is_unconfirmed(v.status)) {
        Some(visit) => {
            turn.request = Some(visit.request);
            Ok(Some(visit.clone()))
        }
        None => {
            turn.forget_step();
            say_gone(turn);
            Ok(None)
        }
    }
}

fn is_unconfirmed(status: VisitStatus) -> bool {
    matches!(status, VisitStatus::Held | VisitStatus::Draft)
}

pub fn say_gone(turn: &mut Turn<'_>) {
    turn.ask(say::hold_gone(turn.lang), letters::book_choices(turn.lang));
}

/// Gives back whatever this person holds: nobody holds more than one seat.
pub fn give_back_all(turn: &mut Turn<'_>) -> Result<(), Need> {
    let held = turn.situation.own_visits()?.iter().filter(|v| is_unconfirmed(v.status));
    for id in held.map(|v| v.id).collect::<Vec<_>>() {
        give_back(turn, id, VisitStatus::Cancelled)?;
    }
    Ok(())
}

/// Gives a held seat back; who waits for one is told.
pub fn give_back(turn: &mut Turn<'_>, id: VisitId, status: VisitStatus) -> Result<(), Need> {
    let visit = turn.situation.visit(id)?.filter(|v| is_unconfirmed(v.status)).cloned();
    let Some(visit) = visit else { return Ok(()) };
    end(turn, &visit, status)
}

fn end(turn: &mut Turn<'_>, visit: &Visit, status: VisitStatus) -> Result<(), Need> {
    let ended = Visit { status, ..visit.clone() };
    turn.effect(Effect::DropVisitLetters(visit.id));
    turn.change_request_of(visit, |r| r.status = RequestStatus::Closed)?;
    turn.effect(Effect::SaveVisit(Box::new(ended)));
    queue::freed(turn, std::slice::from_ref(visit))
}

/// The alarm of what was kept for a while: the seat goes back, and the person is told.
pub fn hold_ends(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let kept = |v: &&Visit| v.held_until.is_some_and(|until| until <= turn.now);
    let Some(visit) = turn.situation.visit(id)?.filter(kept).cloned() else { return Ok(()) };
    let lang = letters::lang(turn, &visit);
    let name = letters::centre_name(turn.facts, &visit.centre);
    let text = match visit.status {
        VisitStatus::Held => say::hold_gone(lang),
        VisitStatus::Draft => say::draft_gone(lang, name),
        VisitStatus::Offered => say::offer_gone(lang, name),
        VisitStatus::Proposed => say::proposals_unanswered(lang, name),
        VisitStatus::Queued => say::queue_ended(lang, name, say::day_and_time(visit.starts_at).0),
        _ => return Ok(()),
    };
    if turn.session.step.visit() == Some(id) {
        turn.forget_step();
    }
    let choices = match visit.status {
        VisitStatus::Proposed => {
            vec![Turn::choice(say::button_propose_again(lang), Action::BookAt(visit.centre.clone()))]
        }
        _ => letters::book_choices(lang),
    };
    letters::tell(turn, &visit, text, None, choices);
    end(turn, &visit, VisitStatus::Lapsed)
}
