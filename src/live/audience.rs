//! Streams whose viewers see the same, and what they were last shown.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use domain::identity::Identity;
use entity::{TenantId, TenantRole};
use tokio::sync::watch;
use uuid::Uuid;

use access::{FeedPosition, PlacedEvent};

/// How many events a window holds at most.
const WINDOW: usize = 500;

/// How long what was decided may be shown. What is older is decided anew, by who reads it.
const FRESH: Duration = Duration::from_secs(1);

/// What two principals have in common who see the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct AudienceKey {
    tenant: TenantId,
    subject: String,
    roles: Vec<TenantRole>,
    groups: Vec<Uuid>,
}

impl AudienceKey {
    pub(super) fn of(identity: &Identity) -> Self {
        let Identity { tenant, subject, roles, groups, .. } = identity.clone();
        Self { tenant, subject, roles, groups }
    }
}

/// All streams of one principal with the same roles and groups.
#[derive(Debug)]
pub(super) struct Audience {
    /// One of theirs: the wall asks of it only what they have in common.
    pub(super) identity: Arc<Identity>,
    window: watch::Sender<Window>,
}

/// What an audience was last shown.
#[derive(Debug)]
struct Window {
    /// Of what comes after this place, everything that the audience sees was shown, or will be.
    from: FeedPosition,
    events: VecDeque<(Stopwatch, PlacedEvent)>,
}

impl Audience {
    pub(super) fn new(identity: Arc<Identity>, from: FeedPosition) -> Self {
        Self { identity, window: watch::Sender::new(Window { from, events: VecDeque::new() }) }
    }

    /// Shows events that come after all that were shown before.
    pub(super) fn show(&self, events: Vec<PlacedEvent>) {
        if events.is_empty() {
            return;
        }
        let decided = Stopwatch::now();
        self.window.send_modify(|window| {
            window.events.extend(events.into_iter().map(|event| (decided, event)));
            while let Some((decided, (position, _))) = window.events.front()
                && (decided.elapsed() > FRESH || window.events.len() > WINDOW)
            {
                window.from = *position;
                window.events.pop_front();
            }
        });
    }

    /// Has each stream read for itself what comes up to this place.
    pub(super) fn skip(&self, upto: FeedPosition) {
        self.window.send_modify(|window| {
            window.from = upto;
            window.events.clear();
        });
    }
}

/// One stream's place, and what it waits at.
#[derive(Debug)]
pub struct Listening {
    /// Kept, so that it goes on to be shown events.
    _audience: Arc<Audience>,
    identity: Arc<Identity>,
    window: watch::Receiver<Window>,
    place: FeedPosition,
}

/// What there is for a stream.
#[derive(Debug)]
pub enum News {
    /// These events, which the wall has just shown to the stream's principal.
    Events(Vec<PlacedEvent>),
    /// Whatever lies between these two places, which the stream is to read itself.
    Behind(FeedPosition, FeedPosition),
}

impl Listening {
    pub(super) fn new(audience: Arc<Audience>, identity: Arc<Identity>, place: FeedPosition) -> Self {
        let window = audience.window.subscribe();
        Self { _audience: audience, identity, window, place }
    }

    #[must_use]
    pub fn place(&self) -> FeedPosition {
        self.place
    }

    /// Whose stream it is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Notes that everything up to here was dealt with.
    pub fn advance(&mut self, place: FeedPosition) {
        self.place = self.place.max(place);
    }

    /// What comes after the stream's place, once there is something. Nothing is lost when it is dropped.
    pub async fn news(&mut self) -> News {
        loop {
            if let Some(news) = self.at_once() {
                return news;
            }
            // The sender lives as long as the audience, which this holds.
            let _ = self.window.changed().await;
        }
    }

    fn at_once(&mut self) -> Option<News> {
        let window = self.window.borrow_and_update();
        if self.place < window.from {
            return Some(News::Behind(self.place, window.from));
        }
        let first = window.events.partition_point(|(_, (position, _))| *position <= self.place);
        let mut later = window.events.range(first..);
        let (decided, _) = later.clone().next()?;
        let (_, (last, _)) = later.clone().next_back()?;
        if decided.elapsed() > FRESH {
            return Some(News::Behind(self.place, *last));
        }
        Some(News::Events(later.by_ref().map(|(_, event)| event.clone()).collect()))
    }
}
