//! How often something was committed: what wakes those who follow the log.

use tokio::sync::watch;

/// How often the feed may have grown, by acts of this process and by anyone's.
#[derive(Debug, Default)]
pub(crate) struct Commits {
    pub(crate) own: watch::Sender<u64>,
    pub(crate) all: watch::Sender<u64>,
}

impl Commits {
    /// Something was committed here.
    pub(crate) fn note(&self) {
        self.own.send_modify(|count| *count += 1);
        self.note_others();
    }

    /// Something may have been committed elsewhere.
    pub(crate) fn note_others(&self) {
        self.all.send_modify(|count| *count += 1);
    }
}
