//! Days, times, distances and the names of languages, as each language writes them.

use rust_i18n::t;

use super::Say;
use crate::facts::centres::Period;
use crate::model::lang::Lang;
use crate::model::time::{Date, Time, Timestamp, Weekday, in_sweden};
use crate::model::visit::Interpreter;

/// Parts of a day, a time or a distance, put together. The whole is kept apart in right-to-left
/// text where it is said, not each part.
macro_rules! whole {
    ($($name:ident($($arg:ident),*) = $key:literal;)+) => { $(
        fn $name(lang: Lang $(, $arg: &str)*) -> String {
            t!($key, locale = lang.code() $(, $arg = $arg)*).into_owned()
        }
    )+ };
}

whole! {
    unit_km(number) = "unit.km";
    unit_m(number) = "unit.m";
    unit_clock(hour, minute) = "unit.clock";
    unit_day(weekday, day, month) = "unit.day";
}

/// A number of minutes: "1 minut", "2 minuter".
#[derive(Clone, Copy, Debug)]
pub struct Minutes(pub usize);

impl Say for Minutes {
    fn say(&self, lang: Lang) -> String {
        counted(lang, "minutes", self.0)
    }
}

/// A number and its noun in the form that the language's grammar asks for (CLDR, plural rules).
fn counted(lang: Lang, unit: &str, count: usize) -> String {
    let key = format!("unit.{unit}_{}", lang.plural(count));
    t!(key, locale = lang.code(), count = count.to_string()).into_owned()
}

/// The name of a language, given as a BCP 47 code.
#[must_use]
pub fn language_name(lang: Lang, code: &str) -> String {
    t!(format!("language.{code}"), locale = lang.code()).into_owned()
}

/// The language of an interpreter: in the reader's words if it is one of ours, else as it was written.
#[must_use]
pub fn interpreter(lang: Lang, interpreter: &Interpreter) -> String {
    match interpreter {
        Interpreter::Known(known) => language_name(lang, known.code()),
        Interpreter::Written(text) => text.clone(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noun_takes_the_form_that_its_number_asks_for() {
        for (lang, count, said) in [
            (Lang::Sv, 1, "1 minut"),
            (Lang::Sv, 2, "2 minuter"),
            (Lang::En, 1, "1 minute"),
            (Lang::Pl, 1, "1 minuta"),
            (Lang::Pl, 2, "2 minuty"),
            (Lang::Pl, 5, "5 minut"),
            (Lang::Pl, 22, "22 minuty"),
            (Lang::Uk, 1, "1 хвилина"),
            (Lang::Uk, 3, "3 хвилини"),
            (Lang::Uk, 11, "11 хвилин"),
            (Lang::Fi, 2, "2 minuuttia"),
        ] {
            assert_eq!(Minutes(count).say(lang), said, "{lang}");
        }
    }
}
