//! `copartner migrate`.

use clap::{Args, Subcommand};

use super::{Outcome, Settings, open, print, say};
use access::Schema;

/// Bring the database's tables up to date, or look at them.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    #[command(subcommand)]
    way: Way,
}

#[derive(Debug, Subcommand)]
enum Way {
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
    pub(crate) async fn run(self) -> Outcome {
        if let Way::Down { yes: false, .. } = self.way {
            return Err("this loses what is in the tables. Say --yes if you mean it.".to_owned());
        }
        let (Way::Up { settings } | Way::Down { settings, .. } | Way::Status { settings }) = &self.way;
        let options = settings.read().and_then(|config| config.store()).map_err(say)?;
        let describe = |error| open::describe("the database", &error);
        let store = match self.way {
            Way::Up { .. } => {
                let store = open::open_migrated(options).await?;
                print("The schema is up to date.\n")?;
                store
            }
            Way::Down { steps, .. } => {
                let store = open::open_as_it_is(options).await?;
                store.migrate_down(steps).await.map_err(describe)?;
                print(&format!("Took back {steps} of the migrations.\n"))?;
                store
            }
            Way::Status { .. } => {
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
