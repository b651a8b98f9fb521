//! Subscriptions: bought, changed with a look at what was bought, and reminded of their end.

use entity::{EventKind, OfferId, SubscriptionId, customer, offer, subscription};
use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryResult};

use crate::chain::entry::Entry;
use crate::core::proof::{Permit, PurchasePermit};
use crate::core::transaction::Transaction;
use crate::core::view::ScopedSelect;
use crate::{Error, Result};
use domain::action::SubscriptionAction;
use domain::history::FieldChange;

/// Under which name an offer is read beside something else.
const OFFER: &str = "offer_";

impl Transaction<'_> {
    /// The subscription with this id, seen and locked, with which the viewer may do this, and its offer.
    pub async fn permit_with_offer(
        &mut self,
        id: SubscriptionId,
        action: SubscriptionAction,
        expected_version: Option<i32>,
    ) -> Result<(Permit<subscription::Entity>, offer::Model)> {
        let offers = self.view().select::<offer::Entity>();
        let is_bought = Expr::col((Alias::new(OFFER), offer::Column::Id))
            .eq(Expr::col(subscription::Column::OfferId.as_column_ref()));
        let beside = Vec::from([offers.under(OFFER, is_bought)]);
        let (permit, results) = self.permit_beside(id, action, expected_version, beside).await?;
        let offer = self.offer_in(&results)?.ok_or(Error::Internal("a subscription's offer is missing"))?;
        Ok((permit, offer))
    }

    /// The one customer of this selection, seen and locked, to whom the viewer may sell; and this offer, if it sees it.
    pub async fn permit_purchase(
        &mut self,
        customers: ScopedSelect<'_, customer::Entity>,
        offer: OfferId,
    ) -> Result<(PurchasePermit, Option<offer::Model>)> {
        let offers = self.view().select::<offer::Entity>().find(offer);
        let beside = offers.under(OFFER, Expr::cust("TRUE"));
        let (permit, results) = self.permit_sale(customers, beside).await?;
        Ok((permit, self.offer_in(&results)?))
    }

    fn offer_in(&self, results: &[QueryResult]) -> Result<Option<offer::Model>> {
        let read = |result| ScopedSelect::<offer::Entity>::read_beside(self.view(), result, OFFER);
        results.first().map_or(Ok(None), read)
    }

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
        let sku = FieldChange::new("offer", None, Some(offer.sku.clone()));
        let entry = Entry::of::<subscription::Entity>(EventKind::SubscriptionPurchased, None, &row);
        self.create::<subscription::Entity>(&permit, &row, entry.with([sku]).through(permit.grant)).await?;
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
