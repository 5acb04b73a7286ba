//! The outbox's rows: `pending → sending → sent | retry | unknown | dead`, or `void` when what they
//! say no longer holds.
//!
//! Keeps order per recipient: a letter is claimed only when nothing older to the same recipient is
//! still open.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::waiting::Rows;
use super::{Store, StoreError, Turnover};
use crate::model::chat::{Address, MessageRef, ReplyHandle};
use crate::model::event::{Alarm, Mishap};
use crate::model::id::{LetterId, RequestId, VisitId};
use crate::model::message::{Content, Letter, Placement};
use crate::model::time::{Timestamp, from_millis, to_millis};

/// A letter that is to be delivered now.
#[derive(Clone, Debug, PartialEq)]
pub struct Parcel {
    /// Its number; also what a platform's nonce is made of.
    pub id: LetterId,
    /// Whom it goes to.
    pub to: Address,
    /// What it holds.
    pub content: Content,
    /// Where it goes in the chat.
    pub placement: Placement,
    /// How to answer the very event that it answers.
    pub reply: Option<ReplyHandle>,
    /// How often it has been tried before.
    pub attempts: u32,
    /// How many tries got no answer, so that nobody knows whether they arrived.
    pub unanswered: u32,
    /// How many of its parts have arrived.
    pub parts_done: u32,
    /// When it was written.
    pub written_at: Timestamp,
    /// The turn that wrote it.
    pub turn: Option<i64>,
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It arrived.
    Sent(Vec<MessageRef>),
    /// It did not arrive and is to be tried again; `unanswered` if nobody knows.
    Retry {
        /// When.
        at: Timestamp,
        /// How many parts have arrived.
        parts_done: u32,
        /// Whether the try got no answer.
        unanswered: bool,
        /// Why, without personal data.
        why: String,
    },
    /// It may have arrived; it is not tried again.
    Unknown,
    /// It will never arrive.
    Dead(String),
    /// Its recipient is gone: neither this letter nor any other will arrive.
    Gone,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Receipt(Vec<MessageRef>);

/// What is due and whose turn it is. A note from the bot to itself (`{"alarm"…`) waits for nobody and
/// holds up nobody: whether the resident's platform can be reached has nothing to do with a seat that
/// runs out. What is tried again goes before everything that has not been tried, although its new due
/// time is later: otherwise each would wait for the other.
const CLAIM: &str = r#"SELECT id, recipient, content, placement, reply, attempts, unanswered, parts_done, created_at, turn
     FROM letters AS l
     WHERE state IN ('pending', 'retry') AND due_at <= ?1
       AND (content LIKE '{"alarm"%' OR NOT EXISTS (
         SELECT 1 FROM letters AS e
         WHERE e.recipient = l.recipient AND e.state IN ('pending', 'retry', 'sending') AND e.id <> l.id
           AND e.content NOT LIKE '{"alarm"%'
           AND (e.state = 'sending'
                OR (e.state = 'retry' AND (l.state = 'pending' OR e.id < l.id))
                OR (e.state = 'pending' AND l.state = 'pending' AND (e.due_at, e.id) < (l.due_at, l.id)))))
     ORDER BY due_at, id LIMIT ?2"#;

/// What arrived is closed; the farewells among it are told, as nothing of them is to stay.
const CLOSE_SENT: &str =
    "UPDATE letters SET state = 'sent', receipt = sent.value ->> 1, closed_at = ?, reply = NULL
       FROM json_each(?) AS sent WHERE letters.id = sent.value ->> 0;
     SELECT id FROM letters WHERE farewell = 1 AND id IN (SELECT value ->> 0 FROM json_each(?))";

type ClaimRow = (i64, String, String, String, Option<String>, u32, u32, u32, i64, Option<i64>);

impl Turnover<'_> {
    pub(super) async fn write_letter(
        &mut self,
        letter: &Letter,
        reply: Option<&ReplyHandle>,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let json = |e: serde_json::Error| StoreError::Unreadable(e.to_string());
        let id = self.next_letter().await?;
        self.waiting.any = true;
        self.waiting.letters.push(&(
            id,
            letter.to.to_string(),
            serde_json::to_string(&letter.content).map_err(json)?,
            placement_word(letter.placement),
            reply.map(|r| &r.0),
            letter.request.map(RequestId::number),
            letter.visit.map(VisitId::number),
            to_millis(letter.due.unwrap_or(now)),
            to_millis(now),
            self.turn,
        ))?;
        Ok(id)
    }

    pub(super) async fn drop_visit_letters(
        &mut self,
        visit: VisitId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE letters SET state = 'void', closed_at = ? WHERE visit = ? AND state IN ('pending', 'retry')",
        )
        .bind(to_millis(now))
        .bind(visit.number())
        .execute(self.sql().await?)
        .await?;
        Ok(())
    }

    /// Notes that a person wrote a letter, and when its request was first answered by one.
    pub(super) async fn person_wrote(&mut self, letter: i64, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE letters SET by_person = 1 WHERE id = ?")
            .bind(letter)
            .execute(self.sql().await?)
            .await?;
        sqlx::query(
            "UPDATE requests SET first_answer_at = ?2
             WHERE id = (SELECT request FROM letters WHERE id = ?1) AND first_answer_at IS NULL",
        )
        .bind(letter)
        .bind(to_millis(now))
        .execute(self.sql().await?)
        .await?;
        Ok(())
    }

    /// A person has taken over: what the bot had yet to say in the request is not said.
    pub(super) async fn fence(&mut self, request: RequestId, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE letters SET state = 'void', closed_at = ?1
             WHERE request = ?2 AND visit IS NULL AND state IN ('pending', 'retry')
               AND recipient = (SELECT resident FROM requests WHERE id = ?2)
               AND by_person = 0",
        )
        .bind(to_millis(now))
        .bind(request.number())
        .execute(self.sql().await?)
        .await?;
        Ok(())
    }

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
        let rows: Vec<ClaimRow> =
            sqlx::query_as(CLAIM).bind(to_millis(now)).bind(limit).fetch_all(self.sql().await?).await?;
        let mut parcels = Vec::with_capacity(rows.len());
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.0;
            match parcel(row) {
                Some(mut parcel) => {
                    if let Content::Edit { letter, at, .. } | Content::Withdraw { letter, at } =
                        &mut parcel.content
                    {
                        *at = self.arrived(*letter).await?;
                    }
                    claimed.push(id);
                    parcels.push(parcel);
                }
                None => self.end(LetterId::from_number(id), "dead", "unreadable row", to_millis(now)).await?,
            }
        }
        if !claimed.is_empty() {
            // One statement for all of them: their numbers as a JSON array.
            sqlx::query(
                "UPDATE letters SET state = 'sending', attempts = attempts + 1
                 WHERE id IN (SELECT value FROM json_each(?))",
            )
            .bind(serde_json::Value::from(claimed).to_string())
            .execute(self.sql().await?)
            .await?;
        }
        Ok(parcels)
    }
}

fn placement_word(placement: Placement) -> &'static str {
    match placement {
        Placement::Below => "below",
        Placement::Replace => "replace",
    }
}

fn parcel(row: ClaimRow) -> Option<Parcel> {
    let (id, recipient, content, placement, reply, attempts, unanswered, parts_done, created_at, turn) = row;
    Some(Parcel {
        id: LetterId::from_number(id),
        to: recipient.parse().ok()?,
        content: serde_json::from_str(&content).ok()?,
        placement: if placement == "replace" { Placement::Replace } else { Placement::Below },
        reply: reply.map(ReplyHandle),
        attempts,
        unanswered,
        parts_done,
        written_at: from_millis(created_at),
        turn,
    })
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

    /// Makes due what waits for another try, and what was to go out at once but is dated in the future,
    /// as the clock was wrong when it was written.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn hurry(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        sqlx::query(
            "UPDATE letters SET due_at = ?1
             WHERE due_at > ?1 AND state IN ('pending', 'retry') AND (state = 'retry' OR due_at = created_at)",
        )
        .bind(to_millis(now))
        .execute(turnover.sql().await?)
        .await?;
        turnover.commit().await
    }

    /// Whether anything is due: a look without the writer, so that waiting costs nothing.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<i64> =
            sqlx::query_scalar("SELECT min(due_at) FROM letters WHERE state IN ('pending', 'retry')")
                .fetch_one(self.readers())
                .await?;
        Ok(due.map(from_millis))
    }

    /// The letters that a crash left in flight: nobody knows whether they arrived.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn in_flight(&self) -> Result<Vec<Parcel>, StoreError> {
        let rows: Vec<ClaimRow> = sqlx::query_as(
            "SELECT id, recipient, content, placement, reply, attempts, unanswered, parts_done, created_at, turn
             FROM letters WHERE state = 'sending' ORDER BY id",
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().filter_map(parcel).collect())
    }

    /// How many letters are in each state.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn letter_counts(&self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(sqlx::query_as("SELECT state, count(*) FROM letters GROUP BY state ORDER BY state")
            .fetch_all(self.readers())
            .await?)
    }
}
