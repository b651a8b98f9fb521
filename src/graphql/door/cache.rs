//! Documents that were asked before.
//!
//! Clients send the same few documents again and again. They are found by the SHA-256 of their text, because two texts
//! with one key would let one client choose what another one asks. Refusals are not kept.

use std::sync::Arc;

use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::limits::Limits;
use super::prepared::Prepared;
use super::refusal::Refusal;

/// What even the shortest document takes, as if it were text.
const OWN: usize = 50;

/// Prepared documents, the often-asked ones longest.
#[derive(Debug)]
pub(super) struct Documents(Cache<[u8; 32], Arc<Prepared>>);

impl Documents {
    pub(super) fn new(limits: &Limits) -> Self {
        let weigher = |_: &[u8; 32], prepared: &Arc<Prepared>| {
            u32::try_from(prepared.length.saturating_add(OWN)).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(limits.cached_bytes).weigher(weigher).build())
    }

    /// The document of a text, from before or read now. Two requests may read the same text at once; waiting for one
    /// another would cost more.
    pub(super) fn find(
        &self,
        text: &str,
        read: impl FnOnce() -> Result<Prepared, Refusal>,
    ) -> Result<Arc<Prepared>, Refusal> {
        let key: [u8; 32] = Sha256::digest(text).into();
        if let Some(prepared) = self.0.get(&key) {
            return Ok(prepared);
        }
        let prepared = Arc::new(read()?);
        self.0.insert(key, Arc::clone(&prepared));
        Ok(prepared)
    }

    /// How many documents are kept, and what they weigh.
    #[cfg(test)]
    pub(super) fn kept(&self) -> (u64, u64) {
        self.0.run_pending_tasks();
        (self.0.entry_count(), self.0.weighted_size())
    }
}
