//! A transaction whose statements count among those of its request.

#![expect(clippy::disallowed_types, reason = "part of the one room that holds a connection")]

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::View;

/// A transaction of one view.
#[derive(Debug)]
pub(super) struct Counted {
    transaction: DatabaseTransaction,
    view: View,
}

impl Counted {
    pub(super) fn new(transaction: DatabaseTransaction, view: View) -> Self {
        Self { transaction, view }
    }

    pub(super) async fn commit(self) -> Result<(), DbErr> {
        self.transaction.commit().await
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        self.transaction.rollback().await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Counted {
    fn get_database_backend(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.view.count_statement();
        self.transaction.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.view.count_statement();
        self.transaction.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.view.count_statement();
        self.transaction.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.view.count_statement();
        self.transaction.query_all_raw(statement).await
    }
}
