//! Sweden's public holidays and the eves on which most of public life is closed.
//!
//! The days are those of lag (1989:253) om allmänna helgdagar: fixed dates, days that follow Easter,
//! and Saturdays in a span. Which eves close a centre is the centre's own data.

use serde::{Deserialize, Serialize};

use crate::model::time::{Date, Weekday};

/// A public holiday, or an eve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holiday {
    /// 1 January.
    NewYearsDay,
    /// 5 January.
    TwelfthNight,
    /// 6 January.
    Epiphany,
    /// Three days before Easter Sunday.
    MaundyThursday,
    /// Two days before Easter Sunday.
    GoodFriday,
    /// The day before Easter Sunday.
    EasterEve,
    /// The first Sunday after the full moon of spring.
    EasterSunday,
    /// The day after Easter Sunday.
    EasterMonday,
    /// 30 April.
    WalpurgisEve,
    /// 1 May.
    FirstOfMay,
    /// The sixth Thursday after Easter.
    Ascension,
    /// The day before Whit Sunday.
    WhitsunEve,
    /// The seventh Sunday after Easter.
    WhitSunday,
    /// 6 June.
    NationalDay,
    /// The day before Midsummer Day.
    MidsummerEve,
    /// The Saturday of 20–26 June.
    MidsummerDay,
    /// The day before All Saints' Day.
    AllSaintsEve,
    /// The Saturday of 31 October–6 November.
    AllSaints,
    /// 24 December.
    ChristmasEve,
    /// 25 December.
    ChristmasDay,
    /// 26 December.
    BoxingDay,
    /// 31 December.
    NewYearsEve,
}

impl Holiday {
    /// Whether the day is a public holiday by law, rather than an eve.
    #[must_use]
    pub fn is_public(self) -> bool {
        !matches!(
            self,
            Self::TwelfthNight
                | Self::MaundyThursday
                | Self::EasterEve
                | Self::WalpurgisEve
                | Self::WhitsunEve
                | Self::MidsummerEve
                | Self::AllSaintsEve
                | Self::ChristmasEve
                | Self::NewYearsEve
        )
    }

    /// Whether a centre is closed unless it says otherwise: on public holidays, and on the eves that
    /// collective agreements treat as Sundays. On the others many are open as on any such weekday;
    /// a centre that is not names them in `closed_eves`.
    #[must_use]
    pub fn closes(self) -> bool {
        self.is_public()
            || matches!(self, Self::EasterEve | Self::MidsummerEve | Self::ChristmasEve | Self::NewYearsEve)
    }
}

/// Easter Sunday of a year in the Gregorian calendar (the anonymous algorithm of 1876, as given by
/// J. Meeus, *Astronomical Algorithms*, chapter 8).
#[must_use]
#[allow(clippy::many_single_char_names, reason = "the names of the published algorithm")]
pub fn easter_sunday(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, i8::try_from(n / 31).ok()?, i8::try_from(n % 31 + 1).ok()?).ok()
}

/// The holiday or eve on a date. Where two meet, the one that closes more counts.
#[must_use]
pub fn on(date: Date) -> Option<Holiday> {
    let closing = fixed(date).or_else(|| saturday_in_june_or_november(date)).or_else(|| around_easter(date));
    closing.or_else(|| open_eve(date))
}

fn fixed(date: Date) -> Option<Holiday> {
    Some(match (date.month(), date.day()) {
        (1, 1) => Holiday::NewYearsDay,
        (1, 6) => Holiday::Epiphany,
        (5, 1) => Holiday::FirstOfMay,
        (6, 6) => Holiday::NationalDay,
        (12, 24) => Holiday::ChristmasEve,
        (12, 25) => Holiday::ChristmasDay,
        (12, 26) => Holiday::BoxingDay,
        (12, 31) => Holiday::NewYearsEve,
        _ => return None,
    })
}

fn saturday_in_june_or_november(date: Date) -> Option<Holiday> {
    match (date.month(), date.day(), date.weekday()) {
        (6, 20..=26, Weekday::Saturday) => Some(Holiday::MidsummerDay),
        (6, 19..=25, Weekday::Friday) => Some(Holiday::MidsummerEve),
        (10, 31, Weekday::Saturday) | (11, 1..=6, Weekday::Saturday) => Some(Holiday::AllSaints),
        _ => None,
    }
}

/// The eves of fixed days on which most are open.
fn open_eve(date: Date) -> Option<Holiday> {
    match (date.month(), date.day(), date.weekday()) {
        (1, 5, _) => Some(Holiday::TwelfthNight),
        (4, 30, _) => Some(Holiday::WalpurgisEve),
        (10, 30..=31, Weekday::Friday) | (11, 1..=5, Weekday::Friday) => Some(Holiday::AllSaintsEve),
        _ => None,
    }
}

fn around_easter(date: Date) -> Option<Holiday> {
    let easter = easter_sunday(date.year())?;
    match (date - easter).get_days() {
        -3 => Some(Holiday::MaundyThursday),
        -2 => Some(Holiday::GoodFriday),
        -1 => Some(Holiday::EasterEve),
        0 => Some(Holiday::EasterSunday),
        1 => Some(Holiday::EasterMonday),
        39 => Some(Holiday::Ascension),
        48 => Some(Holiday::WhitsunEve),
        49 => Some(Holiday::WhitSunday),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn known_days() {
        for (day, holiday) in [
            (date(2026, 4, 5), Holiday::EasterSunday),
            (date(2027, 3, 28), Holiday::EasterSunday),
            (date(2026, 5, 14), Holiday::Ascension),
            (date(2026, 6, 19), Holiday::MidsummerEve),
            (date(2026, 6, 20), Holiday::MidsummerDay),
            (date(2026, 10, 31), Holiday::AllSaints),
            (date(2038, 4, 25), Holiday::EasterSunday),
        ] {
            assert_eq!(on(day), Some(holiday), "{day}");
        }
        assert_eq!(on(date(2026, 3, 3)), None);
    }
}
