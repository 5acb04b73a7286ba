//! What staff changed in the facts: revisions, laid over the files of `config/`.
//!
//! Keeps every revision; the latest of each subject is the one in force. Subjects that begin alike belong
//! together: `knowledge/bankid-skaffa.` is one article in all its languages.

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

/// A revision, and what it took the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What was said.
    pub revision: Revision,
    /// What had been said before, if anything.
    pub before: Option<String>,
}

/// Number, subject, author, contents, note, instant.
type Row = (i64, String, String, String, Option<String>, i64);

/// The same, and the contents before.
type ChangeRow = (i64, String, String, String, Option<String>, i64, Option<String>);

const IN_FORCE: &str = "SELECT id, subject, author, content, note, at FROM revisions
    WHERE id IN (SELECT max(id) FROM revisions GROUP BY subject) ORDER BY subject";

fn from_row((id, subject, author, content, note, at): Row) -> Revision {
    Revision { id, subject, author, content, note, at: from_millis(at) }
}

impl Turnover {
    /// The number of the newest revision, 0 if there is none.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn newest_revision(&mut self) -> Result<i64, StoreError> {
        let newest: Option<i64> =
            sqlx::query_scalar("SELECT max(id) FROM revisions").fetch_one(self.sql().await?).await?;
        Ok(newest.unwrap_or(0))
    }

    /// The revision in force of every subject.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn revisions(&mut self) -> Result<Vec<Revision>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(IN_FORCE).fetch_all(self.sql().await?).await?;
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
            .execute(self.sql().await?)
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

    /// The revision in force of every subject that begins so.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn revisions_under(&self, prefix: &str) -> Result<Vec<Revision>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, subject, author, content, note, at FROM revisions WHERE id IN (
                 SELECT max(id) FROM revisions WHERE subject >= ?1 AND subject < ?2 GROUP BY subject)
             ORDER BY subject",
        )
        .bind(prefix)
        .bind(after(prefix))
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    /// What changed of the subjects that begin so, the newest first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn changes(&self, prefix: &str, count: u32) -> Result<Vec<Change>, StoreError> {
        let rows: Vec<ChangeRow> = sqlx::query_as(
            "SELECT id, subject, author, content, note, at,
                    lag(content) OVER (PARTITION BY subject ORDER BY id)
             FROM revisions WHERE subject >= ?1 AND subject < ?2 ORDER BY id DESC LIMIT ?3",
        )
        .bind(prefix)
        .bind(after(prefix))
        .bind(count)
        .fetch_all(self.readers())
        .await?;
        let change = |(id, subject, author, content, note, at, before)| Change {
            revision: from_row((id, subject, author, content, note, at)),
            before,
        };
        Ok(rows.into_iter().map(change).collect())
    }

    /// Adds revisions of subjects that begin so, all or none. Returns the number of the last one, or
    /// nothing if the newest revision is no longer the one that their author saw (0 for none).
    ///
    /// # Errors
    /// Whatever SQLite says; then none is added.
    pub async fn revise(
        &self,
        prefix: &str,
        seen: i64,
        revisions: &[Revise],
        by: &Role,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let mut turnover = self.begin().await?;
        let newest: Option<i64> =
            sqlx::query_scalar("SELECT max(id) FROM revisions WHERE subject >= ?1 AND subject < ?2")
                .bind(prefix)
                .bind(after(prefix))
                .fetch_one(turnover.sql().await?)
                .await?;
        if newest.unwrap_or(0) != seen {
            return Ok(None);
        }
        for revision in revisions {
            turnover.revise(revision, by, now).await?;
        }
        let last = turnover.newest_revision().await?;
        turnover.commit().await?;
        Ok(Some(last))
    }
}

/// The first text that comes after everything that begins so.
fn after(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}
