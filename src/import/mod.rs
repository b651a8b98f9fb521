//! Bulk import: a file of objects, one JSON object a line, into the database. `docs/import.md` describes the format.
//!
//! What it promises:
//! - All or nothing: unless every line is good nothing is written, or with `keep_good` the good ones are.
//! - Every bad line is reported with its number and what to do about it, not only the first.
//! - The same file again changes nothing.
//! - Memory is bounded, whatever the length of the file.
//!
//! It is for whoever has the command line on a machine that holds the database: nothing here asks who may do this.
//!
//! Deliberately absent: a clock, a terminal and a file system. Whoever calls says what time it is, shows the progress
//! and opens the file.

mod line;
mod lines;
mod report;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead};

use entity::Instant;

pub use report::{BadLine, KEPT, Report};

use self::lines::{Lines, MAX_LINE};
use crate::{
    Error,
    access::{Loading, Store},
    rules::record::Record,
};

/// How many records, or how many bytes of them, are written at once.
const RECORDS: usize = 2_048;
const BYTES: usize = 8 * 1024 * 1024;

/// How to import.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Write the good lines even when there are bad ones.
    pub keep_good: bool,
    /// The instant that everything is judged by: what has ended, what lies in the future.
    pub at: Instant,
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub lines: u64,
    pub bytes: u64,
}

/// Why an import stopped. Nothing of it was written.
#[derive(Debug)]
pub enum ImportFault {
    /// The file could not be read to its end.
    Read(io::Error),
    Store(Error),
}

impl From<io::Error> for ImportFault {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl From<Error> for ImportFault {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// Imports what `reader` holds, in one transaction, and tells `progress` now and then how far it has come.
pub async fn import(
    store: &Store,
    reader: impl BufRead,
    options: Options,
    mut progress: impl FnMut(Progress),
) -> Result<Report, ImportFault> {
    let mut loading = store.load(options.at).await?;
    let mut lines = Lines::of(reader);
    let mut report = Report::default();
    let mut batch = Batch::default();
    while let Some(line) = lines.next()? {
        batch.take(line.number, line.text);
        if batch.is_full() {
            batch.write(&mut loading, &mut report).await?;
            progress(lines.progress());
        }
    }
    batch.write(&mut loading, &mut report).await?;
    let Progress { lines, bytes } = lines.progress();
    progress(Progress { lines, bytes });
    report.lines = lines;
    if report.bad_lines == 0 || options.keep_good {
        loading.finish().await?;
        report.is_written = true;
    }
    Ok(report)
}

/// The lines that are written together.
#[derive(Debug, Default)]
struct Batch {
    records: Vec<Record>,
    /// The number of each record's line.
    numbers: Vec<u64>,
    bytes: usize,
    bad: Vec<BadLine>,
}

impl Batch {
    /// Takes one line in, or notes what is wrong with it. A text that is missing was too long.
    fn take(&mut self, number: u64, text: Option<&[u8]>) {
        let Some(text) = text else {
            let reason = format!("is longer than {MAX_LINE} bytes");
            return self.bad.push(BadLine { number, reason });
        };
        if text.trim_ascii().is_empty() {
            return;
        }
        self.bytes += text.len();
        match line::read(text) {
            Ok(record) => {
                self.records.push(record);
                self.numbers.push(number);
            }
            Err(reason) => self.bad.push(BadLine { number, reason }),
        }
    }

    fn is_full(&self) -> bool {
        self.records.len() >= RECORDS || self.bad.len() >= RECORDS || self.bytes >= BYTES
    }

    /// Writes what was taken in, and begins anew.
    async fn write(&mut self, loading: &mut Loading, report: &mut Report) -> Result<(), ImportFault> {
        let Self { records, numbers, mut bad, .. } = std::mem::take(self);
        if !records.is_empty() {
            let outcome = loading.put(records).await?;
            report.add(&outcome.counts);
            bad.extend(outcome.refusals.into_iter().filter_map(|refusal| {
                let number = *numbers.get(refusal.index)?;
                Some(BadLine { number, reason: refusal.flaw.sentence() })
            }));
        }
        bad.sort_by_key(|line| line.number);
        report.refuse(bad);
        Ok(())
    }
}
