//! The database: SQLite, one writer, many readers. All SQL lives in this folder, a file per table.
//!
//! Decides nothing. A [`Turnover`] is the one open write transaction; it is committed whole or not
//! at all.

pub mod accounts;
mod audit;
mod conversations;
mod desk;
mod desk_lists;
mod error;
mod filter;
pub mod history;
mod inbox;
pub mod insight;
pub mod letters;
pub mod persons;
mod requests;
pub mod revisions;
mod save;
pub mod views;
pub mod visit_lists;
mod visits;
pub mod worklist;

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

pub use self::error::StoreError;
pub use self::inbox::Noted;
pub use self::save::Turned;

/// The migrations, applied in order when the database is opened.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// How many connections only read.
const READERS: u32 = 4;

/// The open database.
#[derive(Clone, Debug)]
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
}

/// The one open write transaction.
pub struct Turnover<'a> {
    tx: Transaction<'a, Sqlite>,
}

impl Store {
    /// Opens, or makes, the database of a path and brings it up to date.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a newer version of the program made it: it is left untouched.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        refuse_newer(path).await?;
        let options = options(SqliteConnectOptions::new().filename(path).create_if_missing(true))
            .journal_mode(SqliteJournalMode::Wal);
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        MIGRATIONS.run(&writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(READERS);
        let readers = readers.connect_with(options.read_only(true)).await?;
        Ok(Self { writer, readers })
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
        Ok(Self { writer: only.clone(), readers: only })
    }

    /// Begins the one write transaction; others wait for it.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn begin(&self) -> Result<Turnover<'static>, StoreError> {
        Ok(Turnover { tx: self.writer.begin_with("BEGIN IMMEDIATE").await? })
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
        .busy_timeout(Duration::from_secs(10))
        // Deleted personal data is overwritten, not left in free pages.
        .pragma("secure_delete", "ON")
        .statement_cache_capacity(200)
}

async fn refuse_newer(path: &Path) -> Result<(), StoreError> {
    if !path.exists() {
        return Ok(());
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    let found: Result<Option<i64>, sqlx::Error> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&pool).await;
    pool.close().await;
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
    /// Commits: from here on everything in it survives a crash and a power cut.
    ///
    /// # Errors
    /// Whatever SQLite says; then nothing of it has happened.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }

    /// Marks a point to come back to, so that one bad turn of a batch fails alone.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn savepoint(&mut self) -> Result<(), StoreError> {
        sqlx::query("SAVEPOINT turn").execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Keeps what was done since [`Self::savepoint`].
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn keep(&mut self) -> Result<(), StoreError> {
        sqlx::query("RELEASE turn").execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Undoes what was done since [`Self::savepoint`].
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn undo(&mut self) -> Result<(), StoreError> {
        sqlx::query("ROLLBACK TO turn").execute(&mut *self.tx).await?;
        sqlx::query("RELEASE turn").execute(&mut *self.tx).await?;
        Ok(())
    }
}
