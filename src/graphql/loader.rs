//! One statement for all siblings of a level: what they load by keys of one type is fetched together.
//!
//! A loader belongs to one request and one view; none is shared between users. It has no timer and does not depend on the
//! runtime's scheduler: keys gather until nothing else of the request can go on (`driver.rs`), and only then are fetched.
//! So the number of statements depends on the query alone.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use access::View;
use async_graphql::ContextBase;
use tokio::sync::oneshot;

use crate::graphql::Result;

/// A key that a value is loaded by, such as an object's id.
pub trait Load: Clone + Eq + Hash + Send + Sync + 'static {
    /// What is found; the default value stands for a key that [`fetch`](Self::fetch) leaves out.
    type Value: Clone + Default + Send + Sync + 'static;

    /// Fetches the values of all of these keys at once.
    fn fetch(view: &View, keys: Vec<Self>)
    -> impl Future<Output = Result<HashMap<Self, Self::Value>>> + Send;

    /// The value, if it is in a memory that all requests share.
    fn remembered(_view: &View, _key: &Self) -> Option<Self::Value> {
        None
    }
}

/// What every resolver needs of its request: who asks, and the loads.
pub trait ContextExt {
    fn view(&self) -> &View;

    fn loader(&self) -> &Loader;

    /// The value of `key`, fetched together with all keys of its type that this level of the query asks for.
    fn load<K: Load>(&self, key: K) -> impl Future<Output = Result<K::Value>> + Send;

    /// The value of `key`, if it is known without loading it.
    fn known<K: Load>(&self, key: &K) -> Option<K::Value>;
}

impl<T: Send + Sync> ContextExt for ContextBase<'_, T> {
    fn view(&self) -> &View {
        self.data_unchecked()
    }

    fn loader(&self) -> &Loader {
        self.data_unchecked()
    }

    async fn load<K: Load>(&self, key: K) -> Result<K::Value> {
        let view = self.view();
        if let Some(value) = K::remembered(view, &key) {
            return Ok(value);
        }
        self.loader().batch::<(), K, K::Value>(()).load(key, |keys| K::fetch(view, keys)).await
    }

    fn known<K: Load>(&self, key: &K) -> Option<K::Value> {
        K::remembered(self.view(), key).or_else(|| self.loader().batch::<(), K, K::Value>(()).fetched(key))
    }
}

/// The batches of one request. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Loader {
    batches: Arc<Mutex<Batches>>,
    gathering: Arc<Gathering>,
}

/// By the type of a [`BatchesOf`]: one of them.
type Batches = HashMap<TypeId, Box<dyn Any + Send>>;

/// The batches of one type, by what they read.
type BatchesOf<What, K, V> = HashMap<What, Arc<LoadBatch<K, V>>>;

/// Those who lead a batch that gathers.
type Gathering = Mutex<Vec<oneshot::Sender<()>>>;

impl Loader {
    /// Forgets what was fetched: something has been changed since.
    pub fn forget(&self) {
        lock(&self.batches).clear();
    }

    /// Has these values as though they had been fetched.
    pub fn remember<K: Load>(&self, values: impl IntoIterator<Item = (K, K::Value)>) {
        let batch = self.batch::<(), K, K::Value>(());
        lock(&batch.state).fetched.extend(values);
    }

    /// Lets all batches go that have gathered; false when there is none.
    pub(super) fn fetch_gathered(&self) -> bool {
        let leads = std::mem::take(&mut *lock(&self.gathering));
        let any = !leads.is_empty();
        for lead in leads {
            // A lead that was dropped with its part of the query has let its followers go.
            let _ = lead.send(());
        }
        any
    }

    /// The batch that reads `what`, besides its keys. Loads of equal `what` must fetch alike.
    pub fn batch<What, K, V>(&self, what: What) -> Arc<LoadBatch<K, V>>
    where
        What: Eq + Hash + Send + 'static,
        K: Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        let new = || Arc::new(LoadBatch::new(Arc::clone(&self.gathering)));
        let mut batches = lock(&self.batches);
        let of_type = batches
            .entry(TypeId::of::<BatchesOf<What, K, V>>())
            .or_insert_with(|| Box::new(BatchesOf::<What, K, V>::new()));
        match of_type.downcast_mut::<BatchesOf<What, K, V>>() {
            Some(batches) => Arc::clone(batches.entry(what).or_insert_with(new)),
            // Cannot happen: the map's key is the type's id.
            None => new(),
        }
    }
}

/// Values by key, fetched together and remembered for the rest of the request.
#[derive(Debug)]
pub struct LoadBatch<K, V> {
    state: Mutex<BatchState<K, V>>,
    gathering: Arc<Gathering>,
}

#[derive(Debug)]
struct BatchState<K, V> {
    fetched: HashMap<K, V>,
    /// Who follows, in the order in which they came: answers, errors included, are handed out in this order.
    waiting: Vec<Follower<K, V>>,
    is_led: bool,
}

/// A load that waits for its batch, by its key.
type Follower<K, V> = (K, oneshot::Sender<Result<V>>);

/// What is left to do for a load that has joined a batch.
enum Joined<V> {
    /// Nothing: it was fetched before.
    Fetched(V),
    /// Gather the batch and fetch it.
    Lead,
    /// Wait for whoever leads.
    Follow(oneshot::Receiver<Result<V>>),
}

impl<K: Clone + Eq + Hash, V: Clone + Default> LoadBatch<K, V> {
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
                Joined::Fetched(value) => return Ok(value),
                Joined::Lead => return self.lead(key, fetch).await,
                // Whoever led was dropped with its part of the query; this one may lead now.
                Joined::Follow(answer) => {
                    if let Ok(answer) = answer.await {
                        return answer;
                    }
                }
            }
        }
    }

    /// The value of `key`, if it was fetched before.
    fn fetched(&self, key: &K) -> Option<V> {
        lock(&self.state).fetched.get(key).cloned()
    }

    fn join(&self, key: &K) -> Joined<V> {
        let mut state = lock(&self.state);
        if let Some(value) = state.fetched.get(key) {
            return Joined::Fetched(value.clone());
        }
        if state.is_led {
            let (sender, receiver) = oneshot::channel();
            state.waiting.push((key.clone(), sender));
            return Joined::Follow(receiver);
        }
        state.is_led = true;
        Joined::Lead
    }

    async fn lead<F, Fetched>(&self, key: K, fetch: F) -> Result<V>
    where
        F: FnOnce(Vec<K>) -> Fetched,
        Fetched: Future<Output = Result<HashMap<K, V>>>,
    {
        let lead = Leading { batch: self };
        let (go, gathered) = oneshot::channel();
        lock(&self.gathering).push(go);
        let _ = gathered.await;
        let waiting = lead.close();
        let keys: HashSet<&K> = waiting.iter().map(|(key, _)| key).chain([&key]).collect();
        let keys: Vec<K> = keys.into_iter().cloned().collect();
        // On the heap, so that those who follow do not carry the room that it needs.
        let fetched = Box::pin(fetch(keys.clone())).await;
        let mut values = match fetched {
            Ok(values) => values,
            Err(error) => {
                for (_, follower) in waiting {
                    // A follower that was dropped needs no answer.
                    let _ = follower.send(Err(error.clone()));
                }
                return Err(error);
            }
        };
        let mut state = lock(&self.state);
        for key in keys {
            let value = values.remove(&key).unwrap_or_default();
            state.fetched.insert(key, value);
        }
        let value = |key: &K| state.fetched.get(key).cloned().unwrap_or_default();
        for (key, follower) in waiting {
            let _ = follower.send(Ok(value(&key)));
        }
        Ok(value(&key))
    }
}

impl<K: Eq + Hash, V> LoadBatch<K, V> {
    /// Has this value as though it had been fetched.
    pub fn remember(&self, key: K, value: V) {
        lock(&self.state).fetched.insert(key, value);
    }
}

impl<K, V> LoadBatch<K, V> {
    fn new(gathering: Arc<Gathering>) -> Self {
        let state = BatchState { fetched: HashMap::new(), waiting: Vec::new(), is_led: false };
        Self { state: Mutex::new(state), gathering }
    }
}

/// Gathers a batch. Dropped before it was closed, it lets its followers go, who then lead themselves.
struct Leading<'b, K, V> {
    batch: &'b LoadBatch<K, V>,
}

impl<K, V> Leading<'_, K, V> {
    fn close(self) -> Vec<Follower<K, V>> {
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

/// The guard, even of a poisoned mutex: each change to what it guards is one step, which a panic cannot leave half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
