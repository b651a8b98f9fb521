//! How rows are read outside of a transaction that writes: by any connection of the pool, or where a pooler gives each
//! transaction another connection to PostgreSQL, in a transaction of its own.
//!
//! The driver prepares a statement, waits for the answer, and then executes it. Between the two, such a pooler would go on
//! with another connection, which knows nothing of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::sea_query::SelectStatement;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sqlx::{Postgres, Sqlite};

use super::lent::{Connections, Lent, Naming};
use super::pool::PostgresPool;
use crate::core::connection::SqlTransaction;
use crate::error::Outage;
use crate::{Error, Result};

/// The connections that rows are read by.
#[derive(Clone, Debug)]
pub(in crate::core) enum Reads {
    Sqlite(Connections<Sqlite>),
    Postgres(Connections<Postgres>),
    InTransactions(PostgresPool),
}

/// [`Reads`], whose statements are counted.
#[derive(Clone, Copy, Debug)]
pub(in crate::core) struct CountedReads<'r> {
    pub(in crate::core) reads: &'r Reads,
    pub(in crate::core) statements: &'r AtomicU32,
}

impl CountedReads<'_> {
    /// What the database answers.
    pub(in crate::core) async fn rows(self, statement: &SelectStatement) -> Result<Vec<QueryResult>> {
        match self.once(statement).await {
            // A standby had to replay what this statement was in the way of; nothing has been answered yet.
            Err(Error::Unavailable(Outage::Contended, _)) => self.once(statement).await,
            rows => rows,
        }
    }

    async fn once(self, statement: &SelectStatement) -> Result<Vec<QueryResult>> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.reads.query_all(statement).await.map_err(Error::of_reading)
    }
}

/// Runs one statement on any connection, or in a transaction, which has changed nothing.
macro_rules! on {
    ($reads:expr, $connection:ident => $run:expr, $transaction:ident => $run_in:expr) => {
        match $reads {
            Reads::Sqlite(pool) => {
                let mut $connection = Lent::sqlite(pool).await?;
                $run.await
            }
            Reads::Postgres(pool) => {
                let mut $connection = Lent::postgres(pool).await?;
                $run.await
            }
            Reads::InTransactions(pool) => {
                let $transaction = SqlTransaction::on_postgres(pool, Arc::default()).await?;
                let outcome = $run_in.await;
                $transaction.roll_back().await;
                outcome
            }
        }
    };
}

#[async_trait::async_trait]
impl ConnectionTrait for Reads {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) | Self::InTransactions(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        on!(self, lent => lent.execute(statement, Naming::Named), within => within.execute_raw(statement))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        on!(self, lent => lent.run(sql), within => within.execute_unprepared(sql))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        on!(self, lent => lent.query_one(statement, Naming::Named), within => within.query_one_raw(statement))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        on!(self, lent => lent.query_all(statement, Naming::Named), within => within.query_all_raw(statement))
    }
}
