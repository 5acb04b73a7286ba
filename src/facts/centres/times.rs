//! The free times of a centre: what its hours, seats and visits leave.
//!
//! Pure arithmetic on what is handed in. Does not hold or book anything.

use std::collections::BTreeMap;

use super::hours::{Hours, Period};
use super::Booking;
use crate::model::time::{Date, Time, Timestamp, in_sweden, later, swedish_instant};

/// The seats that are taken at a centre, by start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken(BTreeMap<Timestamp, Vec<u16>>);

impl Taken {
    /// Marks a seat as taken.
    pub fn add(&mut self, starts_at: Timestamp, seat: u16) {
        self.0.entry(starts_at).or_default().push(seat);
    }

    /// The lowest seat that is free at a time, of so many.
    #[must_use]
    pub fn free_seat(&self, starts_at: Timestamp, seats: u16) -> Option<u16> {
        let taken = self.0.get(&starts_at);
        (0..seats).find(|seat| taken.is_none_or(|t| !t.contains(seat)))
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

/// Every free time from now to the horizon, day by day; days without any are left out.
#[must_use]
pub fn free(hours: &Hours, booking: &Booking, taken: &Taken, now: Timestamp) -> Vec<DayTimes> {
    let earliest = later(now, i64::from(booking.lead_minutes) * 60);
    let mut date = in_sweden(earliest).date();
    let last = in_sweden(later(now, i64::from(booking.horizon_days) * 86_400)).date();
    let mut days = Vec::new();
    while date <= last {
        let starts: Vec<Timestamp> = starts_on(hours, booking, date)
            .filter(|at| *at >= earliest && taken.free_seat(*at, booking.seats).is_some())
            .collect();
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

/// Whether a visit may begin at this instant, seats aside.
#[must_use]
pub fn is_offered(hours: &Hours, booking: &Booking, at: Timestamp, now: Timestamp) -> bool {
    let earliest = later(now, i64::from(booking.lead_minutes) * 60);
    let last = in_sweden(later(now, i64::from(booking.horizon_days) * 86_400)).date();
    let date = in_sweden(at).date();
    at >= earliest && date <= last && starts_on(hours, booking, date).any(|start| start == at)
}

/// Every start on a date that lies within open time and outside the staff's breaks.
fn starts_on<'a>(hours: &'a Hours, booking: &'a Booking, date: Date) -> impl Iterator<Item = Timestamp> + 'a {
    hours.on(date).iter().flat_map(move |period| {
        starts_in(*period, booking.minutes)
            .filter(move |(from, until)| !booking.breaks.iter().any(|b| b.from < *until && *from < b.until))
            .filter_map(move |(from, _)| swedish_instant(date, from))
    })
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
    if minutes == 24 * 60 {
        return Some(Time::MAX);
    }
    Time::new(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0).ok()
}
