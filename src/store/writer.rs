//! The one connection that writes, handed from one transaction to the next.
//!
//! It is no pool's: a pool asks its connection whether it is still there whenever it comes back, which
//! would be one more errand for every transaction. Knows nothing of what is written.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool};
use sqlx::{ConnectOptions, Connection, Sqlite};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::StoreError;

/// Where the connection is between two transactions.
#[derive(Clone, Debug)]
pub(super) enum Writer {
    /// A file has a connection that only writes.
    Own {
        /// Where it waits.
        seat: Arc<Mutex<Seat>>,
        /// How another is opened when it was given up.
        options: Box<SqliteConnectOptions>,
    },
    /// A database in memory has only one, for reading too: a second would be another database.
    Shared(SqlitePool),
}

/// The place of the connection while nobody writes.
#[derive(Debug)]
pub(super) enum Seat {
    /// It waits here.
    Taken(SqliteConnection),
    /// It was given up, or has not been opened yet.
    Free,
    /// The database is closed.
    Closed,
}

/// The connection in the hands of one transaction. Dropped without being given back it is closed, and
/// SQLite takes back what it had begun.
pub(super) enum Held {
    Own { connection: SqliteConnection, seat: OwnedMutexGuard<Seat> },
    Lent(PoolConnection<Sqlite>),
}

impl Writer {
    /// The writer of a file, with the connection that opened it.
    pub fn own(connection: SqliteConnection, options: SqliteConnectOptions) -> Self {
        Self::Own { seat: Arc::new(Mutex::new(Seat::Taken(connection))), options: Box::new(options) }
    }

    /// Takes the connection as soon as nobody else has it: first come, first served.
    pub async fn take(&self) -> Result<Held, StoreError> {
        let (seat, options) = match self {
            Self::Own { seat, options } => (seat, options),
            Self::Shared(pool) => return Ok(Held::Lent(pool.acquire().await?)),
        };
        let mut seat = Arc::clone(seat).lock_owned().await;
        let connection = match std::mem::replace(&mut *seat, Seat::Free) {
            Seat::Taken(connection) => connection,
            Seat::Free => options.connect().await?,
            Seat::Closed => {
                *seat = Seat::Closed;
                return Err(sqlx::Error::PoolClosed.into());
            }
        };
        Ok(Held::Own { connection, seat })
    }

    /// Waits until nobody writes, and closes it.
    pub async fn close(&self) {
        match self {
            Self::Own { seat, .. } => {
                let mut seat = seat.lock().await;
                if let Seat::Taken(connection) = std::mem::replace(&mut *seat, Seat::Closed) {
                    // What is committed is on disk, whatever becomes of the connection.
                    drop(connection.close().await);
                }
            }
            Self::Shared(pool) => pool.close().await,
        }
    }
}

impl Held {
    /// Gives it back, for the next transaction.
    pub fn give_back(self) {
        match self {
            Self::Own { connection, mut seat } => *seat = Seat::Taken(connection),
            Self::Lent(connection) => drop(connection),
        }
    }

    /// Takes back what has been begun. A connection that does not even do that is given up.
    pub async fn roll_back(mut self) {
        match sqlx::query("ROLLBACK").execute(&mut *self).await {
            Ok(_) => self.give_back(),
            Err(error) if is_nothing_to_roll_back(&error) => self.give_back(),
            Err(error) => {
                tracing::warn!(%error, "a transaction could not be taken back; the database is opened anew");
            }
        }
    }
}

/// SQLite ends a transaction by itself when the disk is full or fails (`sqlite.org/lang_transaction.html`).
fn is_nothing_to_roll_back(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().as_deref() == Some("1"))
}

impl Deref for Held {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match self {
            Self::Own { connection, .. } => connection,
            Self::Lent(connection) => connection,
        }
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Own { connection, .. } => connection,
            Self::Lent(connection) => connection,
        }
    }
}
