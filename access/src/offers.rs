//! Offers from memory: few, the same for everyone, and slow to change.
//!
//! A change made through another server is seen after [`KEPT_FOR`] at the latest.

use std::collections::HashMap;
use std::time::Duration;

use entity::{OfferId, offer};
use moka::sync::Cache;
use uuid::Uuid;

use super::View;
use crate::Result;

/// How long an offer is remembered.
const KEPT_FOR: Duration = Duration::from_secs(10);
const KEPT: u64 = 10_000;

/// The offers that were read lately.
pub(super) type Offers = Cache<OfferId, offer::Model>;

pub(super) fn none_yet() -> Offers {
    Cache::builder().max_capacity(KEPT).time_to_live(KEPT_FOR).build()
}

impl View {
    /// These offers: a statement only for those that are not remembered.
    pub async fn offers(&self, ids: Vec<OfferId>) -> Result<HashMap<OfferId, offer::Model>> {
        let remembered = self.store().offers();
        let mut found: HashMap<_, _> = ids.iter().filter_map(|id| Some((*id, remembered.get(id)?))).collect();
        let missing: Vec<Uuid> = ids.iter().filter(|id| !found.contains_key(id)).map(|id| id.0).collect();
        if !missing.is_empty() {
            for row in self.select::<offer::Entity>().all_by(offer::Column::Id, missing).await? {
                remembered.insert(row.id, row.clone());
                found.insert(row.id, row);
            }
        }
        Ok(found)
    }
}
