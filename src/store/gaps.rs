//! Questions that no article answers well, until staff have dealt with them.
//!
//! Which of them belong together, and to what article, is the console's business.

use super::{Store, StoreError, Turnover};
use crate::model::chat::Role;
use crate::model::id::{CentreId, RequestId};
use crate::model::lang::Lang;
use crate::model::time::{Timestamp, to_millis};

/// A question that found no answer, or whose answer did not help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The request.
    pub request: RequestId,
    /// The question in the resident's words, masked.
    pub question: String,
    /// The language of the conversation.
    pub lang: Lang,
    /// The centre that the request concerns.
    pub centre: Option<CentreId>,
}

impl Store {
    /// The gaps of a stretch of time that nobody has set aside, the newest first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn gaps(&self, from: Timestamp, count: u32) -> Result<Vec<Gap>, StoreError> {
        let rows: Vec<(i64, String, String, Option<String>)> = sqlx::query_as(
            "SELECT id, question, lang, centre FROM requests r INDEXED BY requests_figures
             WHERE opened_at >= ? AND kind = 'question'
               AND question <> '' AND (status = 'unanswered' OR outcome = 'not_helped')
               AND NOT EXISTS (SELECT 1 FROM set_aside s WHERE s.request = r.id)
             ORDER BY opened_at DESC LIMIT ?",
        )
        .bind(to_millis(from))
        .bind(count)
        .fetch_all(self.readers())
        .await?;
        let gap = |(id, question, lang, centre): (i64, String, String, Option<String>)| Gap {
            request: RequestId::from_number(id),
            question,
            lang: lang.parse().unwrap_or_default(),
            centre: centre.and_then(|c| c.parse().ok()),
        };
        Ok(rows.into_iter().map(gap).collect())
    }

    /// Staff have dealt with these: they are no gaps any more.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn set_aside(
        &self,
        requests: &[RequestId],
        by: &Role,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        for request in requests {
            turnover.set_aside(*request, by, now).await?;
        }
        turnover.commit().await
    }
}

impl Turnover {
    async fn set_aside(&mut self, request: RequestId, by: &Role, now: Timestamp) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO set_aside (request, at) SELECT id, ?2 FROM requests WHERE id = ?1
             ON CONFLICT (request) DO NOTHING",
        )
        .bind(request.number())
        .bind(to_millis(now))
        .execute(self.sql().await?)
        .await?;
        sqlx::query("UPDATE proposals SET done_at = ?2 WHERE request = ?1 AND done_at IS NULL")
            .bind(request.number())
            .bind(to_millis(now))
            .execute(self.sql().await?)
            .await?;
        if done.rows_affected() > 0 {
            self.audit(by, "set aside", &format!("request {request}"), now).await?;
        }
        Ok(())
    }
}
