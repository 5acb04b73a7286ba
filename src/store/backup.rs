//! A copy of the whole database while it is in use: consistent, verified, and durable before it has
//! its name.
//!
//! The copy is written by `VACUUM INTO`: one read transaction, and nothing of what was deleted.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::lock::{beside, file_error, sync_folder};
use super::{MIGRATIONS, StoreError};
use crate::model::time::Timestamp;

/// What a backup turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The version of its schema.
    pub schema: i64,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Writes a copy of a database to a file that does not exist yet.
///
/// # Errors
/// Whatever is wrong with the database, the disk or the copy; then there is no file of that name.
pub async fn back_up(database: &Path, to: &Path) -> Result<Verified, StoreError> {
    if !database.exists() {
        return Err(StoreError::File(format!("there is no database {}", database.display())));
    }
    if to.exists() {
        return Err(StoreError::File(format!("{} exists already; name another file", to.display())));
    }
    let part = beside(to, ".part");
    remove(&part)?;
    let done = copy(database, &part).await;
    let verified = match done {
        Ok(()) => verify(&part).await,
        Err(error) => Err(error),
    };
    let named = verified.and_then(|verified| {
        std::fs::rename(&part, to).map_err(|error| file_error("the backup", to, &error))?;
        sync_folder(to)?;
        Ok(verified)
    });
    if named.is_err() {
        // What is left of it is of no use; that it cannot be deleted matters less than the error.
        let _ = remove(&part);
    }
    named
}

async fn copy(database: &Path, part: &Path) -> Result<(), StoreError> {
    private(part)?;
    let mut source = SqliteConnectOptions::new().filename(database).read_only(true).connect().await?;
    let copied = sqlx::query("VACUUM INTO ?").bind(part.to_string_lossy()).execute(&mut source).await;
    let _ = source.close().await;
    copied?;
    // VACUUM INTO leaves it to the system when the copy reaches the disk.
    let synced = std::fs::File::open(part).and_then(|file| file.sync_all());
    synced.map_err(|error| file_error("the backup", part, &error))
}

/// Makes an empty file that only its owner may read: a backup holds what people wrote.
pub(super) fn private(file: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::OpenOptionsExt;
    let made = std::fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(file);
    made.map(drop).map_err(|error| file_error("the backup", file, &error))
}

/// Reads a backup from its first byte to its last.
///
/// # Errors
/// [`StoreError::Damaged`] if it is not whole, [`StoreError::Newer`] if this program is too old for it.
pub async fn verify(file: &Path) -> Result<Verified, StoreError> {
    let bytes = std::fs::metadata(file).map_err(|error| file_error("the backup", file, &error))?.len();
    // Immutable: nothing is written beside it.
    let mut copy =
        SqliteConnectOptions::new().filename(file).read_only(true).immutable(true).connect().await?;
    let checked = check(&mut copy, file).await;
    let _ = copy.close().await;
    Ok(Verified { schema: checked?, bytes })
}

/// Whether every page is what it should be; the version of the schema.
pub(super) async fn check(database: &mut SqliteConnection, file: &Path) -> Result<i64, StoreError> {
    let whole: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut *database).await?;
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut *database).await?;
    if whole != "ok" || broken.is_some() {
        return Err(StoreError::Damaged);
    }
    let schema: Result<Option<i64>, _> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
            .fetch_one(database)
            .await;
    let known = MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0);
    match schema {
        Ok(Some(version)) if version > known => {
            Err(StoreError::Newer { path: file.to_owned(), version, known })
        }
        Ok(Some(version)) => Ok(version),
        Ok(None) | Err(_) => Err(StoreError::File(format!("{} is no database of Digidel", file.display()))),
    }
}

pub(super) fn remove(file: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(file_error("the backup", file, &error))
        }
        _ => Ok(()),
    }
}

/// What scheduled backups are called before and after the instant that they were made at.
const NAME: (&str, &str) = ("digidel-", ".db");

/// The name of a scheduled backup.
fn name_at(now: Timestamp) -> String {
    format!("{}{}{}", NAME.0, now.strftime("%Y%m%dT%H%M%SZ"), NAME.1)
}

/// When a scheduled backup was made, by its name; `None` for every other file.
fn made_at(name: &str) -> Option<Timestamp> {
    let at = name.strip_prefix(NAME.0)?.strip_suffix(NAME.1)?;
    jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", at)
        .ok()?
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .map(|z| z.timestamp())
}

/// The scheduled backups of a folder, oldest first.
///
/// # Errors
/// The folder cannot be read.
pub fn scheduled(folder: &Path) -> Result<Vec<(Timestamp, PathBuf)>, StoreError> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|error| file_error("the folder of the backups", folder, &error))?,
    };
    let mut found: Vec<(Timestamp, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((made_at(entry.file_name().to_str()?)?, entry.path())))
        .collect();
    found.sort();
    Ok(found)
}

/// Makes a scheduled backup and deletes the oldest beyond `keep`. Files that are not its own stay.
///
/// # Errors
/// Whatever is wrong; older backups are deleted only after the new one is whole.
pub async fn back_up_into(
    database: &Path,
    folder: &Path,
    keep: usize,
    now: Timestamp,
) -> Result<PathBuf, StoreError> {
    std::fs::create_dir_all(folder)
        .map_err(|error| file_error("the folder of the backups", folder, &error))?;
    let file = folder.join(name_at(now));
    back_up(database, &file).await?;
    let made = scheduled(folder)?;
    // The one that was just made stays, also when the clock was set back and its name sorts first.
    let surplus = made.len().saturating_sub(keep.max(1));
    for (_, old) in made.iter().filter(|(_, path)| *path != file).take(surplus) {
        remove(old)?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_backup_tells_when_it_was_made() {
        let at: Timestamp = "2027-03-01T09:00:07Z".parse().expect("an instant");
        assert_eq!(name_at(at), "digidel-20270301T090007Z.db");
        assert_eq!(made_at(&name_at(at)), Some(at));
        for other in ["digidel.db", "digidel-.db", "digidel-20270301T090007Z.db.part", "notes.txt"] {
            assert_eq!(made_at(other), None, "{other}");
        }
    }
}
