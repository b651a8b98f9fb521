//! Databases of tests: where they are, and how they are opened.

use std::path::Path;
use std::time::Duration;

use access::{Database, Pooling, StoreOptions};
use entity::TenantId;
use uuid::Uuid;

use super::Backend;
use crate::facts::OPERATOR;
use crate::outside::Outside;

/// How a test opens a database: if the tests run through a pooler, through it.
pub fn options(database: &Database) -> StoreOptions {
    let (database, pooling) = match (database, pooler()) {
        (Database::Postgres(url), Some((mut through, pooling))) => {
            through.set_path(url::Url::parse(url).unwrap().path());
            (Database::Postgres(through.into()), pooling)
        }
        (direct, _) => (direct.clone(), Pooling::Session),
    };
    StoreOptions {
        database,
        pooling,
        operator: Some(TenantId(OPERATOR)),
        connections: 4,
        acquire_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(20),
        // As long as a test takes: it counts statements.
        tenants_kept: Duration::from_hours(1),
    }
}

/// The pooler that the tests run through, if they do, and what it does.
fn pooler() -> Option<(url::Url, Pooling)> {
    let url = std::env::var("COPARTNER_TEST_POOLER").ok()?;
    let pooling =
        std::env::var("COPARTNER_TEST_POOLING").expect("COPARTNER_TEST_POOLING says what the pooler does");
    let pooling = match pooling.as_str() {
        "session" => Pooling::Session,
        "transaction" => Pooling::Transaction,
        other => panic!("COPARTNER_TEST_POOLING is {other}"),
    };
    Some((url::Url::parse(&url).unwrap(), pooling))
}

/// Past any pooler.
pub fn postgres_url(database: &Database) -> String {
    match database {
        Database::Postgres(url) => url.clone(),
        Database::Sqlite(_) => panic!("not PostgreSQL"),
    }
}

/// A database of the test's own.
pub async fn database(backend: Backend, directory: &Path) -> Database {
    match backend {
        Backend::Sqlite => Database::Sqlite(directory.join("world.sqlite")),
        Backend::Postgres => {
            let server = std::env::var("COPARTNER_TEST_POSTGRES").expect(
                "COPARTNER_TEST_POSTGRES names the PostgreSQL server of the tests; run them with scripts/test",
            );
            let name = format!("world_{}", Uuid::now_v7().simple());
            Outside::postgres(&server).await.run(&format!("CREATE DATABASE {name}")).await;
            let mut url = url::Url::parse(&server).unwrap();
            url.set_path(&name);
            Database::Postgres(url.into())
        }
    }
}
