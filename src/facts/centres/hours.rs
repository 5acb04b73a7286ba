//! Opening hours: weekly periods, exceptions and closures, read on Sweden's wall clock.
//!
//! Knows nothing of visits; free times are in `times`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::holidays::{self, Holiday};
use crate::model::time::{Date, Time, Timestamp, Weekday, in_sweden};

/// A period of one day, from before until: `10:00-18:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    /// First minute.
    pub from: Time,
    /// The minute after the last.
    pub until: Time,
}

/// The text is not a period of one day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a period such as \"10:00-18:30\" (from before until, within one day)")]
pub struct BadPeriod(String);

impl FromStr for Period {
    type Err = BadPeriod;

    fn from_str(text: &str) -> Result<Self, BadPeriod> {
        let bad = || BadPeriod(text.to_owned());
        let (from, until) = text.split_once(['-', '–']).ok_or_else(bad)?;
        let read = |clock: &str| {
            let (hour, minute) = clock.trim().split_once([':', '.']).unwrap_or((clock.trim(), "0"));
            Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
        };
        match (read(from), read(until)) {
            (Some(from), Some(until)) if from < until => Ok(Self { from, until }),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, until) = (self.from, self.until);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from.hour(), from.minute(), until.hour(), until.minute())
    }
}

impl TryFrom<String> for Period {
    type Error = BadPeriod;

    fn try_from(text: String) -> Result<Self, BadPeriod> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.to_string()
    }
}

/// The periods of an ordinary week. A day without periods is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Week {
    /// Monday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mon: Vec<Period>,
    /// Tuesday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tue: Vec<Period>,
    /// Wednesday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wed: Vec<Period>,
    /// Thursday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thu: Vec<Period>,
    /// Friday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fri: Vec<Period>,
    /// Saturday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sat: Vec<Period>,
    /// Sunday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sun: Vec<Period>,
}

impl Week {
    /// The periods of a weekday, in order.
    #[must_use]
    pub fn on(&self, day: Weekday) -> &[Period] {
        match day {
            Weekday::Monday => &self.mon,
            Weekday::Tuesday => &self.tue,
            Weekday::Wednesday => &self.wed,
            Weekday::Thursday => &self.thu,
            Weekday::Friday => &self.fri,
            Weekday::Saturday => &self.sat,
            Weekday::Sunday => &self.sun,
        }
    }

    /// Whether no day has a period.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        (1..=7).filter_map(|n| Weekday::from_monday_one_offset(n).ok()).all(|d| self.on(d).is_empty())
    }

    /// The first day whose periods overlap or stand in the wrong order.
    #[must_use]
    pub fn disorder(&self) -> Option<Weekday> {
        (1..=7).filter_map(|n| Weekday::from_monday_one_offset(n).ok()).find(|day| overlap(self.on(*day)))
    }
}

/// Whether periods of one day overlap or stand in the wrong order.
pub(super) fn overlap(periods: &[Period]) -> bool {
    periods.iter().zip(periods.iter().skip(1)).any(|(first, second)| first.until > second.from)
}

/// A stretch of days when the centre is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closure {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Why, for those who are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// When a centre is open: the ordinary week, and what is not ordinary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// The ordinary week.
    pub week: Week,
    /// Days with other periods than the ordinary ones; none means closed.
    pub exceptions: BTreeMap<Date, Vec<Period>>,
    /// Stretches of closed days.
    pub closures: Vec<Closure>,
    /// Public holidays and eves when it is open all the same.
    pub open_on: Vec<Holiday>,
    /// Eves when it is closed although most are open.
    pub closed_eves: Vec<Holiday>,
}

/// What a centre's hours say of one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenState {
    /// Open, until this time today.
    OpenUntil(Time),
    /// Closed now, opens later today.
    OpensToday(Time),
    /// Closed for today; opens on this day.
    OpensOn(Date, Time),
    /// Closed for the weeks that can be seen ahead.
    Closed,
}

/// How far ahead an opening is looked for, in days.
const LOOK_AHEAD: u16 = 60;

impl Hours {
    /// The periods of a date, in order; exceptions come first, then closures, then holidays.
    #[must_use]
    pub fn on(&self, date: Date) -> &[Period] {
        if let Some(periods) = self.exceptions.get(&date) {
            return periods;
        }
        if self.closures.iter().any(|c| c.from <= date && date <= c.until) {
            return &[];
        }
        match holidays::on(date) {
            Some(holiday) if self.is_closed_on(holiday) => &[],
            _ => self.week.on(date.weekday()),
        }
    }

    fn is_closed_on(&self, holiday: Holiday) -> bool {
        self.closed_eves.contains(&holiday) || (holiday.closes() && !self.open_on.contains(&holiday))
    }

    /// Whether it is open now, or when next.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> OpenState {
        let local = in_sweden(now);
        let (today, clock) = (local.date(), local.time());
        if let Some(period) = self.on(today).iter().find(|p| p.from <= clock && clock < p.until) {
            return OpenState::OpenUntil(period.until);
        }
        if let Some(period) = self.on(today).iter().find(|p| p.from > clock) {
            return OpenState::OpensToday(period.from);
        }
        let mut date = today;
        for _ in 0..LOOK_AHEAD {
            date = match date.tomorrow() {
                Ok(next) => next,
                Err(_) => return OpenState::Closed,
            };
            if let Some(first) = self.on(date).first() {
                return OpenState::OpensOn(date, first.from);
            }
        }
        OpenState::Closed
    }
}
