//! The database: how it is opened, and the connections that nobody outside this room ever holds.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};

use connection::{Database, Pooling, Pools, Reads, SqlTransaction};
use entity::TenantId;
use sea_orm::{ConnectionTrait, DbBackend};

use crate::chain::key::LogKey;
use crate::commits::Commits;
use crate::offers::Offers;
use crate::options::StoreOptions;
use crate::tenants::{self, Tenants};
use crate::{Error, Result};

/// The database, closed. Rows come out through a [`View`](super::view::View) only. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pools: Pools,
    reads: Reads,
    shared: Arc<Shared>,
}

/// What all siblings share.
#[derive(Debug)]
struct Shared {
    operator: Option<TenantId>,
    offers: Offers,
    tenants: Tenants,
    log_key: OnceLock<LogKey>,
    commits: Commits,
}

impl Store {
    /// Opens the database and makes sure that it answers. A SQLite file is created when it is missing.
    pub async fn open(options: StoreOptions) -> Result<Self> {
        let (operator, tenants) = (options.operator, tenants::none_yet(options.tenants_kept));
        let (offers, log_key, commits) = (Offers::default(), OnceLock::new(), Commits::default());
        let pools = Pools::open(options.of_connections()).await?;
        let store = Self::with(pools, Arc::new(Shared { operator, offers, tenants, log_key, commits }));
        store.reads().execute_unprepared("SELECT 1").await?;
        Ok(store)
    }

    /// The same database with connections of its own for reading, for another worker: one pool shared by all
    /// threads is slower by a sixth.
    pub fn sibling(&self) -> Result<Self> {
        self.sibling_with(self.inner.pools.options().connections)
    }

    /// [`sibling`](Self::sibling), with at most so many connections.
    pub fn sibling_with(&self, connections: u32) -> Result<Self> {
        let Inner { pools, shared, .. } = self.inner.as_ref();
        Ok(Self::with(pools.sibling(connections)?, Arc::clone(shared)))
    }

    /// Whether both are the same database, opened by the same [`open`](Self::open).
    pub(super) fn is_sibling(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner.shared, &other.inner.shared)
    }

    fn with(pools: Pools, shared: Arc<Shared>) -> Self {
        let reads = pools.reads();
        Self { inner: Arc::new(Inner { pools, reads, shared }) }
    }

    /// Applies all migrations that are missing, in one transaction: all of them or none. Two at once are safe.
    pub async fn migrate_up(&self) -> Result<()> {
        let connection = self.inner.pools.for_migrations()?;
        migration::up(&connection).await?;
        Ok(connection.close().await?)
    }

    /// Takes back the newest `steps` migrations, with everything in their tables.
    pub async fn migrate_down(&self, steps: u32) -> Result<()> {
        let connection = self.inner.pools.for_migrations()?;
        migration::down(&connection, steps).await?;
        Ok(connection.close().await?)
    }

    /// The names of the migrations that the database says were applied, oldest first.
    pub async fn applied(&self) -> Result<Vec<String>> {
        Ok(migration::applied(self.reads()).await?)
    }

    /// Which database it is. Its URL may hold a password.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.inner.pools.options().database
    }

    /// Whether the database can be written to.
    pub async fn check_writing(&self) -> Result<()> {
        Ok(self.inner.pools.check_writing().await?)
    }

    /// Closes all connections, after what runs on them has finished.
    pub async fn close(&self) {
        self.inner.pools.close().await;
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.inner.reads.get_database_backend()
    }

    pub(crate) fn offers(&self) -> &Offers {
        &self.inner.shared.offers
    }

    pub(crate) fn commits(&self) -> &Commits {
        &self.inner.shared.commits
    }

    pub(crate) fn pooling(&self) -> Pooling {
        self.inner.pools.options().pooling
    }

    pub(super) fn tenants(&self) -> &Tenants {
        &self.inner.shared.tenants
    }

    /// What the log is signed with. Without it nothing that the log tells of can be done.
    pub(crate) fn log_key(&self) -> Result<&LogKey> {
        self.inner.shared.log_key.get().ok_or(Error::Internal("there is no key to sign the log with"))
    }

    pub(crate) fn set_log_key(&self, key: LogKey) {
        // Whoever set one before has claimed the same log with it.
        let _ = self.inner.shared.log_key.set(key);
    }

    pub(crate) fn operator(&self) -> Option<TenantId> {
        self.inner.shared.operator
    }

    /// How tests of this crate look at what was written.
    #[cfg(test)]
    pub(crate) fn outside_the_rules(&self) -> &impl ConnectionTrait {
        self.reads()
    }

    pub(super) fn pools(&self) -> &Pools {
        &self.inner.pools
    }

    pub(super) fn reads(&self) -> &Reads {
        &self.inner.reads
    }

    /// A transaction that writes, whose statements are added to `statements`.
    pub(super) async fn begin(&self, statements: Arc<AtomicU32>) -> Result<SqlTransaction> {
        Ok(self.inner.pools.begin(statements).await?)
    }

    pub(super) async fn begin_optimistically(&self, statements: Arc<AtomicU32>) -> Result<SqlTransaction> {
        Ok(self.inner.pools.begin_optimistically(statements).await?)
    }
}
