//! One text of SQL for two databases: the words for column types.

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

/// Runs a text, with the words spelled for the database at hand.
pub(crate) async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let on_postgres = manager.get_database_backend() == DbBackend::Postgres;
    let spelled = WORDS.iter().fold(sql.to_owned(), |sql, (word, sqlite, postgres)| {
        sql.replace(word, if on_postgres { postgres } else { sqlite })
    });
    manager.get_connection().execute_unprepared(&spelled).await.map(drop)
}
