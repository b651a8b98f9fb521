//! One JSON object a line.

use std::io::{self, BufRead};
use std::sync::Arc;

use serde_json::Value;

use super::{
    ImportProgress,
    form::AnyRecordForm,
    location::{Location, Spot},
    object,
    reason::{DEEPEST, shown, twice, without_place},
    source::{Source, SourceEntry},
    text_lines::{MAX_LINE, TextLines},
};
use access::AnyRecord;
use domain::json::{self, ExplainedJsonError};

/// Where files were put together, the second may begin with it in the middle of the whole.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The records of an NDJSON file.
#[derive(Debug)]
pub(super) struct Ndjson<R> {
    file: Arc<str>,
    lines: TextLines<R>,
    /// Whether there was anything but blank lines.
    is_begun: bool,
}

impl<R: BufRead> Ndjson<R> {
    pub(super) fn of(file: Arc<str>, reader: R) -> Self {
        Self { file, lines: TextLines::of(reader), is_begun: false }
    }
}

impl<R: BufRead> Source for Ndjson<R> {
    fn next(&mut self) -> io::Result<Option<SourceEntry>> {
        while let Some(line) = self.lines.next()? {
            let text = line.text.map(|text| text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text));
            let record = match text {
                Some(text) if text.trim_ascii().is_empty() => continue,
                Some(text) => read(text),
                None => Err(format!("is longer than {MAX_LINE} bytes")),
            };
            self.is_begun = true;
            let place = Location { file: Arc::clone(&self.file), spot: Spot::Line(line.number) };
            return Ok(Some(SourceEntry { place, bytes: text.map_or(0, <[u8]>::len), record }));
        }
        Ok((!std::mem::replace(&mut self.is_begun, true)).then(|| SourceEntry::blank(&self.file)))
    }

    fn progress(&self) -> ImportProgress {
        self.lines.progress()
    }
}

/// The record that a line holds.
fn read(line: &[u8]) -> Result<AnyRecord, String> {
    let mut reader = serde_json::Deserializer::from_slice(line);
    let record = AnyRecordForm::deserialize(&mut reader).and_then(|record| reader.end().map(|()| record));
    record.map_err(|error| shown(&explain(line, &error)))
}

fn explain(line: &[u8], error: &serde_json::Error) -> String {
    match json::explain(line, DEEPEST) {
        Ok(Value::Object(object)) => object::explain(object, error),
        Ok(_) => "is not a JSON object".to_owned(),
        Err(ExplainedJsonError { repeated: Some(member), .. }) => twice(&member),
        Err(error) if error.breaks_off => {
            "is not JSON: it ends too early; each line holds one whole object".to_owned()
        }
        Err(error) => format!("is not JSON: {} at column {}", without_place(&error.reason), error.column),
    }
}
