//! Scheduled work: writes down what the clock has brought about, so that the log tells it and lists find it.
//!
//! Rights never wait for this. It is a viewer of its own kind, which sees open requests, grants in force and running
//! subscriptions and nothing else, and it acts as everyone does: each thing in a transaction of its own, with the log's entry. Any number of
//! servers may do it on one database: whoever comes second finds nothing left to do.

use std::time::Duration;

use entity::Instant;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::command::{AdvanceGrant, AdvanceSubscription, Command, ExpireRequest, RunOptions, run};
use crate::{Error, Result};
use access::{Store, View};

/// How long the timer rests when nothing was due.
const REST: Duration = Duration::from_secs(15);

/// How many things are looked up at once.
const PORTION: u64 = 100;

/// What was written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Advanced {
    pub requests: usize,
    pub grants: usize,
    pub subscriptions: usize,
}

/// A timer that runs until it is dropped. What it is about to write then has not happened.
#[derive(Debug)]
pub struct Timer(JoinHandle<()>);

impl Timer {
    /// Starts to do what is due, now and from then on.
    #[must_use]
    pub fn start(store: Store, clock: Clock) -> Self {
        Self(tokio::spawn(async move {
            loop {
                match tick(&store, clock.now()).await {
                    Ok(advanced) if advanced == Advanced::default() => {}
                    Ok(Advanced { requests, grants, subscriptions }) => {
                        tracing::info!(requests, grants, subscriptions, "timer");
                    }
                    Err(error) => {
                        tracing::warn!(?error, "the timer could not do all that is due; it tries again");
                    }
                }
                tokio::time::sleep(REST).await;
            }
        }))
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Something that falls due.
trait Due: Command<Done = bool> {
    /// What of this kind is due, at most [`PORTION`] of it.
    fn of(view: &View) -> impl Future<Output = Result<Vec<Self>>> + Send
    where
        Self: Sized;
}

impl Due for ExpireRequest {
    async fn of(view: &View) -> Result<Vec<Self>> {
        Ok(view.due_requests(PORTION).await?.into_iter().map(Self).collect())
    }
}

impl Due for AdvanceGrant {
    async fn of(view: &View) -> Result<Vec<Self>> {
        Ok(view.due_grants(PORTION).await?.into_iter().map(Self).collect())
    }
}

impl Due for AdvanceSubscription {
    async fn of(view: &View) -> Result<Vec<Self>> {
        Ok(view.due_subscriptions(PORTION).await?.into_iter().map(Self).collect())
    }
}

/// Does all that is due at `at`.
pub async fn tick(store: &Store, at: Instant) -> Result<Advanced> {
    let view = store.seen_by_the_timer(at);
    let advanced = Advanced {
        requests: all::<ExpireRequest>(&view).await?,
        grants: all::<AdvanceGrant>(&view).await?,
        subscriptions: all::<AdvanceSubscription>(&view).await?,
    };
    store.forget_keys(at).await?;
    store.place_events().await?;
    Ok(advanced)
}

/// Does what is due of one kind, portion by portion, until there is none that can be done.
async fn all<D: Due>(view: &View) -> Result<usize> {
    let mut total = 0;
    loop {
        let mut done = 0;
        for due in D::of(view).await? {
            done += usize::from(keep(view, due).await?);
        }
        if done == 0 {
            return Ok(total);
        }
        total += done;
    }
}

/// Writes one thing down, unless someone else has by now. One that cannot be written does not keep the others waiting.
async fn keep(view: &View, command: impl Command<Done = bool>) -> Result<bool> {
    match run(view, command, RunOptions::default()).await {
        Err(Error::Refused(_)) => Ok(false),
        Err(away @ Error::Unavailable(..)) => Err(away),
        Err(error) => {
            tracing::error!(?error, "something that is due cannot be written down");
            Ok(false)
        }
        done => done,
    }
}
