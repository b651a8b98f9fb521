//! How lists of customers are narrowed and ordered.

use async_graphql::{ID, InputObject};
use entity::{CustomerId, customer, delegated_admin_grant as grant, subscription};
use serde::Serialize;

use super::Customer;
use crate::graphql::Result;
use crate::graphql::list::{Filter, Noun, each_id};
use crate::graphql::order::order;
use crate::graphql::scalar::DateTime;
use crate::graphql::vocabulary::{Cloud, DateTimeRange, OrderDirection, SubscriptionStatus, rows};
use access::{CustomerOrder as By, Direction, ScopedSelect, Sort};
use domain::text::fold;

/// Narrows a list of customers. What is left out does not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject, Serialize)]
pub struct CustomerFilter {
    /// Part of the name or of the domain, in any case: at most 200 characters.
    search: Option<String>,
    /// One of these countries: ISO 3166-1 alpha-2.
    country: Option<Vec<String>>,
    /// It is in one of these clouds.
    cloud: Option<Vec<Cloud>>,
    /// When it was registered.
    created_at: Option<DateTimeRange>,
    /// It is one of these: their ids.
    ids: Option<Vec<ID>>,
    /// Whether a grant of it is in force, of those that the viewer sees: for the operator any partner's, for a partner its
    /// own. `false` has, for the operator, the customers that no partner works for; a partner sees none of these.
    has_effective_grant: Option<bool>,
    /// A grant in force of the viewer's tenant ends before this instant, unless it is extended.
    grant_ends_before: Option<DateTime>,
    /// The viewer sees a subscription there in one of these states.
    has_subscription_status: Option<Vec<SubscriptionStatus>>,
}

impl Filter<customer::Entity> for CustomerFilter {
    fn narrow<'v>(
        &self,
        mut select: ScopedSelect<'v, customer::Entity>,
    ) -> Result<ScopedSelect<'v, customer::Entity>> {
        use customer::Column;
        if let Some(text) = &self.search {
            select = select.contains(&[Column::NameFolded, Column::Domain], &fold(text));
        }
        if let Some(countries) = &self.country {
            select = select.is_in(Column::Country, countries.iter().map(|country| country.to_uppercase()));
        }
        if let Some(clouds) = &self.cloud {
            select = select.is_in(Column::Cloud, rows::<_, entity::Cloud>(clouds));
        }
        if let Some(range) = self.created_at {
            let (from, until) = range.ends();
            select = select.between(Column::CreatedAt, from, until);
        }
        if let Some(ids) = &self.ids {
            select = select.is_in(Column::Id, each_id::<CustomerId>(ids, "filter.ids")?);
        }
        if let Some(has_grant) = self.has_effective_grant {
            let (ours, theirs) = (Column::Id, grant::Column::CustomerId);
            select = if has_grant {
                select.related::<grant::Entity>(ours, theirs, ScopedSelect::in_force)
            } else {
                select.unrelated::<grant::Entity>(ours, theirs, ScopedSelect::in_force)
            };
        }
        if let Some(before) = self.grant_ends_before {
            select = select.related::<grant::Entity>(Column::Id, grant::Column::CustomerId, |grants| {
                grants.in_force().ending(None, Some(before.0))
            });
        }
        if let Some(statuses) = &self.has_subscription_status {
            let statuses: Vec<entity::SubscriptionStatus> = rows(statuses);
            select = select.related::<subscription::Entity>(
                Column::Id,
                subscription::Column::CustomerId,
                |subscriptions| subscriptions.in_status(&statuses),
            );
        }
        Ok(select)
    }
}

order! {
    /// An order of customers. Equal ones are ordered by their ids.
    CustomerOrder,
    /// What customers can be ordered by.
    CustomerOrderField = By {
        /// The name, whatever its case.
        Name,
        /// When the customer was registered.
        CreatedAt,
        /// When the first of its grants in force ends, as `endsAt` says, of those that the viewer sees; what has none comes
        /// after all ends. Computed for each customer that the list has, whichever page is read: it counts 100 besides in the
        /// request's cost. Narrow the list by a filter where it is long.
        NextGrantEnd,
        /// How many of its subscriptions the viewer sees, in whatever state. It counts 100 besides in the request's cost, as
        /// NEXT_GRANT_END does.
        SubscriptionCount,
    },
    or Name Ascending,
}

impl Noun for Customer {
    type Entity = customer::Entity;
    type Filter = CustomerFilter;

    const CONNECTION: &'static str = "CustomerConnection";
    const EDGE: &'static str = "CustomerEdge";
}
