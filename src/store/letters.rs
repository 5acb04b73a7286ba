//! The outbox's rows: `pending → sending → sent | retry | unknown | dead`, or `void` when what they
//! say no longer holds.
//!
//! Writes and reads them; what becomes of a try is in `settle`.

use serde::{Deserialize, Serialize};

use super::{Store, StoreError, Turnover};
use crate::model::chat::{Address, MessageRef, ReplyHandle};
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
pub(super) struct Receipt(pub Vec<MessageRef>);

/// Number, recipient, content, placement, reply, attempts, unanswered, parts that arrived, written at, turn.
pub(super) type LetterRow = (i64, String, String, String, Option<String>, u32, u32, u32, i64, Option<i64>);

impl Turnover {
    pub(super) async fn write_letter(
        &mut self,
        letter: &Letter,
        reply: Option<&ReplyHandle>,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let json = |e: serde_json::Error| StoreError::Unreadable(e.to_string());
        let id = self.next_letter().await?;
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
}

fn placement_word(placement: Placement) -> &'static str {
    match placement {
        Placement::Below => "below",
        Placement::Replace => "replace",
    }
}

/// Reads a letter that is to be delivered; nothing if it cannot be read.
pub(super) fn parcel(row: LetterRow) -> Option<Parcel> {
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

    /// When the next letter is due: a look without the writer. The outbox is told so whenever it claims.
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
        let rows: Vec<LetterRow> = sqlx::query_as(
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
