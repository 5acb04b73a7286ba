//! "Tell me if a time becomes free": first come, first asked, half an hour to answer.
//!
//! Whoever waits is a visit without a time. A seat that becomes free is kept for the first in line;
//! if no yes comes, it goes on to the next.

use super::{confirm, days, hold, letters, manage, reminders};
use crate::engine::turn::Turn;
use crate::engine::{Need, menu, say};
use crate::facts::centres::{Centre, Taken, times};
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::id::{CentreId, VisitId};
use crate::model::message::{Ask, Content, Letter, Message, Placement};
use crate::model::request::RequestStatus;
use crate::model::time::{Date, Time, Timestamp, in_sweden, later, swedish_instant};
use crate::model::visit::{Visit, VisitStatus};

/// How long a seat is kept for the first in line, in seconds.
const OFFER: i64 = 1_800;
/// For how many days a person may wait at the same time.
const MOST_QUEUES: usize = 2;

/// Waits for a seat on a day.
pub fn join(turn: &mut Turn<'_>, id: &CentreId, date: Date) -> Result<(), Need> {
    let lang = turn.lang;
    let end = Time::new(23, 59, 0, 0).ok().and_then(|time| swedish_instant(date, time));
    let centre = days::shown(turn, id).filter(|c| c.takes_bookings());
    let (Some(centre), Some(end)) = (centre, end.filter(|end| *end > turn.now)) else {
        menu::old_button(turn);
        return Ok(());
    };
    if days::days(turn, centre)?.iter().any(|d| d.date == date && !d.free.is_empty()) {
        return days::day(turn, id, date);
    }
    if let Some(why) = days::barred(turn, None)? {
        days::say_barred(turn, why);
        return Ok(());
    }
    let own = turn.situation.own_visits()?;
    let queued: Vec<&Visit> = own.iter().filter(|v| v.status == VisitStatus::Queued).collect();
    let here = queued.iter().find(|v| v.centre == *id && in_sweden(v.starts_at).date() == date);
    if let Some(visit) = here {
        say_queued(turn, centre, date, visit.id);
        return Ok(());
    }
    if queued.len() >= MOST_QUEUES {
        let choices = vec![Turn::choice(say::button_visits(lang), Action::Visits)];
        turn.ask(say::too_many_queues(lang), choices);
        return Ok(());
    }
    let (mut visit, mut request) = hold::new_visit(turn, centre, end, VisitStatus::Queued)?;
    request.status = RequestStatus::Waiting;
    turn.save_request(request);
    // When the centre closes that day, nothing can become free any more.
    let closes =
        centre.hours.as_ref().and_then(|(_, hours)| swedish_instant(date, hours.on(date).last()?.until));
    let until = closes.unwrap_or(end);
    visit.held_until = Some(until);
    hold::alarm(turn, &visit, reminders::not_at_night(until));
    turn.forget_step();
    say_queued(turn, centre, date, visit.id);
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

fn say_queued(turn: &mut Turn<'_>, centre: &Centre, date: Date, visit: VisitId) {
    let lang = turn.lang;
    let choices = vec![
        Turn::choice(say::button_leave_queue(lang), Action::CancelNow(visit)),
        days::other_day(turn, &centre.id),
        Turn::choice(say::button_menu(lang), Action::Menu),
    ];
    turn.replace();
    turn.ask(say::queued(lang, date, centre.name.as_str()), choices);
}

/// Visits have given up their seats: the first in line of each day is asked.
pub fn freed(turn: &mut Turn<'_>, visits: &[Visit]) -> Result<(), Need> {
    let mut days: Vec<(&CentreId, Date)> = Vec::new();
    for visit in visits.iter().filter(|visit| visit.status.takes_seat()) {
        let day = (&visit.centre, in_sweden(visit.starts_at).date());
        if !days.contains(&day) {
            days.push(day);
        }
    }
    for (id, date) in days {
        let Some(centre) = turn.facts.centres.get(id) else { continue };
        if turn.situation.queue(id, date)?.is_empty() {
            continue;
        }
        let mut taken = turn.situation.taken(id)?.clone();
        for visit in visits.iter().filter(|visit| visit.centre == *id && visit.status.takes_seat()) {
            taken.remove(visit.starts_at, visit.seat);
        }
        serve(turn, centre, date, &mut taken, visits)?;
    }
    Ok(())
}

/// Keeps a seat for each in line who is not leaving, as far as seats are free.
pub fn serve(
    turn: &mut Turn<'_>,
    centre: &Centre,
    date: Date,
    taken: &mut Taken,
    leaving: &[Visit],
) -> Result<(), Need> {
    let Some((_, hours)) = centre.hours.as_ref().filter(|_| centre.takes_bookings()) else { return Ok(()) };
    // Nobody is woken to answer within half an hour: the seat is kept until the morning.
    let asked = reminders::not_at_night(turn.now);
    let line = turn.situation.queue(&centre.id, date)?;
    for visit in line.iter().filter(|visit| leaving.iter().all(|other| other.id != visit.id)) {
        let free = times::free(hours, &centre.booking, taken, asked);
        let day = free.iter().find(|d| d.date == date);
        let Some(at) = day.and_then(|d| d.starts.first()).copied() else { return Ok(()) };
        let Some(seat) = taken.free_seat(at, centre.booking.minutes, centre.booking.seats) else {
            return Ok(());
        };
        taken.add(at, centre.booking.minutes, seat);
        let (minutes, until) = (centre.booking.minutes, later(asked, OFFER));
        let offer = Visit {
            starts_at: at,
            seat,
            minutes,
            status: VisitStatus::Offered,
            held_until: Some(until),
            ..visit.clone()
        };
        say_offer(turn, &offer, asked, until);
        hold::alarm(turn, &offer, until);
        turn.effect(Effect::SaveVisit(Box::new(offer)));
    }
    Ok(())
}

fn say_offer(turn: &mut Turn<'_>, visit: &Visit, due: Timestamp, until: Timestamp) {
    let lang = letters::lang(turn, visit);
    let (day, time) = say::day_and_time(visit.starts_at);
    let name = letters::centre_name(turn.facts, &visit.centre);
    let text = say::offer(lang, name, day, time, in_sweden(until).time());
    let choices = vec![
        Turn::choice(say::button_accept(lang), Action::Accept(visit.id)),
        Turn::choice(say::button_refuse(lang), Action::Refuse(visit.id)),
    ];
    turn.send(Letter {
        to: visit.resident.clone(),
        content: Content::Message(Message { text, lang, card: None, ask: Ask::Choice(choices) }),
        due: (due > turn.now).then_some(due),
        placement: Placement::Below,
        request: Some(visit.request),
        visit: Some(visit.id),
    });
}

/// Takes the time that is kept for the visit.
pub fn accept(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let offered = |v: &&Visit| matches!(v.status, VisitStatus::Offered | VisitStatus::Lapsed);
    let Some(mut visit) = manage::reachable(turn, id)?.filter(offered).cloned() else {
        return manage::show(turn, id);
    };
    if let Some(why) = days::barred(turn, Some(id))? {
        days::say_barred(turn, why);
        return Ok(());
    }
    let Some(seat) = confirm::seat(turn, &visit)? else {
        let name = letters::centre_name(turn.facts, &visit.centre);
        turn.replace();
        turn.ask(say::offer_gone(turn.lang, name), letters::book_choices(turn.lang));
        return Ok(());
    };
    visit.seat = seat;
    visit.sequence += 1;
    confirm::agree(turn, &mut visit)?;
    turn.replace();
    letters::booked(turn, &visit);
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

/// Leaves the time that is kept for the visit.
pub fn refuse(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let offered = |v: &&Visit| v.status == VisitStatus::Offered;
    let Some(visit) = manage::reachable(turn, id)?.filter(offered).cloned() else {
        return manage::show(turn, id);
    };
    turn.effect(Effect::DropVisitLetters(id));
    turn.change_request_of(&visit, |r| r.status = RequestStatus::Closed)?;
    turn.replace();
    turn.ask(say::offer_left(turn.lang), letters::book_choices(turn.lang));
    turn.effect(Effect::SaveVisit(Box::new(Visit { status: VisitStatus::Cancelled, ..visit.clone() })));
    freed(turn, &[visit])
}
