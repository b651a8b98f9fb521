//! Which SQLite files are in use, so that none is removed under a server.
//!
//! A server holds a lock on a small file beside the database for as long as it runs; the system takes it back however
//! the server ends. Deliberately absent: keeping two servers apart. They may share a file, and SQLite sees to it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::{CliResult, directory};
use access::Database;

/// Marks the database as in use until what is returned is dropped. PostgreSQL needs no mark.
pub(super) fn hold(database: &Database) -> CliResult<Option<File>> {
    let Database::Sqlite(path) = database else { return Ok(None) };
    let lock = file(path)?;
    lock.lock_shared().map_err(|cause| failed(path, &cause))?;
    Ok(Some(lock))
}

/// Keeps servers from opening the database until what is returned is dropped, or fails if one has it open.
pub(super) fn claim(path: &Path) -> CliResult<File> {
    let lock = file(path)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            Err(format!("{} is in use: a server has it open. Stop that server first.", path.display()))
        }
        Err(TryLockError::Error(cause)) => Err(failed(path, &cause)),
    }
}

fn file(database: &Path) -> CliResult<File> {
    let path = beside(database);
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        directory::make(directory)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path).map_err(|cause| failed(database, &cause))
}

fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

fn failed(database: &Path, cause: &std::io::Error) -> String {
    format!("{} cannot be kept: {cause}.", beside(database).display())
}
