//! `digidel backup`, `digidel restore`, and the backups that `digidel run` makes by itself.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use digidel::model::time::{Clock, SignedDuration, Timestamp};
use digidel::settings::{self, Settings};
use digidel::store::StoreError;
use digidel::store::backup::{back_up, back_up_into, scheduled};
use digidel::store::restore;
use tokio_util::sync::CancellationToken;

/// How soon a backup that failed is tried again.
const SOON: Duration = Duration::from_mins(15);

/// Where a backup goes.
#[derive(Args)]
pub struct Backup {
    /// The file to write; it must not exist yet
    file: PathBuf,
}

/// Which backup is restored.
#[derive(Args)]
pub struct Restore {
    /// The backup
    file: PathBuf,
}

/// Backs up the database of the settings; a bot may run on it meanwhile.
pub fn backup(backup: &Backup, folder: Option<&Path>) -> anyhow::Result<()> {
    let settings = Settings::read(folder)?;
    let verified = runtime()?
        .block_on(back_up(&settings.database, &backup.file))
        .with_context(|| format!("{} was not backed up", settings.database.display()))?;
    let (file, bytes, schema) = (backup.file.display(), verified.bytes, verified.schema);
    writeln!(std::io::stdout(), "{file}: {bytes} bytes, whole, schema {schema}")?;
    Ok(())
}

/// Puts a backup in the place of the database of the settings.
pub fn restore(command: &Restore, folder: Option<&Path>) -> anyhow::Result<()> {
    let settings = Settings::read(folder)?;
    let (file, database) = (&command.file, &settings.database);
    if let Some(folder) = database.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    let now = super::computer_clock()();
    let done = runtime()?.block_on(restore::restore(file, database, now)).map_err(|error| {
        let what = format!("{} was not restored; nothing was changed", file.display());
        let damaged = matches!(error, StoreError::Damaged);
        // "Damaged" is here said of the backup, not of the database.
        if damaged {
            anyhow::anyhow!("it is damaged; take another backup").context(what)
        } else {
            anyhow::Error::from(error).context(what)
        }
    })?;
    let mut out = std::io::stdout();
    writeln!(out, "{} holds what {} held.", database.display(), file.display())?;
    if let Some(old) = &done.old {
        writeln!(out, "The database that was there is now {}.", old.display())?;
        if !done.old_was_readable {
            writeln!(out, "It could not be read, so nobody knows what was sent since the backup.")?;
        }
    }
    writeln!(out, "{} letters of the backup are not sent again.", done.not_sent_again)?;
    writeln!(out, "{} letters are still to be sent, reminders included.", done.to_be_sent)?;
    Ok(())
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Makes backups until it is told to stop.
pub async fn keep_backing_up(
    settings: settings::Backup,
    database: PathBuf,
    clock: Clock,
    stop: CancellationToken,
) {
    let Some(folder) = settings.folder.clone() else { return };
    loop {
        let wait = until_next(&settings, &folder, clock());
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => return,
        }
        let made = back_up_into(&database, &folder, usize::from(settings.keep), clock()).await;
        match made {
            Ok(file) => tracing::info!(file = %file.display(), "the database was backed up"),
            Err(error) => {
                tracing::error!(%error, "the database could not be backed up; trying again in a while");
                tokio::select! {
                    () = tokio::time::sleep(SOON) => {}
                    () = stop.cancelled() => return,
                }
            }
        }
    }
}

/// How long until the next backup, by the newest that there is. One that seems to be of the future,
/// as the clock was set back, does not count.
fn until_next(settings: &settings::Backup, folder: &Path, now: Timestamp) -> Duration {
    let every = SignedDuration::from_hours(i64::from(settings.every_hours.max(1)));
    let made = scheduled(folder).unwrap_or_default();
    let newest = made.into_iter().map(|(at, _)| at).filter(|at| *at <= now).max();
    let wait = newest.map_or(SignedDuration::ZERO, |at| every - now.duration_since(at));
    // Two of the same second would have the same name.
    Duration::try_from(wait).unwrap_or_default().max(Duration::from_secs(1))
}
