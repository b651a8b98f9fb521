//! What became of a batch, told in numbers and in refusals.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use domain::{flaw::Flaw, record::Kind};

/// Why a record was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The record's place in its batch, from 0.
    pub index: usize,
    pub flaw: Flaw,
}

/// What became of the records of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub inserted: u64,
    pub updated: u64,
    /// Said nothing new.
    pub unchanged: u64,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub counts: BTreeMap<Kind, Count>,
    /// In the order of the batch.
    pub refusals: Vec<Refusal>,
}

/// A row to write, and the place of its record.
pub(super) type Placed<R> = (usize, R);

/// What is to be written of one kind.
#[derive(Debug)]
pub(super) struct Plan<R> {
    kind: Kind,
    new: Vec<Placed<R>>,
    changed: Vec<Placed<R>>,
}

impl<R: PartialEq> Plan<R> {
    pub(super) fn of(kind: Kind) -> Self {
        Self { kind, new: Vec::new(), changed: Vec::new() }
    }

    /// Files what should become of a record, beside what there is.
    pub(super) fn file(
        &mut self,
        index: usize,
        stored: Option<&R>,
        wanted: Result<R, Flaw>,
        outcome: &mut Outcome,
    ) {
        match (stored, wanted) {
            (_, Err(flaw)) => outcome.refuse(index, flaw),
            (None, Ok(row)) => self.new.push((index, row)),
            (Some(stored), Ok(row)) if *stored != row => self.changed.push((index, row)),
            (Some(_), Ok(_)) => outcome.count(self.kind).unchanged += 1,
        }
    }

    /// Of the changed rows, each one's id and the version that it was read with.
    pub(super) fn changed(&self) -> impl Iterator<Item = &R> {
        self.changed.iter().map(|(_, row)| row)
    }

    /// Takes back changes of rows that had another version by the time that they were held: someone changed them at
    /// this moment, and what was decided here was decided about something else.
    pub(super) fn drop_outrun(
        &mut self,
        held: &HashMap<Uuid, i32>,
        version: impl Fn(&R) -> (Uuid, i32),
        outcome: &mut Outcome,
    ) {
        self.changed.retain(|(index, row)| {
            let (id, version) = version(row);
            let is_same = held.get(&id) == Some(&version);
            if !is_same {
                outcome
                    .refuse(*index, Flaw::new("id", "was changed by someone else at this moment; try again"));
            }
            is_same
        });
    }

    /// The rows to insert, and those to replace; they count as written.
    pub(super) fn into_rows(self, outcome: &mut Outcome) -> (Vec<R>, Vec<R>) {
        let count = outcome.count(self.kind);
        count.inserted += self.new.len() as u64;
        count.updated += self.changed.len() as u64;
        let rows = |placed: Vec<Placed<R>>| placed.into_iter().map(|(_, row)| row).collect();
        (rows(self.new), rows(self.changed))
    }
}

impl Outcome {
    pub(super) fn refuse(&mut self, index: usize, flaw: Flaw) {
        self.refusals.push(Refusal { index, flaw });
    }

    pub(super) fn count(&mut self, kind: Kind) -> &mut Count {
        self.counts.entry(kind).or_default()
    }
}
