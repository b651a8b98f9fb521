//! A memory of offers: few, the same for everyone, and slow to change.
//!
//! A change made through another server is seen after [`KEPT_FOR`] at the latest. A page of subscriptions looks here for each of its
//! rows: a cache that orders what it keeps by its use would cost ten times the map.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use entity::{OfferId, offer};

/// How long an offer is remembered.
const KEPT_FOR: Duration = Duration::from_secs(10);

/// How many are remembered. When there are more, all are forgotten.
const KEPT: usize = 10_000;

/// The offers that were read lately.
#[derive(Debug, Default)]
pub(crate) struct Offers {
    known: RwLock<HashMap<OfferId, Remembered>>,
}

#[derive(Debug)]
struct Remembered {
    offer: Arc<offer::Model>,
    until: Instant,
}

impl Offers {
    pub(crate) fn get(&self, id: OfferId) -> Option<Arc<offer::Model>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let remembered = known.get(&id).filter(|remembered| Instant::now() < remembered.until)?;
        Some(Arc::clone(&remembered.offer))
    }

    pub(crate) fn insert(&self, offer: Arc<offer::Model>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(offer.id, Remembered { offer, until: Instant::now() + KEPT_FOR });
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use chrono::DateTime;
    use entity::{BillingCycles, Terms};
    use uuid::Uuid;

    use super::*;

    fn offer(n: u128) -> Arc<offer::Model> {
        let text = n.to_string();
        Arc::new(offer::Model {
            id: OfferId(Uuid::from_u128(n)),
            sku: text.clone(),
            name: text.clone(),
            name_folded: text.clone(),
            publisher: text,
            min_quantity: 1,
            max_quantity: 1,
            terms: Terms::default(),
            billing_cycles: BillingCycles::default(),
            created_at: DateTime::UNIX_EPOCH,
        })
    }

    #[test]
    fn an_offer_is_known_until_there_are_too_many() {
        let offers = Offers::default();
        for n in 0..KEPT as u128 {
            offers.insert(offer(n));
        }
        assert_eq!(offers.get(OfferId(Uuid::from_u128(7))).unwrap().sku, "7");
        offers.insert(offer(KEPT as u128));
        assert!(offers.get(OfferId(Uuid::from_u128(7))).is_none());
        assert!(offers.get(OfferId(Uuid::from_u128(KEPT as u128))).is_some());
    }

    #[test]
    fn an_offer_is_forgotten_in_time() {
        let offers = Offers::default();
        offers.insert(offer(7));
        let past = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        offers.known.write().unwrap().values_mut().for_each(|remembered| remembered.until = past);
        assert!(offers.get(OfferId(Uuid::from_u128(7))).is_none());
    }
}
