//! Reads the feed as it grows, and shows each audience what it sees of it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::task::JoinHandle;

use super::audience::Audience;
use super::{Live, State};
use crate::Result;
use access::{Announcer, FeedEntry};

/// How many entries are read at once.
const PORTION: u64 = 500;

/// For how many audiences at once the wall decides.
const CONCURRENT_DECISIONS: usize = 6;

/// How long to wait for the wall to decide. After it, each stream of the audience reads for itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// For how long commits are gathered before they are read: what is committed alone is shown at once, and what many commit beside each
/// other is read together.
const GATHERED_FOR: Duration = Duration::from_millis(5);

/// The same while no stream is open, so that nobody waits for it.
const GATHERED_UNHEARD_FOR: Duration = Duration::from_millis(250);

/// How long to wait before a database that fails is read again.
const RETRY_AFTER: Duration = Duration::from_millis(250);

/// A reader that runs until it is dropped.
#[derive(Debug)]
pub struct Reader {
    task: JoinHandle<()>,
    _announcer: Announcer,
}

impl Reader {
    #[must_use]
    pub fn start(live: Live) -> Self {
        let announcer = live.shared.store.announce();
        Self { task: tokio::spawn(follow(live)), _announcer: announcer }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(live: Live) {
    let mut follower = live.shared.store.follow_feed();
    let mut has_failed = false;
    loop {
        match live.read_portion().await {
            // There may be more at once.
            Ok(read) if read as u64 >= PORTION => {}
            Ok(_) => {
                has_failed = false;
                live.gather().await;
                follower.woken().await;
            }
            Err(error) => {
                // Once for each outage.
                if !has_failed {
                    tracing::warn!(?error, "the feed cannot be read; trying again");
                }
                has_failed = true;
                tokio::time::sleep(RETRY_AFTER).await;
            }
        }
    }
}

impl Live {
    /// Lets commits gather, until someone begins to listen.
    async fn gather(&self) {
        let is_heard = self.lock().is_heard();
        let pause = if is_heard { GATHERED_FOR } else { GATHERED_UNHEARD_FOR };
        // Its end is what is waited for, too.
        let _ = tokio::time::timeout(pause, self.shared.begun.notified()).await;
    }

    /// Reads what has come since the last time, a portion at most, and has it shown. How much that was.
    async fn read_portion(&self) -> Result<usize> {
        let shared = &self.shared;
        shared.store.place_events().await?;
        let end = self.lock().end;
        let entries = shared.store.feed_after(end, PORTION).await?;
        let Some(last) = entries.last().map(FeedEntry::position) else { return Ok(0) };
        // Who begins to listen from here on begins after these.
        let audiences = {
            let mut state = self.lock();
            state.end = last;
            state.audiences()
        };
        let count = entries.len();
        let entries: Arc<[FeedEntry]> = entries.into();
        let deciding = audiences.into_iter().map(|audience| {
            let (live, entries) = (self.clone(), Arc::clone(&entries));
            async move {
                let decided = tokio::time::timeout(PATIENCE, live.show(&audience, &entries)).await;
                if !matches!(decided, Ok(Ok(()))) {
                    audience.skip(last);
                }
            }
        });
        stream::iter(deciding).buffer_unordered(CONCURRENT_DECISIONS).collect::<()>().await;
        Ok(count)
    }

    /// Shows an audience what it sees of these entries, as it is now.
    async fn show(&self, audience: &Audience, entries: &[FeedEntry]) -> Result<()> {
        let Some(last) = entries.last() else { return Ok(()) };
        let shared = &self.shared;
        let identity = audience.identity.as_ref().clone();
        let Ok(view) = shared.store.doorkeeper().admit(identity, shared.clock.now()).await? else {
            // Its streams find out for themselves.
            audience.skip(last.position());
            return Ok(());
        };
        let principal = view.viewer().principal();
        let concerning: Vec<_> = entries.iter().filter(|entry| entry.concerns(principal)).cloned().collect();
        if concerning.is_empty() {
            return Ok(());
        }
        let seen = view.events_of(&concerning).await?;
        // It may see nothing because its tenant is not let in any more, which was remembered otherwise.
        if seen.is_empty() && view.barred().await?.is_some() {
            audience.skip(last.position());
        }
        audience.show(seen);
        Ok(())
    }
}

impl State {
    /// Whether any stream is open.
    fn is_heard(&self) -> bool {
        self.audiences.values().any(|audience| audience.strong_count() > 0)
    }

    /// The audiences that are still there.
    fn audiences(&mut self) -> Vec<Arc<Audience>> {
        self.audiences.retain(|_, audience| audience.strong_count() > 0);
        self.audiences.values().filter_map(Weak::upgrade).collect()
    }
}
