//! What a migration is made of: its steps forwards and its steps back, each a text of SQL as a rule.

use std::pin::Pin;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::util::get_file_stem;

use crate::dialect;

/// One change of the tables.
pub(crate) struct Migration {
    /// `file!()`: the file's name, without its ending, is what the database remembers the migration by.
    pub(crate) file: &'static str,
    pub(crate) up: &'static [Step],
    pub(crate) down: &'static [Step],
}

/// What is run, and where.
pub(crate) enum Step {
    /// The same SQL on both databases, with the words of [`dialect`].
    Both(&'static str),
    /// SQL for each of them: triggers have nothing in common.
    Each { sqlite: &'static str, postgres: &'static str },
    /// SQL for PostgreSQL alone.
    Postgres(&'static str),
    /// Rust, for what SQL cannot say of the rows that are there.
    Rows(Change),
}

/// Changes rows on the migration's connection.
type Change =
    for<'a> fn(&'a SchemaManager<'a>) -> Pin<Box<dyn Future<Output = Result<(), DbErr>> + Send + 'a>>;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        get_file_stem(self.file)
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, self.up).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, self.down).await
    }
}

async fn run(manager: &SchemaManager<'_>, steps: &[Step]) -> Result<(), DbErr> {
    let on_postgres = manager.get_database_backend() == DbBackend::Postgres;
    for step in steps {
        match step {
            Step::Both(sql) => dialect::run(manager, sql).await?,
            Step::Each { sqlite, postgres } => {
                dialect::run(manager, if on_postgres { postgres } else { sqlite }).await?;
            }
            Step::Postgres(sql) if on_postgres => dialect::run(manager, sql).await?,
            Step::Postgres(_) => {}
            Step::Rows(change) => change(manager).await?,
        }
    }
    Ok(())
}
