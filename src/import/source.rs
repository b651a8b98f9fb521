//! What records come from, whatever the format: one entry after another, each with its place.

use std::fmt;
use std::io::{self, BufRead};
use std::sync::Arc;

use super::{
    IgnoredFields, ImportError, ImportProgress,
    encoding::DecodedText,
    location::{Location, Spot},
};
use access::AnyRecord;

/// A record, or the reason why there is none where one should be.
#[derive(Debug)]
pub(super) struct SourceEntry {
    pub(super) place: Location,
    /// About how much of the file it is.
    pub(super) bytes: usize,
    pub(super) record: Result<AnyRecord, String>,
}

impl SourceEntry {
    /// Of an empty file. An export that writes one has failed: it is an error rather than no records.
    pub(super) fn blank(file: &Arc<str>) -> Self {
        let place = Location { file: Arc::clone(file), spot: Spot::Whole };
        Self { place, bytes: 0, record: Err(BLANK.to_owned()) }
    }
}

pub(super) const BLANK: &str = "is empty: export or fetch it again";

/// A file in some format.
pub(super) trait Source {
    /// The next entry, None at the end.
    fn next(&mut self) -> io::Result<Option<SourceEntry>>;

    /// How far the file was read.
    fn progress(&self) -> ImportProgress;

    /// Whether the file is well-formed and says that there are no records.
    fn has_none(&self) -> bool {
        false
    }

    /// Fields that have other names in this format: our names and theirs.
    fn names(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Which fields were read so far that records do not have.
    fn ignored(&self) -> IgnoredFields {
        IgnoredFields::default()
    }
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn next(&mut self) -> io::Result<Option<SourceEntry>> {
        self.as_mut().next()
    }

    fn progress(&self) -> ImportProgress {
        self.as_ref().progress()
    }

    fn has_none(&self) -> bool {
        self.as_ref().has_none()
    }

    fn names(&self) -> &'static [(&'static str, &'static str)] {
        self.as_ref().names()
    }

    fn ignored(&self) -> IgnoredFields {
        self.as_ref().ignored()
    }
}

/// A file to import. It is opened again for each pass of its format.
pub struct Input {
    /// Its name in messages.
    pub name: Arc<str>,
    opener: Box<dyn Fn() -> io::Result<Box<dyn BufRead>>>,
}

impl Input {
    pub fn new(name: &str, opener: impl Fn() -> io::Result<Box<dyn BufRead>> + 'static) -> Self {
        Self { name: name.into(), opener: Box::new(opener) }
    }

    /// The same error, which names the file.
    pub(super) fn unreadable(&self, error: impl Into<ImportError>) -> ImportError {
        match error.into() {
            ImportError::Read(cause) => {
                ImportError::Read(io::Error::new(cause.kind(), format!("{}: {cause}", self.name)))
            }
            ImportError::Store(error) => ImportError::Store(error),
        }
    }

    /// The text of the file, from its beginning.
    pub(super) fn open(&self) -> io::Result<Box<dyn BufRead>> {
        Ok(Box::new(DecodedText::of((self.opener)()?)))
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}
