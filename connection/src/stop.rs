//! How a statement ends for which nobody waits any more: its request was given up, its client has left, or it has taken its time.
//!
//! Whoever is dropped while a statement runs closes the connection. PostgreSQL would go on all the same until it has something to
//! send: it is asked to look for its client meanwhile, and its own time-out ends what takes too long. SQLite runs in this process, and
//! asks by itself now and then whether to go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::{Database, Executor, Postgres, Sqlite};

use crate::options::Pooling;

/// How often PostgreSQL looks whether its client is still there. Not every platform can, and then says so.
const LOOK_FOR_CLIENT: &str = "SET client_connection_check_interval = '500ms'";

/// After how many instructions of its virtual machine SQLite asks: about a tenth of a millisecond.
const INSTRUCTIONS: i32 = 10_000;

/// Nothing runs, or what runs may take as long as it does.
const NEVER: u64 = u64::MAX;

/// What runs is to end at once.
const NOW: u64 = 0;

/// Until when what runs on one connection may run. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Deadline {
    /// In milliseconds after `opened`.
    until: Arc<AtomicU64>,
    opened: Instant,
    /// How long one statement may run.
    patience: Option<Duration>,
}

impl Deadline {
    pub(crate) fn new(patience: Option<Duration>) -> Self {
        Self { until: Arc::new(AtomicU64::new(NEVER)), opened: Instant::now(), patience }
    }

    /// A statement begins.
    pub(crate) fn begin(&self) -> Running {
        let until = self.patience.map_or(NEVER, |patience| milliseconds(self.opened.elapsed() + patience));
        self.until.store(until, Ordering::Relaxed);
        Running { until: Arc::clone(&self.until), at_the_end: NOW }
    }

    fn is_over(&self) -> bool {
        match self.until.load(Ordering::Relaxed) {
            NEVER => false,
            until => milliseconds(self.opened.elapsed()) >= until,
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(NEVER)
}

/// A statement that runs. Dropped before its end, it is to end at once.
#[derive(Debug)]
pub(crate) struct Running {
    until: Arc<AtomicU64>,
    /// What is true when it is dropped.
    at_the_end: u64,
}

impl Running {
    /// The database has answered.
    pub(crate) fn end(mut self) {
        self.at_the_end = NEVER;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.until.store(self.at_the_end, Ordering::Relaxed);
    }
}

/// A database whose statements can be ended.
pub(crate) trait Stop: Database {
    /// Prepares a new connection for that.
    fn prepare(
        connection: &mut Self::Connection,
        deadline: Deadline,
        pooling: Pooling,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

impl Stop for Sqlite {
    async fn prepare(
        connection: &mut Self::Connection,
        deadline: Deadline,
        _: Pooling,
    ) -> Result<(), sqlx::Error> {
        let mut handle = connection.lock_handle().await?;
        handle.set_progress_handler(INSTRUCTIONS, move || !deadline.is_over());
        Ok(())
    }
}

impl Stop for Postgres {
    async fn prepare(
        connection: &mut Self::Connection,
        _: Deadline,
        pooling: Pooling,
    ) -> Result<(), sqlx::Error> {
        if pooling == Pooling::Transaction {
            // The server's client is the pooler, which closes a connection that is left in the middle of something.
            return Ok(());
        }
        match connection.execute(LOOK_FOR_CLIENT).await {
            Ok(_) | Err(sqlx::Error::Database(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
