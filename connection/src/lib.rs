//! Connections to SQLite and PostgreSQL, and transactions on them. Knows no table and no viewer.
//!
//! Whoever holds [`Pools`] can run any statement. So only the core of `access` does, in a private field.

#![expect(clippy::disallowed_types, reason = "this is where they are made, for the core to hold")]

mod error;
mod lent;
mod listener;
mod options;
mod pool;
mod reads;
mod sql_transaction;
mod stop;
#[cfg(test)]
mod trial;

pub use error::{Error, Outage, Result, database_words};
pub use listener::{Heard, Listener};
pub use options::{Database, Options, Pooling};
pub use pool::Pools;
pub use reads::{CountedReads, Reads};
pub use sql_transaction::SqlTransaction;
