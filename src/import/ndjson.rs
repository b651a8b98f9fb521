//! One JSON object a line.

use std::io::{self, BufRead};
use std::sync::Arc;

use serde_json::{Value, error::Category};

use super::{
    Progress,
    lines::{Lines, MAX_LINE},
    object,
    place::{Place, Spot},
    reason::{shown, without_place},
    source::{Entry, Source},
};
use crate::rules::record::Record;

/// The records of an NDJSON file.
#[derive(Debug)]
pub(super) struct Ndjson<R> {
    file: Arc<str>,
    lines: Lines<R>,
}

impl<R: BufRead> Ndjson<R> {
    pub(super) fn of(file: Arc<str>, reader: R) -> Self {
        Self { file, lines: Lines::of(reader) }
    }
}

impl<R: BufRead> Source for Ndjson<R> {
    fn next(&mut self) -> io::Result<Option<Entry>> {
        while let Some(line) = self.lines.next()? {
            let record = match line.text {
                Some(text) if text.trim_ascii().is_empty() => continue,
                Some(text) => read(text),
                None => Err(format!("is longer than {MAX_LINE} bytes")),
            };
            let place = Place { file: Arc::clone(&self.file), spot: Spot::Line(line.number) };
            return Ok(Some(Entry { place, bytes: line.text.map_or(0, <[u8]>::len), record }));
        }
        Ok(None)
    }

    fn progress(&self) -> Progress {
        self.lines.progress()
    }
}

/// The record that a line holds.
fn read(line: &[u8]) -> Result<Record, String> {
    serde_json::from_slice(line).map_err(|error| shown(&explain(line, &error)))
}

fn explain(line: &[u8], error: &serde_json::Error) -> String {
    match serde_json::from_slice::<Value>(line) {
        Ok(Value::Object(object)) => object::explain(object, error),
        Ok(_) => "is not a JSON object".to_owned(),
        Err(_) => not_json(line, error),
    }
}

fn not_json(line: &[u8], error: &serde_json::Error) -> String {
    if std::str::from_utf8(line).is_err() {
        return "is not UTF-8".to_owned();
    }
    let column = error.column();
    match error.classify() {
        Category::Eof => "is not JSON: it ends too early; each line holds one whole object".to_owned(),
        _ => format!("is not JSON: {} at column {column}", without_place(&error.to_string())),
    }
}
