//! Subscriptions: bought for a customer, and administered by the partner of record.
//!
//! Whoever changes one finds it as the clock has made it: what nobody has written down yet is written down first.

use entity::{
    OfferId, SubscriptionId, SuspensionReason, customer, offer,
    subscription::{Entity, Model},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Command, CustomerName};
use crate::{Error, Result};
use access::{Permit, TenantKey, Transaction};
use domain::action::{Action, SubscriptionAction};
use domain::offer::Terms;
use domain::refusal::Refusal;
use domain::subscription::{
    Purchase, cancel, pass_time, purchase, reactivate, rename, resize, schedule, set_auto_renew, suspend,
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
    /// As it is then, which after a rehearsal is nowhere else.
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

    async fn act(self, act: &mut Transaction<'_>) -> Result<Bought> {
        let view = act.view();
        let customers = view.select::<customer::Entity>();
        let customers = match self.customer {
            CustomerName::Id(Some(id)) => customers.find(id),
            CustomerName::Id(None) => return Err(Refusal::not_found("customer").into()),
            CustomerName::Tenant(TenantKey::Id(id)) => customers.eq(customer::Column::TenantId, id),
            CustomerName::Tenant(TenantKey::Domain(domain)) => {
                customers.eq(customer::Column::Domain, domain.to_lowercase())
            }
        };
        let permit = act.permit_purchase(customers).await?;
        let Some(offer) = act.see(view.select::<offer::Entity>().find(self.offer)).await? else {
            return Err(Refusal::not_found("offer").into());
        };
        let id = SubscriptionId(Uuid::now_v7());
        let row = purchase(self.purchase, id, permit.parties(), (&offer, view.at()))?;
        Ok(act.create_subscription(permit, row, &offer).await?.into())
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
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::Rename.into()
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<Bought> {
        let permit = running(act, self.subscription, SubscriptionAction::Rename).await?;
        let row = rename(permit.row(), self.friendly_name, act.view().at())?;
        change(act, permit, row).await
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
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::Increase.into()
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<Bought> {
        // More or fewer takes the same of whoever asks; which of them it is, the row tells.
        let permit = running(act, self.subscription, SubscriptionAction::Increase).await?;
        let offer = offer_of(act, permit.row()).await?;
        let row = resize(permit.row(), &offer, self.quantity, act.view().at())?;
        change(act, permit, row).await
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
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::Suspend.into()
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<Bought> {
        let permit = running(act, self.subscription, SubscriptionAction::Suspend).await?;
        let row = suspend(permit.row(), self.reason, act.view().at())?;
        change(act, permit, row).await
    }
}

/// Let a stopped subscription run again.
#[derive(Clone, Debug, Serialize)]
pub struct ReactivateSubscription {
    pub subscription: SubscriptionName,
}

impl Command for ReactivateSubscription {
    const NAME: &'static str = "reactivateSubscription";
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::Reactivate.into()
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<Bought> {
        let permit = running(act, self.subscription, SubscriptionAction::Reactivate).await?;
        let row = reactivate(permit.row(), act.view().at())?;
        change(act, permit, row).await
    }
}

/// End a subscription for good, within its window.
#[derive(Clone, Debug, Serialize)]
pub struct CancelSubscription {
    pub subscription: SubscriptionName,
}

impl Command for CancelSubscription {
    const NAME: &'static str = "cancelSubscription";
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::Cancel.into()
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<Bought> {
        let permit = running(act, self.subscription, SubscriptionAction::Cancel).await?;
        let row = cancel(permit.row(), act.view().at())?;
        change(act, permit, row).await
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
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::SetAutoRenew.into()
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<Bought> {
        let permit = running(act, self.subscription, SubscriptionAction::SetAutoRenew).await?;
        let row = set_auto_renew(permit.row(), self.auto_renew, act.view().at())?;
        change(act, permit, row).await
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
    type Done = Bought;

    fn action(&self) -> Action {
        SubscriptionAction::ScheduleNextTerm.into()
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<Bought> {
        let permit = running(act, self.subscription, SubscriptionAction::ScheduleNextTerm).await?;
        let offer = offer_of(act, permit.row()).await?;
        let row = schedule(permit.row(), &offer, self.next, act.view().at())?;
        change(act, permit, row).await
    }
}

/// The subscription as the clock has made it, with which the viewer may do this.
async fn running(
    act: &mut Transaction<'_>,
    name: SubscriptionName,
    action: SubscriptionAction,
) -> Result<Permit<Entity>> {
    let at = act.view().at();
    let mut permit = act.permit::<Entity>(name.id, action, name.expected_version).await?;
    while let Some(passed) = pass_time(permit.row(), at) {
        permit = act.advance(permit, passed).await?;
    }
    Ok(permit)
}

/// What was bought.
async fn offer_of(act: &Transaction<'_>, row: &Model) -> Result<offer::Model> {
    let offer = act.see(act.view().select::<offer::Entity>().find(row.offer_id)).await?;
    offer.ok_or(Error::Internal("a subscription's offer is missing"))
}

/// Writes a change; what leaves the subscription as it is, is none.
async fn change(act: &mut Transaction<'_>, permit: Permit<Entity>, row: Model) -> Result<Bought> {
    if row == *permit.row() {
        return Ok(row.into());
    }
    Ok(act.apply(permit, row).await?.into())
}
