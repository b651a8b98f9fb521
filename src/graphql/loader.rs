//! One statement for all siblings of a level: loads that arrive together are run together.
//!
//! A loader belongs to one request and one view; none is shared between users. It needs no timer and leaves nothing to
//! the runtime's scheduling: batches gather until nothing else of the request can go on, and only then are fetched. So
//! the number of statements depends on the query alone.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    hash::Hash,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

use tokio::sync::oneshot;

use crate::graphql::Result;

/// The batches of one request, by what they load. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Loader {
    batches: Arc<Mutex<Batches>>,
    gathering: Arc<Gathering>,
}

/// Batches, by the types and the name of what they load.
type Batches = HashMap<(TypeId, String), Arc<dyn Any + Send + Sync>>;

/// Those who lead a batch that gathers.
type Gathering = Mutex<Vec<oneshot::Sender<()>>>;

impl Loader {
    /// Runs the request to its end, fetching batches whenever nothing else of it can go on.
    pub async fn drive<T>(&self, request: impl Future<Output = T>) -> T {
        let mut request = pin!(request);
        let progress = Arc::new(Progress::default());
        let waker = Waker::from(progress.clone());
        std::future::poll_fn(|outer| {
            progress.outer.register(outer.waker());
            loop {
                progress.is_made.store(false, Ordering::SeqCst);
                if let Poll::Ready(done) = request.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(done);
                }
                let can_go_on = progress.is_made.load(Ordering::SeqCst) || self.fetch_gathered();
                if !can_go_on {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Forgets what was fetched: something has been changed since.
    pub fn forget(&self) {
        lock(&self.batches).clear();
    }

    /// Lets all batches go that have gathered; false when there is none.
    fn fetch_gathered(&self) -> bool {
        let leads = std::mem::take(&mut *lock(&self.gathering));
        let any = !leads.is_empty();
        for lead in leads {
            // A lead that was dropped with its part of the query has let its followers go.
            let _ = lead.send(());
        }
        any
    }

    /// The batch of values of this type that `name` stands for. Loads with one name must fetch alike.
    pub fn batch<K, V>(&self, name: impl Into<String>) -> Arc<Batch<K, V>>
    where
        K: Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        let mut batches = lock(&self.batches);
        let any = batches
            .entry((TypeId::of::<Batch<K, V>>(), name.into()))
            .or_insert_with(|| Arc::new(Batch::<K, V>::new(self.gathering.clone())))
            .clone();
        drop(batches);
        // The key holds the type's id, so that the type is always this one.
        any.downcast().unwrap_or_else(|_| Arc::new(Batch::new(self.gathering.clone())))
    }
}

/// Whether something of the request was woken since it was last polled.
#[derive(Debug, Default)]
struct Progress {
    is_made: AtomicBool,
    outer: AtomicWaker,
}

impl Wake for Progress {
    fn wake(self: Arc<Self>) {
        self.is_made.store(true, Ordering::SeqCst);
        self.outer.wake();
    }
}

/// Values by key, fetched together and remembered for the rest of the request.
#[derive(Debug)]
pub struct Batch<K, V> {
    state: Mutex<State<K, V>>,
    gathering: Arc<Gathering>,
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
        let (go, gathered) = oneshot::channel();
        lock(&self.gathering).push(go);
        let _ = gathered.await;
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
    fn new(gathering: Arc<Gathering>) -> Self {
        let state = State { fetched: HashMap::new(), waiting: HashMap::new(), is_led: false };
        Self { state: Mutex::new(state), gathering }
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
