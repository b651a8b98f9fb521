//! Empty databases for tests: a SQLite file, and a database of its own on a PostgreSQL server.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::time::Duration;

use connection::{Database, Pooling};
use sea_orm::ConnectionTrait;
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use crate::core::store::Store;
use crate::options::StoreOptions;

/// Names a PostgreSQL server on which tests may make databases.
const SERVER: &str = "COPARTNER_TEST_POSTGRES";

/// A store with empty tables, gone when the test is over.
pub(crate) struct Trial {
    pub(crate) store: Store,
    /// The SQLite file's directory.
    _directory: Option<TempDir>,
    /// The PostgreSQL database's name.
    database: Option<String>,
}

/// One trial on each kind of database.
pub(crate) async fn trials() -> [Trial; 2] {
    [Trial::on_sqlite().await, Trial::on_postgres().await]
}

impl Trial {
    pub(crate) async fn on_sqlite() -> Self {
        let directory = TempDir::new().unwrap();
        let store = open(Database::Sqlite(directory.path().join("trial.sqlite"))).await;
        store.migrate_up().await.unwrap();
        Self { store, _directory: Some(directory), database: None }
    }

    pub(crate) async fn on_postgres() -> Self {
        let name = format!("trial_{}", Uuid::new_v4().simple());
        run(&format!("CREATE DATABASE {name}")).await;
        let mut url = server();
        url.set_path(&name);
        let store = open(Database::Postgres(url.into())).await;
        store.migrate_up().await.unwrap();
        Self { store, _directory: None, database: Some(name) }
    }

    /// Closes the store and removes its database.
    pub(crate) async fn end(self) {
        self.store.close().await;
        if let Some(name) = self.database {
            run(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

/// Runs a statement on the server itself.
async fn run(sql: &str) {
    let store = open(Database::Postgres(server().into())).await;
    store.outside_the_rules().execute_unprepared(sql).await.unwrap();
    store.close().await;
}

fn server() -> Url {
    let Ok(url) = std::env::var(SERVER) else {
        panic!("set {SERVER} to the URL of a PostgreSQL server on which a test may make databases");
    };
    Url::parse(&url).unwrap()
}

async fn open(database: Database) -> Store {
    let options = StoreOptions {
        database,
        operator: None,
        pooling: Pooling::Session,
        connections: 2,
        acquire_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(30),
        tenants_kept: Duration::from_secs(5),
    };
    Store::open(options).await.unwrap()
}
