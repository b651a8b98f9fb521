//! What records come from, whatever the format: one entry after another, each with its place.

use std::fmt;
use std::io::{self, BufRead};
use std::sync::Arc;

use super::{
    ImportFault, Left, Progress,
    encoding::Text,
    place::{Place, Spot},
};
use domain::record::Record;

/// A record, or what is wrong where one should be.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) place: Place,
    /// About how much of the file it is.
    pub(super) bytes: usize,
    pub(super) record: Result<Record, String>,
}

impl Entry {
    /// Of a file that holds nothing. Whoever made it did not mean it so: whatever was to be written into it is missing.
    pub(super) fn blank(file: &Arc<str>) -> Self {
        let place = Place { file: Arc::clone(file), spot: Spot::Whole };
        Self { place, bytes: 0, record: Err(BLANK.to_owned()) }
    }
}

pub(super) const BLANK: &str = "is empty: export or fetch it again";

/// A file in some format.
pub(super) trait Source {
    /// The next entry, None at the end.
    fn next(&mut self) -> io::Result<Option<Entry>>;

    /// How far the file was read.
    fn progress(&self) -> Progress;

    /// Whether the file is as it should be and says that there are no records.
    fn has_none(&self) -> bool {
        false
    }

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

    fn has_none(&self) -> bool {
        self.as_ref().has_none()
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

    /// The text of the file, from its beginning.
    pub(super) fn open(&self) -> io::Result<Box<dyn BufRead>> {
        Ok(Box::new(Text::of((self.opener)()?)))
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}
