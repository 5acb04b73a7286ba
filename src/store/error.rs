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
    /// The schema could not be brought up to date.
    #[error("the database could not be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Two rows would have been the same: a code or a seat that somebody else has.
    #[error("already taken")]
    Taken,
    /// A row holds something that this program did not write.
    #[error("the row {0} cannot be read")]
    Unreadable(String),
    /// Anything else that SQLite says.
    #[error("the database failed")]
    Sqlite(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(e) if e.is_unique_violation() => Self::Taken,
            _ => Self::Sqlite(error),
        }
    }
}
