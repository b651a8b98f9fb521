//! How many sockets and streams there are, and whose.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use entity::TenantId;
use metrics::gauge;

/// What is counted. Shared by a server's workers.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub(super) connections: Count<()>,
    pub(super) of_tenant: Count<TenantId>,
    pub(super) waiting: Count<IpAddr>,
    pub(super) streams: Count<TenantId>,
}

/// How many there are of each owner.
#[derive(Debug)]
pub(in crate::http) struct Count<K>(Arc<Mutex<HashMap<K, u32>>>);

impl<K> Clone for Count<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> Default for Count<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Copy + Eq + Hash> Count<K> {
    /// One more of this owner, until it is dropped; None when there are `most` already.
    pub(in crate::http) fn take(&self, owner: K, most: u32) -> Option<Counted<K>> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(owner).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Counted { count: self.clone(), owner })
    }
}

/// One that is counted.
#[derive(Debug)]
pub(in crate::http) struct Counted<K: Copy + Eq + Hash> {
    count: Count<K>,
    owner: K,
}

impl<K: Copy + Eq + Hash> Drop for Counted<K> {
    fn drop(&mut self) {
        let mut counts = self.count.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.owner);
            }
        }
    }
}

/// One more in a metric, until it is dropped.
#[derive(Debug)]
pub(super) struct Gauged(&'static str);

impl Gauged {
    pub(super) fn new(name: &'static str) -> Self {
        gauge!(name).increment(1.0);
        Self(name)
    }
}

impl Drop for Gauged {
    fn drop(&mut self) {
        gauge!(self.0).decrement(1.0);
    }
}
