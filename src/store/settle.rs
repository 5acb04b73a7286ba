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
/// time is later: otherwise each would wait for the other.
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
     RETURNING id, recipient, content, placement, reply, attempts - 1, unanswered, parts_done, created_at, turn, due_at"#;

/// What arrived is closed; the farewells among it are told, as nothing of them is to stay.
const CLOSE_SENT: &str =
    "UPDATE letters SET state = 'sent', receipt = sent.value ->> 1, closed_at = ?, reply = NULL
       FROM json_each(?) AS sent WHERE letters.id = sent.value ->> 0;
     SELECT id FROM letters WHERE farewell = 1 AND id IN (SELECT value ->> 0 FROM json_each(?))";

impl Turnover<'_> {
    /// Closes all that arrived with one statement.
    async fn close_sent(
        &mut self,
        outcomes: &[(LetterId, Outcome)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
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
            return Ok(());
        }
        let sent = sent.take()?;
        let farewells: Vec<i64> = sqlx::query_scalar(CLOSE_SENT)
            .bind(to_millis(now))
            .bind(&sent)
            .bind(&sent)
            .fetch_all(self.sql().await?)
            .await?;
        for farewell in farewells {
            let (id, messages) = (LetterId::from_number(farewell), arrived.get(&farewell));
            if !self.take_away(id, messages.map_or(&[], |m| m.as_slice()), now).await? {
                self.part(id).await?;
            }
        }
        Ok(())
    }

    async fn close(&mut self, id: LetterId, outcome: &Outcome, now: Timestamp) -> Result<(), StoreError> {
        let now = to_millis(now);
        match outcome {
            // Those that arrived are closed together (`close_sent`).
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

    async fn claim(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Parcel>, StoreError> {
        let mut rows: Vec<SqliteRow> =
            sqlx::query(CLAIM).bind(to_millis(now)).bind(limit).fetch_all(self.sql().await?).await?;
        // RETURNING promises no order.
        rows.sort_by_key(|row| (row.get::<i64, _>("due_at"), row.get::<i64, _>("id")));
        let mut parcels = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.get("id");
            match LetterRow::from_row(&row).ok().and_then(parcel) {
                Some(mut parcel) => {
                    if let Content::Edit { letter, at, .. } | Content::Withdraw { letter, at } =
                        &mut parcel.content
                    {
                        *at = self.arrived(*letter).await?;
                    }
                    parcels.push(parcel);
                }
                None => self.end(LetterId::from_number(id), "dead", "unreadable row", to_millis(now)).await?,
            }
        }
        Ok(parcels)
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
    ) -> Result<Vec<Parcel>, StoreError> {
        let mut turnover = self.begin().await?;
        turnover.close_sent(outcomes, now).await?;
        for (id, outcome) in outcomes {
            turnover.close(*id, outcome, now).await?;
        }
        let parcels = turnover.claim(now, limit).await?;
        turnover.commit().await?;
        self.scrub().await?;
        Ok(parcels)
    }
}
