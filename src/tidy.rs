//! What is deleted by itself with time: whole persons as they would do it themselves, the rest by age.
//!
//! Decides nothing: the days are the operator's, what belongs to a person is the store's matter.

use std::time::Duration;

use tokio::time::Instant;

use crate::app::{App, HandleError};
use crate::model::chat::Role;
use crate::model::retention::Retention;
use crate::model::time::{SignedDuration, Timestamp};
use crate::store::{Store, StoreError};
use crate::watch::Watch;

/// After a pause of so many days the bot was off for long, or its clock is wrong: nobody can tell which.
const PAUSE: i64 = 7;
/// Once the clock has gone on for so long without being set, it is believed all the same: a time service
/// mends a clock within minutes, and a person within a working day.
const PROBATION: Duration = Duration::from_hours(6);

/// What was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Persons who have not written for long.
    pub persons: usize,
    /// Rows that were kept for long enough.
    pub rows: u64,
}

/// Whether to delete by the clock now. A clock that is months ahead would delete everybody at once.
///
/// # Errors
/// Whatever the database says.
pub async fn may_tidy(
    store: &Store,
    watch: &mut Watch,
    now: Timestamp,
    steady: Instant,
) -> Result<bool, StoreError> {
    watch.jumped(now, steady);
    let pause = store.last_swept().await?.map(|last| now.duration_since(last));
    let long = pause.is_some_and(|pause| pause > SignedDuration::from_hours(24 * PAUSE));
    Ok(!long || watch.right_for() >= PROBATION)
}

/// Deletes, by the application's clock, what has been kept for long enough.
///
/// # Errors
/// Whatever the database says; what was deleted until then stays deleted.
pub async fn tidy(app: &App, store: &Store, kept: &Retention) -> Result<Tidied, HandleError> {
    let mut tidied = Tidied::default();
    for person in store.rested(kept.persons_days, app.now()).await? {
        app.erase(person, Role::Clock).await?;
        tidied.persons += 1;
    }
    tidied.rows = store.sweep(kept, app.now()).await?;
    Ok(tidied)
}
