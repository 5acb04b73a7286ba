//! What staff changed in the facts: revisions, laid over the files of `config/`.
//!
//! Keeps every revision; the latest of each subject is the one in force.

use super::audit::actor;
use super::{Store, StoreError, Turnover};
use crate::model::chat::Role;
use crate::model::effect::Revise;
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

/// Number, subject, author, contents, note, instant.
type Row = (i64, String, String, String, Option<String>, i64);

const IN_FORCE: &str = "SELECT id, subject, author, content, note, at FROM revisions
    WHERE id IN (SELECT max(id) FROM revisions GROUP BY subject) ORDER BY subject";

fn from_row((id, subject, author, content, note, at): Row) -> Revision {
    Revision { id, subject, author, content, note, at: from_millis(at) }
}

impl Turnover<'_> {
    /// The number of the newest revision, 0 if there is none: a cheap look whether facts are in force
    /// that this process has not seen.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn newest_revision(&mut self) -> Result<i64, StoreError> {
        let newest: Option<i64> =
            sqlx::query_scalar("SELECT max(id) FROM revisions").fetch_one(&mut *self.tx).await?;
        Ok(newest.unwrap_or(0))
    }

    /// The revision in force of every subject.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn revisions(&mut self) -> Result<Vec<Revision>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(IN_FORCE).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    pub(super) async fn revise(
        &mut self,
        revise: &Revise,
        role: &Role,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO revisions (subject, author, content, note, at) VALUES (?, ?, ?, ?, ?)")
            .bind(&revise.subject)
            .bind(actor(role))
            .bind(&revise.content)
            .bind(&revise.note)
            .bind(to_millis(now))
            .execute(&mut *self.tx)
            .await?;
        self.audit(role, "revised", &revise.subject, now).await
    }
}

impl Store {
    /// Every revision of a subject, the newest first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn revisions_of(&self, subject: &str) -> Result<Vec<Revision>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, subject, author, content, note, at FROM revisions WHERE subject = ? ORDER BY id DESC LIMIT 50",
        )
        .bind(subject)
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    /// The revision in force of every subject.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn revisions(&self) -> Result<Vec<Revision>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(IN_FORCE).fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(from_row).collect())
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
        let done =
            sqlx::query("INSERT INTO revisions (subject, author, content, note, at) VALUES (?, ?, ?, ?, ?)")
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
