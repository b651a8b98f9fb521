//! `copartner config check`.

use clap::{Args, Subcommand};

use super::{CliResult, Settings, print, say};
use crate::token::Issuers;

/// Look at the configuration.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check the configuration, and print what is in force, secrets masked
    Check {
        #[command(flatten)]
        settings: Settings,
    },
}

impl ConfigArgs {
    #[expect(clippy::unused_async, reason = "all commands run alike")]
    pub(crate) async fn run(self) -> CliResult {
        let ConfigCommand::Check { settings } = self.command;
        let config = settings.read().map_err(say)?;
        config.store().map_err(say)?;
        Issuers::new(config.issuers.clone(), None).map_err(|fault| fault.sentence())?;
        print(&toml::to_string_pretty(&config.masked()).map_err(say)?)
    }
}
