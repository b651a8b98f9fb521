//! What wakes those who follow the log: commits of this process at once, those of other servers by PostgreSQL's notifications.
//!
//! A wake-up says nothing but that the feed may be longer: the table tells. One that is lost costs until the next look, which
//! every follower takes after [`Store::look_interval`] at the latest.
//!
//! To notify takes a lock, for which all commits that notify wait one after another. So it is no part of the act: it is done
//! behind it, once for all acts of some milliseconds.

use std::time::Duration;

use connection::{Heard, Listener, Pooling};
use sea_orm::DbBackend;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::Result;
use crate::core::store::Store;

/// For how long acts are gathered after other servers were told of one.
const GATHERED_FOR: Duration = Duration::from_millis(5);

/// How long to wait before listening is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How often a follower looks at the feed of its own accord.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// The same where nothing tells of what other processes do: on SQLite, and behind a pooler that lends connections for
/// a transaction.
const LOOK_INTERVAL_UNTOLD: Duration = Duration::from_secs(1);

/// Is woken when the feed may have grown.
#[derive(Debug)]
pub struct FeedFollower {
    commits: watch::Receiver<u64>,
    look_interval: Duration,
}

impl FeedFollower {
    /// Waits until the feed may have grown.
    pub async fn woken(&mut self) {
        tokio::select! {
            // The sender lives as long as the store that made this.
            woken = self.commits.changed() => if woken.is_err() { sleep(self.look_interval).await },
            () = sleep(self.look_interval) => (),
        }
    }
}

/// Carries word of commits between the servers on one database, until it is dropped.
#[derive(Debug)]
pub struct Announcer(Vec<JoinHandle<()>>);

impl Drop for Announcer {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

impl Store {
    /// Someone to be woken when the feed may have grown.
    #[must_use]
    pub fn follow_feed(&self) -> FeedFollower {
        FeedFollower { commits: self.commits().all.subscribe(), look_interval: self.look_interval() }
    }

    /// How often the feed is looked at when nothing was heard of it.
    #[must_use]
    pub fn look_interval(&self) -> Duration {
        match (self.backend(), self.pooling()) {
            (DbBackend::Postgres, Pooling::Session) => LOOK_INTERVAL,
            _ => LOOK_INTERVAL_UNTOLD,
        }
    }

    /// Begins to tell other servers on this database of commits here, and to hear of theirs. On SQLite there is nothing to
    /// do.
    #[must_use]
    pub fn announce(&self) -> Announcer {
        if self.backend() != DbBackend::Postgres {
            return Announcer(Vec::new());
        }
        // A number of this process, so that it does not wake itself once more.
        let own = rand::random::<u64>();
        Announcer(Vec::from([tokio::spawn(tell(self.clone(), own)), tokio::spawn(hear(self.clone(), own))]))
    }
}

async fn tell(store: Store, own: u64) {
    let mut commits = store.commits().own.subscribe();
    while commits.changed().await.is_ok() {
        // They look by themselves soon.
        if let Err(error) = store.notify(own).await {
            tracing::debug!(?error, "other servers were not told of a commit");
        }
        sleep(GATHERED_FOR).await;
    }
}

async fn hear(store: Store, own: u64) {
    loop {
        match listen(&store, own).await {
            Ok(()) => {
                tracing::info!(
                    seconds = store.look_interval().as_secs(),
                    "the pooler carries no notifications: what other servers commit is looked for"
                );
                return;
            }
            Err(error) => {
                tracing::warn!(?error, "notifications of other servers cannot be heard; trying again");
            }
        }
        sleep(RETRY_AFTER).await;
    }
}

/// Whether what is told is heard. A pooler that lends connections for a transaction lets anyone listen, to nothing.
async fn check_hearing(store: &Store, listener: &mut Listener, own: u64) -> Result<()> {
    store.notify(own).await?;
    let Ok(heard) = timeout(LOOK_INTERVAL, listener.next()).await else {
        tracing::warn!(
            seconds = LOOK_INTERVAL.as_secs(),
            "notifications do not arrive, so that what other servers commit is looked for; where a pooler lends connections \
             for a transaction, set `pool.pooling` to \"transaction\""
        );
        return Ok(());
    };
    heard?;
    Ok(())
}

/// Ends where nobody can listen.
async fn listen(store: &Store, own: u64) -> Result<()> {
    let Some(mut listener) = store.listen().await? else { return Ok(()) };
    check_hearing(store, &mut listener, own).await?;
    // What was committed before it listened.
    store.commits().note_others();
    let by_itself = format!("{own:016x}");
    loop {
        match listener.next().await? {
            Heard::Announcement(by) if by == by_itself => {}
            Heard::Announcement(_) | Heard::Reconnected => store.commits().note_others(),
        }
    }
}
