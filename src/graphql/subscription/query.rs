//! Ways to a subscription.

use async_graphql::{Context, ID, Object};
use entity::SubscriptionId;
use paging::paged;

use super::{
    Connection, ContextExt, CustomerSubscription, List, Paging, SubscriptionCount, SubscriptionFilter,
    SubscriptionOrder,
};
use crate::graphql::Result;
use crate::graphql::id::TypedId;

#[derive(Debug, Default)]
pub struct SubscriptionQuery;

#[paged]
#[Object]
impl SubscriptionQuery {
    /// One subscription; null for one that does not exist and for one that the viewer may not see, without a
    /// difference.
    async fn subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The subscription's `id`.")] id: ID,
    ) -> Option<Result<CustomerSubscription>> {
        let id = SubscriptionId::decode(&id)?;
        let row = ctx.load(id).await;
        row.map(|row| row.map(CustomerSubscription::from)).transpose()
    }

    /// A partner: its own subscriptions over all customers that have an effective grant for it. A customer: all of its
    /// own.
    async fn subscriptions(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only subscriptions like this.")] filter: Option<SubscriptionFilter>,
        #[graphql(desc = "By friendly name when left out.")] order_by: Option<SubscriptionOrder>,
    ) -> Result<Connection<CustomerSubscription>> {
        let sort = SubscriptionOrder::sort(order_by);
        List::new(ctx, filter, sort, paging)?.connection(ctx).await
    }

    /// How many subscriptions stand in each state, by the clock, of those that `subscriptions` has: one for each state,
    /// with 0 where there is none. All are counted in one statement.
    async fn subscription_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Count only subscriptions like this.")] filter: Option<SubscriptionFilter>,
    ) -> Result<Vec<SubscriptionCount>> {
        SubscriptionCount::each(ctx, filter).await
    }
}
