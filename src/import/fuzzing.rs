//! What must be true of every file that may be imported, before any of it gets to a database.

use std::io;

use super::csv::Csv;
use super::encoding::DecodedText;
use super::ndjson::Ndjson;
use super::partner_center;
use super::source::Source;

/// How many characters a reason has at most, with what escapes add to it.
const LONGEST: usize = 10_000;

/// The input is a file, which is read as each of the formats.
///
/// It comes to an end: no file has more entries than bytes, but for the one that says that it is empty. Reasons are short, and safe on
/// a terminal. The same file is read in the same way again.
///
/// # Panics
///
/// When it is not so.
pub fn import(input: &[u8]) {
    for read in [ndjson, csv, partner_center::read_all] {
        let told = read(input);
        assert!(told.len() <= input.len() + 1, "{} entries of {} bytes", told.len(), input.len());
        for reason in told.iter().filter_map(|entry| entry.as_ref().err()) {
            assert!((1..=LONGEST).contains(&reason.chars().count()), "{reason}");
            assert!(!reason.contains(char::is_control), "{reason:?}");
        }
        assert_eq!(read(input), told);
    }
}

/// What stands for each entry of a file, up to where it cannot be read any more.
pub(super) type Told = Vec<Result<String, String>>;

fn ndjson(input: &[u8]) -> Told {
    all(Ndjson::of("".into(), DecodedText::of(input)))
}

fn csv(input: &[u8]) -> Told {
    all(Csv::of("".into(), DecodedText::of(input)))
}

fn all(mut source: impl Source) -> Told {
    collect(|| source.next().map(|entry| entry.map(|entry| entry.record.map(|record| format!("{record:?}")))))
}

/// All entries. Where the file cannot be read, that is the last.
pub(super) fn collect(mut next: impl FnMut() -> io::Result<Option<Result<String, String>>>) -> Told {
    let mut told = Vec::new();
    loop {
        match next() {
            Ok(Some(entry)) => told.push(entry),
            Ok(None) => return told,
            Err(error) => {
                told.push(Err(error.to_string()));
                return told;
            }
        }
    }
}
