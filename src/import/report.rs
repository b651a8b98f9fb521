//! What became of an import.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{left::Left, place::Place};
use access::Count;
use domain::record::Kind;

/// How many bad records are kept with their reasons; all are counted.
pub const KEPT: usize = 1_000;

/// What was not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    pub place: Place,
    /// What is wrong with it, beginning with the field where there is one. Without control characters.
    pub reason: String,
}

/// What is told of a place where nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub place: Place,
    /// Without control characters.
    pub words: String,
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many lines there were, blank ones included, or how many items.
    pub read: u64,
    /// What was written, or would have been were everything good.
    pub counts: BTreeMap<Kind, Count>,
    /// How many records were bad.
    pub bad_count: u64,
    /// The first of them.
    pub bad: Vec<Bad>,
    /// What the good records said besides.
    pub left: Left,
    /// The files that say that they hold no record.
    pub without_records: Vec<Arc<str>>,
    /// Where something is not all that there is.
    pub notes: Vec<Note>,
    /// Whether the good records are in the database now.
    pub is_written: bool,
}

impl Report {
    pub(super) fn add(&mut self, counts: &BTreeMap<Kind, Count>) {
        for (kind, count) in counts {
            let total = self.counts.entry(*kind).or_default();
            total.inserted += count.inserted;
            total.updated += count.updated;
            total.unchanged += count.unchanged;
        }
    }

    pub(super) fn refuse(&mut self, bad: Vec<Bad>) {
        self.bad_count += bad.len() as u64;
        let room = KEPT.saturating_sub(self.bad.len());
        self.bad.extend(bad.into_iter().take(room));
    }
}
