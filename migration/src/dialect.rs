//! One text of SQL for two databases: the words for column types, and the parts that only one of them runs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The words in braces, and what each database calls them.
///
/// Text compares byte by byte on both, so that a list has the same order everywhere whatever the locale.
/// `{strict}` closes a table: SQLite then refuses a value of another type, as PostgreSQL always does.
const WORDS: [(&str, &str, &str); 8] = [
    ("{uuid}", "BLOB", "uuid"),
    ("{text}", "TEXT", "text COLLATE \"C\""),
    ("{instant}", "TEXT", "timestamptz"),
    ("{json}", "TEXT", "jsonb"),
    ("{bytes}", "BLOB", "bytea"),
    ("{bool}", "INTEGER", "boolean"),
    ("{long}", "INTEGER", "bigint"),
    ("{strict}", "STRICT", ""),
];

/// Runs what both databases run, with the words spelled for the one at hand.
pub(crate) async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let on_postgres = manager.get_database_backend() == DbBackend::Postgres;
    let spelled = WORDS.iter().fold(sql.to_owned(), |sql, (word, sqlite, postgres)| {
        sql.replace(word, if on_postgres { postgres } else { sqlite })
    });
    manager.get_connection().execute_unprepared(&spelled).await.map(drop)
}

/// Runs one text on SQLite, another on PostgreSQL: triggers have nothing in common.
pub(crate) async fn run_either(
    manager: &SchemaManager<'_>,
    sqlite: &str,
    postgres: &str,
) -> Result<(), DbErr> {
    match manager.get_database_backend() {
        DbBackend::Postgres => run(manager, postgres).await,
        _ => run(manager, sqlite).await,
    }
}
