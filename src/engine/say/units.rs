//! Days, times, distances and the names of languages, as each language writes them.

use rust_i18n::t;

use super::Plain;
use crate::facts::centres::Period;
use crate::model::lang::Lang;
use crate::model::time::{Date, Time, Timestamp, Weekday, in_sweden};

labels! {
    unit_km(number) = "unit.km";
    unit_m(number) = "unit.m";
    unit_and(first, second) = "unit.and";
    unit_clock(hour, minute) = "unit.clock";
    unit_day(weekday, day, month) = "unit.day";
    unit_minutes(count) = "unit.minutes";
}

/// The name of a language, given as a BCP 47 code.
#[must_use]
pub fn language_name(lang: Lang, code: &str) -> String {
    t!(format!("language.{code}"), locale = lang.code()).into_owned()
}

/// "14.30" in Swedish, "14:30" in most other languages; always 24 hours.
#[must_use]
pub fn clock(lang: Lang, time: Time) -> String {
    unit_clock(lang, &format!("{:02}", time.hour()), &format!("{:02}", time.minute()))
}

/// "10.00–18.30".
#[must_use]
pub fn period(lang: Lang, period: Period) -> String {
    format!("{}–{}", clock(lang, period.from), clock(lang, period.until))
}

/// "tis".
#[must_use]
pub fn weekday(lang: Lang, day: Weekday) -> String {
    t!(format!("weekday.{}", day.to_monday_one_offset()), locale = lang.code()).into_owned()
}

/// "tis 3 mars".
#[must_use]
pub fn day(lang: Lang, date: Date) -> String {
    let month = t!(format!("month.{}", date.month()), locale = lang.code());
    unit_day(lang, &weekday(lang, date.weekday()), &date.day().to_string(), &month)
}

/// The day and the time of an instant in Sweden.
#[must_use]
pub fn day_and_time(at: Timestamp) -> (Date, Time) {
    let local = in_sweden(at);
    (local.date(), local.time())
}

/// A distance: in hundreds of metres below one kilometre, else in whole kilometres.
#[must_use]
pub fn distance(lang: Lang, km: f64) -> String {
    if km < 0.95 {
        let metres = (km * 10.0).round().max(1.0) * 100.0;
        unit_m(lang, &format!("{metres:.0}"))
    } else {
        unit_km(lang, &format!("{km:.0}"))
    }
}
