//! How migrations are applied and taken back: in one transaction, on a connection that is used for nothing else.

use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};

use crate::Migrator;

/// The secrets that all servers on one database share, which are made with the tables.
const SECRETS: [&str; 1] = ["cursor-key"];

/// Removes the statements that migrations have prepared by name, which a pooler would leave to whoever gets the connection.
const FORGET_STATEMENTS: &str = "DEALLOCATE ALL";

/// It takes its time. The number is an arbitrary one that only migrations of this program lock.
const BEGIN: &str =
    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(4920613)";

/// The names of all migrations that this program knows, oldest first.
#[must_use]
pub fn names() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// The names of the migrations that the database says were applied, oldest first.
pub async fn applied(connection: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let backend = connection.get_database_backend();
    let is_there = match backend {
        DbBackend::Postgres => "SELECT to_regclass('seaql_migrations') IS NOT NULL AS is_there",
        _ => "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'seaql_migrations') AS is_there",
    };
    let row = connection.query_one_raw(Statement::from_string(backend, is_there)).await?;
    if !row.map_or(Ok(false), |row| row.try_get::<bool>("", "is_there"))? {
        return Ok(Vec::new());
    }
    let versions = "SELECT version FROM seaql_migrations ORDER BY version";
    let rows = connection.query_all_raw(Statement::from_string(backend, versions)).await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}

/// Applies all migrations that are missing: all of them or none. Two at once are safe.
pub async fn up(connection: &DatabaseConnection) -> Result<(), DbErr> {
    in_transaction(connection, async |transaction| {
        Migrator::up(transaction, None).await?;
        for name in SECRETS {
            let secret: [u8; 32] = rand::random();
            transaction
                .execute_raw(Statement::from_sql_and_values(
                    transaction.get_database_backend(),
                    "INSERT INTO server_secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
                    [name.into(), secret.to_vec().into()],
                ))
                .await?;
        }
        Ok(())
    })
    .await
}

/// Takes back the newest `steps` migrations, with everything in their tables.
pub async fn down(connection: &DatabaseConnection, steps: u32) -> Result<(), DbErr> {
    in_transaction(connection, async |transaction| Migrator::down(transaction, Some(steps)).await).await
}

async fn in_transaction(
    connection: &DatabaseConnection,
    change: impl AsyncFnOnce(&DatabaseTransaction) -> Result<(), DbErr>,
) -> Result<(), DbErr> {
    let is_postgres = connection.get_database_backend() == DbBackend::Postgres;
    let options = TransactionOptions {
        sqlite_transaction_mode: (!is_postgres).then_some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = connection.begin_with_options(options).await?;
    if is_postgres {
        transaction.execute_unprepared(BEGIN).await?;
        transaction.execute_unprepared(FORGET_STATEMENTS).await?;
    }
    change(&transaction).await?;
    if is_postgres {
        transaction.execute_unprepared(FORGET_STATEMENTS).await?;
    }
    transaction.commit().await
}
