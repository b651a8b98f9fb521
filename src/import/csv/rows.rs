//! Rows of a table: one line each, or several where a quoted cell has line breaks.

use std::io::{self, BufRead};

use super::{
    super::{
        ImportProgress,
        text_lines::{MAX_LINE, TextLines},
    },
    cells::Cells,
};

/// What separates cells. Programs that write decimal commas use semicolons.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// The beginning of the line that tells Excel what separates cells.
const SEPARATOR: &[u8] = b"sep=";

/// One row.
#[derive(Debug)]
pub(super) struct CsvRow {
    /// The line that it begins on, from 1.
    pub(super) line: u64,
    pub(super) bytes: usize,
    pub(super) cells: Result<Vec<String>, String>,
}

/// The rows of a file.
#[derive(Debug)]
pub(super) struct CsvRows<R> {
    lines: TextLines<R>,
    /// What is between cells, and what takes them apart. None before the first row.
    cells: Option<(u8, Cells)>,
}

/// Where in a cell a byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CellState {
    Beginning,
    Plain,
    Quoted,
    /// After a quotation mark that ends the cell, unless another one follows.
    Ended,
}

impl<R: BufRead> CsvRows<R> {
    pub(super) fn of(reader: R) -> Self {
        Self { lines: TextLines::of(reader), cells: None }
    }

    pub(super) fn progress(&self) -> ImportProgress {
        self.lines.progress()
    }

    /// The next row, None at the end. Blank lines are passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<CsvRow>> {
        let mut text: Vec<u8> = Vec::new();
        let mut begun = None;
        let mut within = CellState::Beginning;
        while let Some(line) = self.lines.next()? {
            let number = line.number;
            let first = begun.unwrap_or(number);
            let Some(piece) = line.text.filter(|piece| text.len() + piece.len() <= MAX_LINE) else {
                return Ok(Some(CsvRow {
                    line: first,
                    bytes: text.len(),
                    cells: Err(too_long(first, number)),
                }));
            };
            let piece = piece.strip_suffix(b"\r").unwrap_or(piece);
            if begun.is_none() && piece.trim_ascii().is_empty() {
                continue;
            }
            if self.cells.is_none()
                && let Some(separators) = separator(piece)
            {
                self.cells = separators.first().map(|delimiter| (*delimiter, Cells::between(*delimiter)));
                continue;
            }
            begun = Some(first);
            let (delimiter, cells) = self.cells.get_or_insert_with(|| {
                let delimiter = delimiter(piece);
                (delimiter, Cells::between(delimiter))
            });
            text.extend(piece);
            let cells = match scan(within, piece, *delimiter) {
                Some(CellState::Quoted) => {
                    within = CellState::Quoted;
                    text.push(b'\n');
                    continue;
                }
                Some(_) => cells.of(&text),
                None => Err(misplaced(first, number)),
            };
            return Ok(Some(CsvRow { line: first, bytes: text.len(), cells }));
        }
        let last = self.lines.progress().read;
        Ok(begun.map(|first| CsvRow { line: first, bytes: text.len(), cells: Err(unclosed(first, last)) }))
    }
}

/// What follows `sep=` in the line above the header that tells Excel what separates cells: the separator, several times
/// where another program took the line for cells and filled it up. None in every other line.
fn separator(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let (name, rest) = line.split_at_checked(SEPARATOR.len())?;
    let is_mark = |byte: &u8| (byte.is_ascii_punctuation() && !b"\"=".contains(byte)) || *byte == b'\t';
    let is_one = rest.iter().all(|byte| is_mark(byte) && Some(byte) == rest.first());
    (name.eq_ignore_ascii_case(SEPARATOR) && is_one).then_some(rest)
}

/// What separates the cells of a header: the one of these that it has most of.
fn delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: &u8| header.split(|byte| byte == delimiter).count();
    let [comma, ..] = DELIMITERS;
    DELIMITERS.into_iter().rev().max_by_key(count).unwrap_or(comma)
}

/// Where the reading stands after a line. None when a quotation mark is where none may be.
fn scan(mut within: CellState, line: &[u8], delimiter: u8) -> Option<CellState> {
    for byte in line {
        within = match (within, *byte) {
            (CellState::Quoted, b'"') => CellState::Ended,
            (CellState::Beginning | CellState::Ended, b'"') | (CellState::Quoted, _) => CellState::Quoted,
            (_, byte) if byte == delimiter => CellState::Beginning,
            (CellState::Plain, b'"') | (CellState::Ended, _) => return None,
            (CellState::Beginning | CellState::Plain, _) => CellState::Plain,
        };
    }
    Some(within)
}

/// `, down to line 17`, if a row has several lines: none of them was read.
fn down_to(first: u64, last: u64) -> String {
    if first == last { String::new() } else { format!(", down to line {last}") }
}

fn too_long(first: u64, last: u64) -> String {
    let down = down_to(first, last);
    format!("is longer than {MAX_LINE} bytes{down}: is a quotation mark not closed?")
}

fn misplaced(first: u64, last: u64) -> String {
    let down = down_to(first, last);
    format!(
        "has a quotation mark in the middle of a cell{down}: put the whole cell in quotation marks, and double those \
         inside"
    )
}

fn unclosed(first: u64, last: u64) -> String {
    format!("opens a quotation mark that is not closed{}", down_to(first, last))
}
