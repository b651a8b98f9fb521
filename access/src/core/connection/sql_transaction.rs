//! A transaction of the database, on a connection that nobody else uses meanwhile.
//!
//! It promises that what [`commit`](SqlTransaction::commit) has said is stored, and that no connection is used again of
//! which that is not known. BEGIN, COMMIT and ROLLBACK are statements of ours, because the driver only counts how deep
//! it believes to be: SQLite ends a transaction by itself when a write fails (a full disk, an I/O error), the driver's
//! count then stays too high, and each later BEGIN would be a savepoint that nothing ever commits.
//!
//! After a statement that failed only a rollback is possible. A transaction that is dropped, or whose COMMIT or ROLLBACK
//! failed, takes its connection with it: closing it ends whatever is open there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sqlx::Sqlite;
use tokio::sync::Mutex;

use super::lent::{Connections, Lent, Naming};
use super::pool::PostgresPool;
use crate::error::Outage;
use crate::options::Pooling;
use crate::{Error, Result};

/// Whether a write to a SQLite file has failed, and none is known to have succeeded since. A COMMIT tells nothing: there
/// may have been nothing to write.
pub(in crate::core) type LastWriteFailed = Arc<AtomicBool>;

/// A transaction that is open until it is committed, rolled back or dropped.
#[derive(Debug)]
pub(in crate::core) struct SqlTransaction {
    connection: Mutex<Lent>,
    backend: DbBackend,
    /// A statement failed: what was to follow from it must not be done without it.
    is_broken: AtomicBool,
    has_ended: bool,
    naming: Naming,
    /// The statements of the request, to which those of the transaction are added.
    statements: Arc<AtomicU32>,
    last_write_failed: LastWriteFailed,
}

impl SqlTransaction {
    /// Begins on the one writer of a SQLite file, whose lock is taken at once: so it never fails half-way because
    /// someone else was faster.
    pub(in crate::core) async fn on_sqlite(
        (writer, last_write_failed): (&Connections<Sqlite>, LastWriteFailed),
        statements: Arc<AtomicU32>,
    ) -> Result<Self, DbErr> {
        let mut new = Self::on(Lent::sqlite(writer).await?, statements);
        new.last_write_failed = last_write_failed;
        new.send("BEGIN IMMEDIATE").await?;
        Ok(new)
    }

    pub(in crate::core) async fn on_postgres(
        PostgresPool { connections, begin, pooling }: &PostgresPool,
        statements: Arc<AtomicU32>,
    ) -> Result<Self, DbErr> {
        let mut new = Self::on(Lent::postgres(connections).await?, statements);
        new.naming = match pooling {
            Pooling::Session => Naming::Named,
            Pooling::Transaction => Naming::Unnamed,
        };
        new.send(begin).await?;
        Ok(new)
    }

    fn on(lent: Lent, statements: Arc<AtomicU32>) -> Self {
        let backend = match lent {
            Lent::Sqlite(_) => DbBackend::Sqlite,
            Lent::Postgres(_) => DbBackend::Postgres,
        };
        Self {
            connection: Mutex::new(lent),
            backend,
            is_broken: AtomicBool::new(false),
            has_ended: false,
            naming: Naming::Named,
            statements,
            last_write_failed: LastWriteFailed::default(),
        }
    }

    /// Keeps what was done. An error leaves open whether it was: the connection may have broken off after the database
    /// had done it.
    pub(in crate::core) async fn commit(mut self) -> Result<()> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(Error::Internal("a transaction is to be committed of which a statement failed"));
        }
        self.send("COMMIT").await.map_err(Error::of_commit)?;
        self.has_ended = true;
        Ok(())
    }

    /// Takes back what was done. When that fails, closing the connection does it.
    pub(in crate::core) async fn roll_back(mut self) {
        self.has_ended = self.send("ROLLBACK").await.is_ok();
    }

    /// Sends a text of ours, without counting it.
    async fn send(&self, sql: &str) -> Result<(), DbErr> {
        self.noted(self.connection.lock().await.run(sql).await.map(drop))
    }

    /// Counts a statement, if it may be run.
    fn count(&self) -> Result<(), DbErr> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(DbErr::Custom("the transaction goes on after a statement that failed".to_owned()));
        }
        self.statements.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn noted<T>(&self, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Err(error) = &outcome {
            self.is_broken.store(true, Ordering::Relaxed);
            if Outage::of(error) == Some(Outage::ReadOnly) {
                self.last_write_failed.store(true, Ordering::Relaxed);
            }
        }
        outcome
    }
}

impl Drop for SqlTransaction {
    fn drop(&mut self) {
        if !self.has_ended {
            self.connection.get_mut().close();
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for SqlTransaction {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.count()?;
        self.noted(self.connection.lock().await.execute(statement, self.naming).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.count()?;
        self.noted(self.connection.lock().await.run(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.count()?;
        self.noted(self.connection.lock().await.query_one(statement, self.naming).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.count()?;
        self.noted(self.connection.lock().await.query_all(statement, self.naming).await)
    }
}

#[cfg(test)]
mod tests;
