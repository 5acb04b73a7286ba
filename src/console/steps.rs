//! A revision as the history of a page shows it: who, when, why, and what changed.

use super::diff;
pub(super) use super::diff::Line;
use super::shown;
use crate::http::words::Terms;
use crate::model::staff_account::Account;
use crate::store::revisions::Change;

/// One change.
pub(super) struct Step {
    pub id: i64,
    pub stamp: String,
    pub who: String,
    /// What it concerns, where a page has more than one thing.
    pub what: String,
    pub note: String,
    pub lines: Vec<Line>,
}

impl Step {
    /// The step of a change. Where nothing is said, the file holds, if there is one.
    pub fn of(w: Terms, people: &[Account], change: &Change, filed: Option<&str>) -> Self {
        let or_filed = |text: &str| if text.is_empty() { filed.unwrap_or_default() } else { text }.to_owned();
        let revision = &change.revision;
        let (before, after) =
            (or_filed(change.before.as_deref().unwrap_or_default()), or_filed(&revision.content));
        Self {
            id: revision.id,
            stamp: w.stamp(&revision.at),
            who: shown::author(people, &revision.author),
            what: String::new(),
            note: revision.note.clone().unwrap_or_default(),
            lines: diff::diff(&before, &after),
        }
    }
}
