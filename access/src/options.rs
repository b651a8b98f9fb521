//! How the database is opened: what the store is told.

use std::time::Duration;

use connection::{Database, Pooling};
use entity::TenantId;

/// How the store talks to its database.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    pub database: Database,
    /// The tenant whose principals operate this server, if any.
    pub operator: Option<TenantId>,
    /// What a pooler before PostgreSQL does. Means nothing to SQLite.
    pub pooling: Pooling,
    /// At most so many connections for each of the server's workers.
    pub connections: u32,
    /// How long a request waits for a free connection before it is told that the database is busy.
    pub acquire_timeout: Duration,
    /// How long PostgreSQL works on one statement before it gives up.
    pub statement_timeout: Duration,
    /// How long it is remembered who a tenant is. That it is registered is asked by each statement all the same.
    pub tenants_kept: Duration,
}

impl StoreOptions {
    pub(crate) fn of_connections(self) -> connection::Options {
        let Self { database, pooling, connections, acquire_timeout, statement_timeout, .. } = self;
        connection::Options { database, pooling, connections, acquire_timeout, statement_timeout }
    }
}
