//! `copartner migrate`.

use clap::{Args, Subcommand};

use super::{Outcome, Settings, open, say};
use crate::access::Schema;

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
        let config = settings.read().map_err(say)?;
        let store = open::open(config.store().map_err(say)?).await?;
        let describe = |error| open::describe("the database", &error);
        match self.way {
            Way::Up { .. } => {
                if let Schema::Newer(names) = store.schema().await.map_err(describe)? {
                    return Err(format!(
                        "the schema is newer than this program: it has {}.",
                        names.join(", ")
                    ));
                }
                store.migrate_up().await.map_err(describe)?;
                println!("The schema is up to date.");
            }
            Way::Down { steps, .. } => {
                store.migrate_down(steps).await.map_err(describe)?;
                println!("Took back {steps} of the migrations.");
            }
            Way::Status { .. } => {
                for name in store.applied().await.map_err(describe)? {
                    println!("applied  {name}");
                }
                match store.schema().await.map_err(describe)? {
                    Schema::Outdated(names) => names.iter().for_each(|name| println!("missing  {name}")),
                    Schema::Newer(names) => names.iter().for_each(|name| println!("unknown  {name}")),
                    Schema::Current => {}
                }
            }
        }
        store.close().await;
        Ok(())
    }
}
