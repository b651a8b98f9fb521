//! A bucket of points for each tenant (a token bucket), which fills steadily.
//!
//! A bucket that is full is not kept: so there are no more than tenants that have asked for something lately. Where all servers on one
//! database count together, the buckets are there, and what is kept here is what the last look has found.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use access::{BucketLevel, BucketSize, Store, Withdrawal};
use entity::{Instant, TenantId};

use crate::Result;

/// How many buckets there are before those that have filled up are let go.
const MANY: usize = 1_000;

/// What is left after something was taken; or where nothing was, because there was too little, what there is, and in how many seconds
/// there is enough.
pub(super) type Taken = std::result::Result<i64, (i64, u64)>;

#[derive(Debug)]
pub(super) struct Buckets {
    size: BucketSize,
    of_tenants: Mutex<HashMap<TenantId, Bucket>>,
}

/// What was in a bucket at that time. It is below zero where more was taken than there was.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    level: i64,
    at: Instant,
    /// What is given back to the database's bucket when something is taken from it next.
    refund: i64,
}

impl Buckets {
    pub(super) fn new(points: u64, window_seconds: u64) -> Self {
        let points = i64::try_from(points).unwrap_or(i64::MAX);
        let window = i64::try_from(window_seconds).unwrap_or(i64::MAX).saturating_mul(1_000).max(1);
        Self { size: BucketSize { points, window }, of_tenants: Mutex::default() }
    }

    /// Takes so much, and says what is left; where there is too little and that matters, takes nothing, and says in how many
    /// seconds there is enough. What is more than the bucket holds is taken from a full one.
    pub(super) fn take(&self, tenant: TenantId, cost: u64, is_refused: bool, at: Instant) -> Taken {
        let cost = i64::try_from(cost).unwrap_or(i64::MAX);
        let mut buckets = self.of_tenants.lock().unwrap_or_else(PoisonError::into_inner);
        self.let_go(&mut buckets, at);
        let bucket = self.found(&buckets, tenant, at);
        let missing = cost.min(self.size.points).saturating_sub(bucket.level);
        if is_refused && missing > 0 {
            buckets.insert(tenant, bucket);
            return Err((bucket.level, self.seconds(missing)));
        }
        let level = bucket.level.saturating_sub(cost);
        buckets.insert(tenant, Bucket { level, ..bucket });
        Ok(level)
    }

    /// [`take`](Self::take) from the database's bucket.
    pub(super) async fn take_shared(
        &self,
        store: &Store,
        (tenant, cost): (TenantId, u64),
        is_refused: bool,
        at: Instant,
    ) -> Result<Taken> {
        let points = i64::try_from(cost).unwrap_or(i64::MAX);
        let refund = self.change(tenant, at, |bucket| std::mem::take(&mut bucket.refund));
        let withdrawal = Withdrawal { tenant, points, refund, is_refused, at };
        let outcome = store.withdraw(withdrawal, self.size).await;
        let is_taken = outcome.as_ref().is_ok_and(|level| level.is_taken);
        self.change(tenant, at, |bucket| {
            if !is_taken {
                bucket.refund = bucket.refund.saturating_add(refund);
            }
            if let Ok(found) = &outcome {
                (bucket.level, bucket.at) = (found.points, at);
            }
        });
        let BucketLevel { points: level, is_taken } = outcome?;
        let missing = points.min(self.size.points).saturating_sub(level);
        Ok(if is_taken { Ok(level) } else { Err((level, self.seconds(missing.max(1)))) })
    }

    /// Puts back what was taken and not used.
    pub(super) fn give_back(&self, tenant: TenantId, points: u64) {
        let points = i64::try_from(points).unwrap_or(i64::MAX);
        let mut buckets = self.of_tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&tenant) {
            bucket.level = bucket.level.saturating_add(points).min(self.size.points);
        }
    }

    /// [`give_back`](Self::give_back) to the database's bucket, with the next that is taken from it.
    pub(super) fn give_back_shared(&self, tenant: TenantId, points: u64, at: Instant) {
        let points = i64::try_from(points).unwrap_or(i64::MAX);
        self.change(tenant, at, |bucket| bucket.refund = bucket.refund.saturating_add(points));
    }

    /// What is in a bucket, as far as this server knows.
    pub(super) fn level(&self, tenant: TenantId, at: Instant) -> i64 {
        let buckets = self.of_tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = self.found(&buckets, tenant, at);
        bucket.level.saturating_add(bucket.refund).min(self.size.points)
    }

    fn change<T>(&self, tenant: TenantId, at: Instant, change: impl FnOnce(&mut Bucket) -> T) -> T {
        let mut buckets = self.of_tenants.lock().unwrap_or_else(PoisonError::into_inner);
        self.let_go(&mut buckets, at);
        let full = Bucket { level: self.size.points, at, refund: 0 };
        change(buckets.entry(tenant).or_insert(full))
    }

    /// Lets full buckets go where there are many.
    fn let_go(&self, buckets: &mut HashMap<TenantId, Bucket>, at: Instant) {
        if buckets.len() >= MANY {
            buckets.retain(|_, bucket| self.now(*bucket, at).level < self.size.points);
        }
    }

    fn found(&self, buckets: &HashMap<TenantId, Bucket>, tenant: TenantId, at: Instant) -> Bucket {
        let full = Bucket { level: self.size.points, at, refund: 0 };
        buckets.get(&tenant).map_or(full, |bucket| self.now(*bucket, at))
    }

    /// In how many seconds a bucket that has this level is full.
    pub(super) fn seconds_until_full(&self, level: i64) -> u64 {
        self.seconds(self.size.points.saturating_sub(level))
    }

    /// In how many seconds so many points come.
    pub(super) fn seconds(&self, missing: i64) -> u64 {
        let BucketSize { points, window } = self.size;
        let milliseconds = i128::from(missing.max(0)) * i128::from(window) / i128::from(points.max(1));
        u64::try_from(milliseconds).unwrap_or(u64::MAX).div_ceil(1_000)
    }

    /// A bucket as it is at `at`. A clock that was set back fills nothing, and takes nothing.
    fn now(&self, bucket: Bucket, at: Instant) -> Bucket {
        let elapsed = (at - bucket.at).num_milliseconds();
        if elapsed <= 0 {
            return bucket;
        }
        let BucketSize { points, window } = self.size;
        let filled = i128::from(elapsed) * i128::from(points) / i128::from(window);
        let filled = i64::try_from(filled).unwrap_or(i64::MAX);
        let level = bucket.level.saturating_add(filled).min(points);
        if level == points {
            return Bucket { level, at, refund: 0 };
        }
        // Up to when the last whole point has come: the rest of the time is counted next time.
        let used = i128::from(filled) * i128::from(window) / i128::from(points);
        let used = chrono::TimeDelta::milliseconds(i64::try_from(used).unwrap_or(elapsed));
        Bucket { level, at: bucket.at + used, ..bucket }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn at(milliseconds: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    fn tenant(n: u128) -> TenantId {
        TenantId(Uuid::from_u128(n))
    }

    #[test]
    fn a_bucket_is_emptied_refused_and_fills_steadily() {
        let buckets = Buckets::new(100, 10);
        assert_eq!(buckets.take(tenant(1), 60, true, at(0)), Ok(40));
        assert_eq!(buckets.take(tenant(1), 60, true, at(0)), Err((40, 2)));
        assert_eq!(buckets.take(tenant(2), 100, true, at(0)), Ok(0), "each tenant has its own");
        // As soon as it was said, and not before.
        assert_eq!(buckets.take(tenant(1), 60, true, at(1_900)), Err((59, 1)));
        assert_eq!(buckets.take(tenant(1), 60, true, at(2_000)), Ok(0));
        assert_eq!(buckets.take(tenant(1), 1, true, at(1_000)), Err((0, 1)), "the clock was set back");
        assert_eq!(buckets.take(tenant(1), 100, true, at(60_000)), Ok(0), "it holds no more than it holds");
        buckets.give_back(tenant(1), 30);
        assert_eq!(buckets.take(tenant(1), 30, true, at(60_000)), Ok(0));
        buckets.give_back(tenant(1), 1_000);
        assert_eq!(buckets.take(tenant(1), 0, true, at(60_000)), Ok(100));
    }

    #[test]
    fn what_is_only_counted_goes_below_nothing_and_what_is_too_large_waits_for_a_full_one() {
        let buckets = Buckets::new(100, 10);
        assert_eq!(buckets.take(tenant(1), 250, false, at(0)), Ok(-150));
        assert_eq!(buckets.take(tenant(1), 1, true, at(0)), Err((-150, 16)));
        assert_eq!(buckets.seconds_until_full(-150), 25);
        assert_eq!(buckets.take(tenant(2), 250, true, at(0)), Ok(-150));
        assert_eq!(buckets.take(tenant(2), 250, true, at(0)), Err((-150, 25)));
        assert!(buckets.take(tenant(3), u64::MAX, false, at(0)).is_ok_and(|level| level < 0));
    }

    #[test]
    fn short_times_add_up_and_full_buckets_are_let_go() {
        let buckets = Buckets::new(10, 10);
        assert_eq!(buckets.take(tenant(1), 10, true, at(0)), Ok(0));
        for step in 1..=13 {
            let _ = buckets.take(tenant(1), 10, true, at(step * 150));
        }
        assert_eq!(buckets.take(tenant(1), 2, true, at(2_000)), Ok(0));
        for n in 0..5_000_u32 {
            let _ = buckets.take(tenant(n.into()), 1, true, at(i64::from(n) * 1_000));
        }
        assert!(buckets.of_tenants.lock().is_ok_and(|kept| kept.len() <= MANY));
    }
}
