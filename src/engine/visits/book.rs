//! From a centre to a visit: day, time, name, confirmation; or times proposed to the centre.
//!
//! A seat is held from the moment that a time is chosen, so that nobody loses it while typing.

use super::letters;
use crate::engine::session::Step;
use crate::engine::turn::Turn;
use crate::engine::{Need, answers_about, menu, nearby, say};
use crate::facts::centres::{Centre, CentreStatus, DayTimes, times};
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::event::Alarm;
use crate::model::id::{CentreId, VisitId};
use crate::model::markup::Markup;
use crate::model::message::{Choice, Content, Letter, Placement};
use crate::model::request::{RequestKind, RequestStatus};
use crate::model::time::{Date, Time, Timestamp, in_sweden, later, swedish_instant};
use crate::model::visit::{Visit, VisitCode, VisitStatus};

/// How long a seat is held, in seconds.
const HOLD: i64 = 600;
/// How many visits a person may have ahead.
const MOST_VISITS: usize = 2;
/// How many times a person may propose.
const MOST_PROPOSALS: usize = 3;
/// The most days and times that are shown at once: more buttons than this are no help.
const SHOWN_DAYS: usize = 6;
const SHOWN_TIMES: usize = 12;
/// The longest name, in characters.
const LONGEST_NAME: usize = 40;

/// Begins at a centre; `moving` is a visit that gets a new time.
pub fn begin(turn: &mut Turn<'_>, id: &CentreId, moving: Option<VisitId>) -> Result<(), Need> {
    let facts = turn.facts;
    let Some(centre) = facts.centres.get(id).filter(|c| c.status != CentreStatus::Planned) else {
        menu::old_button(turn);
        return Ok(());
    };
    let ahead = turn.situation.own_visits()?.iter().filter(|v| v.status.is_open()).count();
    if moving.is_none() && ahead >= MOST_VISITS {
        let choices = vec![Turn::choice(say::button_visits(turn.lang), Action::Visits)];
        turn.ask(say::too_many_visits(turn.lang), choices);
        return Ok(());
    }
    if !centre.takes_bookings() && centre.is_drop_in() && centre.modes.len() == 1 {
        turn.preface(say::drop_in_instead(turn.lang, centre.name.as_str()));
        nearby::details(turn, id);
        return Ok(());
    }
    turn.session.step = Step::Time { centre: id.clone(), moving, proposed: Vec::new() };
    choose_day(turn, centre)
}

/// The visit gets a new time at the same centre.
pub fn begin_move(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    match super::manage::reachable(turn, id)? {
        Some(visit) if visit.status.is_open() => begin(turn, &visit.centre.clone(), Some(id)),
        _ => {
            super::manage::gone(turn);
            Ok(())
        }
    }
}

/// The days that can be chosen at a centre, with their times.
fn days(turn: &Turn<'_>, centre: &Centre) -> Result<Vec<DayTimes>, Need> {
    if centre.takes_bookings() {
        return Ok(centre.free_times(turn.situation.taken(&centre.id)?, turn.now));
    }
    Ok(match &centre.hours {
        Some((_, hours)) => times::free(hours, &centre.booking, &times::Taken::default(), turn.now),
        None => office_days(turn.now),
    })
}

/// Where no hours are known: weekdays that are no holidays, at full hours in daytime. The centre
/// answers whether any of them suits.
fn office_days(now: Timestamp) -> Vec<DayTimes> {
    let first = in_sweden(now).date().tomorrow();
    let dates = first.into_iter().flat_map(|date| date.series(jiff::Span::new().days(1)).take(21));
    dates
        .filter(|date| date.weekday().to_monday_one_offset() <= 5)
        .filter(|date| crate::facts::centres::holidays::on(*date).is_none())
        .map(|date| {
            let clock = [10, 11, 13, 14, 15].into_iter().filter_map(|hour| Time::new(hour, 0, 0, 0).ok());
            DayTimes { date, starts: clock.filter_map(|time| swedish_instant(date, time)).collect() }
        })
        .collect()
}

fn choose_day(turn: &mut Turn<'_>, centre: &Centre) -> Result<(), Need> {
    let lang = turn.lang;
    let days = days(turn, centre)?;
    let mut choices: Vec<Choice> = days
        .iter()
        .take(SHOWN_DAYS)
        .map(|d| Turn::choice(say::day(lang, d.date), Action::Day(centre.id.clone(), d.date)))
        .collect();
    choices.push(Turn::choice(say::button_leave(lang), Action::Leave));
    let name = centre.name.as_str();
    let text = if days.is_empty() {
        turn.forget_step();
        say::no_free_times(lang, name)
    } else if centre.takes_bookings() {
        say::choose_day(lang, name)
    } else if centre.modes.is_empty() {
        say::propose_unknown(lang, name)
    } else {
        say::propose(lang, name)
    };
    turn.replace();
    turn.ask(text, choices);
    Ok(())
}

/// The free times of a day.
pub fn day(turn: &mut Turn<'_>, id: &CentreId, date: Date) -> Result<(), Need> {
    let facts = turn.facts;
    let Some(centre) = facts.centres.get(id) else {
        menu::old_button(turn);
        return Ok(());
    };
    if !matches!(&turn.session.step, Step::Time { centre, .. } if centre == id) {
        turn.session.step = Step::Time { centre: id.clone(), moving: None, proposed: Vec::new() };
    }
    let lang = turn.lang;
    let found = days(turn, centre)?.into_iter().find(|d| d.date == date);
    let Some(found) = found else {
        turn.preface(say::seat_gone(lang));
        return choose_day(turn, centre);
    };
    let mut choices: Vec<Choice> = spread(&found.starts)
        .map(|at| {
            let label = say::clock(lang, in_sweden(at).time());
            let action = if centre.takes_bookings() {
                Action::Slot(id.clone(), at)
            } else {
                Action::Propose(id.clone(), at)
            };
            Turn::choice(label, action)
        })
        .collect();
    choices.push(Turn::choice(say::button_other_day(lang), Action::BookAt(id.clone())));
    choices.push(Turn::choice(say::button_leave(lang), Action::Leave));
    turn.replace();
    turn.ask(say::choose_time(lang, date, centre.name.as_str()), choices);
    Ok(())
}

/// At most so many times that fit on a screen, spread over the day.
fn spread(starts: &[Timestamp]) -> impl Iterator<Item = Timestamp> + '_ {
    let step = starts.len().div_ceil(SHOWN_TIMES).max(1);
    starts.iter().copied().step_by(step)
}

/// Holds a seat, or gives a visit its new time.
pub fn slot(turn: &mut Turn<'_>, id: &CentreId, at: Timestamp) -> Result<(), Need> {
    let facts = turn.facts;
    let Some((centre, (_, hours))) = facts.centres.get(id).and_then(|c| Some((c, c.hours.as_ref()?))) else {
        menu::old_button(turn);
        return Ok(());
    };
    let moving = match &turn.session.step {
        Step::Time { moving, .. } => *moving,
        Step::Name(held) | Step::Confirm(held) => {
            give_back(turn, *held, VisitStatus::Cancelled)?;
            None
        }
        _ => None,
    };
    let offered = centre.takes_bookings() && times::is_offered(hours, &centre.booking, at, turn.now);
    let seat = turn.situation.taken(id)?.free_seat(at, centre.booking.seats).filter(|_| offered);
    let Some(seat) = seat else {
        turn.preface(say::seat_gone(turn.lang));
        turn.session.step = Step::Time { centre: id.clone(), moving, proposed: Vec::new() };
        return choose_day(turn, centre);
    };
    match moving {
        Some(visit) => move_to(turn, visit, at, seat),
        None => hold(turn, centre, at, seat),
    }
}

fn move_to(turn: &mut Turn<'_>, id: VisitId, at: Timestamp, seat: u16) -> Result<(), Need> {
    let Some(mut visit) = super::manage::reachable(turn, id)?.cloned().filter(|v| v.status.is_open()) else {
        super::manage::gone(turn);
        return Ok(());
    };
    visit.starts_at = at;
    visit.seat = seat;
    visit.status = VisitStatus::Booked;
    visit.alternatives.clear();
    visit.sequence += 1;
    turn.forget_step();
    letters::rewritten(turn, &visit);
    turn.request = Some(visit.request);
    letters::moved(turn, &visit);
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

fn hold(turn: &mut Turn<'_>, centre: &Centre, at: Timestamp, seat: u16) -> Result<(), Need> {
    let about = answers_about(turn)?;
    let question = about.clone().unwrap_or_else(|| centre.name.clone());
    let mut request = turn.new_request(RequestKind::Visit, RequestStatus::Unanswered, &question);
    let held_until = later(turn.now, HOLD);
    let visit = Visit {
        id: turn.fresh.visit(),
        code: VisitCode::draw(&mut turn.fresh),
        centre: centre.id.clone(),
        resident: turn.here().clone(),
        starts_at: at,
        minutes: centre.booking.minutes,
        seat,
        status: VisitStatus::Held,
        held_until: Some(held_until),
        alternatives: Vec::new(),
        name: None,
        about,
        lang: turn.lang,
        request: request.id,
        sequence: 0,
    };
    request.centre = Some(centre.id.clone());
    request.visit = Some(visit.id);
    turn.save_request(request);
    turn.session.step = Step::Name(visit.id);
    alarm(turn, &visit, held_until);
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    say_ask_name(turn);
    Ok(())
}

fn alarm(turn: &mut Turn<'_>, visit: &Visit, due: Timestamp) {
    turn.send(Letter {
        to: visit.resident.clone(),
        content: Content::Alarm(Alarm::HoldEnds(visit.id)),
        due: Some(due),
        placement: Placement::Below,
        request: Some(visit.request),
        visit: Some(visit.id),
    });
}

fn say_ask_name(turn: &mut Turn<'_>) {
    let lang = turn.lang;
    let choices = vec![
        Turn::choice(say::button_no_name(lang), Action::NoName),
        Turn::choice(say::button_leave(lang), Action::Leave),
    ];
    turn.replace();
    turn.ask(say::ask_name(lang), choices);
}

/// Asks for the name again, after an interruption.
pub fn ask_name(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    if held(turn, id)?.is_some() {
        say_ask_name(turn);
    }
    Ok(())
}

/// The held visit of the flow; if it is gone, the person is told.
fn held(turn: &mut Turn<'_>, id: VisitId) -> Result<Option<Visit>, Need> {
    let visit = turn.situation.visit(id)?.filter(|v| v.resident == *turn.here());
    match visit.filter(|v| v.status == VisitStatus::Held) {
        Some(visit) => {
            turn.request = Some(visit.request);
            Ok(Some(visit.clone()))
        }
        None => {
            turn.forget_step();
            turn.ask(say::hold_gone(turn.lang), vec![Turn::choice(say::button_book(turn.lang), Action::Book)]);
            Ok(None)
        }
    }
}

/// The name was written.
pub fn named(turn: &mut Turn<'_>, id: VisitId, text: &str) -> Result<(), Need> {
    let name: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().count() > LONGEST_NAME {
        turn.say(say::name_too_long(turn.lang));
        return Ok(());
    }
    let Some(mut visit) = held(turn, id)? else { return Ok(()) };
    visit.name = Some(name).filter(|n| !n.is_empty());
    say_summary(turn, &visit);
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

/// No name is wanted.
pub fn unnamed(turn: &mut Turn<'_>) -> Result<(), Need> {
    match turn.session.step {
        Step::Name(id) => summarise(turn, id),
        _ => {
            menu::old_button(turn);
            Ok(())
        }
    }
}

/// Repeats everything before the last yes.
pub fn summarise(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    if let Some(visit) = held(turn, id)? {
        say_summary(turn, &visit);
    }
    Ok(())
}

fn say_summary(turn: &mut Turn<'_>, visit: &Visit) {
    let lang = turn.lang;
    turn.session.step = Step::Confirm(visit.id);
    let (day, time) = say::day_and_time(visit.starts_at);
    let text = Markup::paragraphs([
        Markup::lines([
            say::summary(lang, letters::centre_name(turn.facts, &visit.centre), day, time, visit.minutes),
            visit.name.as_deref().map(|n| say::summary_name(lang, n)).unwrap_or_default(),
            visit.about.as_deref().map(|a| say::summary_about(lang, a)).unwrap_or_default(),
        ]),
        say::summary_confirm(lang),
    ]);
    let choices = vec![
        Turn::choice(say::button_confirm(lang), Action::Confirm(visit.id)),
        Turn::choice(say::button_other_day(lang), Action::BookAt(visit.centre.clone())),
        Turn::choice(say::button_leave(lang), Action::Leave),
    ];
    turn.replace();
    turn.ask(text, choices);
}

/// The last yes. A hold that has run out is taken again if nobody took the seat meanwhile.
pub fn confirm(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let known = turn.situation.visit(id)?.filter(|v| v.resident == *turn.here());
    let Some(mut visit) = known.cloned() else {
        menu::old_button(turn);
        return Ok(());
    };
    if visit.status == VisitStatus::Booked {
        return super::manage::show(turn, id);
    }
    let centre = turn.facts.centres.get(&visit.centre);
    let seat = if visit.takes_seat_at(turn.now) {
        Some(visit.seat)
    } else {
        let seats = centre.map_or(0, |c| c.booking.seats);
        turn.situation.taken(&visit.centre)?.free_seat(visit.starts_at, seats).filter(|_| visit.starts_at > turn.now)
    };
    let Some(seat) = seat.filter(|_| matches!(visit.status, VisitStatus::Held | VisitStatus::Lapsed)) else {
        turn.forget_step();
        turn.ask(say::hold_gone(turn.lang), vec![Turn::choice(say::button_book(turn.lang), Action::Book)]);
        return Ok(());
    };
    visit.seat = seat;
    visit.status = VisitStatus::Booked;
    visit.held_until = None;
    turn.forget_step();
    turn.change_request(visit.request, |r| r.status = RequestStatus::Resolved)?;
    letters::rewritten(turn, &visit);
    letters::booked(turn, &visit);
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

/// Gives a held seat back.
pub fn give_back(turn: &mut Turn<'_>, id: VisitId, status: VisitStatus) -> Result<(), Need> {
    let visit = turn.situation.visit(id)?.filter(|v| v.status == VisitStatus::Held).cloned();
    let Some(mut visit) = visit else { return Ok(()) };
    visit.status = status;
    turn.effect(Effect::DropVisitLetters(id));
    turn.change_request(visit.request, |r| r.status = RequestStatus::Closed)?;
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

/// The alarm of a hold: an unconfirmed seat goes back, and the person is told.
pub fn hold_ends(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let held = turn.situation.visit(id)?.filter(|v| v.status == VisitStatus::Held);
    if held.is_none_or(|v| v.takes_seat_at(turn.now)) {
        return Ok(());
    }
    give_back(turn, id, VisitStatus::Lapsed)?;
    if matches!(turn.session.step, Step::Name(step) | Step::Confirm(step) if step == id) {
        turn.forget_step();
    }
    turn.ask(say::hold_gone(turn.lang), vec![Turn::choice(say::button_book(turn.lang), Action::Book)]);
    Ok(())
}

/// Adds a time to the proposals, or takes it back.
pub fn propose(turn: &mut Turn<'_>, id: &CentreId, at: Timestamp) -> Result<(), Need> {
    let facts = turn.facts;
    let Some(centre) = facts.centres.get(id) else {
        menu::old_button(turn);
        return Ok(());
    };
    let offered = days(turn, centre)?.iter().any(|d| d.starts.contains(&at));
    let (moving, mut proposed) = match &turn.session.step {
        Step::Time { centre, moving, proposed } if centre == id => (*moving, proposed.clone()),
        _ => (None, Vec::new()),
    };
    if let Some(known) = proposed.iter().position(|p| *p == at) {
        proposed.remove(known);
    } else if offered && proposed.len() < MOST_PROPOSALS {
        proposed.push(at);
        proposed.sort_unstable();
    }
    let full = proposed.len() >= MOST_PROPOSALS;
    let lang = turn.lang;
    let text = say::proposed_so_far(lang, letters::times(lang, &proposed));
    turn.session.step = Step::Time { centre: id.clone(), moving, proposed: proposed.clone() };
    let mut choices = Vec::new();
    if !proposed.is_empty() {
        choices.push(Turn::choice(say::button_send_proposals(lang), Action::SendProposals(id.clone())));
    }
    if !full {
        choices.push(Turn::choice(say::button_other_day(lang), Action::BookAt(id.clone())));
    }
    choices.push(Turn::choice(say::button_leave(lang), Action::Leave));
    turn.replace();
    turn.ask(text, choices);
    Ok(())
}

/// Sends the proposals to the centre's staff.
pub fn send_proposals(turn: &mut Turn<'_>, id: &CentreId) -> Result<(), Need> {
    let (moving, proposed) = match &turn.session.step {
        Step::Time { centre, moving, proposed } if centre == id => (*moving, proposed.clone()),
        _ => (None, Vec::new()),
    };
    let facts = turn.facts;
    let centre = facts.centres.get(id).filter(|_| !proposed.is_empty());
    let (Some(centre), Some((first, rest))) = (centre, proposed.split_first()) else {
        menu::old_button(turn);
        return Ok(());
    };
    let old = match moving {
        Some(visit) => super::manage::reachable(turn, visit)?.cloned(),
        None => None,
    };
    let visit = match old {
        Some(mut visit) => {
            visit.starts_at = *first;
            visit.alternatives = rest.to_vec();
            visit.status = VisitStatus::Proposed;
            visit.sequence += 1;
            turn.effect(Effect::DropVisitLetters(visit.id));
            turn.change_request(visit.request, |r| r.status = RequestStatus::Waiting)?;
            visit
        }
        None => proposal(turn, centre, *first, rest)?,
    };
    turn.forget_step();
    let text = say::proposals_sent(turn.lang, centre.name.as_str(), letters::times(turn.lang, &proposed));
    let ring = centre.phone().map(|number| say::phone(turn.lang, number)).unwrap_or_default();
    turn.replace();
    turn.ask(text.and(ring), letters::visit_choices(turn.lang, &visit));
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

fn proposal(turn: &mut Turn<'_>, centre: &Centre, first: Timestamp, rest: &[Timestamp]) -> Result<Visit, Need> {
    let about = answers_about(turn)?;
    let question = about.clone().unwrap_or_else(|| centre.name.clone());
    let mut request = turn.new_request(RequestKind::Visit, RequestStatus::Waiting, &question);
    let visit = Visit {
        id: turn.fresh.visit(),
        code: VisitCode::draw(&mut turn.fresh),
        centre: centre.id.clone(),
        resident: turn.here().clone(),
        starts_at: first,
        minutes: centre.booking.minutes,
        seat: 0,
        status: VisitStatus::Proposed,
        held_until: None,
        alternatives: rest.to_vec(),
        name: None,
        about,
        lang: turn.lang,
        request: request.id,
        sequence: 0,
    };
    request.centre = Some(centre.id.clone());
    request.visit = Some(visit.id);
    turn.save_request(request);
    Ok(visit)
}
