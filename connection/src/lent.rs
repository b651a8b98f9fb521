//! Connections that a pool lends, and how a statement is run on one.
//!
//! The driver's own pool asks the server for a sign of life each time that a connection is given back, which is a round trip
//! more for each statement. This one asks only of what was idle for a while, and never lends again what was left in the middle of a
//! statement: the answer that is still to come would be taken for another one's.

use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolError, QueueMode, RecycleError, RecycleResult, TimeoutType, Timeouts,
};
use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, Connection, Database, Executor, Postgres, Sqlite};

use crate::options::{Options, Pooling, acquiring};
use crate::stop::{Deadline, Stop};

/// After how long without use a connection is tested before it is used again: none at all would hand out connections that
/// died with a restarted server.
const TESTED_AFTER: Duration = Duration::from_secs(1);

/// How old a connection gets. The database's memory of a connection only grows.
const OLDEST: Duration = Duration::from_mins(30);

/// How long to wait before a server that refuses connections is tried again, in which it may have started.
const RETRY_AFTER: Duration = Duration::from_millis(50);

type ConnectOptions<D> = <<D as Database>::Connection as Connection>::Options;

/// Connections to one database, made when they are needed.
pub(crate) type Connections<D> = Pool<Connector<D>>;

/// Connections to PostgreSQL, and how a transaction begins on one of them.
#[derive(Clone, Debug)]
pub(crate) struct PostgresPool {
    pub(crate) connections: Connections<Postgres>,
    /// What begins a transaction.
    pub(crate) begin: Arc<str>,
    pub(crate) pooling: Pooling,
}

/// Makes connections.
#[derive(Debug)]
pub(crate) struct Connector<D: Database> {
    options: ConnectOptions<D>,
    /// How long a statement may run, where the database does not see to that by itself.
    patience: Option<Duration>,
    pooling: Pooling,
    /// How often a server that refuses is tried again before its error is told.
    retries: u128,
}

/// A connection, and until when what runs on it may run.
#[derive(Debug)]
pub(crate) struct Opened<D: Database> {
    connection: D::Connection,
    deadline: Deadline,
}

impl<D> Manager for Connector<D>
where
    D: Stop + std::fmt::Debug,
    D::Connection: Send,
{
    /// None while a statement runs on it, and for good when its end was not seen.
    type Type = Option<Opened<D>>;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Self::Type, sqlx::Error> {
        let mut retries = self.retries;
        loop {
            match D::Connection::connect_with(&self.options).await {
                Ok(mut connection) => {
                    let deadline = Deadline::new(self.patience);
                    D::prepare(&mut connection, deadline.clone(), self.pooling).await?;
                    return Ok(Some(Opened { connection, deadline }));
                }
                Err(error) if retries > 0 && passes(&error) => tokio::time::sleep(RETRY_AFTER).await,
                Err(error) => return Err(error),
            }
            retries -= 1;
        }
    }

    async fn recycle(&self, pooled: &mut Self::Type, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        match pooled {
            Some(_) if metrics.last_used() < TESTED_AFTER => Ok(()),
            Some(opened) if metrics.age() < OLDEST => Ok(opened.connection.ping().await?),
            Some(_) | None => Err(RecycleError::message("it is not to be used again")),
        }
    }
}

/// Whether a server that starts may take the connection a moment later.
fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        sqlx::Error::Database(refusal) => refusal.is_transient_in_connect_phase(),
        _ => false,
    }
}

/// A pool of at most so many connections.
pub(crate) fn pool<D>(
    connect: ConnectOptions<D>,
    most: u32,
    patience: Option<Duration>,
    options: &Options,
) -> Result<Connections<D>, DbErr>
where
    D: Stop + std::fmt::Debug,
    D::Connection: Send,
{
    let time = Some(options.acquire_timeout);
    // Ends before the pool's own time does, which would only say that it is over.
    let retries = (options.acquire_timeout / 2).as_millis() / RETRY_AFTER.as_millis();
    Pool::builder(Connector { options: connect, patience, pooling: options.pooling, retries })
        .max_size(most as usize)
        .timeouts(Timeouts { wait: time, create: time, recycle: time })
        // What was used last has its statements prepared, and its memory warm.
        .queue_mode(QueueMode::Lifo)
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| DbErr::Custom(error.to_string()))
}

/// Closes the connections of a pool, each as soon as nobody uses it, and then the pool.
pub(crate) async fn close<D>(pool: &Connections<D>, patience: Duration)
where
    D: Stop + std::fmt::Debug,
    D::Connection: Send,
{
    let emptied = async {
        while pool.status().size > 0 {
            for opened in pool.retain(|_, _| false).removed.into_iter().flatten() {
                // It is gone, whatever the database says to that.
                let _ = opened.connection.close().await;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let _ = tokio::time::timeout(patience, emptied).await;
    pool.close();
}

/// A connection that nobody else uses meanwhile, to either database.
#[derive(Debug)]
pub(crate) enum Lent {
    Sqlite(Object<Connector<Sqlite>>),
    Postgres(Object<Connector<Postgres>>),
}

/// Runs the same code on whichever connection is lent.
macro_rules! on {
    ($lent:expr, $connection:ident => $run:expr) => {
        match $lent {
            Lent::Sqlite(pooled) => taken!(pooled, $connection => $run),
            Lent::Postgres(pooled) => taken!(pooled, $connection => $run),
        }
    };
}

/// Takes the connection out while a statement runs, and puts it back when the database has answered, well or badly. Whoever
/// is dropped meanwhile takes it along, and ends the statement.
macro_rules! taken {
    ($pooled:expr, $connection:ident => $run:expr) => {
        match $pooled.take() {
            None => Err(sqlx::Error::PoolClosed),
            Some(mut taken) => {
                let running = taken.deadline.begin();
                let $connection = &mut taken.connection;
                let outcome = $run;
                running.end();
                if matches!(outcome, Ok(_) | Err(sqlx::Error::Database(_))) {
                    **$pooled = Some(taken);
                }
                outcome
            }
        }
    };
}

impl Lent {
    pub(crate) async fn sqlite(pool: &Connections<Sqlite>) -> Result<Self, DbErr> {
        pool.get().await.map(Self::Sqlite).map_err(lending)
    }

    pub(crate) async fn postgres(pool: &Connections<Postgres>) -> Result<Self, DbErr> {
        pool.get().await.map(Self::Postgres).map_err(lending)
    }

    /// Closes the connection, which ends whatever is open there.
    pub(crate) fn close(&mut self) {
        match self {
            Self::Sqlite(pooled) => drop(pooled.take()),
            Self::Postgres(pooled) => drop(pooled.take()),
        }
    }

    /// Runs a text of ours.
    pub(crate) async fn run(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let sql = AssertSqlSafe(sql.to_owned());
        on!(self, connection => connection.execute(sql).await.map(ExecResult::from)).map_err(executing)
    }

    pub(crate) async fn execute(
        &mut self,
        statement: Statement,
        naming: Naming,
    ) -> Result<ExecResult, DbErr> {
        on!(self, connection => query(statement, naming).execute(connection).await.map(ExecResult::from))
            .map_err(executing)
    }

    pub(crate) async fn query_one(
        &mut self,
        statement: Statement,
        naming: Naming,
    ) -> Result<Option<QueryResult>, DbErr> {
        let row = on!(self, connection => {
            query(statement, naming).fetch_optional(connection).await.map(|row| row.map(QueryResult::from))
        });
        row.map_err(querying)
    }

    pub(crate) async fn query_all(
        &mut self,
        statement: Statement,
        naming: Naming,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let rows = on!(self, connection => {
            let rows = query(statement, naming).fetch_all(connection).await;
            rows.map(|rows| rows.into_iter().map(QueryResult::from).collect())
        });
        rows.map_err(querying)
    }
}

/// Whether statements are prepared under a name, to be found again on the same connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    Named,
    /// A pooler hands the connection on, where the next client may use the same name.
    Unnamed,
}

fn query<'q, D>(statement: Statement, naming: Naming) -> sqlx::query::Query<'q, D, SqlxValues>
where
    D: Database + sqlx::database::HasStatementCache,
    SqlxValues: sqlx::IntoArguments<D>,
{
    // The text alone: values are somebody's data.
    tracing::trace!(sql = statement.sql, "statement");
    let values = statement.values.unwrap_or(sea_orm::Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values)).persistent(naming == Naming::Named)
}

fn lending(error: PoolError<sqlx::Error>) -> DbErr {
    acquiring(match error {
        PoolError::Timeout(TimeoutType::Wait) => sqlx::Error::PoolTimedOut,
        // The server takes its time to answer at all.
        PoolError::Timeout(TimeoutType::Create | TimeoutType::Recycle) => {
            sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())
        }
        PoolError::Backend(error) => error,
        PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            sqlx::Error::PoolClosed
        }
    })
}

fn executing(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

fn querying(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
