//! `copartner import`.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Outcome, Settings, open, say};
use crate::clock;
use crate::import::{ImportFault, Options, Report, import};

/// Load tenants, offers, subscriptions, grants and requests from an NDJSON file: one typed object a line, as
/// docs/import.md says. What is there already is brought up to date by its natural key.
#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    settings: Settings,
    /// The file, or - for standard input
    file: PathBuf,
    /// Write the good lines even when there are bad ones; otherwise nothing is written then
    #[arg(long)]
    keep_good: bool,
}

impl Import {
    pub(crate) async fn run(self) -> Outcome {
        let config = self.settings.read().map_err(say)?;
        let (reader, bytes): (Box<dyn BufRead>, u64) = if self.file.as_os_str() == "-" {
            (Box::new(BufReader::new(std::io::stdin())), 0)
        } else {
            let unreadable = |cause| format!("{} cannot be read: {cause}.", self.file.display());
            let file = File::open(&self.file).map_err(unreadable)?;
            let bytes = file.metadata().map_err(unreadable)?.len();
            (Box::new(BufReader::with_capacity(1 << 20, file)), bytes)
        };
        let store = open::open_current(config.store().map_err(say)?).await?;
        let bar = bar(bytes);
        let options = Options { keep_good: self.keep_good, at: clock::now() };
        let report = import(&store, reader, options, |progress| {
            bar.set_position(progress.bytes);
            bar.set_message(format!("{} lines", progress.lines));
        })
        .await;
        bar.finish_and_clear();
        store.close().await;
        let report = report.map_err(|fault| match fault {
            ImportFault::Read(cause) => {
                format!("the file cannot be read to its end: {cause}. Nothing was written.")
            }
            ImportFault::Store(error) => {
                format!("{} Nothing was written.", open::describe("the database", &error))
            }
        })?;
        tell(&report)
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

fn tell(report: &Report) -> Outcome {
    for bad in &report.bad {
        eprintln!("line {}: {}", bad.number, bad.reason);
    }
    let untold = report.bad_lines.saturating_sub(report.bad.len() as u64);
    if untold > 0 {
        eprintln!("… and {untold} more bad lines.");
    }
    if report.is_written {
        for (kind, count) in &report.counts {
            println!(
                "{:<20} {:>9} new {:>9} changed {:>9} as they were",
                kind.name(),
                count.inserted,
                count.updated,
                count.unchanged
            );
        }
    }
    match (report.bad_lines, report.is_written) {
        (0, _) => Ok(()),
        (bad, true) => Err(format!("{bad} lines were bad and left out; the others are written.")),
        (bad, false) => Err(format!(
            "{bad} lines are bad, so nothing was written. Mend them, or write the good ones with --keep-good."
        )),
    }
}
