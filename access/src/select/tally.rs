//! How many subscriptions stand in each state: of a whole list, or of the children of many parents in one statement.

use std::collections::HashMap;

use entity::{SubscriptionStatus, subscription};
use sea_orm::sea_query::{Alias, Expr, Func, SelectStatement};
use sea_orm::{ActiveEnum, Iterable, QueryResult};
use uuid::Uuid;

use super::super::{View, clock::stands_as};
use super::listed::count;
use super::{ScopedSelect, of};
use crate::Result;

/// How many there are in each state; a state that is left out has none.
pub type Tally = HashMap<SubscriptionStatus, u64>;

impl ScopedSelect<'_, subscription::Entity> {
    /// How many of the list stand in each state.
    pub async fn tally(self) -> Result<Tally> {
        let view = self.view;
        let mut query = self.starting_from_reach(None).query;
        let rows = view.rows(tallying(query.clear_selects(), view)).await?;
        rows.first().map_or_else(|| Ok(Tally::new()), tally)
    }

    /// For each parent, how many of its children stand in each state; parents without any are left out.
    pub async fn tallies_by(
        self,
        parent: subscription::Column,
        parents: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, Tally>> {
        let view = self.view;
        let mut tallies = HashMap::new();
        for parents in self.statements_for(&parents) {
            let select = self.clone().starting_from_reach(Some(parent));
            let mut query = select.is_in(parent, parents.iter().copied()).query;
            query.clear_selects().expr_as(of(parent), Alias::new("parent")).add_group_by([of(parent)]);
            for row in view.rows(tallying(&mut query, view)).await? {
                tallies.insert(row.try_get::<Uuid>("", "parent")?, tally(&row)?);
            }
        }
        Ok(tallies)
    }
}

/// Counts, for each state, the rows that stand in it.
fn tallying<'q>(query: &'q mut SelectStatement, view: &View) -> &'q SelectStatement {
    for status in SubscriptionStatus::iter() {
        let one = Expr::case(stands_as(status, view.at()), Expr::cust("1"));
        query.expr_as(Func::count(one), Alias::new(status.to_value()));
    }
    query
}

fn tally(row: &QueryResult) -> Result<Tally> {
    SubscriptionStatus::iter().map(|status| Ok((status, count(row, &status.to_value())?))).collect()
}
