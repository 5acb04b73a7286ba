//! Staff close days, or say anew when and how their centre receives visits.
//!
//! What they say becomes a revision, and every visit is held against it in the same turn: who asked
//! first keeps a seat, whoever no longer fits is told and offered other times.

use super::staff::Done;
use super::{letters, queue};
use crate::engine::turn::Turn;
use crate::engine::{Need, say};
use crate::facts::centres::overlay::SUBJECT;
use crate::facts::centres::{Centre, Closure, Override, Taken, times};
use crate::model::action::Action;
use crate::model::effect::{Effect, Revise};
use crate::model::id::CentreId;
use crate::model::message::Choice;
use crate::model::request::RequestStatus;
use crate::model::staff::Refusal;
use crate::model::time::{Date, SignedDuration, Timestamp, in_sweden};
use crate::model::visit::{Visit, VisitStatus};

/// How many other times are offered.
const OFFERED: usize = 3;

/// Closes days.
pub fn close(
    turn: &mut Turn<'_>,
    id: &CentreId,
    (from, until): (Date, Date),
    reason: Option<&str>,
) -> Result<Done, Need> {
    let mut said = turn.facts.centres.said_of(id);
    // What was said of single days before would otherwise win over the closure.
    said.exceptions.retain(|date, _| *date < from || *date > until);
    said.closures.push(Closure { from, until, reason: reason.map(ToOwned::to_owned) });
    put(turn, id, &said, reason)
}

/// Takes closed days back, as far as staff closed them; a closure is cut where it goes on.
pub fn open(turn: &mut Turn<'_>, id: &CentreId, (from, until): (Date, Date)) -> Result<Done, Need> {
    let mut said = turn.facts.centres.said_of(id);
    let cut = |closure: Closure| {
        let before =
            from.yesterday().map(|until| Closure { until: until.min(closure.until), ..closure.clone() });
        let after = until.tomorrow().map(|from| Closure { from: from.max(closure.from), ..closure.clone() });
        before.into_iter().chain(after).filter(|c| c.from <= c.until).collect::<Vec<_>>()
    };
    let overlaps = |c: &Closure| c.from <= until && from <= c.until;
    said.closures =
        said.closures.into_iter().flat_map(|c| if overlaps(&c) { cut(c) } else { vec![c] }).collect();
    put(turn, id, &said, None)
}

/// Says how the centre is from now on.
pub fn arrange(turn: &mut Turn<'_>, id: &CentreId, said: &str, note: Option<&str>) -> Result<Done, Need> {
    match Override::from_toml(said) {
        Ok(said) => put(turn, id, &said, note),
        Err(why) => Ok(Err(Refusal::Unreadable(why))),
    }
}

fn put(turn: &mut Turn<'_>, id: &CentreId, said: &Override, note: Option<&str>) -> Result<Done, Need> {
    let Some(filed) = turn.facts.centres.filed(id) else { return Ok(Err(Refusal::Unknown)) };
    let centre = match said.laid_over(filed) {
        Ok(centre) => centre,
        Err(why) => return Ok(Err(Refusal::Unreadable(why))),
    };
    turn.effect(Effect::Revise(Box::new(Revise {
        subject: format!("{SUBJECT}{id}"),
        content: said.to_toml(),
        note: note.map(ToOwned::to_owned),
    })));
    let mut taken = Taken::default();
    let misfits = refit(turn, &centre, &mut taken)?;
    for visit in misfits {
        displace(turn, &centre, &visit, &mut taken, note)?;
    }
    serve_lines(turn, &centre, &mut taken, note)?;
    Ok(Ok(()))
}

fn fits(centre: &Centre, visit: &Visit) -> bool {
    let hours = centre.hours.as_ref();
    hours.is_none_or(|(_, hours)| times::fits(hours, &centre.booking, visit.starts_at, visit.minutes))
}

/// Seats every visit that still fits, and returns those that do not. Who has a seat that remains
/// keeps it; the others take what is left, who asked first first.
fn refit(turn: &mut Turn<'_>, centre: &Centre, taken: &mut Taken) -> Result<Vec<Visit>, Need> {
    let seats = centre.booking.seats;
    let all = turn.situation.centre_visits(&centre.id)?;
    let seated = || all.iter().filter(|v| v.takes_seat_at(turn.now));
    let (keep, reseat): (Vec<&Visit>, Vec<&Visit>) =
        seated().filter(|v| fits(centre, v)).partition(|v| v.seat < seats);
    let mut misfits: Vec<Visit> = seated().filter(|v| !fits(centre, v)).cloned().collect();
    for visit in keep {
        taken.add(visit.starts_at, visit.minutes, visit.seat);
    }
    for visit in reseat {
        match taken.free_seat(visit.starts_at, visit.minutes, seats) {
            Some(seat) => {
                taken.add(visit.starts_at, visit.minutes, seat);
                turn.effect(Effect::SaveVisit(Box::new(Visit { seat, ..visit.clone() })));
            }
            None => misfits.push(visit.clone()),
        }
    }
    Ok(misfits)
}

/// Tells somebody that the time is gone, with others to choose from.
fn displace(
    turn: &mut Turn<'_>,
    centre: &Centre,
    visit: &Visit,
    taken: &mut Taken,
    reason: Option<&str>,
) -> Result<(), Need> {
    let lang = letters::lang(turn, visit);
    let was_booked = visit.status == VisitStatus::Booked;
    let status = if was_booked { VisitStatus::Displaced } else { VisitStatus::Cancelled };
    let gone = Visit {
        status,
        held_until: None,
        alternatives: Vec::new(),
        sequence: visit.sequence + 1,
        ..visit.clone()
    };
    turn.effect(Effect::DropVisitLetters(visit.id));
    if !was_booked {
        turn.change_request_of(visit, |r| r.status = RequestStatus::Closed)?;
    }
    let (day, time) = say::day_and_time(visit.starts_at);
    let text = say::displaced(lang, centre.name.as_str(), day, time)
        .and(letters::staff_word(lang, reason))
        .and(if was_booked { say::displaced_choose(lang) } else { say::hold_gone(lang) });
    let choices =
        if was_booked { other_times(turn, centre, visit, taken) } else { letters::book_choices(lang) };
    let card = was_booked.then(|| letters::calendar_without(turn, &gone));
    letters::tell(turn, &gone, text, card, choices);
    turn.effect(Effect::SaveVisit(Box::new(gone)));
    Ok(())
}

/// The nearest to the old clock time on each of the next days; the first is not offered to anybody
/// else in this turn.
fn other_times(turn: &Turn<'_>, centre: &Centre, visit: &Visit, taken: &mut Taken) -> Vec<Choice> {
    let lang = letters::lang(turn, visit);
    let old = in_sweden(visit.starts_at).time();
    let away = |at: &Timestamp| SignedDuration::abs(in_sweden(*at).time().duration_since(old));
    let days = if centre.takes_bookings() { centre.free_times(taken, turn.now) } else { Vec::new() };
    let offered: Vec<Timestamp> =
        days.iter().filter_map(|d| d.starts.iter().copied().min_by_key(away)).take(OFFERED).collect();
    let (minutes, seats) = (centre.booking.minutes, centre.booking.seats);
    let first = offered.first().and_then(|at| Some((*at, taken.free_seat(*at, minutes, seats)?)));
    if let Some((at, seat)) = first {
        taken.add(at, minutes, seat);
    }
    let retime = |at| Turn::choice(letters::moment(lang, at), Action::Retime(visit.id, at));
    let mut choices: Vec<Choice> = offered.into_iter().map(retime).collect();
    choices.push(Turn::choice(say::button_other_time(lang), Action::Move(visit.id)));
    choices.push(Turn::choice(say::button_cancel(lang), Action::Cancel(visit.id)));
    choices
}

/// Who waits for a day: it may have got seats, or be closed now.
fn serve_lines(
    turn: &mut Turn<'_>,
    centre: &Centre,
    taken: &mut Taken,
    reason: Option<&str>,
) -> Result<(), Need> {
    let all = turn.situation.centre_visits(&centre.id)?;
    let queued = || all.iter().filter(|v| v.status == VisitStatus::Queued);
    let mut dates: Vec<Date> = queued().map(|v| in_sweden(v.starts_at).date()).collect();
    dates.sort_unstable();
    dates.dedup();
    for date in dates {
        let open = centre.hours.as_ref().is_some_and(|(_, hours)| !hours.on(date).is_empty());
        if open && centre.takes_bookings() {
            queue::serve(turn, centre, date, taken, &[])?;
            continue;
        }
        for visit in queued().filter(|v| in_sweden(v.starts_at).date() == date) {
            let lang = letters::lang(turn, visit);
            let text =
                say::queue_closed(lang, centre.name.as_str(), date).and(letters::staff_word(lang, reason));
            turn.change_request_of(visit, |r| r.status = RequestStatus::Closed)?;
            letters::tell(turn, visit, text, None, letters::book_choices(lang));
            let ended = Visit { status: VisitStatus::Cancelled, ..visit.clone() };
            turn.effect(Effect::SaveVisit(Box::new(ended)));
        }
    }
    Ok(())
}
