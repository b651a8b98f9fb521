//! Databases for tests with one table of one row: a SQLite file, and a table of its own on a PostgreSQL server.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{Database, Options, Pooling, Pools};

/// Names a PostgreSQL server on which tests may make tables.
const SERVER: &str = "COPARTNER_TEST_POSTGRES";

/// How long a statement may run.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Trial {
    pub(crate) pools: Pools,
    pub(crate) table: String,
    /// The SQLite file's directory.
    _directory: Option<TempDir>,
}

impl Trial {
    pub(crate) async fn on_sqlite() -> Self {
        Self::on_sqlite_with(PATIENCE).await
    }

    /// One whose statements that read may run for so long.
    pub(crate) async fn on_sqlite_with(statement_timeout: Duration) -> Self {
        let directory = TempDir::new().unwrap();
        let database = Database::Sqlite(directory.path().join("trial.sqlite"));
        Self::on(database, statement_timeout, Some(directory)).await
    }

    pub(crate) async fn on_postgres() -> Self {
        let Ok(url) = std::env::var(SERVER) else {
            panic!("set {SERVER} to the URL of a PostgreSQL server on which a test may make tables");
        };
        Self::on(Database::Postgres(url), PATIENCE, None).await
    }

    async fn on(database: Database, statement_timeout: Duration, directory: Option<TempDir>) -> Self {
        let (pooling, connections) = (Pooling::Session, 2);
        let acquire_timeout = Duration::from_secs(10);
        let options = Options { database, pooling, connections, acquire_timeout, statement_timeout };
        let pools = Pools::open(options).await.unwrap();
        let trial =
            Self { pools, table: format!("trial_{}", Uuid::now_v7().simple()), _directory: directory };
        trial.run(&format!("CREATE TABLE {} AS SELECT 1 AS n", trial.table)).await;
        trial
    }

    async fn run(&self, sql: &str) {
        let transaction = self.pools.begin(Arc::default()).await.unwrap();
        transaction.execute_unprepared(sql).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// How many rows the table has.
    pub(crate) async fn rows(&self) -> i64 {
        let reads = self.pools.reads();
        let count = format!("SELECT count(*) AS n FROM {}", self.table);
        let count = Statement::from_string(reads.get_database_backend(), count);
        reads.query_one_raw(count).await.unwrap().unwrap().try_get("", "n").unwrap()
    }

    /// Removes the table.
    pub(crate) async fn end(self) {
        self.run(&format!("DROP TABLE {}", self.table)).await;
        self.pools.close().await;
    }
}
