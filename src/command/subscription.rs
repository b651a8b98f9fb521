//! Subscriptions: bought for a customer, and administered by the partner of record.
//!
//! What the clock has brought about since a subscription was last written (a start, a renewal, an end) is written before
//! it is changed, in the same transaction.

use entity::{
    OfferId, SubscriptionId, SuspensionReason, customer, offer,
    subscription::{Entity, Model},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Command, CustomerName};
use crate::Result;
use access::{Permit, TenantKey, Transaction};
use domain::action::{Action, SubscriptionAction};
use domain::offer::Terms;
use domain::refusal::Refusal;
use domain::subscription::{
    Purchase, advance, cancel, purchase, reactivate, rename, resize, schedule, set_auto_renew, suspend,
};

/// Which subscription, and which version of it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SubscriptionName {
    pub id: SubscriptionId,
    pub expected_version: Option<i32>,
}

/// The subscription that was bought or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bought {
    pub subscription: SubscriptionId,
    /// As it is then, which after a dry run is nowhere else.
    #[serde(skip)]
    pub row: Option<Model>,
}

impl From<Model> for Bought {
    fn from(row: Model) -> Self {
        Self { subscription: row.id, row: Some(row) }
    }
}

/// Buy an offer for a customer.
#[derive(Clone, Debug, Serialize)]
pub struct PurchaseSubscription {
    pub customer: CustomerName,
    pub offer: OfferId,
    pub purchase: Purchase,
}

impl Command for PurchaseSubscription {
    const NAME: &'static str = "purchaseSubscription";
    type Done = Bought;

    fn action(&self) -> Action {
        Action::Purchase
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Bought> {
        let view = tx.view();
        let customers = view.select::<customer::Entity>();
        let customers = match self.customer {
            CustomerName::Id(Some(id)) => customers.find(id),
            CustomerName::Id(None) => return Err(Refusal::not_found("customer").into()),
            CustomerName::Tenant(TenantKey::Id(id)) => customers.eq(customer::Column::TenantId, id),
            CustomerName::Tenant(TenantKey::Domain(domain)) => {
                customers.eq(customer::Column::Domain, domain.to_lowercase())
            }
        };
        let (permit, offer) = tx.permit_purchase(customers, self.offer).await?;
        let offer = offer.ok_or_else(|| Refusal::not_found("offer"))?;
        let id = SubscriptionId(Uuid::now_v7());
        let row = purchase(self.purchase, id, permit.parties(), (&offer, view.at()))?;
        Ok(tx.create_subscription(permit, row, &offer).await?.into())
    }
}

/// Give a subscription another name.
#[derive(Clone, Debug, Serialize)]
pub struct RenameSubscription {
    pub subscription: SubscriptionName,
    pub friendly_name: String,
}

impl Command for RenameSubscription {
    const NAME: &'static str = "renameSubscription";
    const IS_ONE_CHANGE: bool = true;
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::Rename.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Bought> {
        let permit = advanced(tx, self.subscription, SubscriptionAction::Rename).await?;
        let row = rename(permit.row(), self.friendly_name, tx.view().at())?;
        change(tx, permit, row).await
    }
}

/// Change how many a subscription has.
#[derive(Clone, Debug, Serialize)]
pub struct ResizeSubscription {
    pub subscription: SubscriptionName,
    pub quantity: i32,
}

impl Command for ResizeSubscription {
    const NAME: &'static str = "resizeSubscription";
    const IS_ONE_CHANGE: bool = true;
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::Increase.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Bought> {
        // To increase and to reduce takes the same permission; which of them it is depends on the row.
        let (permit, offer) =
            advanced_with_offer(tx, self.subscription, SubscriptionAction::Increase).await?;
        let row = resize(permit.row(), &offer, self.quantity, tx.view().at())?;
        change(tx, permit, row).await
    }
}

/// Stop a subscription, for a reason.
#[derive(Clone, Debug, Serialize)]
pub struct SuspendSubscription {
    pub subscription: SubscriptionName,
    pub reason: SuspensionReason,
}

impl Command for SuspendSubscription {
    const NAME: &'static str = "suspendSubscription";
    const IS_ONE_CHANGE: bool = true;
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::Suspend.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Bought> {
        let permit = advanced(tx, self.subscription, SubscriptionAction::Suspend).await?;
        let row = suspend(permit.row(), self.reason, tx.view().at())?;
        change(tx, permit, row).await
    }
}

/// Let a stopped subscription run again.
#[derive(Clone, Debug, Serialize)]
pub struct ReactivateSubscription {
    pub subscription: SubscriptionName,
}

impl Command for ReactivateSubscription {
    const NAME: &'static str = "reactivateSubscription";
    const IS_ONE_CHANGE: bool = true;
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::Reactivate.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Bought> {
        let permit = advanced(tx, self.subscription, SubscriptionAction::Reactivate).await?;
        let row = reactivate(permit.row(), tx.view().at())?;
        change(tx, permit, row).await
    }
}

/// End a subscription for good, within its window.
#[derive(Clone, Debug, Serialize)]
pub struct CancelSubscription {
    pub subscription: SubscriptionName,
}

impl Command for CancelSubscription {
    const NAME: &'static str = "cancelSubscription";
    const IS_ONE_CHANGE: bool = true;
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::Cancel.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Bought> {
        let permit = advanced(tx, self.subscription, SubscriptionAction::Cancel).await?;
        let row = cancel(permit.row(), tx.view().at())?;
        change(tx, permit, row).await
    }
}

/// Let a subscription renew itself at its term's end, or not.
#[derive(Clone, Debug, Serialize)]
pub struct SetAutoRenew {
    pub subscription: SubscriptionName,
    pub auto_renew: bool,
}

impl Command for SetAutoRenew {
    const NAME: &'static str = "setSubscriptionAutoRenew";
    const IS_ONE_CHANGE: bool = true;
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::SetAutoRenew.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Bought> {
        let permit = advanced(tx, self.subscription, SubscriptionAction::SetAutoRenew).await?;
        let row = set_auto_renew(permit.row(), self.auto_renew, tx.view().at())?;
        change(tx, permit, row).await
    }
}

/// Say what changes when a subscription renews; None for nothing.
#[derive(Clone, Debug, Serialize)]
pub struct ScheduleNextTerm {
    pub subscription: SubscriptionName,
    pub next: Option<Terms>,
}

impl Command for ScheduleNextTerm {
    const NAME: &'static str = "scheduleSubscriptionNextTerm";
    const IS_ONE_CHANGE: bool = true;
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::ScheduleNextTerm.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Bought> {
        let action = SubscriptionAction::ScheduleNextTerm;
        let (permit, offer) = advanced_with_offer(tx, self.subscription, action).await?;
        let row = schedule(permit.row(), &offer, self.next, tx.view().at())?;
        change(tx, permit, row).await
    }
}

/// A permit for the subscription, advanced to now.
async fn advanced(
    tx: &mut Transaction<'_>,
    name: SubscriptionName,
    action: SubscriptionAction,
) -> Result<Permit<Entity>> {
    let permit = tx.permit::<Entity>(name.id, action, name.expected_version).await?;
    advance_to_now(tx, permit).await
}

/// [`advanced`], and what was bought.
async fn advanced_with_offer(
    tx: &mut Transaction<'_>,
    name: SubscriptionName,
    action: SubscriptionAction,
) -> Result<(Permit<Entity>, offer::Model)> {
    let (permit, offer) = tx.permit_with_offer(name.id, action, name.expected_version).await?;
    Ok((advance_to_now(tx, permit).await?, offer))
}

async fn advance_to_now(tx: &mut Transaction<'_>, mut permit: Permit<Entity>) -> Result<Permit<Entity>> {
    while let Some((row, event)) = advance(permit.row(), tx.view().at()) {
        permit = tx.advance(permit, row, event).await?;
    }
    Ok(permit)
}

/// Writes a change, unless the row stays as it is.
async fn change(tx: &mut Transaction<'_>, permit: Permit<Entity>, row: Model) -> Result<Bought> {
    if row == *permit.row() {
        return Ok(row.into());
    }
    Ok(tx.apply(permit, row).await?.into())
}
