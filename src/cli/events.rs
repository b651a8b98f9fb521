//! `copartner log`.

use clap::{Args, Subcommand};

use super::{Outcome, Settings, open, say};
use crate::access::Break;

/// Look at the log of changes.
#[derive(Debug, Args)]
pub(crate) struct Log {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Follow every chain of entries, and say where one is broken.
    Verify(Verify),
}

#[derive(Debug, Args)]
struct Verify {
    #[command(flatten)]
    settings: Settings,
}

impl Log {
    pub(crate) async fn run(self) -> Outcome {
        let What::Verify(Verify { settings }) = self.what;
        let config = settings.read().map_err(say)?;
        let store = open::open_current(config.store().map_err(say)?).await?;
        let verdict = store.verify_log().await;
        let verdict = verdict.map_err(|error| open::describe("the database", &error))?;
        println!("{} entries in {} chains", verdict.entries, verdict.chains);
        for Break { customer, sequence, reason } in &verdict.breaks {
            let chain = customer.map_or_else(
                || "the chain of what concerns no customer".to_owned(),
                |customer| format!("the chain of customer {}", customer.0),
            );
            println!("broken: {chain}, entry {sequence}: {reason}");
        }
        match verdict.breaks.len() {
            0 => Ok(()),
            1 => Err("the log is broken in one chain: someone has changed the database past its own rules."
                .to_owned()),
            n => Err(format!(
                "the log is broken in {n} chains: someone has changed the database past its own rules."
            )),
        }
    }
}
