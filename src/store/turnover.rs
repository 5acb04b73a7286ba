//! The one open write transaction: begun, written in, and committed whole or not at all.
//!
//! Each errand to the database wakes a thread and waits for it, which takes longer than most statements:
//! so a transaction begins together with the first of them and is committed together with the last.

use std::sync::Arc;

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Sqlite, SqliteConnection};

use super::ahead::Ahead;
use super::log::Log;
use super::waiting::{WRITE, WRITE_AND_COMMIT, Waiting};
use super::writer::Held;
use super::{Store, StoreError};

/// One open write transaction. Dropped before it is committed, nothing of it has happened.
pub struct Turnover {
    /// Nothing once it has ended.
    held: Option<Held>,
    log: Arc<Log>,
    /// How many rows it has written, roughly.
    rows: usize,
    /// The event that is being handled: its row in the inbox.
    pub(super) turn: Option<i64>,
    /// What the turns of a batch are about to ask.
    pub(super) ahead: Option<Ahead>,
    /// What they have yet to write.
    pub(super) waiting: Waiting,
}

impl Store {
    /// Begins the one write transaction; others wait for it.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn begin(&self) -> Result<Turnover, StoreError> {
        let mut turnover = self.hold().await?;
        sqlx::query("BEGIN IMMEDIATE").execute(open(&mut turnover.held)?).await?;
        Ok(turnover)
    }

    /// A transaction that its first statement has yet to begin.
    pub(super) async fn hold(&self) -> Result<Turnover, StoreError> {
        Ok(Turnover {
            held: Some(self.writer.take().await?),
            log: Arc::clone(&self.log),
            rows: 0,
            turn: None,
            ahead: None,
            waiting: Waiting::default(),
        })
    }

    /// Writes, and takes it back: whether the database could be written to now.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn try_write(&self) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        sqlx::query("INSERT INTO seen (address, message) VALUES ('web:try', '') ON CONFLICT DO NOTHING")
            .execute(turnover.sql().await?)
            .await?;
        turnover.undo_all().await;
        Ok(())
    }
}

impl Turnover {
    /// The database, with everything written that waited for it.
    pub(super) async fn sql(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        if !self.waiting.is_empty() {
            self.write(WRITE).await?;
        }
        open(&mut self.held)
    }

    /// Writes what waits, by a statement of `waiting`.
    async fn write(&mut self, statement: &'static str) -> Result<(), StoreError> {
        self.rows += self.waiting.count();
        self.waiting.write(statement, open(&mut self.held)?).await
    }

    /// Commits: from here on everything in it survives a crash and a power cut.
    ///
    /// # Errors
    /// Whatever SQLite says; then nothing of it has happened.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if self.waiting.is_empty() {
            sqlx::query("COMMIT").execute(open(&mut self.held)?).await?;
        } else {
            self.write(WRITE_AND_COMMIT).await?;
        }
        self.ended();
        Ok(())
    }

    /// Runs a last statement that returns rows, and commits with it: `statement` ends in `COMMIT`.
    ///
    /// # Errors
    /// Whatever SQLite says; then nothing of it has happened.
    pub(super) async fn commit_with(
        mut self,
        statement: Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        let rows = statement.fetch_all(self.sql().await?).await?;
        self.rows += rows.len();
        self.ended();
        Ok(rows)
    }

    fn ended(&mut self) {
        if let Some(held) = self.held.take() {
            held.give_back();
        }
        self.log.grew(self.rows + 1);
    }

    /// Takes back everything. What is dropped is taken back too, a moment later.
    pub async fn undo_all(mut self) {
        if let Some(held) = self.held.take() {
            held.roll_back().await;
        }
    }

    /// Marks a point to come back to, should a turn have to be tried again.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn savepoint(&mut self) -> Result<(), StoreError> {
        sqlx::query("SAVEPOINT turn").execute(self.sql().await?).await?;
        Ok(())
    }

    /// Keeps what was done since [`Self::savepoint`].
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn keep(&mut self) -> Result<(), StoreError> {
        sqlx::query("RELEASE turn").execute(self.sql().await?).await?;
        Ok(())
    }

    /// Undoes what was done since [`Self::savepoint`].
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn undo(&mut self) -> Result<(), StoreError> {
        self.waiting = Waiting::default();
        self.look_anew();
        sqlx::query("ROLLBACK TO turn").execute(self.sql().await?).await?;
        sqlx::query("RELEASE turn").execute(self.sql().await?).await?;
        Ok(())
    }

    /// Something is being deleted that older pages in the log may still hold.
    pub(super) fn leaves_traces(&self) {
        self.log.has_traces();
    }
}

/// The connection of a transaction that has not ended. One that has is nobody's any more: ending takes it
/// from whoever had it.
fn open(held: &mut Option<Held>) -> Result<&mut SqliteConnection, StoreError> {
    held.as_deref_mut().ok_or(StoreError::Sqlite(sqlx::Error::WorkerCrashed))
}

impl Drop for Turnover {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else { return };
        match tokio::runtime::Handle::try_current() {
            // The next transaction waits until it is done.
            Ok(runtime) => drop(runtime.spawn(held.roll_back())),
            // Closed with what it had begun: the program ends.
            Err(_) => drop(held),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn see(turnover: &mut Turnover, address: &str) {
        sqlx::query("INSERT INTO seen (address, message) VALUES (?, '1')")
            .bind(address)
            .execute(turnover.sql().await.unwrap())
            .await
            .unwrap();
    }

    async fn nothing_happened_and_the_next_is_kept(store: &Store) {
        let mut kept = store.begin().await.unwrap();
        see(&mut kept, "web:kept").await;
        kept.commit().await.unwrap();
        let seen = sqlx::query_scalar("SELECT address FROM seen ORDER BY address");
        let seen: Vec<String> = seen.fetch_all(store.readers()).await.unwrap();
        assert_eq!(seen, ["web:kept"]);
    }

    async fn each_kind(folder: &tempfile::TempDir) -> [Store; 2] {
        [Store::in_memory().await.unwrap(), Store::open(&folder.path().join("turnover.db")).await.unwrap()]
    }

    #[tokio::test]
    async fn what_is_dropped_has_not_happened_and_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        for store in each_kind(&folder).await {
            let mut dropped = store.begin().await.unwrap();
            see(&mut dropped, "web:dropped").await;
            drop(dropped);
            let mut undone = store.begin().await.unwrap();
            see(&mut undone, "web:undone").await;
            undone.undo_all().await;
            nothing_happened_and_the_next_is_kept(&store).await;
            store.close().await;
            assert!(store.begin().await.is_err(), "closed");
        }
    }

    #[tokio::test]
    async fn what_sqlite_has_ended_by_itself_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        for store in each_kind(&folder).await {
            let mut ended = store.begin().await.unwrap();
            see(&mut ended, "web:ended").await;
            sqlx::query("ROLLBACK").execute(ended.sql().await.unwrap()).await.unwrap();
            drop(ended);
            nothing_happened_and_the_next_is_kept(&store).await;
        }
    }
}
