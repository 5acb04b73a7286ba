//! What staff read and write beside the turns: lists of requests, their talk and history, notes.
//!
//! Changes to a request itself are turns; here are only the lists, the notes and the ready replies.

use serde::Deserialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

use super::history::{Said, in_order};
use super::{Store, StoreError, requests};
use crate::model::chat::Platform;
use crate::model::id::{CentreId, RequestId};
use crate::model::request::{Outcome, Request, RequestKind, RequestStatus};
use crate::model::time::{Timestamp, from_millis, to_millis};

/// Which requests are wanted; what is `None` does not narrow.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Filter {
    /// How far they have come; several are possible.
    pub statuses: Vec<RequestStatus>,
    /// What kind of need.
    pub kind: Option<RequestKind>,
    /// The topic.
    pub topic: Option<String>,
    /// The language.
    pub lang: Option<String>,
    /// Where they came in.
    pub platform: Option<Platform>,
    /// The centre.
    pub centre: Option<CentreId>,
    /// What the resident said of it.
    pub outcome: Option<Outcome>,
    /// Not opened before.
    pub from: Option<Timestamp>,
    /// Opened before.
    pub until: Option<Timestamp>,
    /// Who looks after it.
    pub assignee: Option<i64>,
    /// Words that stand in the question or the conversation.
    pub words: Option<String>,
    /// Also those that wait for the answer to another one.
    pub merged: bool,
    /// Only of these centres, or of none; empty: of all.
    pub only: Vec<CentreId>,
    /// Older than this one, by the last change and the number: the next page.
    pub before: Option<(i64, i64)>,
}

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

/// The platform of a request, as the index has it.
const PLATFORM: &str = "substr(resident, 1, max(instr(resident, ':') - 1, 0))";
/// How many lines of conversations that fit are looked at, the newest first.
const NEWEST: i64 = 20_000;

/// What people typed as an FTS5 query: every word, the last as a beginning. Nothing of it is syntax.
fn match_all(words: &str) -> Option<String> {
    let words: Vec<&str> =
        words.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(8).collect();
    let quoted: Vec<String> = words.iter().map(|w| format!("\"{w}\"*")).collect();
    (!quoted.is_empty()).then(|| quoted.join(" "))
}

fn narrow(query: &mut QueryBuilder<Sqlite>, filter: &Filter) {
    if !filter.statuses.is_empty() {
        query.push(" AND status IN (");
        let mut list = query.separated(", ");
        for status in &filter.statuses {
            list.push_bind(status.word());
        }
        query.push(")");
    }
    let mut equal = |column: &str, value: Option<String>| {
        if let Some(value) = value {
            query.push(format!(" AND {column} = ")).push_bind(value);
        }
    };
    equal("kind", filter.kind.map(|k| k.word().to_owned()));
    equal("topic", filter.topic.clone());
    equal("lang", filter.lang.clone());
    equal("centre", filter.centre.as_ref().map(ToString::to_string));
    equal("outcome", filter.outcome.map(|o| o.word().to_owned()));
    equal(PLATFORM, filter.platform.map(|p| p.name().to_owned()));
    if !filter.merged {
        query.push(" AND merged_into IS NULL");
    }
    if let Some(from) = filter.from {
        query.push(" AND opened_at >= ").push_bind(to_millis(from));
    }
    if let Some(until) = filter.until {
        query.push(" AND opened_at < ").push_bind(to_millis(until));
    }
    if let Some(assignee) = filter.assignee {
        query.push(" AND assignee = ").push_bind(assignee);
    }
    if !filter.only.is_empty() {
        query.push(" AND (centre IS NULL OR centre IN (");
        let mut list = query.separated(", ");
        for centre in &filter.only {
            list.push_bind(centre.to_string());
        }
        query.push("))");
    }
    if let Some(words) = filter.words.as_deref().and_then(match_all) {
        query
            .push(" AND id IN (SELECT rowid FROM request_words WHERE request_words MATCH ")
            .push_bind(words.clone());
        query.push(
            " UNION SELECT i.request FROM
               (SELECT rowid FROM inbox_words WHERE inbox_words MATCH ",
        );
        query.push_bind(words).push(" ORDER BY rowid DESC LIMIT ").push_bind(NEWEST);
        query.push(") w JOIN inbox i ON i.id = w.rowid WHERE i.request IS NOT NULL)");
    }
    if let Some((changed, id)) = filter.before {
        query.push(" AND (changed_at, id) < (").push_bind(changed).push(", ").push_bind(id).push(")");
    }
}

impl Store {
    /// Requests of people who have not been forgotten, the last changed first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn requests(&self, filter: &Filter, count: u32) -> Result<Vec<Request>, StoreError> {
        let mut query = QueryBuilder::new("SELECT * FROM requests WHERE resident <> ''");
        narrow(&mut query, filter);
        query.push(" ORDER BY changed_at DESC, id DESC LIMIT ").push_bind(count);
        let rows: Vec<SqliteRow> = query.build().fetch_all(self.readers()).await?;
        rows.iter().map(requests::from_row).collect()
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
        .execute(&mut *turnover.tx)
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
        .execute(&mut *turnover.tx)
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
        sqlx::query(statement).bind(title).bind(text).execute(&mut *turnover.tx).await?;
        turnover.commit().await
    }
}
