//! Subscriptions: sold, and about to end their term.

use entity::{CustomerId, EventKind, GrantId, PartnerId, customer, offer, subscription};

use super::super::log::Entry;
use super::super::permit::Permit;
use super::super::{Principal, ScopedSelect};
use super::Transaction;
use crate::{Error, Result};
use domain::action::Action;
use domain::history::FieldChange;
use domain::refusal::Refusal;

/// The permission to sell something to one customer, which the transaction holds. It is used up by the sale.
#[derive(Debug)]
#[must_use = "a permission that is not used allows nothing"]
pub struct Sale {
    partner: PartnerId,
    customer: CustomerId,
    grant: Option<GrantId>,
}

impl Sale {
    /// Who sells, and to whom.
    #[must_use]
    pub fn parties(&self) -> (PartnerId, CustomerId) {
        (self.partner, self.customer)
    }
}

impl Transaction<'_> {
    /// The one customer of this selection, seen and held, to whom the viewer may sell.
    pub async fn permit_sale(&mut self, select: ScopedSelect<'_, customer::Entity>) -> Result<Sale> {
        self.allow(Action::Purchase)?;
        let Principal::Partner(own) = self.view.viewer().principal() else {
            return Err(Error::Internal("someone who is no partner may sell"));
        };
        let not_found = || Refusal::not_found("customer");
        let seen = self.see(select.clone()).await?.ok_or_else(not_found)?;
        self.hold(Some(seen.id)).await?;
        let customer = self.see(select).await?.ok_or_else(not_found)?.id;
        let grant = self.decide(Action::Purchase, customer).await?;
        Ok(Sale { partner: own.id, customer, grant })
    }

    /// Makes the subscription that comes of a sale.
    pub async fn create_subscription(
        &mut self,
        sale: Sale,
        row: subscription::Model,
        offer: &offer::Model,
    ) -> Result<subscription::Model> {
        if (row.partner_id, row.customer_id) != sale.parties() || row.offer_id != offer.id {
            return Err(Error::Internal("another subscription is made than the one permitted"));
        }
        self.insert::<subscription::Entity>([row.clone()]).await?;
        let sku = FieldChange::new("offer", None, Some(offer.sku.clone()));
        let entry = Entry::of::<subscription::Entity>(EventKind::SubscriptionPurchased, None, &row);
        self.log(entry.with([sku]).through(sale.grant)).await?;
        Ok(row)
    }

    /// Tells both parties that the running term ends in so many days. Nothing else of it changes, not even its version.
    pub async fn remind(
        &mut self,
        permit: Permit<subscription::Entity>,
        (row, days): (subscription::Model, i64),
    ) -> Result<()> {
        self.write(&permit, &row).await?;
        let left = FieldChange::new("daysLeft", None, Some(days.to_string()));
        let kind = EventKind::SubscriptionRenewalUpcoming;
        let entry = Entry::of::<subscription::Entity>(kind, Some(&permit.row), &row);
        self.log(entry.with([left]).by_the_clock()).await
    }
}
