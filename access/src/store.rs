//! The database: how it is opened, and the connections that nobody outside this room ever holds.

#![expect(clippy::disallowed_types, reason = "this is the one room that holds a connection")]

use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use entity::{Instant, TenantId};
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use serde::{Deserialize, Serialize};

use super::log_key::LogKey;
use super::offers::{self, Offers};
use super::pool::{self, Pools};
use super::reads::Reads;
use super::sql_transaction::SqlTransaction;
use super::{Doorkeeper, View, Viewer};
use crate::{Error, Result};

/// Where the rows are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by its URL, which may hold a password.
    Postgres(String),
}

/// How whatever stands between this program and PostgreSQL hands out connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// One for as long as this program keeps it. Nothing in between is the same.
    #[default]
    Session,
    /// Another one for each transaction. So each read is a transaction, and statements are prepared without a name.
    Transaction,
}

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
}

/// How the database's tables compare with what this program expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// These migrations have not been applied yet.
    Outdated(Vec<String>),
    /// These migrations were applied by a newer program.
    Newer(Vec<String>),
}

/// The database, closed. Rows come out through a [`View`] only. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: StoreOptions,
    pools: Pools,
    reads: Reads,
    /// Shared by all siblings.
    offers: Offers,
    /// Shared by all siblings.
    log_key: Arc<OnceLock<LogKey>>,
}

impl Store {
    /// Opens the database and makes sure that it answers. A SQLite file is created when it is missing.
    pub async fn open(options: StoreOptions) -> Result<Self> {
        let pools = Pools::open(&options).await?;
        let store = Self::with(options, pools, (offers::none_yet(), Arc::default()));
        store.doorkeeper().ping().await?;
        Ok(store)
    }

    /// The same database with connections of its own for reading, for another worker: one pool shared by all
    /// threads is slower by a sixth.
    pub fn sibling(&self) -> Result<Self> {
        let Inner { options, pools, offers, log_key, .. } = self.inner.as_ref();
        let shared = (offers.clone(), Arc::clone(log_key));
        Ok(Self::with(options.clone(), pools.sibling(options)?, shared))
    }

    fn with(options: StoreOptions, pools: Pools, (offers, log_key): (Offers, Arc<OnceLock<LogKey>>)) -> Self {
        let reads = pools.reads();
        Self { inner: Arc::new(Inner { options, pools, reads, offers, log_key }) }
    }

    /// The store through the eyes of one viewer.
    #[must_use]
    pub fn seen_by(&self, viewer: Viewer) -> View {
        View::new(self.clone(), viewer, 0)
    }

    /// The store through the eyes of the server itself, as it writes down what the clock has brought about by `at`.
    #[must_use]
    pub fn seen_by_the_timer(&self, at: Instant) -> View {
        self.seen_by(Viewer::timer(at))
    }

    /// The few reads before anyone is known.
    #[must_use]
    pub fn doorkeeper(&self) -> Doorkeeper<'_> {
        Doorkeeper { store: self }
    }

    /// How the tables compare with what this program expects. Changes nothing.
    pub async fn schema(&self) -> Result<Schema> {
        let expected: Vec<String> =
            Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
        let applied = self.applied().await?;
        let newer: Vec<_> = applied.iter().filter(|name| !expected.contains(name)).cloned().collect();
        let missing: Vec<_> = expected.into_iter().filter(|name| !applied.contains(name)).collect();
        Ok(match (newer.is_empty(), missing.is_empty()) {
            (false, _) => Schema::Newer(newer),
            (true, false) => Schema::Outdated(missing),
            (true, true) => Schema::Current,
        })
    }

    /// Applies all migrations that are missing, in one transaction: all of them or none. Two at once are safe.
    pub async fn migrate_up(&self) -> Result<()> {
        self.migrate(async |transaction| {
            Migrator::up(transaction, None).await?;
            for name in SECRETS {
                let secret: [u8; 32] = rand::random();
                transaction
                    .execute_raw(Statement::from_sql_and_values(
                        self.backend(),
                        "INSERT INTO server_secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
                        [name.into(), secret.to_vec().into()],
                    ))
                    .await?;
            }
            Ok(())
        })
        .await
    }

    /// Takes back the newest `steps` migrations, with everything in their tables.
    pub async fn migrate_down(&self, steps: u32) -> Result<()> {
        self.migrate(async |transaction| Ok(Migrator::down(transaction, Some(steps)).await?)).await
    }

    /// Changes the tables, in one transaction on a connection that is used for nothing else: whatever becomes of it, it
    /// is closed.
    async fn migrate(&self, change: impl AsyncFnOnce(&DatabaseTransaction) -> Result<()>) -> Result<()> {
        let connection = pool::for_migrations(&self.inner.options)?;
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.backend() == DbBackend::Sqlite)
                .then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = connection.begin_with_options(options).await?;
        let is_postgres = self.backend() == DbBackend::Postgres;
        if is_postgres {
            // It takes its time. The number is an arbitrary one that only migrations of this program lock.
            let begin = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(4920613)";
            transaction.execute_unprepared(begin).await?;
            transaction.execute_unprepared(FORGET_STATEMENTS).await?;
        }
        change(&transaction).await?;
        if is_postgres {
            transaction.execute_unprepared(FORGET_STATEMENTS).await?;
        }
        transaction.commit().await?;
        Ok(connection.close().await?)
    }

    /// The names of the migrations that the database says were applied, oldest first.
    pub async fn applied(&self) -> Result<Vec<String>> {
        let is_there = match self.backend() {
            DbBackend::Postgres => "SELECT to_regclass('seaql_migrations') IS NOT NULL AS is_there",
            _ => "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'seaql_migrations') AS is_there",
        };
        let row = self.reads().query_one_raw(Statement::from_string(self.backend(), is_there)).await?;
        if !row.map_or(Ok(false), |row| row.try_get::<bool>("", "is_there"))? {
            return Ok(Vec::new());
        }
        let versions = "SELECT version FROM seaql_migrations ORDER BY version";
        let rows = self.reads().query_all_raw(Statement::from_string(self.backend(), versions)).await?;
        Ok(rows.iter().map(|row| row.try_get("", "version")).collect::<Result<_, _>>()?)
    }

    /// Which database it is. Its URL may hold a password.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.inner.options.database
    }

    /// Whether the database can be written to.
    pub async fn check_writing(&self) -> Result<()> {
        self.inner.pools.check_writing().await
    }

    /// Closes all connections, after what runs on them has finished.
    pub async fn close(&self) {
        self.inner.pools.close().await;
    }

    pub(super) fn backend(&self) -> DbBackend {
        self.inner.reads.get_database_backend()
    }

    pub(super) fn offers(&self) -> &Offers {
        &self.inner.offers
    }

    /// What the log is signed with. Without it nothing that the log tells of can be done.
    pub(super) fn log_key(&self) -> Result<&LogKey> {
        self.inner.log_key.get().ok_or(Error::Internal("there is no key to sign the log with"))
    }

    pub(super) fn set_log_key(&self, key: LogKey) {
        // Whoever set one before has claimed the same log with it.
        let _ = self.inner.log_key.set(key);
    }

    pub(super) fn operator(&self) -> Option<TenantId> {
        self.inner.options.operator
    }
    pub(super) fn reads(&self) -> &Reads {
        &self.inner.reads
    }

    /// A transaction that writes, whose statements are added to `statements`.
    pub(super) async fn begin(&self, statements: Arc<AtomicU32>) -> Result<SqlTransaction> {
        self.inner.pools.begin(statements).await
    }
}

/// The secrets that all servers on one database share.
const SECRETS: [&str; 1] = [super::doorkeeper::CURSOR_KEY];

/// Removes the statements that migrations have prepared by name, which a pooler would leave to whoever gets the connection.
const FORGET_STATEMENTS: &str = "DEALLOCATE ALL";
