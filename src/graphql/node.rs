//! Any object by its id.

use async_graphql::{Context, ID, Interface, Object};
use futures_util::future::join_all;

use super::customer::Customer;
use super::event::Event;
use super::grant::DelegatedAdminGrant;
use super::id::NodeId;
use super::loader::ContextExt;
use super::offer::Offer;
use super::partner::Partner;
use super::request::RelationshipRequest;
use super::subscription::CustomerSubscription;
use super::webhook::Webhook;
use crate::graphql::Result;

/// Anything that can be fetched again by its id. Ids are opaque and never reused.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", method = "node_id", ty = "ID", desc = "The object's id."))]
pub enum Node {
    Partner(Partner),
    Customer(Customer),
    Offer(Offer),
    CustomerSubscription(CustomerSubscription),
    RelationshipRequest(RelationshipRequest),
    DelegatedAdminGrant(DelegatedAdminGrant),
    Event(Event),
    Webhook(Webhook),
}

/// Gives each object its id as the interface asks for it, which takes an `async fn`.
macro_rules! identified {
    ($($object:ident),*) => {$(
        impl $object {
            async fn node_id(&self, ctx: &Context<'_>) -> async_graphql::Result<ID> {
                Ok(self.id(ctx))
            }
        }
    )*};
}

identified!(
    Partner,
    Customer,
    Offer,
    CustomerSubscription,
    RelationshipRequest,
    DelegatedAdminGrant,
    Event,
    Webhook
);

#[derive(Debug, Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Any object by id; null for what does not exist and for what the viewer may not see, without a difference.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The object's `id`.")] id: ID,
    ) -> Option<Result<Node>> {
        find(ctx, NodeId::decode(&id)).await.transpose()
    }

    /// Many objects by id, in order, at most 100; null in the place of each that does not exist or that the viewer may
    /// not see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The objects' ids.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        join_all(ids.iter().map(|id| find(ctx, NodeId::decode(id)))).await.into_iter().collect()
    }
}

/// The object with this id; None for the id of nothing and for what the viewer may not see.
pub(super) async fn find(ctx: &Context<'_>, id: Option<NodeId>) -> Result<Option<Node>> {
    let Some(id) = id else { return Ok(None) };
    Ok(match id {
        NodeId::Partner(id) => ctx.load(id).await?.map(|row| Partner::from(row).into()),
        NodeId::Customer(id) => ctx.load(id).await?.map(|row| Customer::from(row).into()),
        NodeId::Offer(id) => ctx.load(id).await?.map(|row| Offer::from(row).into()),
        NodeId::Subscription(id) => ctx.load(id).await?.map(|row| CustomerSubscription::from(row).into()),
        NodeId::Request(id) => ctx.load(id).await?.map(|row| RelationshipRequest::from(row).into()),
        NodeId::Grant(id) => ctx.load(id).await?.map(|row| DelegatedAdminGrant::from(row).into()),
        NodeId::Event(id) => ctx.load(id).await?.map(|row| Event::from(row).into()),
        NodeId::Webhook(id) => ctx.load(id).await?.map(|row| Webhook::from(row).into()),
    })
}
