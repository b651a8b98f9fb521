//! How rows are read outside of a transaction that writes: by any connection of the pool, or where a pooler gives each
//! transaction another connection to PostgreSQL, in a transaction of its own.
//!
//! The driver prepares a statement, waits for the answer, and then executes it. Between the two, such a pooler would go on
//! with another connection, which knows nothing of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, StatementBuilder};
use sqlx::{Postgres, Sqlite};

use crate::lent::{Connections, Lent, Naming, PostgresPool};
use crate::sql_transaction::SqlTransaction;
use crate::{Error, Outage, Result};

/// The connections that rows are read by.
#[derive(Clone, Debug)]
pub struct Reads(Way);

#[derive(Clone, Debug)]
pub(crate) enum Way {
    Sqlite(Connections<Sqlite>),
    Postgres(Connections<Postgres>),
    InTransactions(PostgresPool),
}

/// [`Reads`], whose statements are counted.
#[derive(Clone, Copy, Debug)]
pub struct CountedReads<'r> {
    reads: &'r Reads,
    statements: &'r AtomicU32,
}

impl Reads {
    pub(crate) fn by(way: Way) -> Self {
        Self(way)
    }

    /// The same, each of whose statements is added to `statements`.
    #[must_use]
    pub fn counted<'r>(&'r self, statements: &'r AtomicU32) -> CountedReads<'r> {
        CountedReads { reads: self, statements }
    }
}

impl CountedReads<'_> {
    /// What the database answers.
    pub async fn rows<S: StatementBuilder>(self, statement: &S) -> Result<Vec<QueryResult>> {
        match self.once(statement).await {
            // A standby had to replay what this statement was in the way of; nothing has been answered yet.
            Err(Error::Unavailable(Outage::Contended, _)) => self.once(statement).await,
            rows => rows,
        }
    }

    async fn once<S: StatementBuilder>(self, statement: &S) -> Result<Vec<QueryResult>> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.reads.query_all(statement).await.map_err(Error::of_reading)
    }
}

/// Runs one statement on any connection, or in a transaction, which has changed nothing.
macro_rules! on {
    ($reads:expr, $connection:ident => $run:expr, $transaction:ident => $run_in:expr) => {
        match &$reads.0 {
            Way::Sqlite(pool) => {
                let mut $connection = Lent::sqlite(pool).await?;
                $run.await
            }
            Way::Postgres(pool) => {
                let mut $connection = Lent::postgres(pool).await?;
                $run.await
            }
            Way::InTransactions(pool) => {
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
        match &self.0 {
            Way::Sqlite(_) => DbBackend::Sqlite,
            Way::Postgres(_) | Way::InTransactions(_) => DbBackend::Postgres,
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
