//! What one viewer sees: the only way to a row.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

use connection::CountedReads;
use entity::Instant;
use sea_orm::{DbBackend, FromQueryResult};

use crate::Result;
use crate::core::server_transaction::rows_of;
use crate::core::store::Store;
use crate::offers::Offers;
use crate::scope::scoped::{Perspective, Scoped};
use crate::scope::selection::Selection;
use crate::unscoped::UnscopedRead;
use crate::viewer::{Principal, Viewer};
use domain::tenant::Barred;

/// Of one table, the rows that the viewer may see, narrowed down.
pub type ScopedSelect<'v, E> = Selection<'v, E, View>;

/// The store through the eyes of one viewer, at the one instant of its request. Cheap to clone.
#[derive(Clone, Debug)]
pub struct View {
    store: Store,
    viewer: Arc<Viewer>,
    statements: Arc<AtomicU32>,
    /// Whether the database has said in this request that the viewer's tenant is let in.
    is_standing: Arc<AtomicBool>,
    /// How many rows were found for it.
    found: Arc<AtomicU64>,
    /// Whether something was asked for by name that the viewer does not see, there or not.
    has_missed: Arc<AtomicBool>,
}

impl Store {
    /// The store through the eyes of one viewer.
    #[must_use]
    pub fn seen_by(&self, viewer: Viewer) -> View {
        View::new(self.clone(), viewer)
    }

    /// The store through the eyes of the server itself, as it writes down what the clock has brought about by `at`.
    #[must_use]
    pub fn seen_by_the_timer(&self, at: Instant) -> View {
        self.seen_by(Viewer::local(Principal::Timer, at))
    }

    /// The store through the eyes of the operator, for its command line.
    #[must_use]
    pub fn seen_by_the_operator(&self, at: Instant) -> View {
        self.seen_by(Viewer::local(Principal::Operator, at))
    }
}

impl View {
    pub(super) fn new(store: Store, viewer: Viewer) -> Self {
        Self {
            store,
            viewer: Arc::new(viewer),
            statements: Arc::default(),
            is_standing: Arc::default(),
            found: Arc::default(),
            has_missed: Arc::default(),
        }
    }

    /// The same view over the connections of a sibling, for another thread. What is no sibling is another database, where this
    /// viewer is nobody: then it stays what it is.
    #[must_use]
    pub fn through(&self, sibling: &Store) -> Self {
        let store = if self.store.is_sibling(sibling) { sibling } else { &self.store };
        Self { store: store.clone(), ..self.clone() }
    }

    /// Why the viewer's tenant is not let in any more, to be asked before the request is answered; None where it is. Every row
    /// that was read has said that; only where there was none is it looked up.
    pub async fn barred(&self) -> Result<Option<Barred>> {
        match self.viewer.principal() {
            Principal::Operator | Principal::Timer => return Ok(None),
            Principal::Partner(_) | Principal::Customer(_) => {}
        }
        if !self.is_standing.load(Ordering::Relaxed) {
            if let Err(barred) = self.store.look_up(self.viewer.tenant()).await? {
                return Ok(Some(barred));
            }
            self.note_look_up();
        }
        Ok(None)
    }

    /// Notes that the tenant was looked up for this view.
    pub(super) fn note_look_up(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.note_standing(1);
    }

    /// Notes that a statement which begins with the rule, and so with the tenant's standing, has found something.
    pub(super) fn note_standing(&self, rows: usize) {
        self.found.fetch_add(rows as u64, Ordering::Relaxed);
        if rows > 0 {
            self.is_standing.store(true, Ordering::Relaxed);
        }
    }

    /// Notes whether something was asked for by name, such as an id, that the viewer does not see.
    pub fn note_miss_if(&self, is_missed: bool) {
        self.has_missed.fetch_or(is_missed, Ordering::Relaxed);
    }

    /// Whether so was asked in this request. What is there and foreign takes the database some microseconds more than what is not
    /// there: whoever answers sees to it that this cannot be told.
    #[must_use]
    pub fn has_missed(&self) -> bool {
        self.has_missed.load(Ordering::Relaxed)
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

    /// How many SQL statements this request has run, its tenant's look-up included, where there was one.
    #[must_use]
    pub fn statements(&self) -> u32 {
        self.statements.load(Ordering::Relaxed)
    }

    /// How many rows this request has found.
    #[must_use]
    pub fn rows_found(&self) -> u64 {
        self.found.load(Ordering::Relaxed)
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
        self.store.reads().counted(&self.statements)
    }

    /// The rows that a statement without a rule finds.
    pub(crate) async fn unscoped<R: FromQueryResult>(&self, read: UnscopedRead<R>) -> Result<Vec<R>> {
        rows_of(&self.reads().rows(&read).await?)
    }
}

impl Perspective for View {
    fn viewer(&self) -> &Viewer {
        self.viewer()
    }

    fn backend(&self) -> DbBackend {
        self.backend()
    }
}
