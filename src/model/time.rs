//! Time as residents mean it: an instant in UTC, read on a wall clock in Sweden.
//!
//! Holds no clock; the present instant is always an argument.

use std::sync::{Arc, LazyLock};

pub use jiff::civil::{Date, Time, Weekday};
pub use jiff::{SignedDuration, Timestamp, Zoned};

/// Where the present instant comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The one time zone of every opening hour and visit.
static STOCKHOLM: LazyLock<jiff::tz::TimeZone> = LazyLock::new(|| {
    // The zone is bundled; UTC is a fallback that no build of ours can reach (see the test below).
    jiff::tz::TimeZone::get("Europe/Stockholm").unwrap_or(jiff::tz::TimeZone::UTC)
});

/// The wall clock in Sweden at an instant.
#[must_use]
pub fn in_sweden(at: Timestamp) -> Zoned {
    at.to_zoned(STOCKHOLM.clone())
}

/// The instant of a wall-clock time in Sweden; `None` where the clock skips the time (spring) or
/// shows it twice (autumn), as no visit may start there.
#[must_use]
pub fn swedish_instant(date: Date, time: Time) -> Option<Timestamp> {
    let ambiguous = STOCKHOLM.to_ambiguous_timestamp(date.to_datetime(time));
    if ambiguous.is_ambiguous() { None } else { ambiguous.compatible().ok() }
}

/// Milliseconds since 1970, the unit of every instant in the database.
#[must_use]
pub fn to_millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// Takes an instant back from the database; out of range gives the nearest end of time.
#[must_use]
pub fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// The instant a number of seconds later (earlier, if negative), or the nearest end of time.
#[must_use]
pub fn later(at: Timestamp, seconds: i64) -> Timestamp {
    let end = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn the_clock_of_stockholm_is_bundled() {
        assert_eq!(STOCKHOLM.iana_name(), Some("Europe/Stockholm"));
    }

    #[test]
    fn times_that_do_not_exist_or_come_twice_are_refused() {
        assert_eq!(swedish_instant(date(2027, 3, 28), time(2, 30, 0, 0)), None);
        assert_eq!(swedish_instant(date(2026, 10, 25), time(2, 30, 0, 0)), None);
        assert!(swedish_instant(date(2026, 10, 25), time(3, 30, 0, 0)).is_some());
    }
}
