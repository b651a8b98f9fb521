//! `copartner config check`.

use clap::{Args, Subcommand};
use token::Issuers;

use super::{Outcome, Settings, print, say};

/// Look at the configuration.
#[derive(Debug, Args)]
pub(crate) struct ConfigCommand {
    #[command(subcommand)]
    way: Way,
}

#[derive(Debug, Subcommand)]
enum Way {
    /// Check the configuration, and print what is in force, secrets masked
    Check {
        #[command(flatten)]
        settings: Settings,
    },
}

impl ConfigCommand {
    #[expect(clippy::unused_async, reason = "all commands run alike")]
    pub(crate) async fn run(self) -> Outcome {
        let Way::Check { settings } = self.way;
        let config = settings.read().map_err(say)?;
        config.store().map_err(say)?;
        Issuers::new(config.issuers.clone(), None).map_err(|error| error.sentence())?;
        print(&toml::to_string_pretty(&config.masked()).map_err(say)?)
    }
}
