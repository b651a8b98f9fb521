//! Ways to a relationship request.

use async_graphql::{Context, ID, Object, OneofObject};
use entity::{RequestId, relationship_request as request};

use super::list::{RelationshipRequestFilter, RelationshipRequestOrder};
use super::{Ask, Connection, List, Paging, RelationshipRequest};
use crate::graphql::id::TypedId;
use crate::graphql::{Error, Result};
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

#[Object]
impl RequestQuery {
    /// One relationship request, by id, or by the secret of an open invitation (customers only); null for one that does
    /// not exist and for one that the viewer may not see, without a difference.
    async fn relationship_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the request is found by.")] by: RelationshipRequestKey,
    ) -> Option<Result<RelationshipRequest>> {
        match by {
            RelationshipRequestKey::Id(id) => {
                let id = RequestId::open(&id)?;
                let row = ctx.row_by::<request::Entity>(request::Column::Id, id.0).await;
                row.map(|row| row.map(RelationshipRequest::from)).transpose()
            }
            RelationshipRequestKey::Invitation(secret) => match ctx.view().viewer().principal() {
                Principal::Customer(_) => {
                    let invitation = ctx.view().invitation(&secret).await.map_err(Error::from);
                    invitation.map(|invitation| invitation.map(RelationshipRequest::from)).transpose()
                }
                Principal::Partner(_) | Principal::Operator | Principal::Timer => None,
            },
        }
    }

    /// Requests to which the viewer's tenant is a party; for the operator, all.
    async fn relationship_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many items to take from the start of the list: at most 200, 50 when neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Take items after this cursor only.")] after: Option<String>,
        #[graphql(desc = "How many items to take from the end of the list: at most 200.")] last: Option<i32>,
        #[graphql(desc = "Take items before this cursor only.")] before: Option<String>,
        #[graphql(desc = "Only requests like this.")] filter: Option<RelationshipRequestFilter>,
        #[graphql(desc = "The newest first when left out.")] order_by: Option<RelationshipRequestOrder>,
    ) -> Result<Connection<RelationshipRequest>> {
        let sort = RelationshipRequestOrder::sort(order_by);
        List::new(ctx, filter, sort, Paging { first, after, last, before })?.connection(ctx).await
    }
}
