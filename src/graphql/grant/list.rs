//! How lists of grants are narrowed and ordered.

use async_graphql::{ID, InputObject};
use entity::{
    CustomerId, PartnerId, delegated_admin_grant as grant, delegated_admin_grant_role as grant_role,
};
use serde::Serialize;

use super::DelegatedAdminGrant;
use crate::graphql::Result;
use crate::graphql::list::{Filter, Noun, optional_id};
use crate::graphql::order::order;
use crate::graphql::vocabulary::{
    DateTimeRange, DelegatedRole, GrantHealth, GrantStatus, OrderDirection, rows,
};
use access::{Direction, GrantOrder as By, ScopedSelect, Sort};
use domain::text::fold;

/// Narrows a list of grants. What is left out does not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject, Serialize)]
pub struct GrantFilter {
    /// Part of its name, or of the name of the other party (for the operator, of either party), in any case: at most 200
    /// characters.
    search: Option<String>,
    /// One of these states, by the clock.
    status: Option<Vec<GrantStatus>>,
    /// The id of the customer that gave it.
    customer: Option<ID>,
    /// The id of the partner that holds it.
    partner: Option<ID>,
    /// It delegates one of these roles.
    role: Option<Vec<DelegatedRole>>,
    /// When it ends, as `endsAt` says.
    ends_at: Option<DateTimeRange>,
    /// Whether it extends itself.
    auto_extend: Option<bool>,
    /// It is not over, and one of these things is amiss with it.
    health: Option<Vec<GrantHealth>>,
}

impl Filter<grant::Entity> for GrantFilter {
    fn narrow<'v>(
        &self,
        mut select: ScopedSelect<'v, grant::Entity>,
    ) -> Result<ScopedSelect<'v, grant::Entity>> {
        use grant::Column;
        if let Some(text) = &self.search {
            select = select.named(&fold(text));
        }
        if let Some(statuses) = &self.status {
            select = select.in_status(&rows(statuses));
        }
        if let Some(customer) = optional_id::<CustomerId>(self.customer.as_ref(), "filter.customer")? {
            select = select.eq(Column::CustomerId, customer);
        }
        if let Some(partner) = optional_id::<PartnerId>(self.partner.as_ref(), "filter.partner")? {
            select = select.eq(Column::PartnerId, partner);
        }
        if let Some(roles) = &self.role {
            let roles: Vec<entity::DelegatedRole> = rows(roles);
            select =
                select.related::<grant_role::Entity>(Column::Id, grant_role::Column::GrantId, |of_grant| {
                    of_grant.is_in(grant_role::Column::Role, roles)
                });
        }
        if let Some(range) = self.ends_at {
            let (from, until) = range.ends();
            select = select.ending(from, until);
        }
        if let Some(auto_extend) = self.auto_extend {
            select = select.eq(Column::AutoExtend, auto_extend);
        }
        if let Some(health) = &self.health {
            select = select.in_health(&rows(health));
        }
        Ok(select)
    }
}

order! {
    /// An order of grants. Equal ones are ordered by their ids.
    GrantOrder,
    /// What grants can be ordered by.
    GrantOrderField = By {
        /// Its name, whatever its case.
        Name,
        /// When it ends, as `endsAt` says.
        EndsAt,
        /// When it was made.
        CreatedAt,
    },
    or CreatedAt Descending,
}

impl Noun for DelegatedAdminGrant {
    type Entity = grant::Entity;
    type Filter = GrantFilter;

    const CONNECTION: &'static str = "DelegatedAdminGrantConnection";
    const EDGE: &'static str = "DelegatedAdminGrantEdge";
}
