//! What is deleted by itself with time: whole persons as they would do it themselves, the rest by age.
//!
//! Decides nothing: the days are the operator's, what belongs to a person is the store's matter.

use crate::app::{App, HandleError};
use crate::model::chat::Role;
use crate::model::retention::Retention;
use crate::store::Store;

/// What was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Persons who have not written for long.
    pub persons: usize,
    /// Rows that were kept for long enough.
    pub rows: u64,
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
