//! A SQLite file that is not there yet.
//!
//! It is made in a directory of its own beside its place, and put there when the work on it is done. So a command that
//! fails leaves nothing, whoever opens the place finds a whole database or none, and of two that make it at once only the
//! first succeeds. Deliberately absent: the same for PostgreSQL, whose databases are made by whoever runs it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tempfile::{TempDir, TempPath};

use super::{CliResult, directory};
use access::Database;

/// The name of the file until it is put in its place.
const NAME: &str = "copartner.sqlite";

/// A file in the making. Unless it is put in its place, it is removed with all that was made for it.
#[derive(Debug)]
pub(super) struct NewFile {
    place: PathBuf,
    making: Option<TempDir>,
    /// The directory of the place, if it was made too.
    made: Option<PathBuf>,
}

impl NewFile {
    /// The file of a database that is not there; None if it is, or if it is no file.
    pub(super) fn of(database: &Database) -> CliResult<Option<Self>> {
        let Some(place) = missing(database) else { return Ok(None) };
        let directory = place.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new("."));
        let made = (!directory.exists()).then(|| directory.to_owned());
        directory::make(directory)?;
        let making = tempfile::Builder::new().prefix(".copartner-").tempdir_in(directory);
        let making = making.map_err(|cause| cannot_be_made(place, &cause))?;
        Ok(Some(Self { place: place.to_owned(), making: Some(making), made }))
    }

    /// The database to work on.
    pub(super) fn database(&self) -> Database {
        Database::Sqlite(self.making.as_ref().map(|making| making.path().join(NAME)).unwrap_or_default())
    }

    /// Puts it in its place, after it was closed. False if there is one meanwhile, which is left as it is.
    pub(super) fn put(mut self) -> CliResult<bool> {
        let Database::Sqlite(file) = self.database() else { return Ok(false) };
        // What is still in the write-ahead log would be missing.
        if fs::metadata(write_ahead_log(&file)).is_ok_and(|log| log.len() > 0) {
            return Err(format!("{} cannot be made: it could not be closed.", self.place.display()));
        }
        self.made = None;
        let file = TempPath::try_from_path(file).map_err(|cause| cannot_be_made(&self.place, &cause))?;
        match file.persist_noclobber(&self.place) {
            Ok(()) => Ok(true),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(cannot_be_made(&self.place, &error.error)),
        }
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        drop(self.making.take());
        if let Some(directory) = self.made.take() {
            // It stays if someone else has put something there.
            let _ = fs::remove_dir(directory);
        }
    }
}

/// Where the file of a database would be, if it is one that is not there.
pub(super) fn missing(database: &Database) -> Option<&Path> {
    match database {
        Database::Sqlite(path) if !path.exists() => Some(path),
        Database::Sqlite(_) | Database::Postgres(_) => None,
    }
}

/// Where SQLite keeps what was written and is not in the file yet.
fn write_ahead_log(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push("-wal");
    path.into()
}

fn cannot_be_made(place: &Path, cause: &std::io::Error) -> String {
    format!("{} cannot be made: {cause}. Choose another place with --data DIR.", place.display())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn new(directory: &Path) -> (PathBuf, NewFile) {
        let place = directory.join("data/copartner.sqlite");
        let new = NewFile::of(&Database::Sqlite(place.clone())).unwrap().unwrap();
        let Database::Sqlite(file) = new.database() else { unreachable!() };
        fs::write(file, "ours").unwrap();
        (place, new)
    }

    #[test]
    fn what_is_not_put_in_its_place_leaves_nothing() {
        let directory = TempDir::new().unwrap();
        let (place, new) = new(directory.path());
        drop(new);
        assert!(!place.parent().unwrap().exists());
    }

    #[test]
    fn of_two_that_make_a_file_at_once_only_the_first_succeeds() {
        let directory = TempDir::new().unwrap();
        let (place, first) = new(directory.path());
        let (_, second) = new(directory.path());
        assert!(first.put().unwrap());
        fs::write(&place, "the first one's").unwrap();
        assert!(!second.put().unwrap());
        assert_eq!(fs::read(&place).unwrap(), b"the first one's");
        assert_eq!(fs::read_dir(place.parent().unwrap()).unwrap().count(), 1, "nothing else is left");
        assert!(NewFile::of(&Database::Sqlite(place)).unwrap().is_none());
    }

    #[test]
    fn what_is_still_in_the_write_ahead_log_is_not_left_behind() {
        let directory = TempDir::new().unwrap();
        let (place, new) = new(directory.path());
        let Database::Sqlite(file) = new.database() else { unreachable!() };
        fs::write(write_ahead_log(&file), "more").unwrap();
        assert!(new.put().is_err());
        assert!(!place.exists());
    }
}
