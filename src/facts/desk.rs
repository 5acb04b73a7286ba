//! The volunteers' desk, as operators decide it: its hours and its patience (`desk.toml`).
//!
//! Where the desk is, and who answers there, is set up on the platform itself.

use serde::Deserialize;

use super::centres::hours::{Closure, Hours, Week};
use super::problem::Problem;

/// What operators decide of the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskRules {
    /// When volunteers usually answer; an empty week means that nobody has said.
    pub hours: Hours,
    /// After how many minutes without anybody the desk is reminded and the resident is told.
    pub nudge_minutes: i64,
    /// After how many minutes of silence whoever took a request is warned.
    pub silence_minutes: i64,
    /// How many minutes after the warning the request waits again.
    pub warning_minutes: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    nudge_minutes: u16,
    silence_minutes: u16,
    warning_minutes: u16,
    week: Week,
    closures: Vec<Closure>,
}

impl Default for File {
    fn default() -> Self {
        Self {
            nudge_minutes: 15,
            silence_minutes: 30,
            warning_minutes: 10,
            week: Week::default(),
            closures: Vec::new(),
        }
    }
}

impl DeskRules {
    /// Reads `desk.toml`; what cannot be read costs only what is wrong in it.
    #[must_use]
    pub fn read(file: &str, text: &str) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let read = toml::from_str(text).unwrap_or_else(|error: toml::de::Error| {
            problems.push(Problem::error(file, None, error.message()));
            File::default()
        });
        if let Some(day) = read.week.disorder() {
            problems.push(Problem::error(file, None, format!("the periods of {day:?} overlap")));
        }
        let hours = Hours { week: read.week, closures: read.closures, ..Hours::default() };
        let rules = Self {
            hours,
            nudge_minutes: i64::from(read.nudge_minutes.max(1)),
            silence_minutes: i64::from(read.silence_minutes.max(1)),
            warning_minutes: i64::from(read.warning_minutes.max(1)),
        };
        (rules, problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_costs_only_itself() {
        let (rules, problems) =
            DeskRules::read("desk.toml", "nudge_minutes = 5\n[week]\nmon = [\"10:00-12:00\"]");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!((rules.nudge_minutes, rules.silence_minutes, rules.hours.week.mon.len()), (5, 30, 1));
        let (rules, problems) = DeskRules::read("desk.toml", "nudge = 5");
        assert_eq!((problems.len(), rules.nudge_minutes), (1, 15));
    }
}
