//! Cells out of the text of a row.

use std::io::{self, Read};

use csv::{Reader, ReaderBuilder, StringRecord, Terminator};

/// Takes rows apart. One for all rows of a file, since it takes longer to make than a row to read.
#[derive(Debug)]
pub(super) struct Cells {
    reader: Reader<Row>,
    record: StringRecord,
}

/// The row at hand, as far as it was not read yet.
#[derive(Debug, Default)]
struct Row {
    text: Vec<u8>,
    read: usize,
}

impl Read for Row {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.text.get(self.read..).unwrap_or_default();
        let read = rest.read(buffer)?;
        self.read += read;
        Ok(read)
    }
}

impl Cells {
    pub(super) fn between(delimiter: u8) -> Self {
        let mut builder = ReaderBuilder::new();
        // Only what ends a line ends a row: whoever gives one ends it so.
        builder.has_headers(false).flexible(true).delimiter(delimiter).terminator(Terminator::Any(b'\n'));
        Self { reader: builder.from_reader(Row::default()), record: StringRecord::new() }
    }

    /// The cells of a row whose quotation marks are in order.
    pub(super) fn of(&mut self, text: &[u8]) -> Result<Vec<String>, String> {
        let row = self.reader.get_mut();
        row.read = 0;
        row.text.clear();
        row.text.extend(text);
        row.text.push(b'\n');
        match self.reader.read_record(&mut self.record) {
            Ok(_) => Ok(self.record.iter().map(str::to_owned).collect()),
            Err(error) => Err(format!("is not CSV: {error}")),
        }
    }
}
