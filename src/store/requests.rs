//! Requests: written whole, read by identifier.

use serde_json::json;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{StoreError, Turnover};
use crate::model::id::{RequestId, VisitId};
use crate::model::place::Municipality;
use crate::model::request::{Outcome, Request, RequestKind, RequestStatus};
use crate::model::time::{Timestamp, from_millis, to_millis};

/// Reads a row of `requests`.
pub(crate) fn from_row(row: &SqliteRow) -> Result<Request, StoreError> {
    let id: i64 = row.try_get("id")?;
    let bad = || StoreError::Unreadable(format!("requests.id = {id}"));
    let text = |column: &str| row.try_get::<Option<String>, _>(column);
    Ok(Request {
        id: RequestId::from_number(id),
        resident: row.try_get::<String, _>("resident")?.parse().map_err(|_| bad())?,
        kind: RequestKind::from_word(row.try_get("kind")?).ok_or_else(bad)?,
        status: RequestStatus::from_word(row.try_get("status")?).ok_or_else(bad)?,
        question: row.try_get("question")?,
        topic: text("topic")?,
        article: text("article")?.and_then(|a| a.parse().ok()),
        confidence: row.try_get("confidence")?,
        centre: text("centre")?.and_then(|c| c.parse().ok()),
        visit: row.try_get::<Option<i64>, _>("visit")?.map(VisitId::from_number),
        municipality: text("municipality")?.map(Municipality::new),
        lang: row.try_get::<String, _>("lang")?.parse().map_err(|_| bad())?,
        outcome: text("outcome")?.and_then(|o| Outcome::from_word(&o)),
        points: row.try_get("points")?,
        owner: text("owner")?.and_then(|o| o.parse().ok()),
        for_staff: row.try_get("for_staff")?,
        epoch: row.try_get("epoch")?,
        opened_at: from_millis(row.try_get("opened_at")?),
        changed_at: from_millis(row.try_get("changed_at")?),
        assignee: row.try_get("assignee")?,
        merged_into: row.try_get::<Option<i64>, _>("merged_into")?.map(RequestId::from_number),
    })
}

impl Turnover {
    pub(super) async fn request(&mut self, id: RequestId) -> Result<Option<Request>, StoreError> {
        let row = sqlx::query("SELECT * FROM requests WHERE id = ? AND resident <> ''")
            .bind(id.number())
            .fetch_optional(self.sql().await?)
            .await?;
        row.as_ref().map(from_row).transpose()
    }

    /// The requests that wait for the answer to this one, the oldest first.
    pub(super) async fn merged_into(&mut self, id: RequestId) -> Result<Vec<Request>, StoreError> {
        let sql = "SELECT * FROM requests WHERE merged_into = ? AND resident <> '' ORDER BY opened_at, id";
        let rows = sqlx::query(sql).bind(id.number()).fetch_all(self.sql().await?).await?;
        rows.iter().map(from_row).collect()
    }

    pub(super) fn write_request(&mut self, request: &Request, now: Timestamp) -> Result<(), StoreError> {
        let place = request.municipality.as_ref().map(Municipality::as_str);
        // serde writes tuples of up to sixteen; the row is one of twenty-one.
        self.waiting.requests.push(&json!([
            request.id.number(),
            request.resident.to_string(),
            request.kind.word(),
            request.status.word(),
            request.question,
            request.topic,
            request.article.as_ref().map(ToString::to_string),
            request.confidence,
            request.centre.as_ref().map(ToString::to_string),
            request.visit.map(VisitId::number),
            request.lang.code(),
            request.outcome.map(Outcome::word),
            request.points,
            request.epoch,
            to_millis(request.opened_at),
            to_millis(now),
            request.owner.as_ref().map(ToString::to_string),
            request.for_staff,
            request.assignee,
            request.merged_into.map(RequestId::number),
            place,
        ]))?;
        self.settle_notices(request, now)
    }

    /// What staff were told of a request is dealt with once it no longer waits, or no longer for them.
    fn settle_notices(&mut self, request: &Request, now: Timestamp) -> Result<(), StoreError> {
        let told = match request.status {
            // What the bot has seen to itself nobody was told of.
            RequestStatus::Answered | RequestStatus::Unanswered => return Ok(()),
            RequestStatus::Waiting => request.for_staff,
            RequestStatus::Claimed | RequestStatus::Resolved | RequestStatus::Closed => false,
        };
        if told {
            return Ok(());
        }
        let all = request.status != RequestStatus::Waiting;
        self.waiting.settled.push(&(to_millis(now), request.id.number(), all))
    }
}
