//! `copartner config`.

use clap::{Args, Subcommand};
use token::Issuers;

use super::{CliResult, Settings, print, say};
use crate::config::schema;
use crate::graphql::gate;
use crate::http::TrustedDocuments;

/// Look at the configuration.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check the configuration, and print what is in force, secrets masked, below what production would refuse of it
    Check {
        #[command(flatten)]
        settings: Settings,
    },
    /// Print the JSON Schema of the configuration
    Schema,
}

impl ConfigArgs {
    #[expect(clippy::unused_async, reason = "all commands run alike")]
    pub(crate) async fn run(self) -> CliResult {
        let settings = match self.command {
            ConfigCommand::Check { settings } => settings,
            ConfigCommand::Schema => return print(&schema()),
        };
        let config = settings.read().map_err(say)?;
        config.check_profile().map_err(say)?;
        config.store().map_err(say)?;
        Issuers::new(config.issuers.clone(), None).map_err(|error| error.sentence())?;
        let documents = TrustedDocuments::read(&config.documents).map_err(say)?;
        let faults = documents.faults(&gate(config.limits.clone()).map_err(say)?);
        if !faults.is_empty() {
            return Err(faults.join("\n"));
        }
        let unfit = config.unfit_for_production();
        // As comments, so that what is printed is a configuration.
        let comments: Vec<_> = unfit.iter().map(|line| format!("# for production: {line}\n")).collect();
        let settings = toml::to_string_pretty(&config.masked()).map_err(say)?;
        print(&(comments.concat() + &settings))
    }
}
