//! A transaction of the database, on a connection that nobody else uses meanwhile.
//!
//! It promises that what [`commit`](SqlTransaction::commit) has said is stored, and that no connection is used again of
//! which that is not known. BEGIN, COMMIT and ROLLBACK are statements of ours, because the driver only counts how deep
//! it believes to be: SQLite ends a transaction by itself when a write fails (a full disk, an I/O error), the driver's
//! count then stays too high, and each later BEGIN would be a savepoint that nothing ever commits.
//!
//! One that is [optimistic](SqlTransaction::optimistic_on_postgres) takes no locks and keeps nothing open: it reads statement by
//! statement, and holds its one write back until it is committed, which is a transaction of the database by itself.
//!
//! After a statement that failed only a rollback is possible. A transaction that is dropped, or whose COMMIT or ROLLBACK
//! failed, takes its connection with it: closing it ends whatever is open there.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, PoisonError};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sqlx::Sqlite;
use tokio::sync::Mutex;

use crate::lent::{Connections, Lent, Naming, PostgresPool};
use crate::options::Pooling;
use crate::{Error, Outage, Result};

/// Whether a write to a SQLite file has failed, and none is known to have succeeded since. A COMMIT tells nothing: there
/// may have been nothing to write.
pub(crate) type LastWriteFailed = Arc<AtomicBool>;

/// The one write of an optimistic transaction: nothing yet, or this statement.
type HeldBack = std::sync::Mutex<Option<Statement>>;

/// A transaction that is open until it is committed, rolled back or dropped.
#[derive(Debug)]
pub struct SqlTransaction {
    connection: Mutex<Lent>,
    backend: DbBackend,
    /// A statement failed: what was to follow from it must not be done without it.
    is_broken: AtomicBool,
    has_ended: bool,
    /// What an optimistic transaction writes when it is committed.
    held_back: Option<HeldBack>,
    naming: Naming,
    /// The statements of the request, to which those of the transaction are added.
    statements: Arc<AtomicU32>,
    last_write_failed: LastWriteFailed,
}

impl SqlTransaction {
    /// Begins on the one writer of a SQLite file, whose lock is taken at once: so it never fails half-way because
    /// someone else was faster.
    pub(crate) async fn on_sqlite(
        (writer, last_write_failed): (&Connections<Sqlite>, LastWriteFailed),
        statements: Arc<AtomicU32>,
    ) -> Result<Self, DbErr> {
        let mut new = Self::on(Lent::sqlite(writer).await?, statements);
        new.last_write_failed = last_write_failed;
        new.send("BEGIN IMMEDIATE").await?;
        Ok(new)
    }

    pub(crate) async fn on_postgres(
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

    /// Begins nothing: what is read may be another a moment later, and the write has to make sure of it. Where a pooler gives each
    /// transaction another connection, this is [`on_postgres`](Self::on_postgres).
    pub(crate) async fn optimistic_on_postgres(
        pool: &PostgresPool,
        statements: Arc<AtomicU32>,
    ) -> Result<Self, DbErr> {
        match pool.pooling {
            Pooling::Session => {
                let mut new = Self::on(Lent::postgres(&pool.connections).await?, statements);
                // Nothing is open there that could outlive it.
                (new.held_back, new.has_ended) = (Some(HeldBack::default()), true);
                Ok(new)
            }
            Pooling::Transaction => Self::on_postgres(pool, statements).await,
        }
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
            held_back: None,
            naming: Naming::Named,
            statements,
            last_write_failed: LastWriteFailed::default(),
        }
    }

    /// Whether this one takes no locks.
    #[must_use]
    pub fn is_optimistic(&self) -> bool {
        self.held_back.is_some()
    }

    /// Writes one row, or it is an error: at once, or when an optimistic transaction is committed, which holds back one write only.
    pub async fn write_one(&self, statement: Statement) -> Result<()> {
        let Some(held_back) = &self.held_back else {
            return match self.execute_raw(statement).await?.rows_affected() {
                1 => Ok(()),
                _ => Err(Error::Internal(
                    "a permitted row or its chain was changed by someone else, or an act on a relationship changes a subscription",
                )),
            };
        };
        match held_back.lock().unwrap_or_else(PoisonError::into_inner).replace(statement) {
            None => Ok(()),
            Some(_) => Err(Error::overtaken("there is more than one write")),
        }
    }

    /// Keeps what was done. An error leaves open whether it was: the connection may have broken off after the database
    /// had done it.
    pub async fn commit(mut self) -> Result<()> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(Error::Internal("a transaction is to be committed of which a statement failed"));
        }
        match self.held_back.take() {
            None => drop(self.send("COMMIT").await.map_err(Error::of_commit)?),
            Some(held_back) => {
                if let Some(write) = held_back.into_inner().unwrap_or_else(PoisonError::into_inner) {
                    let written = self.execute_raw(write).await.map_err(Error::of_commit)?;
                    if written.rows_affected() != 1 {
                        return Err(Error::overtaken("what it read is another now"));
                    }
                }
            }
        }
        self.has_ended = true;
        Ok(())
    }

    /// Takes back what was done. When that fails, closing the connection does it.
    pub async fn roll_back(mut self) {
        if !self.has_ended {
            self.has_ended = self.send("ROLLBACK").await.is_ok();
        }
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
