//! What records come from, whatever the format: one entry after another, each with its place.

use std::fmt;
use std::io::{self, BufRead};
use std::sync::Arc;

use super::{ImportFault, Left, Progress, place::Place};
use crate::rules::record::Record;

/// A record, or what is wrong where one should be.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) place: Place,
    /// About how much of the file it is.
    pub(super) bytes: usize,
    pub(super) record: Result<Record, String>,
}

/// A file in some format.
pub(super) trait Source {
    /// The next entry, None at the end.
    fn next(&mut self) -> io::Result<Option<Entry>>;

    /// How far the file was read.
    fn progress(&self) -> Progress;

    /// Fields that are called otherwise there: our names and theirs.
    fn names(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// What was read so far and has no place here.
    fn left(&self) -> Left {
        Left::default()
    }
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn next(&mut self) -> io::Result<Option<Entry>> {
        self.as_mut().next()
    }

    fn progress(&self) -> Progress {
        self.as_ref().progress()
    }

    fn names(&self) -> &'static [(&'static str, &'static str)] {
        self.as_ref().names()
    }

    fn left(&self) -> Left {
        self.as_ref().left()
    }
}

/// A file to import, which whoever imports can open: more than once, where the format says so.
pub struct Input {
    /// What it is called where something is said about it.
    pub name: Arc<str>,
    opener: Box<dyn Fn() -> io::Result<Box<dyn BufRead>>>,
}

impl Input {
    pub fn new(name: &str, opener: impl Fn() -> io::Result<Box<dyn BufRead>> + 'static) -> Self {
        Self { name: name.into(), opener: Box::new(opener) }
    }

    /// Says which file it is that cannot be read.
    pub(super) fn unreadable(&self, fault: impl Into<ImportFault>) -> ImportFault {
        match fault.into() {
            ImportFault::Read(cause) => {
                ImportFault::Read(io::Error::new(cause.kind(), format!("{}: {cause}", self.name)))
            }
            ImportFault::Store(error) => ImportFault::Store(error),
        }
    }

    /// The file, from its beginning.
    pub(super) fn open(&self) -> io::Result<Box<dyn BufRead>> {
        (self.opener)()
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}
