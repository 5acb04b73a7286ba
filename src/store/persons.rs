//! How much is kept about one person.

use super::{Store, StoreError};
use crate::model::chat::Address;

/// How many rows are kept about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Rows of the inbox with words.
    pub messages: i64,
    /// Letters to the person.
    pub letters: i64,
    /// Requests.
    pub requests: i64,
    /// Visits.
    pub visits: i64,
}

impl Store {
    /// How much is kept about a person.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn holding(&self, person: &Address) -> Result<Holding, StoreError> {
        let (messages, letters, requests, visits): (i64, i64, i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM inbox WHERE address = ?1 AND text IS NOT NULL),
                    (SELECT count(*) FROM letters WHERE recipient = ?1),
                    (SELECT count(*) FROM requests WHERE resident = ?1),
                    (SELECT count(*) FROM visits WHERE resident = ?1)",
        )
        .bind(person.to_string())
        .fetch_one(self.readers())
        .await?;
        Ok(Holding { messages, letters, requests, visits })
    }
}
