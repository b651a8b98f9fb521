//! What can be done with a subscription.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{OfferId, SubscriptionId};

use super::CustomerSubscription;
use crate::command::{
    Bought, CancelSubscription, Command, PurchaseSubscription, ReactivateSubscription, RenameSubscription,
    ResizeSubscription, RunOptions, ScheduleNextTerm, SetAutoRenew, SubscriptionName, SuspendSubscription,
    Written,
};
use crate::graphql::Result;
use crate::graphql::customer::CustomerKey;
use crate::graphql::id::TypedId;
use crate::graphql::input::{ChangeInput, RunInput};
use crate::graphql::payload::{UserError, run_command, written};
use crate::graphql::vocabulary::{BillingCycle, SuspensionReason, Term};
use domain::offer::Terms;
use domain::refusal::Refusal;
use domain::subscription::Purchase;

/// What a partner buys for a customer.
#[derive(Clone, Debug, InputObject)]
pub struct PurchaseSubscriptionInput {
    /// The customer that it is bought for, who has delegated SUBSCRIPTION_PURCHASE.
    customer: CustomerKey,
    /// The offer's id.
    offer: ID,
    /// How many: from the offer's `minQuantity` to its `maxQuantity`.
    quantity: i32,
    /// For how long: one of the offer's `terms`.
    term: Term,
    /// How it is billed: one of the offer's `billingCycles`.
    billing_cycle: BillingCycle,
    /// What the partner calls it: at most 200 characters. The offer's name when left out.
    friendly_name: Option<String>,
    /// Whether it renews by itself at the end of the term.
    #[graphql(default = true)]
    auto_renew: bool,
    #[graphql(flatten)]
    run: RunInput,
}

/// A subscription's new name.
#[derive(Clone, Debug, InputObject)]
pub struct RenameSubscriptionInput {
    /// The subscription's id.
    subscription: ID,
    /// At most 200 characters.
    friendly_name: String,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// How many a subscription is to have.
#[derive(Clone, Debug, InputObject)]
pub struct ResizeSubscriptionInput {
    /// The subscription's id.
    subscription: ID,
    /// All of them, not only those that come or go: from the offer's `minQuantity` to its `maxQuantity`.
    quantity: i32,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// Why a subscription is to stop.
#[derive(Clone, Debug, InputObject)]
pub struct SuspendSubscriptionInput {
    /// The subscription's id.
    subscription: ID,
    /// Why it is stopped: kept with the subscription, for both parties to read, until it runs again.
    reason: SuspensionReason,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// Which subscription is to run again.
#[derive(Clone, Debug, InputObject)]
pub struct ReactivateSubscriptionInput {
    /// The subscription's id.
    subscription: ID,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// Which subscription is to end.
#[derive(Clone, Debug, InputObject)]
pub struct CancelSubscriptionInput {
    /// The subscription's id.
    subscription: ID,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// Whether a subscription is to renew by itself.
#[derive(Clone, Debug, InputObject)]
pub struct SetSubscriptionAutoRenewInput {
    /// The subscription's id.
    subscription: ID,
    /// Whether another term follows at the end of the running one.
    auto_renew: bool,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// What a subscription becomes when its term renews.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct NextTermInput {
    /// How many: from the offer's `minQuantity` to its `maxQuantity`.
    quantity: i32,
    /// For how long: one of the offer's `terms`.
    term: Term,
    /// How it is billed: one of the offer's `billingCycles`.
    billing_cycle: BillingCycle,
}

/// What a subscription is to become at its renewal.
#[derive(Clone, Debug, InputObject)]
pub struct ScheduleSubscriptionNextTermInput {
    /// The subscription's id.
    subscription: ID,
    /// What it becomes; null for it to stay as it is.
    next_term: Option<NextTermInput>,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// The subscription.
#[derive(Clone, Debug, SimpleObject)]
pub struct SubscriptionPayload {
    /// The subscription; null when refused.
    subscription: Option<CustomerSubscription>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub struct SubscriptionMutation;

#[Object]
impl SubscriptionMutation {
    /// Buy an offer for a customer; the viewer's tenant becomes its partner of record, for good. For a partner's
    /// ADMIN_AGENT or SALES_AGENT with SUBSCRIPTION_PURCHASE at the customer; advisors sell nothing.
    ///
    /// Codes: ADVISOR_CANNOT_SELL, FORBIDDEN, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, NOT_FOUND,
    /// QUANTITY_OUT_OF_RANGE, TERM_NOT_OFFERED.
    async fn purchase_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offer, how many, on which terms, and for which customer.")]
        input: PurchaseSubscriptionInput,
    ) -> Result<SubscriptionPayload> {
        let options = input.run.clone().into();
        payload(ctx, purchase(input), options).await
    }

    /// Give a subscription another name. For the partner of record's ADMIN_AGENT or SALES_AGENT with SUBSCRIPTION_MANAGE
    /// at the customer.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn rename_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subscription, and its name.")] input: RenameSubscriptionInput,
    ) -> Result<SubscriptionPayload> {
        let friendly_name = input.friendly_name;
        let command = named(&input.subscription, input.change.expected_version)
            .map(|subscription| RenameSubscription { subscription, friendly_name });
        payload(ctx, command, input.change.run.into()).await
    }

    /// Change how many a subscription has: more at any time while it runs, fewer until `cancellableUntil`. For the partner
    /// of record's ADMIN_AGENT or SALES_AGENT with SUBSCRIPTION_RESIZE at the customer.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, NOT_FOUND, QUANTITY_OUT_OF_RANGE,
    /// REDUCTION_WINDOW_CLOSED, VERSION_CONFLICT.
    async fn resize_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subscription, and how many.")] input: ResizeSubscriptionInput,
    ) -> Result<SubscriptionPayload> {
        let quantity = input.quantity;
        let command = named(&input.subscription, input.change.expected_version)
            .map(|subscription| ResizeSubscription { subscription, quantity });
        payload(ctx, command, input.change.run.into()).await
    }

    /// Stop an active subscription. Its term goes on. For the partner of record's ADMIN_AGENT or SALES_AGENT with
    /// SUBSCRIPTION_MANAGE at the customer.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn suspend_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subscription, and why.")] input: SuspendSubscriptionInput,
    ) -> Result<SubscriptionPayload> {
        let reason = input.reason.into();
        let command = named(&input.subscription, input.change.expected_version)
            .map(|subscription| SuspendSubscription { subscription, reason });
        payload(ctx, command, input.change.run.into()).await
    }

    /// Let a suspended subscription run again. For the partner of record's ADMIN_AGENT or SALES_AGENT with
    /// SUBSCRIPTION_MANAGE at the customer.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn reactivate_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subscription is to run again.")] input: ReactivateSubscriptionInput,
    ) -> Result<SubscriptionPayload> {
        let command = named(&input.subscription, input.change.expected_version)
            .map(|subscription| ReactivateSubscription { subscription });
        payload(ctx, command, input.change.run.into()).await
    }

    /// End a subscription for good, until `cancellableUntil`. For the partner of record's ADMIN_AGENT or SALES_AGENT
    /// with SUBSCRIPTION_MANAGE at the customer. Users need a second factor, applications only where their issuer asks
    /// them for it.
    ///
    /// Codes: CANCELLATION_WINDOW_CLOSED, FORBIDDEN, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, NOT_FOUND,
    /// VERSION_CONFLICT.
    async fn cancel_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subscription is to end.")] input: CancelSubscriptionInput,
    ) -> Result<SubscriptionPayload> {
        let command = named(&input.subscription, input.change.expected_version)
            .map(|subscription| CancelSubscription { subscription });
        payload(ctx, command, input.change.run.into()).await
    }

    /// Let a subscription renew by itself at the end of its term, or expire then. For the partner of record's ADMIN_AGENT
    /// or SALES_AGENT with SUBSCRIPTION_MANAGE at the customer.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn set_subscription_auto_renew(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subscription, and whether.")] input: SetSubscriptionAutoRenewInput,
    ) -> Result<SubscriptionPayload> {
        let auto_renew = input.auto_renew;
        let command = named(&input.subscription, input.change.expected_version)
            .map(|subscription| SetAutoRenew { subscription, auto_renew });
        payload(ctx, command, input.change.run.into()).await
    }

    /// Say what changes when a subscription renews; a null `nextTerm` clears that. It comes to pass only if the
    /// subscription renews. For the partner of record's ADMIN_AGENT or SALES_AGENT with SUBSCRIPTION_MANAGE at the
    /// customer.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, NOT_FOUND, QUANTITY_OUT_OF_RANGE,
    /// TERM_NOT_OFFERED, VERSION_CONFLICT.
    async fn schedule_subscription_next_term(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subscription, and what.")] input: ScheduleSubscriptionNextTermInput,
    ) -> Result<SubscriptionPayload> {
        let next = input.next_term.map(Terms::from);
        let command = named(&input.subscription, input.change.expected_version)
            .map(|subscription| ScheduleNextTerm { subscription, next });
        payload(ctx, command, input.change.run.into()).await
    }
}

impl From<NextTermInput> for Terms {
    fn from(NextTermInput { quantity, term, billing_cycle }: NextTermInput) -> Self {
        Self { quantity, term: term.into(), billing_cycle: billing_cycle.into() }
    }
}

fn purchase(input: PurchaseSubscriptionInput) -> Result<PurchaseSubscription> {
    let customer = input.customer.name();
    let offer = OfferId::decode(&input.offer).ok_or_else(|| Refusal::not_found("offer"))?;
    let terms =
        NextTermInput { quantity: input.quantity, term: input.term, billing_cycle: input.billing_cycle };
    let purchase =
        Purchase { terms: terms.into(), friendly_name: input.friendly_name, auto_renew: input.auto_renew };
    Ok(PurchaseSubscription { customer, offer, purchase })
}

/// A subscription, as an argument `subscription` names it.
fn named(id: &ID, expected_version: Option<i32>) -> Result<SubscriptionName> {
    let id = SubscriptionId::decode(id).ok_or_else(|| Refusal::not_found("subscription"))?;
    Ok(SubscriptionName { id, expected_version })
}

/// What came of a command: the subscription as it is now, or as it would be.
async fn payload<C: Command<Done = Bought>>(
    ctx: &Context<'_>,
    command: Result<C>,
    options: RunOptions,
) -> Result<SubscriptionPayload> {
    let done = match run_command(ctx, command, &options).await? {
        Ok(done) => done,
        Err(user_errors) => {
            return Ok(SubscriptionPayload { subscription: None, user_errors });
        }
    };
    let row = written(ctx, Written { id: done.subscription, row: done.row }).await?;
    let subscription = Some(CustomerSubscription::from(row));
    Ok(SubscriptionPayload { subscription, user_errors: Vec::new() })
}
