//! The server's own work, for no viewer: it runs what `unscoped` lists, and nothing else.

use std::sync::Arc;

use connection::{Listener, Pooling, SqlTransaction};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, QueryResult};

use crate::Result;
use crate::core::store::Store;
use crate::unscoped::{ServerRead, ServerWrite, ServerWriteReturning, Words};

/// The channel on which servers on one PostgreSQL tell each other of commits.
const CHANNEL: &str = "copartner_feed";

/// A transaction of the server's own work.
#[derive(Debug)]
pub(crate) struct ServerTransaction {
    transaction: SqlTransaction,
}

impl Store {
    /// The rows that a statement of the server finds.
    pub(crate) async fn server_read<R: FromQueryResult>(&self, read: ServerRead<R>) -> Result<Vec<R>> {
        rows_of(&self.reads().query_all(&read).await?)
    }

    /// Begins to do the server's own work.
    pub(crate) async fn server_transaction(&self) -> Result<ServerTransaction> {
        Ok(ServerTransaction { transaction: self.begin(Arc::default()).await? })
    }

    /// Does what takes one statement.
    pub(crate) async fn server_write(&self, write: ServerWrite) -> Result<()> {
        let transaction = self.server_transaction().await?;
        transaction.write(write).await?;
        transaction.commit().await
    }

    /// Does what takes one statement, and says what the rows are now. On PostgreSQL it needs no transaction around it, which
    /// would be two round trips more.
    pub(crate) async fn server_write_returning<R>(&self, write: ServerWriteReturning<R>) -> Result<Vec<R>>
    where
        R: FromQueryResult,
    {
        if let (DbBackend::Postgres, Pooling::Session) = (self.backend(), self.pooling()) {
            return rows_of(&self.reads().query_all(&write).await?);
        }
        let transaction = self.server_transaction().await?;
        let rows = transaction.write_returning(write).await?;
        transaction.commit().await?;
        Ok(rows)
    }

    /// Tells other servers on this PostgreSQL that the one with this number has committed something.
    pub(crate) async fn notify(&self, own: u64) -> Result<()> {
        self.reads().execute_unprepared(&format!("NOTIFY {CHANNEL}, '{own:016x}'")).await?;
        Ok(())
    }

    /// Begins to hear what other servers tell; None where nobody can.
    pub(crate) async fn listen(&self) -> Result<Option<Listener>> {
        Ok(self.pools().listen(CHANNEL).await?)
    }
}

impl ServerTransaction {
    /// The rows that a statement of the server finds, as things stand in this transaction.
    pub(crate) async fn read<R: FromQueryResult>(&self, read: ServerRead<R>) -> Result<Vec<R>> {
        rows_of(&self.transaction.query_all(&read).await?)
    }

    /// Writes, and says how many rows.
    pub(crate) async fn write(&self, write: ServerWrite) -> Result<u64> {
        let written = match write.into_words() {
            Words::Prepared(built) => {
                self.transaction.execute_raw(built.build(&self.transaction.get_database_backend())).await?
            }
            Words::Text(sql) => self.transaction.execute_unprepared(&sql).await?,
        };
        Ok(written.rows_affected())
    }

    /// Writes, and says what the rows are now.
    pub(crate) async fn write_returning<R>(&self, write: ServerWriteReturning<R>) -> Result<Vec<R>>
    where
        R: FromQueryResult,
    {
        rows_of(&self.transaction.query_all(&write).await?)
    }

    pub(crate) async fn commit(self) -> Result<()> {
        Ok(self.transaction.commit().await?)
    }

    pub(crate) async fn roll_back(self) {
        self.transaction.roll_back().await;
    }
}

/// Rows as what they are.
pub(super) fn rows_of<R: FromQueryResult>(results: &[QueryResult]) -> Result<Vec<R>> {
    Ok(results.iter().map(|result| R::from_query_result(result, "")).collect::<Result<_, _>>()?)
}
