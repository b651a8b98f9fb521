//! Whether the database has the tables that this program expects.

use crate::Result;
use crate::core::store::Store;

/// How the database's tables compare with what this program expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// These migrations have not been applied yet.
    Outdated(Vec<String>),
    /// These migrations were applied by a newer program.
    Newer(Vec<String>),
}

impl Store {
    /// How the tables compare with what this program expects. Changes nothing.
    pub async fn schema(&self) -> Result<Schema> {
        let expected = migration::names();
        let applied = self.applied().await?;
        let newer: Vec<_> = applied.iter().filter(|name| !expected.contains(name)).cloned().collect();
        let missing: Vec<_> = expected.into_iter().filter(|name| !applied.contains(name)).collect();
        Ok(match (newer.is_empty(), missing.is_empty()) {
            (false, _) => Schema::Newer(newer),
            (true, false) => Schema::Outdated(missing),
            (true, true) => Schema::Current,
        })
    }
}
