//! The write-ahead log: copied into the file beside the traffic, and emptied after something was deleted.
//!
//! Left to the writer, that copying stops every turn that waits behind it, for longer the more people the
//! file holds. Decides nothing about what is durable: that a commit is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{PATIENCE, Store, StoreError};

/// After so many rows the log is copied: some 300 turns, or about 30 MiB. Many of them change the same
/// pages, and of each only the last state is copied.
const COPIED_AFTER: usize = 1_500;
/// How long the writer waits for readers when it empties the log: a page is read in less, and a
/// backup reads for so long that no turn may wait for it.
const GLIMPSE: Duration = Duration::from_millis(25);

/// What is known of the log.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// How the file is opened; a database in memory has no log.
    file: Option<SqliteConnectOptions>,
    /// Rows written since it was last copied, roughly.
    rows: AtomicUsize,
    /// Held while it is being copied.
    copying: Arc<Mutex<()>>,
    /// Whether something was deleted that an older page in it may still hold.
    traces: AtomicBool,
}

impl Log {
    /// The log of a file. What was deleted just before the last end may still stand in it.
    pub fn of(file: SqliteConnectOptions) -> Self {
        Self { file: Some(file), traces: AtomicBool::new(true), ..Self::default() }
    }

    /// Something was deleted.
    pub fn has_traces(&self) {
        self.traces.store(true, Ordering::SeqCst);
    }

    /// So many rows more were committed.
    pub fn grew(&self, rows: usize) {
        let Some(file) = &self.file else { return };
        if self.rows.fetch_add(rows, Ordering::Relaxed) + rows < COPIED_AFTER {
            return;
        }
        let (Ok(turn), Ok(runtime)) =
            (Arc::clone(&self.copying).try_lock_owned(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        self.rows.store(0, Ordering::Relaxed);
        runtime.spawn(copy(file.clone(), turn));
    }

    /// Waits until a copy that is under way has ended; none begins while this is held.
    pub async fn copied(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.copying).lock_owned().await
    }
}

/// Copies what no reader needs from the log any more, on a connection of its own. The writer then begins
/// the log anew.
async fn copy(file: SqliteConnectOptions, turn: OwnedMutexGuard<()>) {
    let copied = async {
        let mut connection = file.connect().await?;
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut connection).await?;
        connection.close().await
    };
    if let Err(error) = copied.await {
        // Nothing is lost by it: the log is only longer, and the writer copies it when it is too long.
        tracing::warn!(%error, "the log of the database was not copied");
    }
    drop(turn);
}

impl Store {
    /// Empties the write-ahead log if something was deleted: until then it holds pages from before.
    /// Where a reader or a copy stands in the way the next call tries again.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn scrub(&self) -> Result<(), StoreError> {
        if !self.log.traces.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let mut held = self.writer.take().await?;
        let done = empty(&mut held).await;
        held.give_back();
        if !matches!(done, Ok(true)) {
            self.log.has_traces();
        }
        done.map(|_| ())
    }
}

/// Whether the log is empty now.
async fn empty(writer: &mut SqliteConnection) -> Result<bool, StoreError> {
    let wait = |time: Duration| {
        sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA busy_timeout = {}", time.as_millis())))
    };
    wait(GLIMPSE).execute(&mut *writer).await?;
    let done: Result<(i64, i64, i64), sqlx::Error> =
        sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *writer).await;
    wait(PATIENCE).execute(&mut *writer).await?;
    Ok(done?.0 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(path: &std::path::Path) -> u64 {
        std::fs::metadata(path).map_or(0, |file| file.len())
    }

    #[tokio::test]
    async fn a_long_log_is_copied_while_the_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log.db");
        let store = Store::open(&file).await.unwrap();
        let before = bytes(&file);
        for row in 0..100 {
            let mut turnover = store.begin().await.unwrap();
            sqlx::query("INSERT INTO seen (address, message) VALUES (?, ?)")
                .bind(format!("web:{row}"))
                .bind("x".repeat(2_000))
                .execute(turnover.sql().await.unwrap())
                .await
                .unwrap();
            turnover.commit().await.unwrap();
        }
        assert_eq!(bytes(&file), before, "so little stays in the log");
        let writing = store.begin().await.unwrap();
        store.log.grew(COPIED_AFTER);
        drop(store.log.copied().await);
        assert!(bytes(&file) > before + 100 * 2_000, "copied, although somebody writes");
        writing.undo_all().await;
        store.close().await;
    }
}
