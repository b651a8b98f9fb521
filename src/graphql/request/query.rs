//! Ways to a relationship request.

use async_graphql::{Context, ID, Object, OneofObject};
use entity::RequestId;
use paging::paged;

use super::list::{RelationshipRequestFilter, RelationshipRequestOrder};
use super::{Connection, ContextExt, List, Paging, RelationshipRequest};
use crate::graphql::Result;
use crate::graphql::id::TypedId;
use access::Principal;

/// What a relationship request is found by: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum RelationshipRequestKey {
    /// The request's `id`.
    Id(ID),
    /// The secret of an open invitation. For customers, until one has taken it up.
    Invitation(String),
}

#[derive(Debug, Default)]
pub struct RequestQuery;

#[paged]
#[Object]
impl RequestQuery {
    /// One relationship request, by id, or by the secret of an open invitation (customers only); null for one that does
    /// not exist and for one that the viewer may not see, without a difference.
    async fn relationship_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the request is found by.")] by: RelationshipRequestKey,
    ) -> Option<Result<RelationshipRequest>> {
        found(ctx, by).await.transpose()
    }

    /// Requests to which the viewer's tenant is a party; for the operator, all.
    async fn relationship_requests(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only requests like this.")] filter: Option<RelationshipRequestFilter>,
        #[graphql(desc = "The newest first when left out.")] order_by: Option<RelationshipRequestOrder>,
    ) -> Result<Connection<RelationshipRequest>> {
        let sort = RelationshipRequestOrder::sort(order_by);
        List::new(ctx, filter, sort, paging)?.connection(ctx).await
    }
}

async fn found(ctx: &Context<'_>, by: RelationshipRequestKey) -> Result<Option<RelationshipRequest>> {
    Ok(match by {
        RelationshipRequestKey::Id(id) => match RequestId::decode(&id) {
            Some(id) => ctx.load(id).await?.map(RelationshipRequest::from),
            None => None,
        },
        RelationshipRequestKey::Invitation(secret) => match ctx.view().viewer().principal() {
            Principal::Customer(_) => ctx.view().invitation(&secret).await?.map(RelationshipRequest::from),
            Principal::Partner(_) | Principal::Operator | Principal::Timer => None,
        },
    })
}
