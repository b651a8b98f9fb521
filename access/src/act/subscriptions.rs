//! Subscriptions: bought, and reminded of their end.

use entity::{EventKind, offer, subscription};

use crate::chain::entry::Entry;
use crate::core::permit::{Permit, PurchasePermit};
use crate::core::transaction::Transaction;
use crate::{Error, Result};
use domain::history::FieldChange;

impl Transaction<'_> {
    /// Makes the subscription that comes of a permitted purchase.
    pub async fn create_subscription(
        &mut self,
        permit: PurchasePermit,
        row: subscription::Model,
        offer: &offer::Model,
    ) -> Result<subscription::Model> {
        if row.offer_id != offer.id {
            return Err(Error::Internal("another offer is bought than the one named"));
        }
        let row = self.insert::<subscription::Entity>(&permit, row).await?.into_row();
        let sku = FieldChange::new("offer", None, Some(offer.sku.clone()));
        let entry = Entry::of::<subscription::Entity>(EventKind::SubscriptionPurchased, None, &row);
        self.append(entry.with([sku]).through(permit.grant)).await?;
        Ok(row)
    }

    /// Tells both parties that the running term ends in so many days. Nothing else of it changes, not even its version.
    pub async fn remind(
        &mut self,
        permit: Permit<subscription::Entity>,
        row: subscription::Model,
        days: i64,
    ) -> Result<()> {
        let left = FieldChange::new("daysLeft", None, Some(days.to_string()));
        let kind = EventKind::SubscriptionRenewalUpcoming;
        let entry = Entry::of::<subscription::Entity>(kind, Some(permit.row()), &row);
        self.write(&permit, &row, entry.with([left]).by_the_clock()).await
    }
}
