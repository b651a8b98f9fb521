//! Tables: RFC 4180, with the fields' names in the first row and one record in each further one.
//!
//! Cells are separated by commas, or by semicolons or tabs where the first row is, or as Excel's `sep=` above it says. An
//! empty cell is a field left out, and so is one that a row is too short for.
//! Quotation marks are read strictly: one that is not closed would swallow the rows below it without a word.
//!
//! Deliberately absent: assignments. They are lists of objects, which no cell holds.

mod cells;
mod column;
mod header;
mod number;
mod rows;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead};
use std::sync::Arc;

use serde_json::{Map, Value};

use self::{header::CsvHeader, rows::CsvRows};
use super::{
    ImportProgress,
    location::{Location, Spot},
    object,
    reason::shown,
    source::{Source, SourceEntry},
};
use access::AnyRecord;

/// The records of a CSV file.
#[derive(Debug)]
pub(super) struct Csv<R> {
    file: Arc<str>,
    rows: CsvRows<R>,
    header: Option<CsvHeader>,
    /// Whether the header was wrong: without it nothing below can be read.
    is_lost: bool,
    has_rows: bool,
}

impl<R: BufRead> Csv<R> {
    pub(super) fn of(file: Arc<str>, reader: R) -> Self {
        Self { file, rows: CsvRows::of(reader), header: None, is_lost: false, has_rows: false }
    }
}

impl<R: BufRead> Source for Csv<R> {
    fn next(&mut self) -> io::Result<Option<SourceEntry>> {
        while !self.is_lost
            && let Some(row) = self.rows.next()?
        {
            let record = match &self.header {
                Some(header) => row.cells.and_then(|cells| read(header, &cells)).transpose(),
                None => match row.cells.and_then(|cells| CsvHeader::read(&cells)) {
                    Ok(header) => {
                        self.header = Some(header);
                        None
                    }
                    Err(reason) => {
                        self.is_lost = true;
                        let end = if reason.ends_with('?') { "" } else { "." };
                        Some(Err(format!("{reason}{end} Nothing below it can be read")))
                    }
                },
            };
            let Some(record) = record else { continue };
            self.has_rows = true;
            let place = Location { file: Arc::clone(&self.file), spot: Spot::Line(row.line) };
            let record = record.map_err(|reason| shown(&reason));
            return Ok(Some(SourceEntry { place, bytes: row.bytes, record }));
        }
        let is_blank = self.header.is_none() && !std::mem::replace(&mut self.is_lost, true);
        Ok(is_blank.then(|| SourceEntry::blank(&self.file)))
    }

    /// A table may have no row below its first one.
    fn has_none(&self) -> bool {
        self.header.is_some() && !self.has_rows
    }

    fn progress(&self) -> ImportProgress {
        self.rows.progress()
    }
}

/// Whether a cell is empty, or only has spaces.
fn is_blank(cell: &str) -> bool {
    cell.trim().is_empty()
}

/// The record of a row. None when all its cells are empty.
fn read(header: &CsvHeader, cells: &[String]) -> Result<Option<AnyRecord>, String> {
    let Some(last) = cells.iter().rposition(|cell| !is_blank(cell)) else { return Ok(None) };
    let columns = header.columns();
    if last >= columns.len() {
        return Err(format!(
            "has something in cell {}; the first row names {} columns. Is there a separator in a cell without quotation \
             marks?",
            last + 1,
            columns.len()
        ));
    }
    let mut object = Map::new();
    for (column, cell) in columns.iter().zip(cells).filter(|(_, cell)| !is_blank(cell)) {
        let value = column.value(cell)?;
        match column.name.split_once('.') {
            None => drop(object.insert(column.name.to_owned(), value)),
            Some((outer, inner)) => {
                let nested = object.entry(outer).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(nested) = nested {
                    nested.insert(inner.to_owned(), value);
                }
            }
        }
    }
    object::read(object).map(Some)
}
