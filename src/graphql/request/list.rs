//! How lists of relationship requests are narrowed and ordered.

use async_graphql::{ID, InputObject};
use entity::{CustomerId, PartnerId, relationship_request as request};
use serde::Serialize;

use super::RelationshipRequest;
use crate::graphql::Result;
use crate::graphql::list::{Filter, Noun, optional_id};
use crate::graphql::order::order;
use crate::graphql::vocabulary::{OrderDirection, RelationshipRequestStatus, rows};
use access::{Direction, RequestOrder as By, ScopedSelect, Sort};

/// Narrows a list of relationship requests. What is left out does not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject, Serialize)]
pub struct RelationshipRequestFilter {
    /// One of these states, by the clock.
    status: Option<Vec<RelationshipRequestStatus>>,
    /// The id of the customer that is asked.
    customer: Option<ID>,
    /// The id of the partner that asks.
    partner: Option<ID>,
}

impl Filter<request::Entity> for RelationshipRequestFilter {
    fn narrow<'v>(
        &self,
        mut select: ScopedSelect<'v, request::Entity>,
    ) -> Result<ScopedSelect<'v, request::Entity>> {
        use request::Column;
        if let Some(statuses) = &self.status {
            select = select.in_status(&rows(statuses));
        }
        if let Some(customer) = optional_id::<CustomerId>(self.customer.as_ref(), "filter.customer")? {
            select = select.eq(Column::CustomerId, customer);
        }
        if let Some(partner) = optional_id::<PartnerId>(self.partner.as_ref(), "filter.partner")? {
            select = select.eq(Column::PartnerId, partner);
        }
        Ok(select)
    }
}

order! {
    /// An order of relationship requests. Equal ones are ordered by their ids.
    RelationshipRequestOrder,
    /// What relationship requests can be ordered by.
    RelationshipRequestOrderField = By {
        /// When it was made.
        CreatedAt,
        /// Until when it can be, or could have been, decided.
        ExpiresAt,
    },
    or CreatedAt Descending,
}

impl Noun for RelationshipRequest {
    type Entity = request::Entity;
    type Filter = RelationshipRequestFilter;

    const CONNECTION: &'static str = "RelationshipRequestConnection";
    const EDGE: &'static str = "RelationshipRequestEdge";
}
