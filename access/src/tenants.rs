//! A memory of tenants: who a tenant is, for a few seconds. Not that it still is registered: every rule asks that of the
//! database, in the statement that reads.

use std::sync::Arc;
use std::time::Duration;

use entity::TenantId;
use moka::sync::Cache;

use crate::core::viewer::Principal;

/// How long it is remembered: a partner's new name is seen this much later at the latest.
const KEPT_FOR: Duration = Duration::from_secs(5);
const KEPT: u64 = 10_000;

/// The tenants that were looked up lately.
pub(crate) type Tenants = Cache<TenantId, Arc<Principal>>;

pub(crate) fn none_yet() -> Tenants {
    Cache::builder().max_capacity(KEPT).time_to_live(KEPT_FOR).build()
}
