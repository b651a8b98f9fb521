//! The database: how it is opened, and the connections that nobody outside this room ever holds.

#![expect(clippy::disallowed_types, reason = "this is the one room that holds a connection")]

use std::{path::PathBuf, sync::Arc, time::Duration};

use entity::{Instant, TenantId};
use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};

use super::offers::{self, Offers};
use super::{Doorkeeper, View, Viewer};
use crate::Result;

/// Where the rows are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by its URL, which may hold a password.
    Postgres(String),
}

/// How the store talks to its database.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    pub database: Database,
    /// The tenant whose principals operate this server, if any.
    pub operator: Option<TenantId>,
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
    reads: DatabaseConnection,
    /// SQLite has one writer; on PostgreSQL this is the same pool as `reads`.
    writes: DatabaseConnection,
    /// Shared by all siblings.
    offers: Offers,
}

impl Store {
    /// Opens the database and makes sure that it answers. A SQLite file is created when it is missing.
    pub async fn open(options: StoreOptions) -> Result<Self> {
        let (reads, writes) = match &options.database {
            Database::Postgres(url) => {
                let pool = connect(postgres(url, &options)).await?;
                (pool.clone(), pool)
            }
            Database::Sqlite(path) => {
                let writes = connect(sqlite(path, &options, Access::Write)).await?;
                writes.execute_unprepared("SELECT 1").await?;
                (connect(sqlite(path, &options, Access::Read)).await?, writes)
            }
        };
        let offers = offers::none_yet();
        let store = Self { inner: Arc::new(Inner { options, reads, writes, offers }) };
        store.doorkeeper().ping().await?;
        Ok(store)
    }

    /// The same database with connections of its own for reading, for another worker: one pool shared by all
    /// threads is slower by a sixth.
    pub async fn sibling(&self) -> Result<Self> {
        let options = self.inner.options.clone();
        let (reads, writes) = match &options.database {
            Database::Postgres(url) => {
                let pool = connect(postgres(url, &options)).await?;
                (pool.clone(), pool)
            }
            Database::Sqlite(path) => {
                (connect(sqlite(path, &options, Access::Read)).await?, self.inner.writes.clone())
            }
        };
        let offers = self.inner.offers.clone();
        Ok(Self { inner: Arc::new(Inner { options, reads, writes, offers }) })
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
        let transaction = self.begin().await?;
        if self.backend() == DbBackend::Postgres {
            // An arbitrary number that only migrations of this program lock.
            transaction.execute_unprepared("SELECT pg_advisory_xact_lock(4920613)").await?;
        }
        Migrator::up(&transaction, None).await?;
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
        Ok(transaction.commit().await?)
    }

    /// Takes back the newest `steps` migrations, with everything in their tables.
    pub async fn migrate_down(&self, steps: u32) -> Result<()> {
        let transaction = self.begin().await?;
        Migrator::down(&transaction, Some(steps)).await?;
        Ok(transaction.commit().await?)
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

    /// Closes all connections, after what runs on them has finished.
    pub async fn close(&self) {
        let Inner { reads, writes, .. } = self.inner.as_ref();
        let _ = reads.close_by_ref().await;
        let _ = writes.close_by_ref().await;
    }

    pub(super) fn backend(&self) -> DbBackend {
        self.inner.reads.get_database_backend()
    }

    pub(super) fn offers(&self) -> &Offers {
        &self.inner.offers
    }

    pub(super) fn operator(&self) -> Option<TenantId> {
        self.inner.options.operator
    }
    pub(super) fn reads(&self) -> &DatabaseConnection {
        &self.inner.reads
    }

    pub(super) fn writes(&self) -> &DatabaseConnection {
        &self.inner.writes
    }

    /// A transaction that writes. On SQLite it takes the writer's lock at once, so that it never fails half-way
    /// because someone else was faster.
    pub(super) async fn begin(&self) -> Result<sea_orm::DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.backend() == DbBackend::Sqlite)
                .then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.inner.writes.begin_with_options(options).await?)
    }
}

/// The secrets that all servers on one database share.
const SECRETS: [&str; 1] = [super::doorkeeper::CURSOR_KEY];

/// How a SQLite file is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}
#[expect(clippy::disallowed_methods, reason = "this is the one place that opens the database")]
async fn connect(options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    sea_orm::Database::connect(options).await
}

/// Connections are tested only after they have idled: a test before each use costs a tenth of the throughput, and
/// none at all would hand out connections that died with a restarted server.
fn pool(url: String, options: &StoreOptions) -> ConnectOptions {
    let mut connect = ConnectOptions::new(url);
    connect
        .sqlx_logging(false)
        .acquire_timeout(options.acquire_timeout)
        .connect_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        .connect_lazy(true);
    connect
}

fn postgres(url: &str, options: &StoreOptions) -> ConnectOptions {
    let mut connect = pool(url.to_owned(), options);
    connect
        .max_connections(options.connections)
        .statement_timeout(options.statement_timeout)
        .map_sqlx_postgres_opts(|postgres| postgres.application_name("copartner"));
    connect
}

/// A write-ahead log lets readers go on while the one writer writes.
fn sqlite(path: &std::path::Path, options: &StoreOptions, access: Access) -> ConnectOptions {
    let mut connect = pool(format!("sqlite://{}", path.display()), options);
    let (path, busy) = (path.to_owned(), options.acquire_timeout);
    connect.max_connections(if access == Access::Write { 1 } else { options.connections });
    connect.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .filename(&path)
            .create_if_missing(access == Access::Write)
            .read_only(access == Access::Read)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(busy)
    });
    connect
}
