//! Subscriptions: what a customer bought through one partner.

mod counts;
mod list;
mod mutation;
mod query;

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::{CustomerId, PartnerId, event, subscription};
use paging::paged;
use plain::plain;

pub use counts::SubscriptionCount;
pub use list::{SubscriptionFilter, SubscriptionOrder};
pub use mutation::SubscriptionMutation;
pub use query::SubscriptionQuery;

use super::availability::ActionAvailability;
use super::connection::Connection;
use super::customer::Customer;
use super::event::{Event, EventOrder};
use super::grant::ViewerAccess;
use super::id::NodeId;
use super::list::{List, Paging};
use super::loader::ContextExt;
use super::loads::{CachedOffer, access_at};
use super::offer::Offer;
use super::partner::Partner;
use super::scalar::DateTime;
use super::vocabulary::{BillingCycle, SubscriptionStatus, SuspensionReason, Term, words};
use super::writing::Reference;
use crate::graphql::Result;
use domain::availability::of_subscription;
use domain::subscription::as_of;

/// A product that a customer bought through exactly one partner.
#[derive(Clone, Debug)]
pub struct CustomerSubscription {
    /// As it was written down last; what the clock has brought about since is not in it.
    row: Arc<subscription::Model>,
}

impl From<Arc<subscription::Model>> for CustomerSubscription {
    fn from(row: Arc<subscription::Model>) -> Self {
        Self { row }
    }
}

/// A product that a customer bought through exactly one partner, its partner of record, for good.
#[paged]
#[plain]
#[Object]
impl CustomerSubscription {
    /// The subscription's id.
    pub fn id(&self) -> ID {
        NodeId::from(self.row.id).encode()
    }

    /// The customer that has the subscription. Never changes.
    fn customer(&self) -> Reference<Customer, CustomerId> {
        Reference::to(self.row.customer_id, "a subscription is seen without its customer")
    }

    /// The partner that it was bought through. Never changes.
    fn partner_of_record(&self) -> Reference<Partner, PartnerId> {
        Reference::to(self.row.partner_id, "a subscription is seen without its partner")
    }

    /// The offer that was bought, as it is sold today. What runs keeps the terms of its day.
    fn offer(&self) -> Reference<Offer, CachedOffer> {
        Offer::of_subscription(&self.row)
    }

    /// The name that the partner gave it.
    fn friendly_name(&self) -> &str {
        &self.row.friendly_name
    }

    /// Where it stands, by the clock.
    fn status(&self, ctx: &Context<'_>) -> SubscriptionStatus {
        self.now(ctx).status.into()
    }

    /// Why it is suspended; empty unless it is.
    fn suspension_reasons(&self, ctx: &Context<'_>) -> Vec<SuspensionReason> {
        words(&self.now(ctx).suspension_reasons.0)
    }

    /// How many were bought: seats, or machines.
    fn quantity(&self, ctx: &Context<'_>) -> i32 {
        self.now(ctx).quantity
    }

    /// For how long one term runs.
    fn term(&self, ctx: &Context<'_>) -> Term {
        self.now(ctx).term.into()
    }

    /// How often it is billed.
    fn billing_cycle(&self, ctx: &Context<'_>) -> BillingCycle {
        self.now(ctx).billing_cycle.into()
    }

    /// Whether it renews by itself at the end of the term.
    fn auto_renew(&self) -> bool {
        self.row.auto_renew
    }

    /// When it started.
    fn starts_at(&self) -> DateTime {
        self.row.starts_at.into()
    }

    /// The end of the running term (commitment end).
    fn term_ends_at(&self, ctx: &Context<'_>) -> DateTime {
        self.now(ctx).term_ends_at.into()
    }

    /// Cancelling and reducing are allowed until then.
    fn cancellable_until(&self, ctx: &Context<'_>) -> Option<DateTime> {
        self.now(ctx).cancellable_until.map(DateTime)
    }

    /// What changes when the term renews; null when nothing does.
    async fn next_term(&self, ctx: &Context<'_>) -> Option<NextTerm> {
        let row = self.now(ctx);
        Some(NextTerm {
            quantity: row.next_quantity?,
            term: row.next_term?.into(),
            billing_cycle: row.next_billing_cycle?.into(),
        })
    }

    /// Each action on this subscription, and what stands between it and the viewer: by the rules that the mutation itself
    /// goes by.
    async fn available_actions(&self, ctx: &Context<'_>) -> Result<Vec<ActionAvailability>> {
        let view = ctx.view();
        let (actor, access) = (view.viewer().actor(), access_at(ctx, self.row.customer_id).await?);
        let (row, offer) = (self.now(ctx), Offer::row(ctx, self.row.offer_id).await?);
        Ok(ActionAvailability::each(|action| {
            of_subscription(action, (actor, &access), (&row, &offer), view.at())
        }))
    }

    /// What lets the viewer see this subscription, and until when.
    async fn viewer_access(&self, ctx: &Context<'_>) -> Result<ViewerAccess> {
        ViewerAccess::at(ctx, self.row.customer_id).await
    }

    /// The log of this subscription: all of it with EVENT_READ at its customer, else what the viewer did itself.
    async fn events(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "The newest first when left out.")] order_by: Option<EventOrder>,
    ) -> Result<Connection<Event>> {
        List::new(ctx, None, EventOrder::sort(order_by), paging)?
            .of(event::Column::SubjectId, self.row.id.0)
            .connection(ctx)
            .await
    }

    /// Rises with each change; the value for `expectedVersion`.
    fn version(&self) -> i32 {
        self.row.version
    }

    /// When it was bought.
    fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// When it last changed.
    fn updated_at(&self) -> DateTime {
        self.row.updated_at.into()
    }
}

impl CustomerSubscription {
    /// The row as the clock has made it: a late timer changes no answer.
    fn now(&self, ctx: &Context<'_>) -> Cow<'_, subscription::Model> {
        as_of(&self.row, ctx.view().at())
    }
}

/// What a subscription becomes when its term renews.
#[derive(Clone, Debug, SimpleObject)]
pub struct NextTerm {
    /// How many it will have.
    quantity: i32,
    /// How long the term will be.
    term: Term,
    /// How often it is billed.
    billing_cycle: BillingCycle,
}
