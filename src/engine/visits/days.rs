//! From a centre to a day and its times.
//!
//! Shows what can be chosen; what a chosen time leads to is in `hold`, `propose` and `retime`.

use super::{drop_in, manage};
use crate::engine::session::Step;
use crate::engine::turn::Turn;
use crate::engine::{Need, menu, nearby, say};
use crate::facts::centres::{Centre, CentreStatus, holidays, times};
use crate::model::action::Action;
use crate::model::id::{CentreId, VisitId};
use crate::model::markup::Markup;
use crate::model::message::Choice;
use crate::model::time::{Date, Time, Timestamp, in_sweden, later, swedish_instant};
use crate::model::visit::VisitStatus;

/// How many visits a person may have ahead.
pub const MOST_VISITS: usize = 2;
/// After so many visits that the person missed …
const MISSED: usize = 2;
/// … within so many days …
const MISSED_WITHIN: i64 = 60;
/// … there is a pause of so many days from the last one.
const PAUSE: i64 = 14;
/// The most days and times that are shown at once: more buttons than this are no help.
const SHOWN_DAYS: usize = 6;
const SHOWN_FULL: usize = 3;
const SHOWN_TIMES: usize = 12;

/// A day that can be chosen.
pub struct Day {
    pub date: Date,
    /// The times that are free, soonest first.
    pub free: Vec<Timestamp>,
}

impl Day {
    fn is_full(&self) -> bool {
        self.free.is_empty()
    }
}

/// The centre, if residents are shown it.
pub fn shown<'a>(turn: &Turn<'a>, id: &CentreId) -> Option<&'a Centre> {
    turn.facts.centres.get(id).filter(|c| c.status != CentreStatus::Planned)
}

/// Why the person cannot book another visit now, if so.
pub fn barred(turn: &Turn<'_>, but: Option<VisitId>) -> Result<Option<Markup>, Need> {
    let own = turn.situation.own_visits()?.iter().filter(|v| Some(v.id) != but);
    if own.filter(|v| v.status.is_coming()).count() >= MOST_VISITS {
        return Ok(Some(say::too_many_visits(turn.lang)));
    }
    let missed = turn.situation.no_shows(later(turn.now, -MISSED_WITHIN * 86_400))?;
    let Some(last) = missed.last().filter(|_| missed.len() >= MISSED) else { return Ok(None) };
    let until = later(*last, PAUSE * 86_400);
    Ok((until > turn.now).then(|| say::paused(turn.lang, in_sweden(until).date())))
}

pub fn say_barred(turn: &mut Turn<'_>, why: Markup) {
    let choices = vec![
        Turn::choice(say::button_visits(turn.lang), Action::Visits),
        Turn::choice(say::button_menu(turn.lang), Action::Menu),
    ];
    turn.ask(why, choices);
}

/// Begins at a centre; `moving` is a visit that gets a new time.
pub fn begin(turn: &mut Turn<'_>, id: &CentreId, moving: Option<VisitId>) -> Result<(), Need> {
    let Some(centre) = shown(turn, id) else {
        menu::old_button(turn);
        return Ok(());
    };
    if moving.is_none() {
        if let Some(why) = barred(turn, None)? {
            say_barred(turn, why);
            return Ok(());
        }
        if drop_in::is_only_way(centre) {
            turn.preface(say::drop_in_instead(turn.lang, centre.name.as_str()));
            nearby::details(turn, id);
            return Ok(());
        }
    }
    turn.session.step = Step::Time { centre: id.clone(), moving, proposed: Vec::new() };
    choose_day(turn, centre, None)
}

/// The visit gets a new time at the same centre.
pub fn begin_move(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let unconfirmed = |status| matches!(status, VisitStatus::Held | VisitStatus::Draft);
    match manage::reachable(turn, id)? {
        Some(visit) if visit.status.can_move() || unconfirmed(visit.status) => {
            begin(turn, &visit.centre.clone(), Some(id))
        }
        _ => {
            manage::gone(turn);
            Ok(())
        }
    }
}

/// The days that can be chosen at a centre, full ones among them.
pub fn days(turn: &Turn<'_>, centre: &Centre) -> Result<Vec<Day>, Need> {
    let Some((_, hours)) = &centre.hours else { return Ok(office_days(turn.now)) };
    let offered = times::offered(hours, &centre.booking, turn.now).into_iter();
    if !centre.takes_bookings() {
        return Ok(offered.map(|d| Day { date: d.date, free: d.starts }).collect());
    }
    let taken = turn.situation.taken(&centre.id)?;
    let (minutes, seats) = (centre.booking.minutes, centre.booking.seats);
    let is_free = |at: &Timestamp| taken.free_seat(*at, minutes, seats).is_some();
    Ok(offered.map(|d| Day { date: d.date, free: d.starts.into_iter().filter(is_free).collect() }).collect())
}

/// Where no hours are known: weekdays that are no holidays, at full hours in daytime. The centre
/// answers whether any of them suits.
fn office_days(now: Timestamp) -> Vec<Day> {
    let first = in_sweden(now).date().tomorrow();
    let dates = first.into_iter().flat_map(|date| date.series(jiff::Span::new().days(1)).take(21));
    dates
        .filter(|date| date.weekday().to_monday_one_offset() <= 5)
        .filter(|date| !holidays::on(*date).is_some_and(holidays::Holiday::closes))
        .map(|date| {
            let clock = [10, 11, 13, 14, 15].into_iter().filter_map(|hour| Time::new(hour, 0, 0, 0).ok());
            Day { date, free: clock.filter_map(|time| swedish_instant(date, time)).collect() }
        })
        .collect()
}

/// The days of one screen: the first free ones, and the first full ones before them.
fn screen(days: &[Day], from: Option<Date>) -> Vec<&Day> {
    let from_day = || days.iter().filter(move |d| from.is_none_or(|from| d.date >= from));
    let free: Vec<&Day> = from_day().filter(|d| !d.is_full()).take(SHOWN_DAYS).collect();
    let (last, most) = match free.last() {
        Some(day) => (day.date, SHOWN_FULL),
        None => (Date::MAX, SHOWN_DAYS),
    };
    let full = from_day().filter(|d| d.is_full() && d.date < last).take(most);
    let mut shown: Vec<&Day> = free.into_iter().chain(full).collect();
    shown.sort_by_key(|d| d.date);
    shown
}

pub fn choose_day(turn: &mut Turn<'_>, centre: &Centre, from: Option<Date>) -> Result<(), Need> {
    let lang = turn.lang;
    let days = days(turn, centre)?;
    let shown = screen(&days, from);
    let mut choices: Vec<Choice> = shown
        .iter()
        .map(|d| {
            let day = say::day(lang, d.date);
            let label = if d.is_full() { say::label_full(lang, &day) } else { day };
            Turn::choice(label, Action::Day(centre.id.clone(), d.date))
        })
        .collect();
    let later = shown.last().and_then(|last| days.iter().find(|d| d.date > last.date));
    choices
        .extend(later.map(|d| {
            Turn::choice(say::button_later_days(lang), Action::DaysFrom(centre.id.clone(), d.date))
        }));
    if from.is_some() && shown.first().map(|d| d.date) != days.first().map(|d| d.date) {
        let today = in_sweden(turn.now).date();
        choices
            .push(Turn::choice(say::button_earlier_days(lang), Action::DaysFrom(centre.id.clone(), today)));
    }
    choices.push(Turn::choice(say::button_leave(lang), Action::Leave));
    let name = centre.name.as_str();
    let text = if days.is_empty() {
        turn.forget_step();
        choices = vec![Turn::choice(say::button_menu(lang), Action::Menu)];
        let ring = centre.phone().map(|number| say::phone(lang, number)).unwrap_or_default();
        say::no_free_times(lang, name).and(ring)
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

/// Makes the step fit a centre; what it already holds about this centre stays.
fn step_at(turn: &mut Turn<'_>, id: &CentreId) {
    if !matches!(&turn.session.step, Step::Time { centre, .. } if centre == id) {
        turn.session.step = Step::Time { centre: id.clone(), moving: None, proposed: Vec::new() };
    }
}

/// The days from one on.
pub fn days_from(turn: &mut Turn<'_>, id: &CentreId, from: Date) -> Result<(), Need> {
    let Some(centre) = shown(turn, id) else {
        menu::old_button(turn);
        return Ok(());
    };
    step_at(turn, id);
    choose_day(turn, centre, Some(from))
}

/// Back to the choice of a day, within the flow.
pub fn other_day(turn: &Turn<'_>, id: &CentreId) -> Choice {
    let today = in_sweden(turn.now).date();
    Turn::choice(say::button_other_day(turn.lang), Action::DaysFrom(id.clone(), today))
}

/// The free times of a day.
pub fn day(turn: &mut Turn<'_>, id: &CentreId, date: Date) -> Result<(), Need> {
    let Some(centre) = shown(turn, id) else {
        menu::old_button(turn);
        return Ok(());
    };
    step_at(turn, id);
    let lang = turn.lang;
    let Some(found) = days(turn, centre)?.into_iter().find(|d| d.date == date) else {
        turn.preface(say::seat_gone(lang));
        return choose_day(turn, centre, None);
    };
    if found.is_full() {
        full(turn, centre, date);
        return Ok(());
    }
    let mut choices: Vec<Choice> = spread(&found.free)
        .map(|at| {
            let action = if centre.takes_bookings() {
                Action::Slot(id.clone(), at)
            } else {
                Action::Propose(id.clone(), at)
            };
            Turn::choice(say::clock(lang, in_sweden(at).time()), action)
        })
        .collect();
    choices.push(other_day(turn, id));
    choices.push(Turn::choice(say::button_leave(lang), Action::Leave));
    turn.replace();
    turn.ask(say::choose_time(lang, date, centre.name.as_str()), choices);
    Ok(())
}

/// A day on which everything is taken: it can be waited for.
fn full(turn: &mut Turn<'_>, centre: &Centre, date: Date) {
    let lang = turn.lang;
    let choices = vec![
        Turn::choice(say::button_queue(lang), Action::Queue(centre.id.clone(), date)),
        other_day(turn, &centre.id),
        Turn::choice(say::button_leave(lang), Action::Leave),
    ];
    turn.replace();
    turn.ask(say::day_full(lang, date, centre.name.as_str()), choices);
}

/// At most so many times that fit on a screen, spread over the day.
fn spread(starts: &[Timestamp]) -> impl Iterator<Item = Timestamp> + '_ {
    let step = starts.len().div_ceil(SHOWN_TIMES).max(1);
    starts.iter().copied().step_by(step)
}
