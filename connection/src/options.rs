//! How the database is opened, and the options of its connections.
//!
//! The options are built, never parsed from a made-up URL: a path may hold any character.

use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use sea_orm::{DbErr, RuntimeErr};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Database as Driver, pool::PoolOptions};

use crate::Result;

/// Where the rows are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by its URL, which may hold a password.
    Postgres(String),
}

/// How whatever stands between this program and PostgreSQL hands out connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// One for as long as this program keeps it. Nothing in between is the same.
    #[default]
    Session,
    /// Another one for each transaction. So each read is a transaction, and statements are prepared without a name.
    Transaction,
}

/// How connections are made and kept.
#[derive(Clone, Debug)]
pub struct Options {
    pub database: Database,
    /// What a pooler before PostgreSQL does. Means nothing to SQLite.
    pub pooling: Pooling,
    /// At most so many connections to read by for each of the server's workers.
    pub connections: u32,
    /// How long one waits for a free connection before the database is called busy.
    pub acquire_timeout: Duration,
    /// How long the database works on one statement before it gives up; on SQLite on one that reads.
    pub statement_timeout: Duration,
}

pub(crate) fn parse(url: &str) -> Result<PgConnectOptions> {
    let connect: PgConnectOptions = url.parse().map_err(acquiring)?;
    // No parameter that a pooler would have to be told to let pass: there are no floats here.
    let connect = connect.application_name("copartner").extra_float_digits(None);
    Ok(connect.disable_statement_logging())
}

pub(crate) fn sqlite(path: &Path, options: &Options) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(options.acquire_timeout)
        .disable_statement_logging()
}

/// Makes the file when it is missing, for nobody but this user. What SQLite puts beside it gets the same mode.
pub(crate) fn make(path: &Path) -> Result<()> {
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    match file.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            warn_if_open_to_others(path);
            Ok(())
        }
        Err(error) => Err(acquiring(sqlx::Error::Io(error)).into()),
    }
}

/// A file that was there before keeps its mode, which may be meant so.
fn warn_if_open_to_others(path: &Path) {
    #[cfg(unix)]
    if let Ok(metadata) = std::fs::metadata(path)
        && std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
    {
        let path = path.display();
        tracing::warn!(%path, "other users of this machine can open the database; `chmod 600` keeps them out");
    }
}

/// The driver's own pool, of one connection, for migrations.
pub(crate) fn one_at_a_time<D: Driver>(options: &Options) -> PoolOptions<D> {
    PoolOptions::<D>::new().acquire_timeout(options.acquire_timeout).max_connections(1)
}

/// No connection could be had.
pub(crate) fn acquiring(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
