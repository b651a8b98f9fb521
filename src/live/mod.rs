//! The one reader of the feed that a server has, for all streams of events in it.
//!
//! It reads what has come since it last looked, once for the whole server, and has the wall decide about it once for each
//! *audience*: all streams whose viewers are the same principal with the same roles and groups. What was decided is kept for
//! some moments in a window, from which each stream of the audience takes what comes after its own place. Who is further
//! behind reads the log itself, at its own pace: the log is the queue, so that nothing is held for whoever is slow.
//!
//! Deliberately absent: what a stream is narrowed to, and how an event is shown, which are the API's; and any memory of what
//! a client was sent. A stream is a place in the feed.

mod audience;
mod reader;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use domain::identity::Identity;
use tokio::sync::Notify;

use crate::Result;
use crate::clock::Clock;
use access::{FeedPosition, Store};
use audience::{Audience, AudienceKey};
pub use audience::{Listening, News};
pub use reader::Reader;

/// What all streams of a server share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Live {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    store: Store,
    clock: Clock,
    state: Mutex<State>,
    /// That someone has begun to listen.
    begun: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// How far the feed was read.
    end: FeedPosition,
    audiences: HashMap<AudienceKey, Weak<Audience>>,
}

impl Live {
    /// At the end of the feed, from where a [`Reader`] goes on.
    pub async fn at_the_end(store: Store, clock: Clock) -> Result<Self> {
        let (state, begun) = (Mutex::default(), Notify::new());
        let live = Self { shared: Arc::new(Shared { store, clock, state, begun }) };
        let end = live.end().await?;
        live.lock().end = end;
        Ok(live)
    }

    /// Where the feed ends: what has been committed before is up to here, and what will be comes after it.
    pub async fn end(&self) -> Result<FeedPosition> {
        let store = &self.shared.store;
        store.place_events().await?;
        store.feed_end().await
    }

    /// Begins to listen as this principal, from `place` on.
    #[must_use]
    pub fn listen(&self, identity: Arc<Identity>, place: FeedPosition) -> Listening {
        let mut state = self.lock();
        let key = AudienceKey::of(&identity);
        let end = state.end;
        let audience = state.audiences.get(&key).and_then(Weak::upgrade).unwrap_or_else(|| {
            let audience = Arc::new(Audience::new(Arc::clone(&identity), end));
            state.audiences.insert(key, Arc::downgrade(&audience));
            audience
        });
        self.shared.begun.notify_one();
        Listening::new(audience, identity, place)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
