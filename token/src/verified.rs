//! A token that passed every check, and for how long that holds.

use std::sync::Arc;

use entity::Instant;

use super::identification::Identified;
use super::keyring::Keyring;

#[derive(Clone)]
pub(super) struct VerifiedToken {
    pub(super) identified: Identified,
    /// The keys that it was checked with, and the number of their set: with another set it is to be checked again.
    pub(super) keys: Arc<Keyring>,
    pub(super) generation: u64,
    /// The number of what was trusted then: with another one it is to be checked again.
    pub(super) trust: u64,
}

impl VerifiedToken {
    /// Whether every check would pass again.
    pub(super) async fn holds(&self, trust: u64, now: Instant) -> bool {
        let Identified { from, until, .. } = self.identified;
        self.trust == trust
            && (from..until).contains(&now)
            && self.keys.generation(now).await == Some(self.generation)
    }
}
