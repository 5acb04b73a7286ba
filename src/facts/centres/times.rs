//! The free times of a centre: what its hours, seats and visits leave.
//!
//! Pure arithmetic on what is handed in. Does not hold or book anything.

use std::collections::BTreeMap;

use super::Booking;
use super::hours::{Hours, Period};
use crate::model::time::{Date, Time, Timestamp, in_sweden, later, swedish_instant};

/// The longest visit in minutes; no rule of booking allows a longer one.
pub const LONGEST_VISIT: u16 = 120;

/// A visit's seat, and when the visit ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Occupied {
    seat: u16,
    until: Timestamp,
}

/// The seats that are taken at a centre, by start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken(BTreeMap<Timestamp, Vec<Occupied>>);

impl Taken {
    /// Marks a seat as taken for so many minutes.
    pub fn add(&mut self, starts_at: Timestamp, minutes: u16, seat: u16) {
        let until = later(starts_at, i64::from(minutes) * 60);
        self.0.entry(starts_at).or_default().push(Occupied { seat, until });
    }

    /// Gives a seat back; one that is not taken stays free.
    pub fn remove(&mut self, starts_at: Timestamp, seat: u16) {
        if let Some(occupied) = self.0.get_mut(&starts_at) {
            occupied.retain(|o| o.seat != seat);
        }
    }

    /// The lowest seat that is free for so many minutes, of so many seats. Visits of another length,
    /// booked before the length was changed, may begin or end in the middle.
    #[must_use]
    pub fn free_seat(&self, starts_at: Timestamp, minutes: u16, seats: u16) -> Option<u16> {
        let earliest = later(starts_at, -i64::from(LONGEST_VISIT) * 60);
        let until = later(starts_at, i64::from(minutes) * 60);
        let overlapping = || {
            let near = self.0.range(earliest..until);
            near.flat_map(|(_, occupied)| occupied).filter(|o| o.until > starts_at)
        };
        (0..seats).find(|seat| overlapping().all(|o| o.seat != *seat))
    }

    /// Whether nothing is taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A day and its times, soonest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayTimes {
    /// The day.
    pub date: Date,
    /// When a visit may begin.
    pub starts: Vec<Timestamp>,
}

/// The instants between which a visit may begin at all: after the lead time, until the horizon.
fn bounds(booking: &Booking, now: Timestamp) -> (Timestamp, Date) {
    let earliest = later(now, i64::from(booking.lead_minutes) * 60);
    let last = in_sweden(later(now, i64::from(booking.horizon_days) * 86_400)).date();
    (earliest, last)
}

/// Every start from now to the horizon, free or not, day by day; days without any are left out.
#[must_use]
pub fn offered(hours: &Hours, booking: &Booking, now: Timestamp) -> Vec<DayTimes> {
    let (earliest, last) = bounds(booking, now);
    let mut date = in_sweden(earliest).date();
    let mut days = Vec::new();
    while date <= last {
        let starts: Vec<Timestamp> = starts_on(hours, booking, date).filter(|at| *at >= earliest).collect();
        if !starts.is_empty() {
            days.push(DayTimes { date, starts });
        }
        match date.tomorrow() {
            Ok(next) => date = next,
            Err(_) => break,
        }
    }
    days
}

/// Every free time from now to the horizon, day by day; days without any are left out.
#[must_use]
pub fn free(hours: &Hours, booking: &Booking, taken: &Taken, now: Timestamp) -> Vec<DayTimes> {
    let mut days = offered(hours, booking, now);
    for day in &mut days {
        day.starts.retain(|at| taken.free_seat(*at, booking.minutes, booking.seats).is_some());
    }
    days.retain(|day| !day.starts.is_empty());
    days
}

/// Whether a visit may begin at this instant, seats aside.
#[must_use]
pub fn is_offered(hours: &Hours, booking: &Booking, at: Timestamp, now: Timestamp) -> bool {
    let (earliest, last) = bounds(booking, now);
    let date = in_sweden(at).date();
    at >= earliest && date <= last && starts_on(hours, booking, date).any(|start| start == at)
}

/// Whether a visit of so many minutes lies within open time and outside the staff's breaks. Unlike
/// [`is_offered`] it does not ask that visits begin at this minute: a visit that was booked under
/// other rules stays where it fits.
#[must_use]
pub fn fits(hours: &Hours, booking: &Booking, at: Timestamp, minutes: u16) -> bool {
    let (start, end) = (in_sweden(at), in_sweden(later(at, i64::from(minutes) * 60)));
    let (from, until) = (start.time(), end.time());
    let within = |p: &Period| p.from <= from && from < p.until && until <= p.until && from < until;
    start.date() == end.date()
        && hours.on(start.date()).iter().any(within)
        && !booking.breaks.iter().any(|b| b.from < until && from < b.until)
}

/// Every start on a date that lies within open time and outside the staff's breaks.
fn starts_on<'a>(hours: &'a Hours, booking: &'a Booking, date: Date) -> impl Iterator<Item = Timestamp> + 'a {
    hours.on(date).iter().flat_map(move |period| {
        starts_in(*period, booking.minutes)
            .filter(move |(from, until)| !booking.breaks.iter().any(|b| b.from < *until && *from < b.until))
            .filter_map(move |(from, until)| Some((swedish_instant(date, from)?, until)))
            // In the night in which an hour is left out, a visit may end an hour later by the clock.
            .filter(|(at, until)| ends_by(*at, booking.minutes, *until))
            .map(|(at, _)| at)
    })
}

fn ends_by(at: Timestamp, minutes: u16, until: Time) -> bool {
    in_sweden(later(at, i64::from(minutes) * 60)).time() <= until
}

/// The starts and ends of visits of so many minutes, end to end within a period.
fn starts_in(period: Period, minutes: u16) -> impl Iterator<Item = (Time, Time)> {
    let minute_of = |t: Time| i32::from(t.hour()) * 60 + i32::from(t.minute());
    let (from, until, step) = (minute_of(period.from), minute_of(period.until), i32::from(minutes.max(1)));
    let count = (until - from) / step;
    (0..count).filter_map(move |n| {
        let start = from + n * step;
        Some((clock(start)?, clock(start + step)?))
    })
}

fn clock(minutes: i32) -> Option<Time> {
    Time::new(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0).ok()
}
