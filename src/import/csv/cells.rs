//! Splits the text of a row into cells.

use std::io::{self, Read};

use csv::{Reader, ReaderBuilder, StringRecord, Terminator};

/// Splits rows. There is one for all rows of a file: it takes longer to make one than to read a row.
#[derive(Debug)]
pub(super) struct Cells {
    reader: Reader<RowText>,
    record: StringRecord,
}

/// The text of one row, of which the CSV reader reads.
#[derive(Debug, Default)]
struct RowText {
    text: Vec<u8>,
    read: usize,
}

impl Read for RowText {
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
        // Only a line feed ends a row here; `of` appends it.
        builder.has_headers(false).flexible(true).delimiter(delimiter).terminator(Terminator::Any(b'\n'));
        Self { reader: builder.from_reader(RowText::default()), record: StringRecord::new() }
    }

    /// The cells of a row whose quotation marks are balanced.
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
