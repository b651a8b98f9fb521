//! The command line: one file for each thing that the program can be told to do.
//!
//! What goes wrong is one sentence on standard error that says what to do, and an exit code that is not zero.

#![expect(clippy::print_stderr, reason = "this room talks to a terminal")]

mod check;
mod demo;
mod directory;
mod events;
mod heads;
mod import;
mod input;
mod lock;
mod log;
mod migrate;
mod new_file;
mod open;
mod partner_center;
mod serve;
mod tenant;
mod token;

use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, ConfigError};

/// Several resale partners work for one customer without seeing each other: a GraphQL API server.
#[derive(Debug, Parser)]
#[command(name = "copartner", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Run the server.
    Serve(serve::Serve),
    /// Run a server over an invented world, to explore in a browser: nothing to install, nothing to configure.
    Demo(demo::Demo),
    /// Load tenants, offers, subscriptions, grants and requests from files.
    Import(import::Import),
    /// Bring the database's tables up to date, or look at them.
    Migrate(migrate::Migrate),
    /// Look at the log of changes.
    Log(events::Log),
    /// Mint a token of the development issuer, or explain one against the configuration.
    Token(token::Token),
    /// Print the GraphQL schema.
    Schema,
    /// Look at the configuration.
    Config(check::ConfigArgs),
}

/// Where settings come from. What is given here wins over the environment, and that over the file.
#[derive(Clone, Debug, Args)]
pub(crate) struct Settings {
    /// The configuration file [default: copartner.toml, if there is one]
    #[arg(long, value_name = "FILE", env = "COPARTNER_CONFIG")]
    config: Option<PathBuf>,
    /// The directory of the SQLite file and of the development issuer's key
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// `postgres://USER@HOST/NAME` or `sqlite:FILE` [default: copartner.sqlite in the data directory]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Settings {
    fn read(&self) -> Result<Config, ConfigError> {
        let mut config = Config::read(self.config.as_deref())?;
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        if let Some(database) = &self.database {
            config.database = Some(database.clone());
            config.database_file = None;
        }
        Ok(config)
    }
}

/// What a command ends with: a sentence for whoever called it.
type CliResult<T = ()> = Result<T, String>;

/// Prints what was asked for. Whoever stops reading it, as `head` does, has read enough.
fn print(text: &str) -> CliResult {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output cannot be written to: {cause}."))
        }
        _ => Ok(()),
    }
}

/// Any error with words of its own, as a sentence.
fn say(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Cli {
    /// Does what the command line says.
    pub async fn run(self) -> ExitCode {
        let outcome = match self.command {
            CliCommand::Serve(serve) => serve.run().await,
            CliCommand::Demo(demo) => demo.run().await,
            CliCommand::Import(import) => import.run().await,
            CliCommand::Migrate(migrate) => migrate.run().await,
            CliCommand::Log(log) => log.run().await,
            CliCommand::Token(token) => token.run().await,
            CliCommand::Schema => crate::graphql::sdl().map_err(say).and_then(print),
            CliCommand::Config(config) => config.run().await,
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(sentence) => fail(&sentence),
        }
    }
}

/// Prints what went wrong.
#[must_use]
pub fn fail(sentence: &str) -> ExitCode {
    eprintln!("copartner: {sentence}");
    ExitCode::FAILURE
}
