//! What serves webhooks: it claims those that are due, and serves them beside each other.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use entity::Instant;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant as Moment, MissedTickBehavior, interval, sleep};

use super::courier::Courier;
use super::serving::Service;
use crate::Result;
use crate::clock::Clock;
use access::{LeaseTerms, Store, WebhookLease};

/// For how long deliveries that were made are remembered.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

/// How long commits are gathered before what they make due is claimed.
const GATHERED_FOR: Duration = Duration::from_millis(5);

/// How often they are forgotten, and failing webhooks counted.
const UPKEEP: Duration = Duration::from_mins(1);

/// How much is done at once, and how often is looked.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long the worker rests at most when nothing was due: what is to be tried again wakes nobody.
    pub rest: Duration,
    /// How many webhooks this server serves at once.
    pub slots: usize,
    /// How many of one tenant all servers together serve at once.
    pub of_tenant: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { rest: Duration::from_secs(2), slots: 64, of_tenant: 4 }
    }
}

/// Serves webhooks until it is stopped. One that is dropped breaks off what it is sending, which another server then sends again.
#[derive(Debug)]
pub struct Worker {
    task: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Worker {
    /// Starts to serve what is due, now and from then on.
    #[must_use]
    pub fn start(store: Store, clock: Clock, courier: Courier, pace: Pace) -> Self {
        let (stop, stopping) = watch::channel(false);
        let service = Arc::new(Service { courier, clock, stopping });
        let shift = Shift { store, service, pace, running: JoinSet::new() };
        Self { task: tokio::spawn(shift.work()), stop }
    }

    /// Begins nothing any more, and waits for what is being sent.
    pub async fn stop(mut self) {
        // Whoever does not listen any more has stopped.
        let _ = self.stop.send(true);
        let _ = (&mut self.task).await;
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A worker at work.
struct Shift {
    store: Store,
    service: Arc<Service>,
    pace: Pace,
    running: JoinSet<()>,
}

impl Shift {
    async fn work(mut self) {
        let mut stopping = self.service.stopping.clone();
        let mut follower = self.store.follow_feed();
        let mut upkeep = interval(UPKEEP);
        upkeep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*stopping.borrow_and_update() {
            let begun = Moment::now();
            match self.claim().await {
                Ok(leases) if leases.is_empty() => {}
                Ok(leases) => {
                    for lease in leases {
                        self.running.spawn(Arc::clone(&self.service).serve(lease));
                    }
                    continue;
                }
                Err(error) => tracing::warn!(?error, "webhooks cannot be claimed; it is tried again"),
            }
            let looking = begun.elapsed();
            tokio::select! {
                _ = stopping.changed() => {}
                // Its turn may come again at once.
                Some(_) = self.running.join_next() => {}
                // Of a look that is long, because there are many webhooks, a fifth of the time at most.
                () = follower.woken() => sleep(GATHERED_FOR.max(looking * 4)).await,
                () = sleep(self.pace.rest) => {}
                _ = upkeep.tick() => {
                    if let Err(error) = keep_up(&self.store, self.service.clock.now()).await {
                        tracing::warn!(?error, "old deliveries cannot be forgotten; it is tried again");
                    }
                }
            }
        }
        while self.running.join_next().await.is_some() {}
    }

    /// Claims as many of those that are due as can be served.
    async fn claim(&mut self) -> Result<Vec<WebhookLease>> {
        while self.running.try_join_next().is_some() {}
        let free = self.pace.slots.saturating_sub(self.running.len()) as u64;
        if free == 0 {
            return Ok(Vec::new());
        }
        self.store.place_events().await?;
        let at = self.service.clock.now();
        let until = self.service.lease_until(at);
        let terms = LeaseTerms { at, until, most: free, of_tenant: self.pace.of_tenant };
        self.store.claim_webhooks(terms).await
    }
}

/// Forgets old deliveries, and counts webhooks that fail.
async fn keep_up(store: &Store, at: Instant) -> Result<()> {
    store.forget_deliveries(at - REMEMBERED).await?;
    let failing = store.failing_webhooks().await?;
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    metrics::gauge!("copartner_webhooks_failing").set(failing as f64);
    Ok(())
}
