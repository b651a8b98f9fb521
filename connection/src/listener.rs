//! The one connection of a process that hears what other servers on the same PostgreSQL announce.
//!
//! A notification reaches only those who listen already. So whoever hears of a lost connection has to look at the tables.

use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgListener};

use crate::Result;
use crate::options::acquiring;

/// A connection that listens, beside the pools. It connects anew by itself.
#[derive(Debug)]
pub struct Listener(PgListener);

/// What a listener hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    Announcement(String),
    /// It was deaf for a while.
    Reconnected,
}

impl Listener {
    /// Begins to listen, with this much time for it.
    pub(crate) async fn open((connect, time): (PgConnectOptions, Duration), channel: &str) -> Result<Self> {
        let pool = PoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let pool = pool.acquire_timeout(time).connect_lazy_with(connect);
        let mut listener = PgListener::connect_with(&pool).await.map_err(acquiring)?;
        listener.listen(channel).await.map_err(acquiring)?;
        Ok(Self(listener))
    }

    /// The next announcement.
    pub async fn next(&mut self) -> Result<Heard> {
        let notification = self.0.try_recv().await.map_err(acquiring)?;
        Ok(notification.map_or(Heard::Reconnected, |heard| Heard::Announcement(heard.payload().to_owned())))
    }
}
