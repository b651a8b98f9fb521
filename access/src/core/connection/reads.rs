//! How rows are read outside of a transaction that writes: by any connection of the pool, or where a pooler gives each
//! transaction another connection to PostgreSQL, in a transaction of its own.
//!
//! The driver prepares a statement, waits for the answer, and then executes it. Between the two, such a pooler would go on
//! with another connection, which knows nothing of it.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::pool::PostgresPool;
use crate::core::connection::SqlTransaction;

/// The connections that rows are read by.
#[derive(Clone, Debug)]
pub(in crate::core) enum Reads {
    Any(DatabaseConnection),
    InTransactions(PostgresPool),
}

/// Runs one statement on any connection, or in a transaction, which has changed nothing.
macro_rules! on {
    ($reads:expr, $connection:ident => $run:expr) => {
        match $reads {
            Reads::Any($connection) => $run.await,
            Reads::InTransactions(pool) => {
                let transaction = SqlTransaction::on_postgres(pool, Arc::default()).await?;
                let $connection = &transaction;
                let outcome = $run.await;
                transaction.roll_back().await;
                outcome
            }
        }
    };
}

#[async_trait::async_trait]
impl ConnectionTrait for Reads {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Any(connection) => connection.get_database_backend(),
            Self::InTransactions(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        on!(self, connection => connection.execute_raw(statement))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        on!(self, connection => connection.execute_unprepared(sql))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        on!(self, connection => connection.query_one_raw(statement))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        on!(self, connection => connection.query_all_raw(statement))
    }
}
