//! What an open transaction has yet to write: the rows that nearly every turn adds, gathered over all
//! turns of a batch and written with one statement.
//!
//! Each errand to the database wakes a thread and waits for it, which takes longer than the writing
//! itself. So sessions, requests, letters and inbox rows wait here, in the order of their turns, until
//! the transaction is committed or somebody asks the database something (`Turnover::sql`).

use serde::Serialize;
use sqlx::SqliteConnection;

use super::StoreError;

/// One parameter each: rows as a JSON array of arrays. The inbox comes last: whoever sees the row of an
/// event sees everything that followed from it.
macro_rules! statement {
    ($end:literal) => {
        concat!(
            "INSERT INTO conversations (address, session, created_at, last_at)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 2 FROM json_each(?) WHERE true
      ON CONFLICT (address) DO UPDATE SET session = excluded.session, last_at = excluded.last_at;
    INSERT INTO requests (id, resident, kind, status, question, topic, article, confidence, centre, visit, lang,
                          outcome, points, epoch, opened_at, changed_at, owner, for_staff, assignee, merged_into,
                          municipality)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
             value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13,
             value ->> 14, value ->> 15, value ->> 16, value ->> 17, value ->> 18, value ->> 19, value ->> 20
      FROM json_each(?) WHERE true
      ON CONFLICT (id) DO UPDATE SET status = excluded.status, topic = excluded.topic, article = excluded.article,
          confidence = excluded.confidence, centre = excluded.centre, visit = excluded.visit, lang = excluded.lang,
          outcome = excluded.outcome, points = excluded.points, epoch = excluded.epoch,
          changed_at = excluded.changed_at, owner = excluded.owner, for_staff = excluded.for_staff,
          assignee = excluded.assignee, merged_into = excluded.merged_into;
    UPDATE notices SET done_at = settled.value ->> 0 FROM json_each(?) AS settled
      WHERE done_at IS NULL AND request = settled.value ->> 1 AND (settled.value ->> 2 OR notices.kind = 'handed');
    INSERT INTO letters (id, recipient, content, placement, reply, request, visit, due_at, created_at, turn)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
             value ->> 7, value ->> 8, value ->> 9
      FROM json_each(?);
    INSERT INTO inbox (id, key, address, role, kind, text, message, request, at)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
             value ->> 7, value ->> 8
      FROM json_each(?)",
            $end
        )
    };
}

/// What writes it.
pub(super) const WRITE: &str = statement!("");
/// The same as the last of a transaction.
pub(super) const WRITE_AND_COMMIT: &str = statement!("; COMMIT");

/// A row of the inbox: its request becomes known only when the turn has been decided.
#[derive(Debug, Serialize)]
pub(super) struct InboxRow(
    pub i64,
    pub String,
    pub String,
    pub &'static str,
    pub &'static str,
    pub Option<String>,
    pub Option<String>,
    /// The request whose transcript it belongs to.
    pub Option<i64>,
    pub i64,
);

/// Rows of one table, as JSON in the making.
#[derive(Debug, Default)]
pub(super) struct Rows {
    json: Vec<u8>,
    count: usize,
}

impl Rows {
    /// Adds a row: a tuple in the order of the columns.
    pub fn push(&mut self, row: &impl Serialize) -> Result<(), StoreError> {
        self.json.push(if self.json.is_empty() { b'[' } else { b',' });
        self.count += 1;
        serde_json::to_writer(&mut self.json, row).map_err(|e| StoreError::Unreadable(e.to_string()))
    }

    /// All of them, as one parameter; none stay.
    pub fn take(&mut self) -> Result<String, StoreError> {
        self.count = 0;
        let mut rows = std::mem::take(&mut self.json);
        rows.extend_from_slice(if rows.is_empty() { b"[]" } else { b"]" });
        String::from_utf8(rows).map_err(|e| StoreError::Unreadable(e.to_string()))
    }
}

/// The rows that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// Address, session, now.
    pub sessions: Rows,
    /// As in [`WRITE`].
    pub requests: Rows,
    /// Now, request, whether every kind of notice is dealt with.
    pub settled: Rows,
    /// As in [`WRITE`].
    pub letters: Rows,
    /// As they were noted.
    pub inbox: Vec<InboxRow>,
}

impl Waiting {
    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many rows wait.
    pub fn count(&self) -> usize {
        let rows = [&self.sessions, &self.requests, &self.settled, &self.letters];
        self.inbox.len() + rows.iter().map(|rows| rows.count).sum::<usize>()
    }

    /// Writes everything that waits, by [`WRITE`] or [`WRITE_AND_COMMIT`].
    pub async fn write(
        &mut self,
        statement: &'static str,
        connection: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        let mut inbox = Rows::default();
        for row in self.inbox.drain(..) {
            inbox.push(&row)?;
        }
        sqlx::query(statement)
            .bind(self.sessions.take()?)
            .bind(self.requests.take()?)
            .bind(self.settled.take()?)
            .bind(self.letters.take()?)
            .bind(inbox.take()?)
            .execute(connection)
            .await?;
        Ok(())
    }
}
