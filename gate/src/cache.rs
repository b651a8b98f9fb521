//! A cache of validated documents.
//!
//! Clients send the same few documents again and again. The key is the SHA-256 of the text: with a hash that collides, one
//! client could choose what another one executes. Rejections are not kept.

use std::sync::Arc;

use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::limits::Limits;
use crate::prepared::PreparedDocument;
use crate::rejection::Rejection;

/// What a document weighs besides its text, in bytes of text.
const OVERHEAD: usize = 50;

/// Prepared documents within [`Limits::cached_bytes`]; those that are often sent are kept longest.
#[derive(Debug)]
pub(crate) struct DocumentCache(Cache<[u8; 32], Arc<PreparedDocument>>);

impl DocumentCache {
    pub(crate) fn new(limits: &Limits) -> Self {
        let weigher = |_: &[u8; 32], prepared: &Arc<PreparedDocument>| {
            u32::try_from(prepared.length.saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(limits.cached_bytes).weigher(weigher).build())
    }

    /// The document of a text, from the cache or prepared now. Two requests may prepare the same text at once: a lock
    /// would cost more.
    pub(crate) fn get_or_prepare(
        &self,
        text: &str,
        prepare: impl FnOnce() -> Result<PreparedDocument, Rejection>,
    ) -> Result<Arc<PreparedDocument>, Rejection> {
        let key: [u8; 32] = Sha256::digest(text).into();
        if let Some(prepared) = self.0.get(&key) {
            return Ok(prepared);
        }
        let prepared = Arc::new(prepare()?);
        self.0.insert(key, Arc::clone(&prepared));
        Ok(prepared)
    }

    /// How many documents are kept, and their weight.
    #[cfg(test)]
    pub(crate) fn size(&self) -> (u64, u64) {
        self.0.run_pending_tasks();
        (self.0.entry_count(), self.0.weighted_size())
    }
}
