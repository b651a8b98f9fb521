//! Offers.

use std::collections::{HashMap, HashSet};

use entity::offer;

use super::{
    BatchOutcome, BulkLoad,
    outcome::{Indexed, Plan},
    record::RecordKind,
};
use crate::Result;
use domain::offer::OfferRecord;

impl BulkLoad {
    /// Of these stock-keeping units, those that no offer has.
    pub async fn unknown_offers(&self, skus: Vec<String>) -> Result<Vec<String>> {
        let rows = self.statements.read::<offer::Entity, _>(offer::Column::Sku, skus.clone()).await?;
        let known: HashSet<_> = rows.into_iter().map(|row| row.sku).collect();
        Ok(skus.into_iter().filter(|sku| !known.contains(sku)).collect())
    }

    pub(super) async fn put_offers(
        &mut self,
        offers: Vec<Indexed<OfferRecord>>,
        outcome: &mut BatchOutcome,
    ) -> Result<()> {
        if offers.is_empty() {
            return Ok(());
        }
        let skus = offers.iter().map(|(_, offer)| offer.sku.clone()).collect();
        let rows = self.statements.read::<offer::Entity, _>(offer::Column::Sku, skus).await?;
        let stored: HashMap<_, _> = rows.into_iter().map(|row| (row.sku.clone(), row)).collect();
        let mut plan = Plan::of(RecordKind::Offer);
        for (index, offer) in offers {
            let stored = stored.get(&offer.sku);
            let row = offer.onto(stored, self.at);
            self.references.note_offer(index, stored, &row);
            plan.add(index, stored, Ok(row), outcome);
        }
        let (new, changed) = plan.into_rows(outcome);
        self.statements.insert::<offer::Entity>(new).await?;
        self.statements.update::<offer::Entity>(changed).await
    }
}
