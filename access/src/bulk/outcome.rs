//! What is to be written of a batch, and what became of it: in numbers, and in errors.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::record::RecordKind;
use domain::field_error::FieldError;

/// Why a record was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// The record's place in its batch, from 0.
    pub index: usize,
    pub error: FieldError,
}

/// What became of the records of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordCount {
    pub inserted: u64,
    pub updated: u64,
    /// There already, just as the record says.
    pub unchanged: u64,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchOutcome {
    pub counts: BTreeMap<RecordKind, RecordCount>,
    /// In the order of the batch.
    pub errors: Vec<RecordError>,
}

/// What belongs to a record, and the record's place in its batch.
pub(super) type Indexed<R> = (usize, R);

/// What is to be written of one kind.
#[derive(Debug)]
pub(super) struct Plan<R> {
    kind: RecordKind,
    new: Vec<Indexed<R>>,
    changed: Vec<Indexed<R>>,
}

impl<R: PartialEq> Plan<R> {
    pub(super) fn of(kind: RecordKind) -> Self {
        Self { kind, new: Vec::new(), changed: Vec::new() }
    }

    /// Adds the rows of a record: to be inserted, or to replace what is stored if they differ.
    pub(super) fn add(
        &mut self,
        index: usize,
        stored: Option<&R>,
        wanted: Result<R, FieldError>,
        outcome: &mut BatchOutcome,
    ) {
        match (stored, wanted) {
            (_, Err(error)) => outcome.refuse(index, error),
            (None, Ok(row)) => self.new.push((index, row)),
            (Some(stored), Ok(row)) if *stored != row => self.changed.push((index, row)),
            (Some(_), Ok(_)) => outcome.count(self.kind).unchanged += 1,
        }
    }

    /// The rows that replace others.
    pub(super) fn changed(&self) -> impl Iterator<Item = &R> {
        self.changed.iter().map(|(_, row)| row)
    }

    /// Refuses the changes of rows whose version is another one by the time that they are locked: someone changed them
    /// in between, and what was decided here was decided about something else.
    pub(super) fn refuse_outdated(
        &mut self,
        locked: &HashMap<Uuid, i32>,
        version: impl Fn(&R) -> (Uuid, i32),
        outcome: &mut BatchOutcome,
    ) {
        self.changed.retain(|(index, row)| {
            let (id, version) = version(row);
            let is_same = locked.get(&id) == Some(&version);
            if !is_same {
                outcome.refuse(
                    *index,
                    FieldError::new("id", "was changed by someone else at this moment; try again"),
                );
            }
            is_same
        });
    }

    /// The rows to insert, and those to replace; they count as written.
    pub(super) fn into_rows(self, outcome: &mut BatchOutcome) -> (Vec<R>, Vec<R>) {
        let count = outcome.count(self.kind);
        count.inserted += self.new.len() as u64;
        count.updated += self.changed.len() as u64;
        let rows = |placed: Vec<Indexed<R>>| placed.into_iter().map(|(_, row)| row).collect();
        (rows(self.new), rows(self.changed))
    }
}

impl BatchOutcome {
    pub(super) fn refuse(&mut self, index: usize, error: FieldError) {
        self.errors.push(RecordError { index, error });
    }

    pub(super) fn count(&mut self, kind: RecordKind) -> &mut RecordCount {
        self.counts.entry(kind).or_default()
    }
}
