//! The API as a whole: its schema, and the way of a request through it.

use async_graphql::{EmptyMutation, EmptySubscription, MergedObject, Schema, ValidationMode};

use super::customer::CustomerQuery;
use super::grant::GrantQuery;
use super::node::NodeQuery;
use super::offer::OfferQuery;
use super::partner::PartnerQuery;
use super::request::RequestQuery;
use super::role::RoleQuery;
use super::subscription::SubscriptionQuery;
use super::viewer::ViewerQuery;

/// What can be read. Every list and every field means: of these, what the viewer may see.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    ViewerQuery,
    NodeQuery,
    CustomerQuery,
    SubscriptionQuery,
    GrantQuery,
    RequestQuery,
    PartnerQuery,
    OfferQuery,
    RoleQuery,
);

pub(super) type ApiSchema = Schema<Query, EmptyMutation, EmptySubscription>;

pub(super) fn schema() -> async_graphql::SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .disable_suggestions()
}

/// The schema in GraphQL's own language.
#[must_use]
pub fn sdl() -> String {
    schema().finish().sdl()
}
