//! What one viewer sees: the only way to a row.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use entity::Instant;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, QueryResult};

use crate::core::scope::Scoped;
use crate::core::select::ScopedSelect;
use crate::core::store::Store;
use crate::core::viewer::Viewer;
use crate::error::Outage;
use crate::offers::Offers;
use crate::{Error, Result};

/// The store through the eyes of one viewer, at the one instant of its request. Cheap to clone.
#[derive(Clone, Debug)]
pub struct View {
    store: Store,
    viewer: Arc<Viewer>,
    statements: Arc<AtomicU32>,
}

impl View {
    pub(super) fn new(store: Store, viewer: Viewer, statements: u32) -> Self {
        Self { store, viewer: Arc::new(viewer), statements: Arc::new(AtomicU32::new(statements)) }
    }

    #[must_use]
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The one instant of the request.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.viewer.at()
    }

    /// Of this table, what the viewer may see. Does not compile for a table without a rule.
    pub fn select<E: Scoped>(&self) -> ScopedSelect<'_, E> {
        ScopedSelect::new(self)
    }

    /// How many SQL statements this request has run, its tenant's look-up included.
    #[must_use]
    pub fn statements(&self) -> u32 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The offers that were read lately.
    pub(crate) fn cached_offers(&self) -> &Offers {
        self.store.offers()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.store.backend()
    }

    /// Where a transaction of this view counts its statements.
    pub(super) fn counter(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.statements)
    }

    fn count_statement(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) async fn rows(&self, statement: &SelectStatement) -> Result<Vec<QueryResult>> {
        self.count_statement();
        match self.store.reads().query_all(statement).await.map_err(Error::of_reading) {
            // A standby had to replay what this statement was in the way of; nothing has been answered yet.
            Err(Error::Unavailable(Outage::Contended, _)) => {
                self.count_statement();
                self.store.reads().query_all(statement).await.map_err(Error::of_reading)
            }
            rows => rows,
        }
    }

    pub(super) async fn models<M: FromQueryResult>(&self, statement: &SelectStatement) -> Result<Vec<M>> {
        let rows = self.rows(statement).await?;
        Ok(rows.iter().map(|row| M::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }
}
