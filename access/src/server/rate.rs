//! The points of each tenant, where all servers on one PostgreSQL count them together.

use sea_orm::DbBackend;

use crate::core::store::Store;
use crate::unscoped::rate::{BucketLevel, BucketSize, Withdrawal, take};
use crate::{Error, Result};

impl Store {
    /// Whether servers on this database can count together.
    #[must_use]
    pub fn has_shared_buckets(&self) -> bool {
        self.backend() == DbBackend::Postgres
    }

    /// Takes points from the bucket of a tenant.
    ///
    /// # Errors
    ///
    /// When the database does not do it; [`Error::Internal`] on SQLite, which has no such buckets.
    pub async fn withdraw(&self, withdrawal: Withdrawal, size: BucketSize) -> Result<BucketLevel> {
        if !self.has_shared_buckets() {
            return Err(Error::Internal("SQLite has no buckets"));
        }
        let level = self.server_write_returning(take(withdrawal, size)).await?.pop();
        // Another server has made the bucket meanwhile, which this statement does not see, and it is empty already.
        Ok(level.unwrap_or(BucketLevel { points: 0, is_taken: false }))
    }
}
