//! A bulkhead: where dear operations run, so that the others do not wait for them.
//!
//! A worker answers all its requests on one thread and over its own connections. An operation that reads thousands of objects would keep
//! the others waiting for both. So it runs on threads of its own, which the system favours least, and over few connections of their
//! own; and of each tenant's dear operations one after another, so that no tenant's wait for another's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use entity::TenantId;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::OwnedMutexGuard;
use tokio::task::JoinSet;

use access::{Store, View};

/// Over how many connections each of its threads reads: while one statement's rows are made objects, another one runs.
const CONNECTIONS_OF_A_THREAD: u32 = 2;

/// How much less of a processor its threads get than others that want it, too (setpriority, POSIX): a tenth.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Where dear operations run. Cheap to clone; its threads begin with the first of them.
#[derive(Clone, Debug)]
pub struct Bulkhead(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    threads: usize,
    /// What an operation costs at least to be dear; None where none is.
    dear: Option<u64>,
    apart: OnceLock<Apart>,
    turns: Turns,
}

/// The threads, and their connections.
#[derive(Debug)]
struct Apart {
    runtime: Option<Runtime>,
    store: Store,
}

/// It has ended, or could not begin, for this reason.
#[derive(Debug, thiserror::Error)]
#[error("the bulkhead runs nothing: {0}")]
pub(super) struct Closed(String);

impl Closed {
    fn because(cause: impl std::fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

impl Bulkhead {
    /// For operations that cost `dear` points and more, or none where that is 0; half as many threads as there are workers.
    #[must_use]
    pub fn new(store: Store, dear: u64, workers: usize) -> Self {
        let dear = (dear > 0).then_some(dear);
        let threads = workers.div_ceil(2).max(1);
        Self(Arc::new(Inner { store, threads, dear, apart: OnceLock::new(), turns: Turns::default() }))
    }

    /// Does the work of an operation that costs so much: here, or apart. Dropped, it is given up.
    pub(super) async fn run<F>(
        &self,
        cost: u64,
        view: &View,
        work: impl FnOnce(View) -> F,
    ) -> Result<F::Output, Closed>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        if self.0.dear.is_none_or(|dear| cost < dear) {
            return Ok(work(view.clone()).await);
        }
        metrics::counter!("copartner_dear_operations_total").increment(1);
        let _turn = self.0.turns.take(view.viewer().tenant()).await;
        let apart = self.apart()?;
        let ended = || Closed::because("it has ended");
        let runtime = apart.runtime.as_ref().ok_or_else(ended)?;
        // A set of one, which ends its task when it is dropped.
        let mut running = JoinSet::new();
        running.spawn_on(work(view.through(&apart.store)), runtime.handle());
        running.join_next().await.ok_or_else(ended)?.map_err(Closed::because)
    }

    fn apart(&self) -> Result<&Apart, Closed> {
        let Inner { store, threads, apart, .. } = self.0.as_ref();
        if let Some(apart) = apart.get() {
            return Ok(apart);
        }
        let connections = CONNECTIONS_OF_A_THREAD.saturating_mul(u32::try_from(*threads).unwrap_or(u32::MAX));
        let store = store.sibling_with(connections);
        let store = store.map_err(|error| Closed::because(format!("{error:?}")))?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(*threads)
            .thread_name("bulkhead")
            .on_thread_start(yield_to_others)
            .enable_all()
            .build();
        let new = Apart { runtime: Some(runtime.map_err(Closed::because)?), store };
        // Where another worker was first, this one's ends again.
        Ok(apart.get_or_init(|| new))
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // To wait for its threads is not allowed here.
            runtime.shutdown_background();
        }
    }
}

/// Has the system favour this thread less. What cannot be had so is had without.
fn yield_to_others() {
    // On Linux a thread has a niceness of its own, and gives it to the threads that it begins: SQLite's connections are such.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS) {
        tracing::debug!(%error, "the bulkhead's threads are favoured as all others");
    }
}

/// Whose turn it is, of each tenant's dear operations.
#[derive(Debug, Default)]
struct Turns(Mutex<HashMap<TenantId, Arc<tokio::sync::Mutex<()>>>>);

/// A tenant's turn, or a place in its queue.
struct Turn<'t> {
    turns: &'t Turns,
    tenant: TenantId,
    lock: Arc<tokio::sync::Mutex<()>>,
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    async fn take(&self, tenant: TenantId) -> Turn<'_> {
        let lock = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(tenant).or_default())
        };
        let mut turn = Turn { turns: self, tenant, lock, held: None };
        turn.held = Some(Arc::clone(&turn.lock).lock_owned().await);
        turn
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        drop(self.held.take());
        let mut turns = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody has it but the map and this one.
        if Arc::strong_count(&self.lock) == 2 {
            turns.remove(&self.tenant);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn a_tenants_turns_follow_one_another_and_nothing_is_kept_of_them() {
        let turns = Turns::default();
        let [one, other] = [1, 2].map(|n| TenantId(Uuid::from_u128(n)));
        let first = turns.take(one).await;
        let mut second = Box::pin(turns.take(one));
        assert!(second.as_mut().now_or_never().is_none());
        let mut given_up = Box::pin(turns.take(one));
        assert!(given_up.as_mut().now_or_never().is_none());
        assert!(turns.take(other).now_or_never().is_some(), "nobody of that tenant has it");
        drop(given_up);
        drop(first);
        drop(second.await);
        assert!(turns.0.lock().is_ok_and(|kept| kept.is_empty()));
    }
}
