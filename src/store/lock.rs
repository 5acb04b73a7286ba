//! Who may work on a database: one bot at a time, told by a lock on a file beside it.
//!
//! The system lets go of the lock when the process ends, however it ends. Commands that only read, or
//! write a row or two (`digidel staff`, `digidel backup`), need none: SQLite keeps them apart.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::StoreError;

/// The right to be the only bot on a database, for as long as it is kept.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock. `None`: another process has it.
    ///
    /// # Errors
    /// The file of the lock cannot be made.
    pub fn take(database: &Path) -> Result<Option<Self>, StoreError> {
        let path = beside(database, ".lock");
        let cannot = |error: std::io::Error| file_error("the lock", &path, &error);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(cannot(error)),
        }
    }
}

/// A path with something at the end of its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes the names in a file's folder durable.
pub(super) fn sync_folder(file: &Path) -> Result<(), StoreError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| file_error("the folder", folder, &error))
}

/// An error of a file, in words for the operator.
pub(super) fn file_error(what: &str, path: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full,
        std::io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly,
        _ => StoreError::File(format!("{what} {} cannot be used: {error}", path.display())),
    }
}
