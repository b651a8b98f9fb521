//! What became of an import.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{ignored_fields::IgnoredFields, location::Location};
use access::{RecordCount, RecordKind};

/// How many errors are kept; all are counted.
pub const KEPT: usize = 1_000;

/// Why an entry was not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryError {
    pub place: Location,
    /// What is wrong, beginning with the field if there is one. Without control characters.
    pub reason: String,
}

/// Something to know about a file in which nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub place: Location,
    /// Without control characters.
    pub words: String,
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many lines there were, blank ones included, or how many items.
    pub read: u64,
    /// What was written, or would have been were everything good.
    pub counts: BTreeMap<RecordKind, RecordCount>,
    /// How many entries were not imported.
    pub error_count: u64,
    /// The first of them.
    pub errors: Vec<EntryError>,
    /// What the imported ones have besides the fields of records.
    pub ignored: IgnoredFields,
    /// The files that say that they hold no record.
    pub without_records: Vec<Arc<str>>,
    /// Which collections have pages that are missing.
    pub notes: Vec<Note>,
    /// Whether the good records are in the database now.
    pub is_written: bool,
}

impl Report {
    pub(super) fn add(&mut self, counts: &BTreeMap<RecordKind, RecordCount>) {
        for (kind, count) in counts {
            let total = self.counts.entry(*kind).or_default();
            total.inserted += count.inserted;
            total.updated += count.updated;
            total.unchanged += count.unchanged;
        }
    }

    pub(super) fn refuse(&mut self, errors: Vec<EntryError>) {
        self.error_count += errors.len() as u64;
        let room = KEPT.saturating_sub(self.errors.len());
        self.errors.extend(errors.into_iter().take(room));
    }
}
