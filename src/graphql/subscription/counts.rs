//! How many subscriptions stand in each state.

use async_graphql::{Context, SimpleObject};
use entity::Word;
use entity::{CustomerId, subscription};
use uuid::Uuid;

use super::{ContextExt, SubscriptionFilter};
use crate::graphql::Result;
use crate::graphql::list::Filter;
use crate::graphql::vocabulary::SubscriptionStatus;
use access::Tally;

/// How many subscriptions stand in one state.
#[derive(Clone, Debug, SimpleObject)]
pub struct SubscriptionCount {
    /// The state.
    status: SubscriptionStatus,
    /// How many stand in it, of what the viewer may see.
    count: i32,
}

/// What the counts of the customers of one level have in common.
#[derive(PartialEq, Eq, Hash)]
struct Tallies(SubscriptionFilter);

impl SubscriptionCount {
    /// Of all that the viewer sees.
    pub async fn each(ctx: &Context<'_>, filter: Option<SubscriptionFilter>) -> Result<Vec<Self>> {
        let select = filter.unwrap_or_default().narrow(ctx.view().select())?;
        Ok(Self::of(&select.tally().await?))
    }

    /// Of what one customer bought: with the counts of all customers of its level.
    pub async fn each_of(
        ctx: &Context<'_>,
        customer: CustomerId,
        filter: Option<SubscriptionFilter>,
    ) -> Result<Vec<Self>> {
        let filter = filter.unwrap_or_default();
        let batch = ctx.loader().batch::<_, Uuid, Tally>(Tallies(filter.clone()));
        let tally = batch.load(customer.0, |customers| async move {
            let select = filter.narrow(ctx.view().select())?;
            Ok(select.tallies_by(subscription::Column::CustomerId, customers).await?)
        });
        Ok(Self::of(&tally.await?))
    }

    /// One for each state, in the order of the states.
    fn of(tally: &Tally) -> Vec<Self> {
        let count = |status| tally.get(&status).map_or(0, |n| i32::try_from(*n).unwrap_or(i32::MAX));
        let all = entity::SubscriptionStatus::all();
        all.map(|status| Self { status: status.into(), count: count(status) }).collect()
    }

    /// Whether there is any.
    pub fn is_any(counts: &[Self]) -> bool {
        counts.iter().any(|of_status| of_status.count > 0)
    }
}
