//! Ways to a grant.

use async_graphql::{Context, ID, Object};
use entity::{GrantId, delegated_admin_grant as grant};

use super::{Ask, Connection, DelegatedAdminGrant, GrantFilter, GrantOrder, List, Paging};
use crate::graphql::Result;
use crate::graphql::id::TypedId;

#[derive(Debug, Default)]
pub struct GrantQuery;

#[Object]
impl GrantQuery {
    /// One grant; null for one that does not exist and for one that the viewer may not see, without a difference.
    async fn grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grant's `id`.")] id: ID,
    ) -> Option<Result<DelegatedAdminGrant>> {
        let id = GrantId::open(&id)?;
        let row = ctx.row_by::<grant::Entity>(grant::Column::Id, id.0).await;
        row.map(|row| row.map(DelegatedAdminGrant::from)).transpose()
    }

    /// Grants to which the viewer's tenant is a party, ended ones included; for the operator, all.
    async fn grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many items to take from the start of the list: at most 200, 50 when neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Take items after this cursor only.")] after: Option<String>,
        #[graphql(desc = "How many items to take from the end of the list: at most 200.")] last: Option<i32>,
        #[graphql(desc = "Take items before this cursor only.")] before: Option<String>,
        #[graphql(desc = "Only grants like this.")] filter: Option<GrantFilter>,
        #[graphql(desc = "The newest first when left out.")] order_by: Option<GrantOrder>,
    ) -> Result<Connection<DelegatedAdminGrant>> {
        let sort = GrantOrder::sort(order_by);
        List::new(ctx, filter, sort, Paging { first, after, last, before })?.connection(ctx).await
    }
}
