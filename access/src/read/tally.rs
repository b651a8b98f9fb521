//! How many subscriptions stand in each state: of a whole list, or of the children of many parents in one statement.

use std::collections::HashMap;

use entity::{SubscriptionStatus, subscription};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{Iterable, QueryResult};
use uuid::Uuid;

use crate::Result;
use crate::core::select::ScopedSelect;
use crate::read::lists::{PARENT, number};
use crate::read::subscription_status::stands_as;

/// How many there are in each state; a state that is left out has none.
pub type Tally = HashMap<SubscriptionStatus, u64>;

impl ScopedSelect<'_, subscription::Entity> {
    /// How many of the list stand in each state.
    pub async fn tally(self) -> Result<Tally> {
        let counts = self.starting_from_reach(None).without_columns().counting_states();
        counts.results().await?.first().map_or_else(|| Ok(Tally::new()), tally)
    }

    /// For each parent, how many of its children stand in each state; parents without any are left out.
    pub async fn tallies_by(
        self,
        parent: subscription::Column,
        parents: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, Tally>> {
        let results = self.results_by_parent(parent, &parents, Self::counting_states).await?;
        results.iter().map(|result| Ok((result.try_get::<Uuid>("", PARENT)?, tally(result)?))).collect()
    }

    /// Counts, for each state, the rows that stand in it.
    fn counting_states(self) -> Self {
        let at = self.view().at();
        SubscriptionStatus::iter().fold(self, |counts, status| {
            let one = Expr::case(stands_as(status, at), Expr::cust("1"));
            counts.with(Func::count(one), name(status))
        })
    }
}

/// The column of an result that counts this state.
fn name(status: SubscriptionStatus) -> &'static str {
    match status {
        SubscriptionStatus::Pending => "pending",
        SubscriptionStatus::Active => "active",
        SubscriptionStatus::Suspended => "suspended",
        SubscriptionStatus::Cancelled => "cancelled",
        SubscriptionStatus::Expired => "expired",
    }
}

fn tally(result: &QueryResult) -> Result<Tally> {
    SubscriptionStatus::iter().map(|status| Ok((status, number(result, name(status))?))).collect()
}
