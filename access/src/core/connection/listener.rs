//! The one connection of a process that hears what other servers on the same PostgreSQL announce.
//!
//! A notification reaches only those who listen already. So whoever hears of a lost connection has to look at the tables.

use sqlx::postgres::PgListener;

use crate::Result;
use crate::options::{Database, Pooling, StoreOptions, acquiring, parse};

/// A connection that listens, beside the pools. It connects anew by itself.
#[derive(Debug)]
pub(in crate::core) struct Listener(PgListener);

/// What a listener hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::core) enum Heard {
    Announcement(String),
    /// It was deaf for a while.
    Reconnected,
}

impl Listener {
    /// Begins to listen. None where nobody can: on SQLite, and behind a pooler that gives each transaction another
    /// connection.
    pub(in crate::core) async fn open(options: &StoreOptions, channel: &str) -> Result<Option<Self>> {
        let (Database::Postgres(url), Pooling::Session) = (&options.database, options.pooling) else {
            return Ok(None);
        };
        let pool = sqlx::pool::PoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let pool = pool.acquire_timeout(options.acquire_timeout).connect_lazy_with(parse(url)?);
        let mut listener = PgListener::connect_with(&pool).await.map_err(acquiring)?;
        listener.listen(channel).await.map_err(acquiring)?;
        Ok(Some(Self(listener)))
    }

    pub(in crate::core) async fn next(&mut self) -> Result<Heard> {
        let notification = self.0.try_recv().await.map_err(acquiring)?;
        Ok(notification.map_or(Heard::Reconnected, |heard| Heard::Announcement(heard.payload().to_owned())))
    }
}
