//! Bulk import: files become records in the database. `docs/import.md` describes the formats.
//!
//! Each format is a source of records with their places (`ndjson.rs`, `csv/`, `partner_center/`); what they hold goes
//! one way into the database (`importer.rs`).
//!
//! What it promises:
//! - All or nothing: unless every record is good nothing is written, or with `keep_good` the good ones are.
//! - Every bad one is reported with its place and what to do about it, not only the first. A file in another encoding
//!   is reported once, and stops the import.
//! - Nothing is a success without a word: files without records and collections with pages missing are told.
//! - The same files again change nothing.
//! - Memory is bounded, whatever the length of the files.
//!
//! It is for whoever has the command line on a machine that holds the database: nothing here asks who may do this.
//!
//! Deliberately absent: a clock, a terminal and a file system. Whoever calls says what time it is, shows the progress
//! and opens the files.

mod csv;
mod encoding;
mod form;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod ignored_fields;
mod importer;
mod location;
mod ndjson;
mod object;
mod partner_center;
mod reason;
mod report;
mod source;
#[cfg(test)]
mod tests;
mod text_lines;

use std::io::{self, BufRead};
use std::sync::Arc;

use entity::Instant;

pub use ignored_fields::IgnoredFields;
pub use location::{Location, Spot};
pub use partner_center::{PASSES, PartnerCenter};
pub use report::{EntryError, KEPT, Note, Report};
pub use source::Input;

use self::{
    csv::Csv, encoding::DecodedText, importer::Importer, ndjson::Ndjson, partner_center::Survey,
    source::Source,
};
use access::Store;

use crate::Error;

/// How to import.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Write the good records even when there are bad ones.
    pub keep_good: bool,
    /// The instant that everything is judged by: what has ended, what lies in the future.
    pub at: Instant,
}

/// What the files are written in.
#[derive(Clone, Debug)]
pub enum Format {
    /// One object a line.
    Ndjson,
    /// A table.
    Csv,
    /// Answers of Partner Center's REST API. The files are opened more than once.
    PartnerCenter(Box<PartnerCenter>),
}

/// Files that are written in one format.
#[derive(Clone, Copy, Debug)]
pub struct Files<'f> {
    pub files: &'f [Input],
    pub format: &'f Format,
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportProgress {
    /// How many lines, or how many items.
    pub read: u64,
    /// How many of the text in UTF-8.
    pub bytes: u64,
}

/// Why an import stopped. Nothing of it was written.
#[derive(Debug)]
pub enum ImportError {
    /// A file could not be read to its end.
    Read(io::Error),
    Store(Error),
}

impl From<io::Error> for ImportError {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl From<Error> for ImportError {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// Imports the NDJSON that `reader` holds, in one transaction, and tells `progress` now and then how far it has come.
pub async fn import(
    store: &Store,
    reader: impl BufRead,
    options: Options,
    mut progress: impl FnMut(ImportProgress),
) -> Result<Report, ImportError> {
    let mut importer = Importer::begin(store, options, &mut progress).await?;
    importer.write_source(&mut Ndjson::of("".into(), DecodedText::of(reader))).await?;
    importer.finish().await
}

/// Makes a source of a file, which has a name.
type Opener = fn(Arc<str>, Box<dyn BufRead>) -> Box<dyn Source>;

/// Imports files of one format, one after the other, in one transaction.
pub async fn import_files(
    store: &Store,
    files: Files<'_>,
    options: Options,
    mut progress: impl FnMut(ImportProgress),
) -> Result<Report, ImportError> {
    let Files { files, format } = files;
    let source: Opener = match format {
        Format::Ndjson => |name, reader| Box::new(Ndjson::of(name, reader)),
        Format::Csv => |name, reader| Box::new(Csv::of(name, reader)),
        Format::PartnerCenter(center) => {
            let survey = Survey::of(&store.seen_by_the_operator(options.at), files, center).await?;
            let importer = Importer::begin(store, options, &mut progress).await?;
            return partner_center::import(importer, files, survey).await;
        }
    };
    let mut importer = Importer::begin(store, options, &mut progress).await?;
    importer.write_files(files, source).await?;
    importer.finish().await
}
