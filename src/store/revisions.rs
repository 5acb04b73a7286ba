//! What staff changed in the facts: revisions, laid over the files of `config/`.
//!
//! Keeps every revision; the latest of each subject is the one in force.

use super::{Store, StoreError};
use crate::model::time::{Timestamp, from_millis, to_millis};

/// One change of one subject, e.g. `centres/motala` or `knowledge/bankid-skaffa.sv.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its number.
    pub id: i64,
    /// What it changes.
    pub subject: String,
    /// Who made it.
    pub author: String,
    /// The new contents, in the format of the file.
    pub content: String,
    /// Why.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// The revision in force of every subject.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn revisions(&self) -> Result<Vec<Revision>, StoreError> {
        let rows: Vec<(i64, String, String, String, Option<String>, i64)> = sqlx::query_as(
            "SELECT id, subject, author, content, note, at FROM revisions
             WHERE id IN (SELECT max(id) FROM revisions GROUP BY subject) ORDER BY subject",
        )
        .fetch_all(self.readers())
        .await?;
        let revision = |(id, subject, author, content, note, at)| Revision {
            id,
            subject,
            author,
            content,
            note,
            at: from_millis(at),
        };
        Ok(rows.into_iter().map(revision).collect())
    }

    /// Adds a revision.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn revise(
        &self,
        subject: &str,
        author: &str,
        content: &str,
        note: Option<&str>,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let mut turnover = self.begin().await?;
        let done = sqlx::query("INSERT INTO revisions (subject, author, content, note, at) VALUES (?, ?, ?, ?, ?)")
            .bind(subject)
            .bind(author)
            .bind(content)
            .bind(note)
            .bind(to_millis(now))
            .execute(&mut *turnover.tx)
            .await?;
        sqlx::query("INSERT INTO audit (at, actor, deed, subject) VALUES (?, ?, 'revised', ?)")
            .bind(to_millis(now))
            .bind(author)
            .bind(subject)
            .execute(&mut *turnover.tx)
            .await?;
        turnover.commit().await?;
        Ok(done.last_insert_rowid())
    }
}
