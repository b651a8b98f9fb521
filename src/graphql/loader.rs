//! One statement for all siblings of a level: loads that arrive together are run together.
//!
//! A loader belongs to one request and one view; none is shared between users. It needs no timer: the first key of a
//! batch yields once to the executor, by then its siblings have arrived, and one statement runs for all of them.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::Result;

/// The batches of one request, by what they load.
#[derive(Debug, Default)]
pub struct Loader {
    batches: Mutex<HashMap<(TypeId, String), Arc<dyn Any + Send + Sync>>>,
}

impl Loader {
    /// The batch of values of this type that `name` stands for. Loads with one name must fetch alike.
    pub fn batch<K, V>(&self, name: impl Into<String>) -> Arc<Batch<K, V>>
    where
        K: Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        let mut batches = lock(&self.batches);
        let any = batches
            .entry((TypeId::of::<Batch<K, V>>(), name.into()))
            .or_insert_with(|| Arc::new(Batch::<K, V>::new()))
            .clone();
        drop(batches);
        // The key holds the type's id, so that the type is always this one.
        any.downcast().unwrap_or_else(|_| Arc::new(Batch::new()))
    }
}

/// Values by key, fetched together and remembered for the rest of the request.
#[derive(Debug)]
pub struct Batch<K, V> {
    state: Mutex<State<K, V>>,
}

#[derive(Debug)]
struct State<K, V> {
    fetched: HashMap<K, V>,
    waiting: HashMap<K, Vec<oneshot::Sender<Result<V>>>>,
    is_led: bool,
}

/// What a load has to do.
enum Part<V> {
    Done(V),
    /// Gather the batch and fetch it.
    Lead,
    /// Wait for whoever leads.
    Follow(oneshot::Receiver<Result<V>>),
}

impl<K: Clone + Eq + Hash, V: Clone + Default> Batch<K, V> {
    /// The value of `key`; the default when the fetch leaves the key out.
    ///
    /// `fetch` is called with all keys that arrived together, by one of the loads that wait for them.
    pub async fn load<F, Fetched>(&self, key: K, fetch: F) -> Result<V>
    where
        F: FnOnce(Vec<K>) -> Fetched,
        Fetched: Future<Output = Result<HashMap<K, V>>>,
    {
        loop {
            match self.join(&key) {
                Part::Done(value) => return Ok(value),
                Part::Lead => return self.lead(key, fetch).await,
                // Whoever led was dropped with its part of the query; this one may lead now.
                Part::Follow(answer) => {
                    if let Ok(answer) = answer.await {
                        return answer;
                    }
                }
            }
        }
    }

    fn join(&self, key: &K) -> Part<V> {
        let mut state = lock(&self.state);
        if let Some(value) = state.fetched.get(key) {
            return Part::Done(value.clone());
        }
        if state.is_led {
            let (sender, receiver) = oneshot::channel();
            state.waiting.entry(key.clone()).or_default().push(sender);
            return Part::Follow(receiver);
        }
        state.is_led = true;
        state.waiting.entry(key.clone()).or_default();
        Part::Lead
    }

    async fn lead<F, Fetched>(&self, key: K, fetch: F) -> Result<V>
    where
        F: FnOnce(Vec<K>) -> Fetched,
        Fetched: Future<Output = Result<HashMap<K, V>>>,
    {
        let lead = Leading { batch: self };
        tokio::task::yield_now().await;
        let waiting = lead.close();
        let fetched = fetch(waiting.keys().cloned().collect()).await;
        let mut own = Ok(V::default());
        for (waiting_key, waiters) in waiting {
            let value = match &fetched {
                Ok(values) => Ok(values.get(&waiting_key).cloned().unwrap_or_default()),
                Err(error) => Err(error.clone()),
            };
            if let Ok(value) = &value {
                lock(&self.state).fetched.insert(waiting_key.clone(), value.clone());
            }
            if waiting_key == key {
                own.clone_from(&value);
            }
            for waiter in waiters {
                // A waiter that was dropped needs no answer.
                let _ = waiter.send(value.clone());
            }
        }
        own
    }
}

impl<K, V> Batch<K, V> {
    fn new() -> Self {
        let state = State { fetched: HashMap::new(), waiting: HashMap::new(), is_led: false };
        Self { state: Mutex::new(state) }
    }
}

/// Gathers a batch. Dropped before it was closed, it lets its followers go, who then lead themselves.
struct Leading<'b, K, V> {
    batch: &'b Batch<K, V>,
}

impl<K, V> Leading<'_, K, V> {
    fn close(self) -> HashMap<K, Vec<oneshot::Sender<Result<V>>>> {
        let mut state = lock(&self.batch.state);
        std::mem::take(&mut state.waiting)
    }
}

impl<K, V> Drop for Leading<'_, K, V> {
    fn drop(&mut self) {
        let mut state = lock(&self.batch.state);
        state.is_led = false;
        state.waiting.clear();
    }
}

/// A lock whose holder panicked holds nothing half-done: every change to the state is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
