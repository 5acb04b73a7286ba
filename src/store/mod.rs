//! The database: SQLite, one writer, many readers. All SQL lives in this folder, a file per table.
//!
//! Decides nothing. A [`Turnover`] is the one open write transaction; it is committed whole or not
//! at all.

pub mod accounts;
mod ahead;
mod audit;
pub mod backup;
mod conversations;
mod desk;
mod desk_found;
mod desk_lists;
mod error;
mod filter;
mod forget;
pub mod gaps;
pub mod history;
mod inbox;
pub mod insight;
mod kept;
pub mod letters;
pub mod lock;
pub mod persons;
mod requests;
pub mod restore;
pub mod retention;
pub mod revisions;
mod save;
mod settle;
pub mod views;
pub mod visit_lists;
mod visits;
mod waiting;
pub mod worklist;

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Sqlite, Transaction};

use self::ahead::Ahead;
pub use self::error::StoreError;
pub use self::inbox::Noted;
pub use self::save::Turned;
use self::waiting::Waiting;

/// The migrations, applied in order when the database is opened.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// A file of up to so many bytes is read through before it is opened: that takes a blink. With a larger
/// one a start would take as long as reading it all; damage in it shows when it is read, and in the copy
/// that every backup makes and reads through.
const READ_THROUGH: u64 = 64 * 1024 * 1024;
/// How many connections only read.
const READERS: u32 = 4;
/// How long the writer waits for other processes that write.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it waits for readers when it empties the log, in milliseconds: a page is read in less, and a
/// backup reads for so long that no turn may wait for it.
const GLIMPSE: u32 = 25;

/// The open database.
#[derive(Clone, Debug)]
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Then its one connection is the database itself.
    in_memory: bool,
    /// Whether something was deleted that an older page in the write-ahead log may still hold.
    to_scrub: Arc<AtomicBool>,
}

/// The one open write transaction.
pub struct Turnover<'a> {
    tx: Transaction<'a, Sqlite>,
    to_scrub: Arc<AtomicBool>,
    /// The event that is being handled: its row in the inbox.
    turn: Option<i64>,
    /// What the turns of a batch are about to ask.
    ahead: Option<Ahead>,
    /// What they have yet to write.
    waiting: Waiting,
}

impl Store {
    /// Opens, or makes, the database of a path and brings it up to date.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a newer version of the program made it: it is left untouched.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        inspect(path).await?;
        let new = !path.exists();
        let options = options(SqliteConnectOptions::new().filename(path).create_if_missing(true))
            .journal_mode(SqliteJournalMode::Wal);
        let writer = writer_pool().connect_with(options.clone()).await?;
        MIGRATIONS.run(&writer).await?;
        if new {
            // SQLite makes the content of a new file durable, but not the file's name in its folder.
            lock::sync_folder(path)?;
        }
        let readers = SqlitePoolOptions::new().max_connections(READERS);
        let readers = readers.connect_with(options.read_only(true)).await?;
        // What was deleted just before the last end may still stand in the log.
        Ok(Self { writer, readers, in_memory: false, to_scrub: Arc::new(AtomicBool::new(true)) })
    }

    /// A database in memory, gone with the program: for `digidel chat` and tests.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let options = options(SqliteConnectOptions::from_str("sqlite::memory:")?);
        // One connection for ever: every connection to `:memory:` would be a database of its own.
        let only = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        MIGRATIONS.run(&only).await?;
        Ok(Self { writer: only.clone(), readers: only, in_memory: true, to_scrub: Arc::default() })
    }

    /// Begins the one write transaction; others wait for it.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn begin(&self) -> Result<Turnover<'static>, StoreError> {
        let begun = self.writer.begin_with("BEGIN IMMEDIATE").await;
        if begun.is_err() && !self.in_memory {
            // Whether SQLite has begun one is not known: a new connection has none.
            self.writer.acquire().await?.close().await?;
        }
        Ok(Turnover {
            tx: begun?,
            to_scrub: Arc::clone(&self.to_scrub),
            turn: None,
            ahead: None,
            waiting: Waiting::default(),
        })
    }

    /// Lets a statement of the writer fail at any of its steps: `fails` is asked at each. For tests of
    /// what a failing database leaves behind.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn fail_when(
        &self,
        mut fails: impl FnMut() -> bool + Send + 'static,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer.acquire().await?;
        writer.lock_handle().await?.set_progress_handler(1, move || !fails());
        Ok(())
    }

    /// Empties the write-ahead log if something was deleted: until then it holds pages from before.
    /// Where a reader stands in the way the next call tries again.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn scrub(&self) -> Result<(), StoreError> {
        if !self.to_scrub.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let done = self.empty_log().await;
        if !matches!(done, Ok(true)) {
            self.to_scrub.store(true, Ordering::SeqCst);
        }
        done.map(|_| ())
    }

    /// Whether it is empty now.
    async fn empty_log(&self) -> Result<bool, StoreError> {
        let mut writer = self.writer.acquire().await?;
        let wait = |millis: u128| sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA busy_timeout = {millis}")));
        wait(GLIMPSE.into()).execute(&mut *writer).await?;
        let done: Result<(i64, i64, i64), sqlx::Error> =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *writer).await;
        wait(PATIENCE.as_millis()).execute(&mut *writer).await?;
        Ok(done?.0 == 0)
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
        // Dropped, so rolled back.
        Ok(())
    }

    /// How many statements the writer keeps prepared: it grows with what is done for the first time, and
    /// not with how often it is done.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn prepared(&self) -> Result<usize, StoreError> {
        Ok(self.writer.acquire().await?.cached_statements_size())
    }

    /// Connections that only read.
    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Closes the database; what is committed is on disk.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn options(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        // FULL, not NORMAL: what was acknowledged survives a power cut (sqlite.org/pragma.html#pragma_synchronous).
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        // A turn changes some thirty pages of 4 KiB, many of them the same as the turn before. Copied from the
        // log into the file every 32 MiB instead of every 4, most of that copying falls away; and with room
        // for a whole batch in memory each page is written to the log once.
        .pragma("wal_autocheckpoint", "8000")
        .pragma("cache_size", "-16000")
        // Deleted personal data is overwritten, not left in free pages.
        .pragma("secure_delete", "ON")
        // Nor is any of it left in a temporary file.
        .pragma("temp_store", "MEMORY")
        .statement_cache_capacity(200)
}

/// The one connection that writes. It is looked at before each transaction: SQLite ends one by itself when
/// the disk is full or fails (`sqlite.org/lang_transaction.html`). sqlx still counts it as open then and
/// would refuse every other for ever, so that connection is given up for a new one. Asking it whether it
/// answers, as a pool does unless told otherwise, would be one more errand for every turn.
fn writer_pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(1).test_before_acquire(false).before_acquire(|writer, _| {
        Box::pin(async move {
            let ended = writer.is_in_transaction();
            if ended {
                tracing::warn!("a transaction ended by itself; the database is opened anew");
            }
            Ok(!ended)
        })
    })
}

/// Looks at a file before anything is written to it: a damaged one, or one of a newer version, is
/// left as it is.
async fn inspect(path: &Path) -> Result<(), StoreError> {
    if !path.exists() {
        return Ok(());
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut file = options.connect().await?;
    let inspected = inspect_open(&mut file, path).await;
    let _ = file.close().await;
    inspected
}

async fn inspect_open(file: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    if bytes <= READ_THROUGH {
        let whole: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut *file).await?;
        if whole != "ok" {
            return Err(StoreError::Damaged);
        }
    }
    let found: Result<Option<i64>, sqlx::Error> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(file).await;
    let known = MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0);
    match found {
        Ok(Some(version)) if version > known => {
            Err(StoreError::Newer { path: path.to_owned(), version, known })
        }
        // No such table: the file is empty, or no database of ours; the migrations will tell.
        Ok(_) | Err(_) => Ok(()),
    }
}

impl Turnover<'_> {
    /// The database, with everything written that waited for it.
    async fn sql(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        if !self.waiting.is_empty() {
            self.waiting.write(&mut self.tx).await?;
        }
        Ok(&mut self.tx)
    }

    /// Commits: from here on everything in it survives a crash and a power cut.
    ///
    /// # Errors
    /// Whatever SQLite says; then nothing of it has happened.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.sql().await?;
        Ok(self.tx.commit().await?)
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
}
