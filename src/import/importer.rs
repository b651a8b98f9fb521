//! Writes the records of sources into the database, batch by batch. Every format goes this way.

use std::io::BufRead;
use std::sync::Arc;

use super::{
    ImportError, ImportProgress, Options,
    location::Location,
    report::{EntryError, Report},
    source::{Input, Source, SourceEntry},
};
use access::{AnyRecord, BulkLoad, Store};

/// How many records, or how many bytes of them, are written at once.
const RECORDS: usize = 2_048;
const BYTES: usize = 8 * 1024 * 1024;

/// An import under way.
pub(super) struct Importer<'p> {
    pub(super) load: BulkLoad,
    pub(super) report: Report,
    options: Options,
    progress: &'p mut dyn FnMut(ImportProgress),
    /// How far the sources before the current one came.
    before: ImportProgress,
}

impl<'p> Importer<'p> {
    pub(super) async fn begin(
        store: &Store,
        options: Options,
        progress: &'p mut dyn FnMut(ImportProgress),
    ) -> Result<Self, ImportError> {
        let load = store.load(options.at).await?;
        Ok(Self { load, report: Report::default(), options, progress, before: ImportProgress::default() })
    }

    /// Writes everything that files have, each being read as `source` says.
    pub(super) async fn write_files<S: Source>(
        &mut self,
        files: &[Input],
        source: impl Fn(Arc<str>, Box<dyn BufRead>) -> S,
    ) -> Result<(), ImportError> {
        for file in files {
            let reader = file.open().map_err(|cause| file.unreadable(cause))?;
            let mut source = source(Arc::clone(&file.name), reader);
            self.write_source(&mut source).await.map_err(|error| file.unreadable(error))?;
            if source.has_none() {
                self.report.without_records.push(Arc::clone(&file.name));
            }
        }
        Ok(())
    }

    /// Writes everything that a source has.
    pub(super) async fn write_source(&mut self, source: &mut impl Source) -> Result<(), ImportError> {
        let mut batch = EntryBatch::default();
        while let Some(entry) = source.next()? {
            batch.add(entry);
            if batch.is_full() {
                self.write(std::mem::take(&mut batch), source.names()).await?;
                self.show_progress(source.progress());
            }
        }
        self.write(batch, source.names()).await?;
        self.before = self.show_progress(source.progress());
        self.report.ignored.add(source.ignored());
        Ok(())
    }

    fn show_progress(&mut self, step: ImportProgress) -> ImportProgress {
        let ImportProgress { read, bytes } = self.before;
        let now = ImportProgress { read: read + step.read, bytes: bytes + step.bytes };
        (self.progress)(now);
        now
    }

    async fn write(&mut self, batch: EntryBatch, names: &[(&str, &str)]) -> Result<(), ImportError> {
        let EntryBatch { records, places, mut errors, .. } = batch;
        if !records.is_empty() {
            let outcome = self.load.put(records).await?;
            self.report.add(&outcome.counts);
            errors.extend(outcome.errors.into_iter().filter_map(|refused| {
                let (number, place) = places.get(refused.index)?.clone();
                let sentence = refused.error.sentence();
                let reason = names.iter().fold(sentence, |text, (ours, theirs)| text.replace(ours, theirs));
                Some((number, EntryError { place, reason }))
            }));
        }
        errors.sort_by_key(|(number, _)| *number);
        self.report.refuse(errors.into_iter().map(|(_, error)| error).collect());
        Ok(())
    }

    /// Keeps what was written if all of it was good, or if the options say so.
    pub(super) async fn finish(self) -> Result<Report, ImportError> {
        let Self { load, mut report, options, before, .. } = self;
        report.read = before.read;
        if report.error_count == 0 || options.keep_good {
            load.finish().await?;
            report.is_written = true;
        }
        Ok(report)
    }
}

/// The entries that are written together. Each has its number among them.
#[derive(Debug, Default)]
struct EntryBatch {
    records: Vec<AnyRecord>,
    /// Where each of the records stands.
    places: Vec<(usize, Location)>,
    bytes: usize,
    errors: Vec<(usize, EntryError)>,
}

impl EntryBatch {
    fn add(&mut self, entry: SourceEntry) {
        let SourceEntry { place, bytes, record } = entry;
        let number = self.places.len() + self.errors.len();
        self.bytes += bytes;
        match record {
            Ok(record) => {
                self.records.push(record);
                self.places.push((number, place));
            }
            Err(reason) => self.errors.push((number, EntryError { place, reason })),
        }
    }

    fn is_full(&self) -> bool {
        self.records.len() >= RECORDS || self.errors.len() >= RECORDS || self.bytes >= BYTES
    }
}
