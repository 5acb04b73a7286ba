//! For how long what is kept: a number of days for each kind of data.

use serde::{Deserialize, Serialize};

/// For how many days each kind of data is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// A person, after the last turn: language, place, and everything else that names them.
    pub persons_days: u16,
    /// What people write and press.
    pub transcripts_days: u16,
    /// What they are sent.
    pub letters_days: u16,
    /// The words of a request that is closed, and whose it was, notes and threads with it; its
    /// figures stay.
    pub requests_days: u16,
    /// Visits that have been.
    pub visits_days: u16,
    /// Who of the staff did what.
    pub audit_days: u16,
    /// The keys by which a repeated event is known; without a word or a person.
    pub keys_days: u16,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            persons_days: 90,
            transcripts_days: 90,
            letters_days: 90,
            requests_days: 90,
            visits_days: 90,
            audit_days: 730,
            keys_days: 30,
        }
    }
}

/// The shortest time for keys: Telegram repeats for a day what was not acknowledged.
const SHORTEST_KEYS: u16 = 2;

impl Retention {
    /// What cannot be kept to, in words for the operator.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let days = [
            self.persons_days,
            self.transcripts_days,
            self.letters_days,
            self.requests_days,
            self.visits_days,
            self.audit_days,
        ];
        if days.contains(&0) {
            return Some("retention: a number of days must be at least 1".to_owned());
        }
        (self.keys_days < SHORTEST_KEYS)
            .then(|| format!("retention.keys_days must be at least {SHORTEST_KEYS}"))
    }
}
