//! How many subscriptions stand in each state: of a whole list, or of the children of many parents in one statement.

use std::collections::HashMap;

use entity::{Instant, SubscriptionStatus, subscription};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{Iterable, QueryResult};
use uuid::Uuid;

use crate::Result;
use crate::core::view::ScopedSelect;
use crate::read::lists::number;
use crate::read::subscription_status::stands_as;
use crate::scope::list::{Counts, PARENT};
use crate::scope::reach::Place;

/// How many there are in each state; a state that is left out has none.
pub type StatusCounts = HashMap<SubscriptionStatus, u64>;

impl ScopedSelect<'_, subscription::Entity> {
    /// How many of the list stand in each state.
    pub async fn status_counts(self) -> Result<StatusCounts> {
        let (view, is_narrowed) = (self.view(), self.is_narrowed());
        let counts = self.counted(|place| each_status(view.at(), place)).counts().await?;
        let counts = counts.first().map_or_else(|| Ok(StatusCounts::new()), tally)?;
        view.note_miss_if(is_narrowed && counts.values().all(|count| *count == 0));
        Ok(counts)
    }

    /// For each parent, how many of its children stand in each state; parents without any may be left out.
    pub async fn status_counts_by(
        self,
        parent: subscription::Column,
        parents: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, StatusCounts>> {
        let at = self.view().at();
        let mut counts = HashMap::new();
        for parents in self.statements_for(&parents) {
            let counting = self.clone().counted_by_parent(parent, parents, |place| each_status(at, place));
            for result in counting.counts().await? {
                counts.insert(result.try_get::<Uuid>("", PARENT)?, tally(&result)?);
            }
        }
        Ok(counts)
    }
}

/// For each state, how many rows stand in it.
fn each_status(at: Instant, place: Place) -> Counts {
    let count = |status| Func::count(Expr::case(stands_as(status, at, place), Expr::cust("1"))).into();
    SubscriptionStatus::iter().map(|status| (count(status), name(status))).collect()
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

fn tally(result: &QueryResult) -> Result<StatusCounts> {
    SubscriptionStatus::iter().map(|status| Ok((status, number(result, name(status))?))).collect()
}
