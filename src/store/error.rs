//! What can go wrong with the database, in words for the operator.

use std::path::PathBuf;

/// An error of the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer version of the program made the database.
    #[error(
        "the database {path} was made by a newer version of Digidel (schema {version}, this program knows {known}); \
         install that version again, or name another database with DIGIDEL_DATABASE. The file was not touched"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The schema's version.
        version: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// Another program works on the database.
    #[error(
        "another Digidel works on the database {0}; stop it first. Two at once would send every message twice"
    )]
    InUse(PathBuf),
    /// There is no room for what is to be saved.
    #[error(
        "the disk of the database is full: nothing can be saved, so nothing is answered. Free some space on it; \
         Digidel then goes on by itself, and nothing that was confirmed is lost"
    )]
    Full,
    /// The file, or the disk, can only be read.
    #[error(
        "the database can only be read: its file, folder or disk is write-protected. Give the user that Digidel runs \
         as the right to write there, or mount the disk for writing; Digidel then goes on by itself or at its next start"
    )]
    ReadOnly,
    /// The bytes in the file are no whole database.
    #[error(
        "the database is damaged. Stop Digidel and put the last backup in its place with `digidel restore FILE`; the \
         damaged files are kept beside it"
    )]
    Damaged,
    /// Reading or writing itself failed.
    #[error(
        "the disk of the database fails ({0}). Look for errors of the disk in the system's log (dmesg); Digidel goes \
         on by itself when it works again"
    )]
    Disk(String),
    /// Somebody else wrote for too long.
    #[error(
        "another program has kept the database busy for too long; if one is open in a tool of yours, close it there"
    )]
    Busy,
    /// The file cannot be opened at all.
    #[error(
        "the file of the database cannot be opened. Its folder must exist, and the user that Digidel runs as must be \
         allowed to write there"
    )]
    CannotOpen,
    /// The schema could not be brought up to date.
    #[error("the database could not be brought up to date: {0}")]
    Migration(String),
    /// Two rows would have been the same: a code or a seat that somebody else has.
    #[error("already taken")]
    Taken,
    /// A row holds something that this program did not write.
    #[error("the row {0} cannot be read")]
    Unreadable(String),
    /// A file beside the database could not be read or written.
    #[error("{0}")]
    File(String),
    /// Anything else that SQLite says.
    #[error("the database failed: {0}")]
    Sqlite(#[source] sqlx::Error),
}

/// The primary result code in SQLite's extended one (sqlite.org/rescode.html).
fn primary(error: &sqlx::Error) -> Option<i32> {
    let sqlx::Error::Database(error) = error else { return None };
    Some(error.code()?.parse::<i32>().ok()? & 0xFF)
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(e) = &error
            && e.is_unique_violation()
        {
            return Self::Taken;
        }
        match primary(&error) {
            Some(5 | 6) => Self::Busy,
            Some(8) => Self::ReadOnly,
            Some(10) => Self::Disk(error.to_string()),
            Some(11 | 26) => Self::Damaged,
            Some(13) => Self::Full,
            Some(14) => Self::CannotOpen,
            _ => Self::Sqlite(error),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError;
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => Self::from(error),
            other => Self::Migration(other.to_string()),
        }
    }
}
