//! Ways to a subscription.

use async_graphql::{Context, ID, Object};
use entity::{SubscriptionId, subscription};

use super::{
    Ask, Connection, CustomerSubscription, List, Paging, SubscriptionCount, SubscriptionFilter,
    SubscriptionOrder,
};
use crate::graphql::Result;
use crate::graphql::id::TypedId;

#[derive(Debug, Default)]
pub struct SubscriptionQuery;

#[Object]
impl SubscriptionQuery {
    /// One subscription; null for one that does not exist and for one that the viewer may not see, without a
    /// difference.
    async fn subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The subscription's `id`.")] id: ID,
    ) -> Option<Result<CustomerSubscription>> {
        let id = SubscriptionId::open(&id)?;
        let row = ctx.row_by::<subscription::Entity>(subscription::Column::Id, id.0).await;
        row.map(|row| row.map(CustomerSubscription::from)).transpose()
    }

    /// A partner: its own subscriptions over all customers that have an effective grant for it. A customer: all of its
    /// own.
    async fn subscriptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many items to take from the start of the list: at most 200, 50 when neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Take items after this cursor only.")] after: Option<String>,
        #[graphql(desc = "How many items to take from the end of the list: at most 200.")] last: Option<i32>,
        #[graphql(desc = "Take items before this cursor only.")] before: Option<String>,
        #[graphql(desc = "Only subscriptions like this.")] filter: Option<SubscriptionFilter>,
        #[graphql(desc = "By friendly name when left out.")] order_by: Option<SubscriptionOrder>,
    ) -> Result<Connection<CustomerSubscription>> {
        let sort = SubscriptionOrder::sort(order_by);
        List::new(ctx, filter, sort, Paging { first, after, last, before })?.connection(ctx).await
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
