//! `copartner import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::{CliResult, Settings, input, open, partner_center::PartnerCenterArgs, print, say};
use crate::clock;
use crate::import::{
    Files, Format, IgnoredFields, ImportError, Location, Options, PASSES, Report, Spot, import_files,
};
use access::RecordCount;

/// Load tenants, offers, subscriptions, grants and requests from files, as docs/import.md says. What is there already
/// is brought up to date by its natural key.
#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    settings: Settings,
    /// The files, one after the other; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the files are written in
    #[arg(long, value_name = "FORMAT", default_value = "ndjson")]
    format: FormatName,
    /// Write the good records even when there are bad ones; otherwise nothing is written then
    #[arg(long)]
    keep_good: bool,
    // Last, because its heading is over all that follows.
    #[command(flatten)]
    partner_center: PartnerCenterArgs,
}

/// A format, as the command line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// One typed object a line
    Ndjson,
    /// A table, with the fields' names in its first row
    Csv,
    /// What Partner Center's REST API returns for customers and for a customer's subscriptions
    PartnerCenter,
}

impl Import {
    pub(crate) async fn run(self) -> CliResult {
        let is_of_partner_center = self.format == FormatName::PartnerCenter;
        if !is_of_partner_center {
            self.partner_center.refuse()?;
        }
        let config = self.settings.read().map_err(say)?;
        let open = if is_of_partner_center { input::reopen } else { input::open };
        let files = self.files.iter().map(|file| open(file)).collect::<CliResult<Vec<_>>>()?;
        let (files, bytes): (Vec<_>, Vec<_>) = files.into_iter().unzip();
        let number = files.len();
        let report = open::work_on(config.store().map_err(say)?, async |store| {
            let format = match self.format {
                FormatName::Ndjson => Format::Ndjson,
                FormatName::Csv => Format::Csv,
                FormatName::PartnerCenter => Format::PartnerCenter(Box::new(
                    self.partner_center.find(store, config.operator_tenant).await?,
                )),
            };
            let passes = if is_of_partner_center { PASSES } else { 1 };
            let bar = bar(if bytes.contains(&0) { 0 } else { bytes.iter().sum::<u64>() * passes });
            let options = Options { keep_good: self.keep_good, at: clock::now() };
            let files = Files { files: &files, format: &format };
            let report = import_files(store, files, options, |progress| {
                bar.set_position(progress.bytes);
                bar.set_message(format!("{} read", progress.read));
            })
            .await;
            bar.finish_and_clear();
            let report = report.map_err(|error| match error {
                ImportError::Read(cause) => {
                    format!("a file cannot be read to its end: {cause}. Nothing was written.")
                }
                ImportError::Store(error) => {
                    format!("{} Nothing was written.", open::describe("the database", &error))
                }
            })?;
            if !report.is_written {
                // A failure, after which nothing is left.
                tell(&report, number)?;
            }
            Ok(report)
        })
        .await?;
        tell(&report, number)
    }
}

/// A bar where the length is known, else a count of what was read. Only on a terminal.
fn bar(bytes: u64) -> ProgressBar {
    let (bar, template) = if bytes > 0 {
        (ProgressBar::new(bytes), "{bar:40} {bytes}/{total_bytes} {msg} {elapsed} (about {eta} to go)")
    } else {
        (ProgressBar::new_spinner(), "{spinner} {bytes} {msg} {elapsed}")
    };
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// How many of the notes are printed one by one.
const MOST_NOTES: usize = 10;

/// The place and the reason. A line's file is named only where there are several.
fn sentence(place: &Location, reason: &str, files: usize) -> String {
    match place.spot {
        Spot::Whole => format!("{}: {reason}", place.file),
        Spot::Line(_) if files == 1 => format!("{}: {reason}", place.spot),
        _ => format!("{}, {}: {reason}", place.file, place.spot),
    }
}

fn tell(report: &Report, files: usize) -> CliResult {
    for error in &report.errors {
        eprintln!("{}", sentence(&error.place, &error.reason, files));
    }
    let untold = report.error_count.saturating_sub(report.errors.len() as u64);
    if untold > 0 {
        eprintln!("… and {untold} more bad records.");
    }
    tell_gaps(report, files);
    if report.is_written {
        print(&done(report))?;
    }
    match (report.error_count, report.is_written) {
        (0, _) => Ok(()),
        (1, true) => Err("one record was bad and left out; the others are written.".to_owned()),
        (1, false) => Err("one record is bad, so nothing was written. Mend it, or write the good ones with \
                           --keep-good."
            .to_owned()),
        (bad, true) => Err(format!("{bad} records were bad and left out; the others are written.")),
        (bad, false) => Err(format!(
            "{bad} records are bad, so nothing was written. Mend them, or write the good ones with --keep-good."
        )),
    }
}

/// What may be missing: nothing is wrong with what is there.
fn tell_gaps(report: &Report, files: usize) {
    for note in report.notes.iter().take(MOST_NOTES) {
        eprintln!("{}.", sentence(&note.place, &note.words, files));
    }
    let untold = report.notes.len().saturating_sub(MOST_NOTES);
    if untold > 0 {
        eprintln!("… and {untold} more collections are not all here.");
    }
    match report.without_records.as_slice() {
        [] => {}
        [file] => eprintln!("{file} holds no records."),
        files => {
            let names: Vec<_> = files.iter().take(MOST_NOTES).map(AsRef::as_ref).collect();
            let more = if files.len() > MOST_NOTES { ", …" } else { "" };
            eprintln!("{} files hold no records: {}{more}.", files.len(), names.join(", "));
        }
    }
}

/// What was written, kind by kind of those that the files have.
fn done(report: &Report) -> String {
    let named = report.counts.iter().filter(|(_, count)| **count != RecordCount::default());
    let counts = named.map(|(kind, RecordCount { inserted, updated, unchanged })| {
        let kind = kind.name();
        format!("{kind:<20} {inserted:>9} new {updated:>9} changed {unchanged:>9} as they were\n")
    });
    counts.chain(ignored(&report.ignored)).collect()
}

/// One line on what was read and is not kept, so that nothing is lost without a word.
fn ignored(ignored: &IgnoredFields) -> Option<String> {
    if ignored.fields.is_empty() {
        return None;
    }
    let fields: Vec<_> = ignored.fields.iter().map(|(field, count)| format!("{field} ({count})")).collect();
    let others = if ignored.others > 0 { format!(", others ({})", ignored.others) } else { String::new() };
    Some(format!("read, but without a place here: {}{others}\n", fields.join(", ")))
}
