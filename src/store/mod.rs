//! The database: SQLite, one writer, many readers. All SQL lives in this folder, a file per table.
//!
//! Decides nothing.

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
mod log;
pub mod persons;
mod requests;
pub mod restore;
pub mod retention;
pub mod revisions;
mod save;
mod settle;
mod turnover;
pub mod views;
pub mod visit_lists;
mod visits;
mod waiting;
pub mod worklist;
mod writer;

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

pub use self::error::StoreError;
pub use self::inbox::Noted;
use self::log::Log;
pub use self::save::Turned;
pub use self::turnover::Turnover;
use self::writer::Writer;

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

/// The open database.
#[derive(Clone, Debug)]
pub struct Store {
    writer: Writer,
    readers: SqlitePool,
    log: Arc<Log>,
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
        let mut writer = options.connect().await?;
        MIGRATIONS.run(&mut writer).await?;
        if new {
            // SQLite makes the content of a new file durable, but not the file's name in its folder.
            lock::sync_folder(path)?;
        }
        // A file answers or fails; asking it first whether it is there would be an errand more.
        let readers = SqlitePoolOptions::new().max_connections(READERS).test_before_acquire(false);
        let readers = readers.connect_with(options.clone().read_only(true)).await?;
        let log = Arc::new(Log::of(options.clone()));
        Ok(Self { writer: Writer::own(writer, options), readers, log })
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
        Ok(Self { writer: Writer::Shared(only.clone()), readers: only, log: Arc::default() })
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
        let mut held = self.writer.take().await?;
        held.lock_handle().await?.set_progress_handler(1, move || !fails());
        held.give_back();
        Ok(())
    }

    /// How many statements the writer keeps prepared: it grows with what is done for the first time, and
    /// not with how often it is done.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn prepared(&self) -> Result<usize, StoreError> {
        let held = self.writer.take().await?;
        let prepared = held.cached_statements_size();
        held.give_back();
        Ok(prepared)
    }

    /// Connections that only read.
    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Closes the database; what is committed is on disk.
    pub async fn close(&self) {
        self.readers.close().await;
        // A copy that is under way ends first.
        let _copying = self.log.copied().await;
        self.writer.close().await;
    }
}

fn options(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        // FULL, not NORMAL: what was acknowledged survives a power cut (sqlite.org/pragma.html#pragma_synchronous).
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        // The log is copied into the file beside the writer (`log`). Should that not come to an end, the writer
        // does the rest itself when it is twice as long: after 64 MiB.
        .pragma("wal_autocheckpoint", "16000")
        // With room for a whole batch in memory each page is written to the log once.
        .pragma("cache_size", "-16000")
        // Deleted personal data is overwritten, not left in free pages.
        .pragma("secure_delete", "ON")
        // Nor is any of it left in a temporary file.
        .pragma("temp_store", "MEMORY")
        .statement_cache_capacity(200)
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
