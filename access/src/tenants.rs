//! A memory of tenants: who a tenant is, for a few seconds. Not that it still is registered: every rule asks that of the
//! database, in the statement that reads. What is told of a tenant, such as a partner's new name, is older by that time at most.

use std::sync::Arc;
use std::time::Duration;

use entity::TenantId;
use moka::sync::Cache;

use crate::viewer::Principal;

const KEPT: u64 = 10_000;

/// The tenants that were looked up lately.
pub(crate) type Tenants = Cache<TenantId, Arc<Principal>>;

pub(crate) fn none_yet(kept_for: Duration) -> Tenants {
    Cache::builder().max_capacity(KEPT).time_to_live(kept_for).build()
}
