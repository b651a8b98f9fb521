//! `copartner log`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{CliResult, Settings, heads, open, print, say};
use crate::key_file;
use access::{ChainError, Head, LogKey, Store};

/// Look at the log of changes.
#[derive(Debug, Args)]
pub(crate) struct Log {
    #[command(subcommand)]
    command: LogCommand,
}

#[derive(Debug, Subcommand)]
enum LogCommand {
    /// Follow every chain of entries, and say where one is broken
    Verify(Verify),
    /// Print the newest entry of every chain, signed: keep it elsewhere, for `verify --since`
    Head {
        #[command(flatten)]
        settings: Settings,
    },
    /// Sign the log with a new key, after the old one was lost: only if no chain is broken
    SignAnew {
        #[command(flatten)]
        settings: Settings,
    },
}

#[derive(Debug, Args)]
struct Verify {
    #[command(flatten)]
    settings: Settings,
    /// What `copartner log head` printed earlier: every chain must still hold it
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
}

impl Log {
    pub(crate) async fn run(self) -> CliResult {
        match self.command {
            LogCommand::Verify(verify) => verify.run().await,
            LogCommand::Head { settings } => print_heads(&settings).await,
            LogCommand::SignAnew { settings } => sign_anew(&settings).await,
        }
    }
}

impl Verify {
    async fn run(self) -> CliResult {
        let (store, own) = opened(&self.settings).await?;
        let (kept_key, kept) = match &self.since {
            Some(file) => heads::read(file).map(|kept| (Some(kept.key), kept.heads))?,
            None => (None, Vec::new()),
        };
        let own = own.map(|key| key.public());
        if let (Some(own), Some(kept)) = (&own, &kept_key)
            && own != kept
        {
            return Err(format!(
                "the heads are signed with the key {}, and the log with {}. Compare heads of one key.",
                kept.to_text(),
                own.to_text()
            ));
        }
        let key = own.or(kept_key);
        let number = kept.len();
        let verdict = store.verify_log(key.as_ref(), kept).await.map_err(|error| described(&error))?;
        store.close().await;
        print(&format!("{} entries in {} chains\n", verdict.entries, verdict.chains))?;
        if number > 0 {
            print(&format!("compared with {number} heads that were kept\n"))?;
        }
        if key.is_none() {
            print("the heads' signatures are not checked: the log's key is not here (see `log_key`)\n")?;
        }
        tell(&verdict.errors)
    }
}

/// Where chains are broken.
fn tell(breaks: &[ChainError]) -> CliResult {
    for ChainError { customer, sequence, reason } in breaks {
        let chain = customer.map_or_else(
            || "the chain of what concerns no customer".to_owned(),
            |customer| format!("the chain of customer {}", customer.0),
        );
        print(&format!("broken: {chain}, entry {sequence}: {reason}\n"))?;
    }
    match breaks.len() {
        0 => Ok(()),
        1 => {
            Err("the log is broken in one chain: someone has changed the database past its own rules."
                .to_owned())
        }
        n => Err(format!(
            "the log is broken in {n} chains: someone has changed the database past its own rules."
        )),
    }
}

async fn print_heads(settings: &Settings) -> CliResult {
    let (store, key) = opened(settings).await?;
    let key = key.ok_or("the log's key is not here, with which the heads are checked: see `log_key`.")?;
    let found = store.heads().await.map_err(|error| described(&error))?;
    store.close().await;
    let is_unsigned = |head: &&Head| !head.is_signed_by(&key.public());
    if let Some(head) = found.iter().find(is_unsigned) {
        let customer = head.customer.map_or_else(|| "no customer".to_owned(), |id| id.0.to_string());
        return Err(format!(
            "the head of the chain of {customer} is not signed with the log's key {}. Look with `copartner log \
             verify`.",
            key.public().to_text()
        ));
    }
    print(&heads::written(&key.public(), &found))
}

async fn sign_anew(settings: &Settings) -> CliResult {
    let (store, _) = opened(settings).await?;
    let verdict = store.verify_log(None, Vec::new()).await.map_err(|error| described(&error))?;
    tell(&verdict.errors)?;
    let file = settings.read().map_err(say)?.log_key();
    let key = LogKey::from(key_file::open_or_make(&file).map_err(|error| error.sentence())?);
    store.sign_log_anew(&key).await.map_err(|error| described(&error))?;
    store.close().await;
    print(&format!("the log is signed with the key {}, in {}\n", key.public().to_text(), file.display()))
}

/// The store, and the log's key where it is here.
async fn opened(settings: &Settings) -> CliResult<(Store, Option<LogKey>)> {
    let config = settings.read().map_err(say)?;
    let store = open::open_existing(config.store().map_err(say)?).await?;
    let key = key_file::open(&config.log_key()).map_err(|error| error.sentence())?.map(LogKey::from);
    Ok((store, key))
}

fn described(error: &crate::Error) -> String {
    open::describe("the database", error)
}
