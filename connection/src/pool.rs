//! The pools of connections to the database, and what every connection is told first.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqlxPostgresConnector, SqlxSqliteConnector,
    Statement,
};
use sqlx::Sqlite;

use crate::lent::{Connections, Lent, PostgresPool, close, pool};
use crate::listener::Listener;
use crate::options::{Database, Options, Pooling, make, one_at_a_time, parse, sqlite};
use crate::reads::{Reads, Way};
use crate::sql_transaction::{LastWriteFailed, SqlTransaction};
use crate::{Error, Outage, Result};

/// How long the one writer may be in use before that is taken for an answer.
const WRITER_FREE_WITHIN: Duration = Duration::from_millis(500);

/// A statement has one plan for all its values: whose list it is must not decide how it is read, and planning anew costs more
/// than most statements.
const GENERIC_PLANS: (&str, &str) = ("plan_cache_mode", "force_generic_plan");

/// Puts what is in the write-ahead log into the file, and empties the log. The first of the two lets go of the place in the
/// log that a connection holds since it was opened, for which the second would wait in vain.
const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE); PRAGMA wal_checkpoint(TRUNCATE)";

/// The connections to a database, opened when they are needed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pools {
    options: Arc<Options>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// A SQLite file has one writer at a time; a write-ahead log lets readers go on meanwhile.
    Sqlite {
        reads: Connections<Sqlite>,
        writer: Connections<Sqlite>,
        last_write_failed: LastWriteFailed,
    },
    Postgres(PostgresPool),
}

impl Pools {
    /// A SQLite file is made when it is missing.
    pub async fn open(options: Options) -> Result<Self> {
        let kind = match &options.database {
            Database::Postgres(url) => Kind::Postgres(postgres(url, &options)?),
            Database::Sqlite(path) => {
                make(path)?;
                let writer = pool(sqlite(path, &options), 1, None, &options)?;
                // The first connection makes the write-ahead log, without which nobody can only read.
                drop(Lent::sqlite(&writer).await?);
                Kind::Sqlite {
                    reads: sqlite_reads(path, &options)?,
                    writer,
                    last_write_failed: LastWriteFailed::default(),
                }
            }
        };
        Ok(Self { options: Arc::new(options), kind })
    }

    /// Pools of their own for reading, of at most so many connections, for other threads. SQLite's writer stays the one that it is.
    pub fn sibling(&self, connections: u32) -> Result<Self> {
        let options = Arc::new(Options { connections, ..self.options.as_ref().clone() });
        let kind = match (&self.kind, &options.database) {
            (Kind::Sqlite { writer, last_write_failed, .. }, Database::Sqlite(path)) => Kind::Sqlite {
                reads: sqlite_reads(path, &options)?,
                writer: writer.clone(),
                last_write_failed: Arc::clone(last_write_failed),
            },
            (_, Database::Postgres(url)) => Kind::Postgres(postgres(url, &options)?),
            (Kind::Postgres(_), Database::Sqlite(_)) => self.kind.clone(),
        };
        Ok(Self { options, kind })
    }

    /// How they were opened.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The connections to read by.
    #[must_use]
    pub fn reads(&self) -> Reads {
        Reads::by(match &self.kind {
            Kind::Sqlite { reads, .. } => Way::Sqlite(reads.clone()),
            Kind::Postgres(PostgresPool { connections, pooling: Pooling::Session, .. }) => {
                Way::Postgres(connections.clone())
            }
            Kind::Postgres(pool) => Way::InTransactions(pool.clone()),
        })
    }

    /// Begins a transaction that writes, and adds its statements to `statements`.
    pub async fn begin(&self, statements: Arc<AtomicU32>) -> Result<SqlTransaction> {
        Ok(match &self.kind {
            Kind::Sqlite { writer, last_write_failed, .. } => {
                SqlTransaction::on_sqlite((writer, Arc::clone(last_write_failed)), statements).await?
            }
            Kind::Postgres(pool) => SqlTransaction::on_postgres(pool, statements).await?,
        })
    }

    /// [`begin`](Self::begin), without locks where several write at once: see [`SqlTransaction`].
    pub async fn begin_optimistically(&self, statements: Arc<AtomicU32>) -> Result<SqlTransaction> {
        match &self.kind {
            Kind::Sqlite { .. } => self.begin(statements).await,
            Kind::Postgres(pool) => Ok(SqlTransaction::optimistic_on_postgres(pool, statements).await?),
        }
    }

    /// Whether the database can be written to. That someone else writes at this moment is no reason against it. SQLite
    /// is really written to only where the last write failed: so that whoever asks often costs nothing.
    pub async fn check_writing(&self) -> Result<()> {
        let transaction = match tokio::time::timeout(WRITER_FREE_WITHIN, self.begin(Arc::default())).await {
            Ok(Ok(transaction)) => transaction,
            Err(_) | Ok(Err(Error::Unavailable(Outage::Busy, _))) => return Ok(()),
            Ok(Err(error)) => return Err(error),
        };
        let is_writable = match &self.kind {
            Kind::Postgres(_) => {
                let row = transaction.query_one_raw(Statement::from_string(
                    DbBackend::Postgres,
                    "SELECT current_setting('transaction_read_only') = 'off' AS is_writable",
                ));
                row.await?.map_or(Ok(false), |row| row.try_get("", "is_writable"))?
            }
            Kind::Sqlite { last_write_failed, .. } => {
                if last_write_failed.load(Ordering::Relaxed) {
                    // Writes a page. The number is nobody's.
                    transaction.execute_unprepared("PRAGMA user_version = 0").await?;
                    transaction.commit().await?;
                    last_write_failed.store(false, Ordering::Relaxed);
                    return Ok(());
                }
                true
            }
        };
        transaction.roll_back().await;
        if is_writable {
            return Ok(());
        }
        Err(Error::Unavailable(Outage::ReadOnly, DbErr::Custom("the server takes no writes".to_owned())))
    }

    /// Closes all connections, after what runs on them has finished.
    pub async fn close(&self) {
        let patience = self.options.statement_timeout;
        match &self.kind {
            Kind::Sqlite { reads, writer, .. } => {
                close(reads, patience).await;
                // What is in the write-ahead log is put into the file. Closing does that only where it is the last, and a
                // connection that only reads may be, in this program or in another. Whoever is busy leaves it there.
                if let Ok(mut lent) = Lent::sqlite(writer).await {
                    let _ = lent.run(CHECKPOINT).await;
                }
                close(writer, patience).await;
            }
            Kind::Postgres(pool) => close(&pool.connections, patience).await,
        }
    }

    /// A connection of its own for migrations, which takes its time and is closed afterwards.
    pub fn for_migrations(&self) -> Result<DatabaseConnection> {
        let options = &self.options;
        Ok(match &options.database {
            Database::Sqlite(path) => {
                let pool = one_at_a_time(options).connect_lazy_with(sqlite(path, options));
                SqlxSqliteConnector::from_sqlx_sqlite_pool(pool)
            }
            Database::Postgres(url) => {
                let pool = one_at_a_time(options).connect_lazy_with(parse(url)?);
                SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
            }
        })
    }

    /// Begins to hear what is announced on a channel. None where nobody can: on SQLite, and behind a pooler that gives each
    /// transaction another connection.
    pub async fn listen(&self, channel: &str) -> Result<Option<Listener>> {
        match (&self.options.database, self.options.pooling) {
            (Database::Postgres(url), Pooling::Session) => {
                let time = self.options.acquire_timeout;
                Ok(Some(Listener::open((parse(url)?, time), channel).await?))
            }
            (Database::Postgres(_) | Database::Sqlite(_), _) => Ok(None),
        }
    }
}

fn postgres(url: &str, options: &Options) -> Result<PostgresPool> {
    // Whoever waits for a lock waits as long as for a free connection, and is told that the database is busy.
    let times = [("statement_timeout", options.statement_timeout), ("lock_timeout", options.acquire_timeout)]
        .map(|(name, time)| (name, time.as_millis()));
    let pooling = options.pooling;
    let (connect, begin) = match pooling {
        Pooling::Session => (parse(url)?.options(times).options([GENERIC_PLANS]), "BEGIN".into()),
        Pooling::Transaction => {
            let [(statement, its_time), (lock, lock_time)] = times;
            let begin = format!("BEGIN; SET LOCAL {statement} = {its_time}; SET LOCAL {lock} = {lock_time}");
            (parse(url)?, begin.into())
        }
    };
    let connections = pool(connect, options.connections, None, options)?;
    Ok(PostgresPool { connections, begin, pooling })
}

fn sqlite_reads(path: &Path, options: &Options) -> Result<Connections<Sqlite>> {
    let patience = Some(options.statement_timeout);
    Ok(pool(sqlite(path, options).read_only(true), options.connections, patience, options)?)
}

#[cfg(test)]
mod tests;
