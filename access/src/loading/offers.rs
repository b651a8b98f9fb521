//! Offers.

use std::collections::{HashMap, HashSet};

use entity::offer;

use super::{
    Loading, Outcome,
    outcome::{Placed, Plan},
};
use crate::Result;
use domain::record::{Kind, Offer};

impl Loading {
    /// Of these stock-keeping units, those that no offer has.
    pub async fn unknown_offers(&self, skus: Vec<String>) -> Result<Vec<String>> {
        let rows = self.bulk.read::<offer::Entity, _>(offer::Column::Sku, skus.clone()).await?;
        let known: HashSet<_> = rows.into_iter().map(|row| row.sku).collect();
        Ok(skus.into_iter().filter(|sku| !known.contains(sku)).collect())
    }

    pub(super) async fn put_offers(
        &mut self,
        offers: Vec<Placed<Offer>>,
        outcome: &mut Outcome,
    ) -> Result<()> {
        if offers.is_empty() {
            return Ok(());
        }
        let skus = offers.iter().map(|(_, offer)| offer.sku.clone()).collect();
        let rows = self.bulk.read::<offer::Entity, _>(offer::Column::Sku, skus).await?;
        let stored: HashMap<_, _> = rows.into_iter().map(|row| (row.sku.clone(), row)).collect();
        let mut plan = Plan::of(Kind::Offer);
        for (index, offer) in offers {
            let stored = stored.get(&offer.sku);
            let row = offer.onto(stored, self.at);
            self.known.note_offer(index, stored, &row);
            plan.file(index, stored, Ok(row), outcome);
        }
        let (new, changed) = plan.into_rows(outcome);
        self.bulk.insert::<offer::Entity>(new).await?;
        self.bulk.update::<offer::Entity>(changed).await
    }
}
