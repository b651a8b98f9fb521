//! Records on their way from sources into the database, batch by batch. Every format goes this way.

use std::io::BufRead;
use std::sync::Arc;

use super::{
    ImportFault, Progress,
    place::Place,
    report::{Bad, Report},
    source::{Entry, Input, Source},
};
use access::Loading;
use domain::record::Record;

/// How many records, or how many bytes of them, are written at once.
const RECORDS: usize = 2_048;
const BYTES: usize = 8 * 1024 * 1024;

/// An import under way.
pub(super) struct Pouring<'p> {
    pub(super) loading: Loading,
    pub(super) report: Report,
    progress: &'p mut dyn FnMut(Progress),
    /// What the sources before had.
    before: Progress,
}

impl<'p> Pouring<'p> {
    pub(super) fn new(loading: Loading, progress: &'p mut dyn FnMut(Progress)) -> Self {
        Self { loading, report: Report::default(), progress, before: Progress::default() }
    }

    /// Writes everything that files have, each being read as `source` says.
    pub(super) async fn pour_each<S: Source>(
        &mut self,
        files: &[Input],
        source: impl Fn(Arc<str>, Box<dyn BufRead>) -> S,
    ) -> Result<(), ImportFault> {
        for file in files {
            let reader = file.open().map_err(|cause| file.unreadable(cause))?;
            let mut source = source(Arc::clone(&file.name), reader);
            self.pour(&mut source).await.map_err(|fault| file.unreadable(fault))?;
            if source.has_none() {
                self.report.without_records.push(Arc::clone(&file.name));
            }
        }
        Ok(())
    }

    /// Writes everything that a source has.
    pub(super) async fn pour(&mut self, source: &mut impl Source) -> Result<(), ImportFault> {
        let mut batch = Batch::default();
        while let Some(entry) = source.next()? {
            batch.take(entry);
            if batch.is_full() {
                self.write(std::mem::take(&mut batch), source.names()).await?;
                self.tell(source.progress());
            }
        }
        self.write(batch, source.names()).await?;
        self.before = self.tell(source.progress());
        self.report.left.add(source.left());
        Ok(())
    }

    fn tell(&mut self, step: Progress) -> Progress {
        let Progress { read, bytes } = self.before;
        let now = Progress { read: read + step.read, bytes: bytes + step.bytes };
        (self.progress)(now);
        now
    }

    async fn write(&mut self, batch: Batch, names: &[(&str, &str)]) -> Result<(), ImportFault> {
        let Batch { records, places, mut bad, .. } = batch;
        if !records.is_empty() {
            let outcome = self.loading.put(records).await?;
            self.report.add(&outcome.counts);
            bad.extend(outcome.refusals.into_iter().filter_map(|refusal| {
                let (number, place) = places.get(refusal.index)?.clone();
                let sentence = refusal.flaw.sentence();
                let reason = names.iter().fold(sentence, |said, (ours, theirs)| said.replace(ours, theirs));
                Some((number, Bad { place, reason }))
            }));
        }
        bad.sort_by_key(|(number, _)| *number);
        self.report.refuse(bad.into_iter().map(|(_, bad)| bad).collect());
        Ok(())
    }

    /// Keeps what was written if all of it was good, or anyway.
    pub(super) async fn finish(self, keep_good: bool) -> Result<Report, ImportFault> {
        let Self { loading, mut report, before, .. } = self;
        report.read = before.read;
        if report.bad_count == 0 || keep_good {
            loading.finish().await?;
            report.is_written = true;
        }
        Ok(report)
    }
}

/// The entries that are written together.
#[derive(Debug, Default)]
struct Batch {
    records: Vec<Record>,
    /// Of each record, which entry of the batch it is, and its place.
    places: Vec<(usize, Place)>,
    bytes: usize,
    bad: Vec<(usize, Bad)>,
}

impl Batch {
    fn take(&mut self, entry: Entry) {
        let Entry { place, bytes, record } = entry;
        let number = self.places.len() + self.bad.len();
        self.bytes += bytes;
        match record {
            Ok(record) => {
                self.records.push(record);
                self.places.push((number, place));
            }
            Err(reason) => self.bad.push((number, Bad { place, reason })),
        }
    }

    fn is_full(&self) -> bool {
        self.records.len() >= RECORDS || self.bad.len() >= RECORDS || self.bytes >= BYTES
    }
}
