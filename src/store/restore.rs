//! Putting a backup in the place of the database, with the old one kept beside it.
//!
//! A backup is older than what people have read since. What the old database still tells of that is
//! carried over, so that no letter is sent twice; `docs/backup.md` says what cannot be known.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};

use super::backup::{check, private, remove, verify};
use super::lock::{Lock, beside, file_error, sync_folder};
use super::{MIGRATIONS, StoreError};
use crate::model::time::{Timestamp, to_millis};

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the database is that was in its place; `None` if there was none.
    pub old: Option<PathBuf>,
    /// Whether it could be read, to learn what was sent since the backup.
    pub old_was_readable: bool,
    /// Letters that were open in the backup and are not sent again.
    pub not_sent_again: u64,
    /// Letters that still are to be sent.
    pub to_be_sent: u64,
}

/// A letter from the bot to itself concerns nobody but the database: it always takes place again.
const OPEN: &str =
    r#"letters.state IN ('pending', 'retry', 'sending') AND letters.content NOT LIKE '{"alarm"%'"#;

/// Puts a backup in the place of a database.
///
/// # Errors
/// [`StoreError::InUse`] while a bot runs on it; whatever is wrong with the backup. Then the database
/// is untouched.
pub async fn restore(backup: &Path, database: &Path, now: Timestamp) -> Result<Restored, StoreError> {
    let Some(_lock) = Lock::take(database)? else { return Err(StoreError::InUse(database.to_owned())) };
    verify(backup).await?;
    let new = beside(database, ".restoring");
    remove(&new)?;
    private(&new)?;
    std::fs::copy(backup, &new).map_err(|error| file_error("the backup", backup, &error))?;
    let prepared = prepare(&new, database, now).await;
    let (old_was_readable, not_sent_again, to_be_sent) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            let _ = remove(&new);
            return Err(error);
        }
    };
    let old = if database.exists() { Some(set_aside(database, now)?) } else { None };
    std::fs::rename(&new, database).map_err(|error| file_error("the database", database, &error))?;
    sync_folder(database)?;
    Ok(Restored { old, old_was_readable, not_sent_again, to_be_sent })
}

/// Brings the copy up to date: its schema, and what the old database knows of its letters.
async fn prepare(new: &Path, old: &Path, now: Timestamp) -> Result<(bool, u64, u64), StoreError> {
    let mut db = SqliteConnectOptions::new().filename(new).foreign_keys(true).connect().await?;
    MIGRATIONS.run(&mut db).await?;
    let carried = if old.exists() { carry_over(&mut db, old, now).await.ok() } else { None };
    let (readable, mut held) = (carried.is_some(), carried.unwrap_or(0));
    if !readable {
        // Nobody knows: what was due may have been sent.
        let sql = format!(
            "UPDATE letters SET state = 'unknown', failure = 'open in a backup that was restored', closed_at = ?1
             WHERE {OPEN} AND due_at <= ?1"
        );
        held = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(to_millis(now))
            .execute(&mut db)
            .await?
            .rows_affected();
    }
    let open: i64 =
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM letters WHERE {OPEN}")))
            .fetch_one(&mut db)
            .await?;
    sqlx::query(
        "INSERT INTO audit (at, actor, deed, subject) VALUES (?, 'command line', 'restored', 'the database')",
    )
    .bind(to_millis(now))
    .execute(&mut db)
    .await?;
    check(&mut db, new).await?;
    db.close().await?;
    let synced = std::fs::File::open(new).and_then(|file| file.sync_all());
    synced.map_err(|error| file_error("the database", new, &error))?;
    Ok((readable, held, u64::try_from(open).unwrap_or(0)))
}

/// Learns from the old database what became of the letters that were open in the backup, and how far
/// conversations were read.
async fn carry_over(db: &mut SqliteConnection, old: &Path, now: Timestamp) -> Result<u64, StoreError> {
    sqlx::query("ATTACH DATABASE ? AS old").bind(old.to_string_lossy()).execute(&mut *db).await?;
    let carried = carry_over_attached(db, now).await;
    sqlx::query("DETACH DATABASE old").execute(&mut *db).await?;
    carried
}

async fn carry_over_attached(db: &mut SqliteConnection, now: Timestamp) -> Result<u64, StoreError> {
    let whole: String = sqlx::query("PRAGMA old.integrity_check(1)").fetch_one(&mut *db).await?.try_get(0)?;
    if whole != "ok" {
        return Err(StoreError::Damaged);
    }
    let mut tx = db.begin().await?;
    let same = "o.id = letters.id AND o.recipient = letters.recipient AND o.created_at = letters.created_at";
    // Sent, or given up: so it is.
    let known = format!(
        "UPDATE letters SET state = CASE o.state WHEN 'sending' THEN 'unknown' ELSE o.state END,
           receipt = o.receipt, failure = coalesce(o.failure, 'sent before a backup was restored'),
           attempts = o.attempts, unanswered = o.unanswered, closed_at = ?
         FROM old.letters AS o WHERE {same} AND {OPEN} AND o.state IN ('sent', 'unknown', 'dead', 'sending')"
    );
    // Gone with the person, who was erased since.
    let erased = format!(
        "UPDATE letters SET state = 'void', closed_at = ?
         WHERE {OPEN} AND NOT EXISTS (SELECT 1 FROM old.letters AS o WHERE {same})"
    );
    let mut closed = 0;
    for sql in [known, erased] {
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(to_millis(now));
        closed += query.execute(&mut *tx).await?.rows_affected();
    }
    // Texts at the desk that have been carried on are not carried on again.
    sqlx::query(
        "UPDATE seen SET message = o.message FROM old.seen AS o
         WHERE o.address = seen.address AND CAST(o.message AS INTEGER) > CAST(seen.message AS INTEGER)",
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(closed)
}

/// Gives the old database another name. At no moment is there no database: a bot that starts then
/// would make an empty one.
fn set_aside(database: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
    let aside = beside(database, &format!(".before-{}", now.strftime("%Y%m%dT%H%M%SZ")));
    let cannot = |error: std::io::Error| file_error("the old database", database, &error);
    if aside.exists() {
        return Err(StoreError::File(format!("{} exists already", aside.display())));
    }
    if std::fs::hard_link(database, &aside).is_err() {
        std::fs::copy(database, &aside).map_err(cannot)?;
    }
    // A log that stayed would be played into the new database.
    let log = beside(database, "-wal");
    if log.exists() {
        std::fs::rename(&log, beside(&aside, "-wal")).map_err(cannot)?;
    }
    remove(&beside(database, "-shm"))?;
    Ok(aside)
}
