//! Connections to SQLite and PostgreSQL, and transactions on them. Knows no table and no viewer, and is private to the core.

mod lent;
mod listener;
mod pool;
mod reads;
mod sql_transaction;

pub(in crate::core) use listener::{Heard, Listener};
pub(in crate::core) use pool::{Pools, for_migrations};
pub(in crate::core) use reads::{CountedReads, Reads};
pub(in crate::core) use sql_transaction::SqlTransaction;
