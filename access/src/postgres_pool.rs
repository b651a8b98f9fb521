//! Connections to PostgreSQL, and how a transaction begins on one of them.

use std::sync::Arc;

use sea_orm::sqlx::{self, PgPool};
use sea_orm::{DbErr, RuntimeErr};

use super::Pooling;

#[derive(Clone, Debug)]
pub(super) struct PostgresPool {
    pub(super) connections: PgPool,
    /// What begins a transaction.
    pub(super) begin: Arc<str>,
    pub(super) pooling: Pooling,
}

/// No connection could be had.
pub(super) fn acquiring(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
