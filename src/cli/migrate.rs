//! `copartner migrate`.

use clap::{Args, Subcommand};

use super::{CliResult, Settings, open, print, say};
use access::Schema;

/// Bring the database's tables up to date, or look at them.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    #[command(subcommand)]
    command: MigrateCommand,
}

#[derive(Debug, Subcommand)]
enum MigrateCommand {
    /// Apply all migrations that are missing: all of them or none
    Up {
        #[command(flatten)]
        settings: Settings,
    },
    /// Take back the newest migrations, with everything in their tables
    Down {
        #[command(flatten)]
        settings: Settings,
        /// How many
        #[arg(long, default_value_t = 1)]
        steps: u32,
        /// Say that you mean it: what is in the tables is lost
        #[arg(long)]
        yes: bool,
    },
    /// Show which migrations are applied and which are missing
    Status {
        #[command(flatten)]
        settings: Settings,
    },
}

impl Migrate {
    pub(crate) async fn run(self) -> CliResult {
        if let MigrateCommand::Down { yes: false, .. } = self.command {
            return Err("this loses what is in the tables. Say --yes if you mean it.".to_owned());
        }
        let (MigrateCommand::Up { settings }
        | MigrateCommand::Down { settings, .. }
        | MigrateCommand::Status { settings }) = &self.command;
        let options = settings.read().and_then(|config| config.store()).map_err(say)?;
        let describe = |error| open::describe("the database", &error);
        let store = match self.command {
            MigrateCommand::Up { .. } => {
                let store = open::open_migrated(options).await?;
                print("The schema is up to date.\n")?;
                store
            }
            MigrateCommand::Down { steps, .. } => {
                let store = open::open_as_it_is(options).await?;
                store.migrate_down(steps).await.map_err(describe)?;
                print(&format!("Took back {steps} of the migrations.\n"))?;
                store
            }
            MigrateCommand::Status { .. } => {
                let store = open::open_as_it_is(options).await?;
                let applied = store.applied().await.map_err(describe)?;
                let (word, others) = match store.schema().await.map_err(describe)? {
                    Schema::Outdated(names) => ("missing", names),
                    Schema::Newer(names) => ("unknown", names),
                    Schema::Current => ("", Vec::new()),
                };
                let applied = applied.iter().map(|name| format!("applied  {name}\n"));
                let others = others.iter().map(|name| format!("{word}  {name}\n"));
                print(&applied.chain(others).collect::<String>())?;
                store
            }
        };
        store.close().await;
        Ok(())
    }
}
