//! A cache of offers: few, the same for everyone, and slow to change.
//!
//! A change made through another server is seen after [`KEPT_FOR`] at the latest.

use std::sync::Arc;
use std::time::Duration;

use entity::{OfferId, offer};
use moka::sync::Cache;

/// How long an offer is remembered.
const KEPT_FOR: Duration = Duration::from_secs(10);
const KEPT: u64 = 10_000;

/// The offers that were read lately.
pub(crate) type Offers = Cache<OfferId, Arc<offer::Model>>;

pub(crate) fn none_yet() -> Offers {
    Cache::builder().max_capacity(KEPT).time_to_live(KEPT_FOR).build()
}
