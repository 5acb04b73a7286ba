//! Delivery's side of the outbox: what became of the letters that were tried, and which are to be tried
//! now, in one transaction.
//!
//! Keeps order per recipient: a letter is claimed only when nothing older to the same recipient is
//! still open.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};

use super::letters::{LetterRow, Outcome, Parcel, Receipt, parcel};
use super::waiting::Rows;
use super::{Store, StoreError, Turnover};
use crate::model::chat::Address;
use crate::model::event::{Alarm, Mishap};
use crate::model::id::{LetterId, RequestId};
use crate::model::message::{Content, Letter, Placement};
use crate::model::time::{Timestamp, from_millis, to_millis};

/// What is due and whose turn it is. A note from the bot to itself (`{"alarm"…`) waits for nobody and
/// holds up nobody: whether the resident's platform can be reached has nothing to do with a seat that
/// runs out. What is tried again goes before everything that has not been tried, although its new due
/// time is later: otherwise each would wait for the other. With what changes an earlier letter comes where
/// that arrived. At last, when the next one of all that wait is due.
const CLAIM: &str = r#"UPDATE letters SET state = 'sending', attempts = attempts + 1
     WHERE id IN (SELECT id FROM letters AS l WHERE state IN ('pending', 'retry') AND due_at <= ?1
       AND (content LIKE '{"alarm"%' OR NOT EXISTS (
         SELECT 1 FROM letters AS e
         WHERE e.recipient = l.recipient AND e.state IN ('pending', 'retry', 'sending') AND e.id <> l.id
           AND e.content NOT LIKE '{"alarm"%'
           AND (e.state = 'sending'
                OR (e.state = 'retry' AND (l.state = 'pending' OR e.id < l.id))
                OR (e.state = 'pending' AND l.state = 'pending' AND (e.due_at, e.id) < (l.due_at, l.id)))))
       ORDER BY due_at, id LIMIT ?2)
     RETURNING id, recipient, content, placement, reply, attempts - 1, unanswered, parts_done, created_at, turn, due_at,
       CASE WHEN (content LIKE '{"edit"%' OR content LIKE '{"withdraw"%') AND json_valid(content) THEN
         (SELECT e.receipt FROM letters AS e
          WHERE e.id = coalesce(letters.content ->> '$.edit.letter', letters.content ->> '$.withdraw.letter')) END
       AS earlier;
     SELECT min(due_at) AS next FROM letters WHERE state IN ('pending', 'retry');
     COMMIT"#;

/// What arrived is closed; the farewells among it are told, as nothing of them is to stay.
const BEGIN_AND_CLOSE_SENT: &str = "BEGIN IMMEDIATE;
     UPDATE letters SET state = 'sent', receipt = sent.value ->> 1, closed_at = ?, reply = NULL
       FROM json_each(?) AS sent WHERE letters.id = sent.value ->> 0;
     SELECT id FROM letters WHERE farewell = 1 AND id IN (SELECT value ->> 0 FROM json_each(?))";

impl Store {
    /// Begins a transaction and closes all that arrived with its first statement.
    async fn begin_closing(
        &self,
        outcomes: &[(LetterId, Outcome)],
        now: Timestamp,
    ) -> Result<Turnover, StoreError> {
        let mut sent = Rows::default();
        let mut arrived = HashMap::new();
        for (id, outcome) in outcomes {
            if let Outcome::Sent(messages) = outcome {
                let receipt = serde_json::to_string(&Receipt(messages.clone())).unwrap_or_default();
                sent.push(&(id.number(), receipt))?;
                arrived.insert(id.number(), messages);
            }
        }
        if arrived.is_empty() {
            return self.begin().await;
        }
        let mut turnover = self.hold().await?;
        let sent = sent.take()?;
        let farewells: Vec<i64> = sqlx::query_scalar(BEGIN_AND_CLOSE_SENT)
            .bind(to_millis(now))
            .bind(&sent)
            .bind(&sent)
            .fetch_all(turnover.sql().await?)
            .await?;
        for farewell in farewells {
            let (id, messages) = (LetterId::from_number(farewell), arrived.get(&farewell));
            if !turnover.take_away(id, messages.map_or(&[], |m| m.as_slice()), now).await? {
                turnover.part(id).await?;
            }
        }
        Ok(turnover)
    }
}

impl Turnover {
    async fn close(&mut self, id: LetterId, outcome: &Outcome, now: Timestamp) -> Result<(), StoreError> {
        let now = to_millis(now);
        match outcome {
            // Those that arrived are closed together (`begin_closing`).
            Outcome::Sent(_) => {}
            Outcome::Retry { at, parts_done, unanswered, why } => {
                sqlx::query(
                    "UPDATE letters SET state = 'retry', due_at = ?, parts_done = ?, failure = ?,
                       unanswered = unanswered + ? WHERE id = ?",
                )
                .bind(to_millis(*at))
                .bind(parts_done)
                .bind(why)
                .bind(i64::from(*unanswered))
                .bind(id.number())
                .execute(self.sql().await?)
                .await?;
            }
            Outcome::Unknown => {
                self.end(id, "unknown", "no answer", now).await?;
                self.report(id, Mishap::Unknown, now).await?;
                self.part(id).await?;
            }
            Outcome::Dead(why) => {
                self.end(id, "dead", why, now).await?;
                self.report(id, Mishap::Refused, now).await?;
                self.part(id).await?;
            }
            Outcome::Gone => {
                self.end(id, "dead", "recipient gone", now).await?;
                self.report(id, Mishap::Gone, now).await?;
                self.part(id).await?;
                sqlx::query(
                    // Notes from the bot to itself stay: a seat that was kept for the person runs out all the same.
                    r#"UPDATE letters SET state = 'dead', failure = 'recipient gone', closed_at = ?1
                     WHERE recipient = (SELECT recipient FROM letters WHERE id = ?2)
                       AND state IN ('pending', 'retry') AND content NOT LIKE '{"alarm"%'"#,
                )
                .bind(now)
                .bind(id.number())
                .execute(self.sql().await?)
                .await?;
            }
        }
        Ok(())
    }

    /// Whoever answers is to know of what did not arrive: a note of the bot to itself, in the same
    /// transaction, so that no crash forgets it. Of a resident who is gone every letter tells; else
    /// only what a person wrote, and the opening of a post.
    async fn report(&mut self, id: LetterId, mishap: Mishap, now: i64) -> Result<(), StoreError> {
        let row: Option<(i64, String, bool)> = sqlx::query_as(
            r#"SELECT r.id, r.resident, l.recipient = r.resident FROM letters AS l JOIN requests AS r
                 ON r.resident = l.recipient
                      AND (?2 OR l.by_person = 1 AND r.id = l.request AND l.content LIKE '{"message"%')
                   OR r.id = l.request AND l.content LIKE '{"desk":{"open"%'
               WHERE l.id = ?1 AND r.status IN ('waiting', 'claimed') LIMIT 1"#,
        )
        .bind(id.number())
        .bind(mishap == Mishap::Gone)
        .fetch_optional(self.sql().await?)
        .await?;
        let Some((request, resident, to_resident)) = row else { return Ok(()) };
        let Ok(to) = resident.parse::<Address>() else { return Ok(()) };
        let mishap = if to_resident { mishap } else { Mishap::Unopened };
        let content = Content::Alarm(Alarm::Undelivered(RequestId::from_number(request), mishap));
        let note = Letter { to, content, due: None, placement: Placement::Below, request: None, visit: None };
        self.write_letter(&note, None, from_millis(now)).await.map(drop)
    }

    async fn end(&mut self, id: LetterId, state: &str, why: &str, now: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE letters SET state = ?, failure = ?, closed_at = ?, reply = NULL WHERE id = ?")
            .bind(state)
            .bind(why)
            .bind(now)
            .bind(id.number())
            .execute(self.sql().await?)
            .await?;
        Ok(())
    }
}

/// What is to be done next.
#[derive(Debug, Default)]
pub struct Claimed {
    /// The letters that are to be delivered now, in the order in which they were due.
    pub parcels: Vec<Parcel>,
    /// When the next of those that wait is due; perhaps already, where it waits for an older one.
    pub next_due: Option<Timestamp>,
    /// The letters that cannot be read.
    unreadable: Vec<LetterId>,
}

impl Claimed {
    /// Reads what is committed already: nothing here may fail, or nobody would deliver the rest.
    fn read(mut rows: Vec<SqliteRow>) -> Self {
        let mut claimed = Self::default();
        let next = rows.pop().and_then(|row| row.try_get::<Option<i64>, _>("next").ok().flatten());
        claimed.next_due = next.map(from_millis);
        // RETURNING promises no order.
        rows.sort_by_key(|row| (row.get::<i64, _>("due_at"), row.get::<i64, _>("id")));
        for row in rows {
            match LetterRow::from_row(&row).ok().and_then(parcel) {
                Some(mut parcel) => {
                    if let Content::Edit { at, .. } | Content::Withdraw { at, .. } = &mut parcel.content {
                        let receipt: Option<String> = row.try_get("earlier").ok().flatten();
                        *at = receipt.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
                    }
                    claimed.parcels.push(parcel);
                }
                None => claimed.unreadable.push(LetterId::from_number(row.get("id"))),
            }
        }
        claimed
    }
}

impl Store {
    /// Closes what was tried and claims what is due, in one transaction.
    ///
    /// # Errors
    /// Whatever SQLite says; then nothing was closed or claimed.
    pub async fn settle(
        &self,
        outcomes: &[(LetterId, Outcome)],
        now: Timestamp,
        limit: u32,
    ) -> Result<Claimed, StoreError> {
        let mut turnover = self.begin_closing(outcomes, now).await?;
        for (id, outcome) in outcomes {
            turnover.close(*id, outcome, now).await?;
        }
        let claim = sqlx::query(CLAIM).bind(to_millis(now)).bind(limit);
        let claimed = Claimed::read(turnover.commit_with(claim).await?);
        // They are claimed: whatever goes wrong from here on, they are to be delivered.
        if let Err(error) = self.give_up(&claimed.unreadable, now).await {
            tracing::error!(%error, "letters that cannot be read were not given up");
        }
        if let Err(error) = self.scrub().await {
            tracing::error!(%error, "the log of the database could not be emptied");
        }
        Ok(claimed)
    }

    /// What cannot be read can never be delivered.
    async fn give_up(&self, letters: &[LetterId], now: Timestamp) -> Result<(), StoreError> {
        if letters.is_empty() {
            return Ok(());
        }
        let mut turnover = self.begin().await?;
        for letter in letters {
            turnover.end(*letter, "dead", "unreadable row", to_millis(now)).await?;
        }
        turnover.commit().await
    }
}
