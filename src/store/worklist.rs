//! What staff read and write beside the turns: lists of requests, their talk and history, notes.
//!
//! Changes to a request itself are turns; here are only the lists, the notes and the ready replies.

use sqlx::sqlite::SqliteRow;

pub use super::filter::{Filter, Order};
use super::history::{Said, in_order};
use super::{Store, StoreError, filter, requests};
use crate::model::id::RequestId;
use crate::model::request::Request;
use crate::model::time::{Timestamp, from_millis, to_millis};

/// A note of a colleague.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Who wrote it.
    pub account: i64,
    /// What it says, masked.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// What somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// Who, as the audit names them.
    pub actor: String,
    /// What.
    pub deed: String,
}

/// A reply that staff write often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannedReply {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// What it says.
    pub text: String,
}

impl Store {
    /// Requests of people who have not been forgotten, in the order of the filter.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn requests(&self, filter: &Filter, count: u32) -> Result<Vec<Request>, StoreError> {
        let typed = filter.words.as_deref();
        let whole = typed.and_then(|words| filter::match_all(words, false));
        let broad = match &whole {
            Some(words) => self.is_broad(words).await?,
            None => false,
        };
        // Words that stand in very many places are searched as they are: collecting everything that
        // begins like them takes long and helps nobody.
        let words = if broad { whole } else { typed.and_then(|words| filter::match_all(words, true)) };
        let mut found = Vec::new();
        for part in filter.parts(words.as_deref()) {
            let mut query = part.first(words.as_deref(), broad, count);
            let rows: Vec<SqliteRow> = query.build().fetch_all(self.readers()).await?;
            for row in &rows {
                found.push(requests::from_row(row)?);
            }
        }
        found.sort_by_key(|request: &Request| (request.changed_at, request.id));
        if filter.order == Order::LatestFirst {
            found.reverse();
        }
        found.truncate(usize::try_from(count).unwrap_or(usize::MAX));
        Ok(found)
    }

    /// Whether these words stand in so many places that it is quicker to walk the list than to look
    /// each of them up.
    async fn is_broad(&self, words: &str) -> Result<bool, StoreError> {
        let most: i64 = sqlx::query_scalar(
            "SELECT max((SELECT count(*) FROM (SELECT 1 FROM request_words WHERE request_words MATCH ?1 LIMIT ?2)),
                        (SELECT count(*) FROM (SELECT 1 FROM inbox_words WHERE inbox_words MATCH ?1 LIMIT ?2)))",
        )
        .bind(words)
        .bind(filter::MANY)
        .fetch_one(self.readers())
        .await?;
        Ok(most == filter::MANY)
    }

    /// The requests that wait for the answer to this one, the oldest first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn waiting_for(&self, id: RequestId) -> Result<Vec<Request>, StoreError> {
        let sql = "SELECT * FROM requests WHERE merged_into = ? AND resident <> '' ORDER BY opened_at, id";
        let rows = sqlx::query(sql).bind(id.number()).fetch_all(self.readers()).await?;
        rows.iter().map(requests::from_row).collect()
    }

    /// One request, unless its person has been forgotten.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn one_request(&self, id: RequestId) -> Result<Option<Request>, StoreError> {
        let row = sqlx::query("SELECT * FROM requests WHERE id = ? AND resident <> ''")
            .bind(id.number())
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(requests::from_row).transpose()
    }

    /// What was said in a request, oldest first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn talk(&self, request: RequestId) -> Result<Vec<Said>, StoreError> {
        let came: Vec<(i64, String, Option<String>, i64)> = sqlx::query_as(
            "SELECT id, kind, text, at FROM inbox WHERE request = ? AND role = 'resident' ORDER BY id LIMIT 1000",
        )
        .bind(request.number())
        .fetch_all(self.readers())
        .await?;
        let went: Vec<(i64, String, i64)> = sqlx::query_as(
            "SELECT l.id, l.content, l.created_at FROM letters l JOIN requests r ON r.id = l.request
             WHERE l.request = ? AND l.recipient = r.resident AND l.state <> 'void' ORDER BY l.id LIMIT 1000",
        )
        .bind(request.number())
        .fetch_all(self.readers())
        .await?;
        Ok(in_order(came, went))
    }

    /// Whether a deed of staff, sent under this key, changed a request.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn was_done(&self, key: &str) -> Result<bool, StoreError> {
        let done: Option<bool> = sqlx::query_scalar("SELECT request IS NOT NULL FROM inbox WHERE key = ?")
            .bind(key)
            .fetch_optional(self.readers())
            .await?;
        Ok(done.unwrap_or(false))
    }

    /// What was done about a subject of the audit, oldest first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn deeds(&self, subject: &str) -> Result<Vec<Deed>, StoreError> {
        let rows: Vec<(i64, String, String)> =
            sqlx::query_as("SELECT at, actor, deed FROM audit WHERE subject = ? ORDER BY id LIMIT 500")
                .bind(subject)
                .fetch_all(self.readers())
                .await?;
        Ok(rows.into_iter().map(|(at, actor, deed)| Deed { at: from_millis(at), actor, deed }).collect())
    }

    /// Adds to the audit, unless the same was noted within so many seconds: reading a page twice is
    /// reading it once.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn audit_once(
        &self,
        actor: &str,
        deed: &str,
        subject: &str,
        now: Timestamp,
        seconds: i64,
    ) -> Result<(), StoreError> {
        // Looked up before the writer is asked: most pages are read again, and need not wait for it.
        let noted: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM audit WHERE subject = ?1 AND actor = ?2 AND deed = ?3 AND at > ?4)",
        )
        .bind(subject)
        .bind(actor)
        .bind(deed)
        .bind(to_millis(now) - seconds * 1_000)
        .fetch_one(self.readers())
        .await?;
        if noted {
            return Ok(());
        }
        let mut turnover = self.begin().await?;
        sqlx::query(
            "INSERT INTO audit (at, actor, deed, subject) SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (
               SELECT 1 FROM audit WHERE subject = ?4 AND actor = ?2 AND deed = ?3 AND at > ?1 - ?5 * 1000)",
        )
        .bind(to_millis(now))
        .bind(actor)
        .bind(deed)
        .bind(subject)
        .bind(seconds)
        .execute(turnover.sql().await?)
        .await?;
        turnover.commit().await
    }

    /// The notes on a request, oldest first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn notes(&self, request: RequestId) -> Result<Vec<Note>, StoreError> {
        let rows: Vec<(i64, String, i64)> =
            sqlx::query_as("SELECT account, text, at FROM notes WHERE request = ? ORDER BY id")
                .bind(request.number())
                .fetch_all(self.readers())
                .await?;
        Ok(rows.into_iter().map(|(account, text, at)| Note { account, text, at: from_millis(at) }).collect())
    }

    /// Adds a note. The text is masked.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn add_note(
        &self,
        request: RequestId,
        account: i64,
        text: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        sqlx::query(
            "INSERT INTO notes (request, account, text, at)
             SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM requests WHERE id = ?1 AND resident <> '')",
        )
        .bind(request.number())
        .bind(account)
        .bind(text)
        .bind(to_millis(now))
        .execute(turnover.sql().await?)
        .await?;
        turnover.commit().await
    }

    /// The ready replies, by title.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn canned_replies(&self) -> Result<Vec<CannedReply>, StoreError> {
        let rows: Vec<(i64, String, String)> =
            sqlx::query_as("SELECT id, title, text FROM canned_replies ORDER BY title")
                .fetch_all(self.readers())
                .await?;
        Ok(rows.into_iter().map(|(id, title, text)| CannedReply { id, title, text }).collect())
    }

    /// Saves a ready reply under its title; without a text it is removed.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn save_canned(&self, title: &str, text: &str) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        let statement = if text.is_empty() {
            "DELETE FROM canned_replies WHERE title = ?1 AND ?2 = ''"
        } else {
            "INSERT INTO canned_replies (title, text) VALUES (?1, ?2) ON CONFLICT (title) DO UPDATE SET text = ?2"
        };
        sqlx::query(statement).bind(title).bind(text).execute(turnover.sql().await?).await?;
        turnover.commit().await
    }
}
