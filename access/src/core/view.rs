//! What one viewer sees: the only way to a row.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use entity::Instant;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{DbBackend, FromQueryResult};

use crate::Result;
use crate::core::connection::CountedReads;
use crate::core::scope::Scoped;
use crate::core::select::ScopedSelect;
use crate::core::store::Store;
use crate::core::viewer::Viewer;
use crate::offers::Offers;

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

    /// The connections to read by, which count this view's statements.
    pub(super) fn reads(&self) -> CountedReads<'_> {
        CountedReads { reads: self.store.reads(), statements: &self.statements }
    }

    pub(super) async fn models<M: FromQueryResult>(&self, statement: &SelectStatement) -> Result<Vec<M>> {
        let rows = self.reads().rows(statement).await?;
        Ok(rows.iter().map(|row| M::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }
}
