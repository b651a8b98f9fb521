//! Ways to a grant.

use async_graphql::{Context, ID, Object};
use entity::GrantId;
use paging::paged;

use super::{Connection, ContextExt, DelegatedAdminGrant, GrantFilter, GrantOrder, List, Paging};
use crate::graphql::Result;
use crate::graphql::id::TypedId;

#[derive(Debug, Default)]
pub struct GrantQuery;

#[paged]
#[Object]
impl GrantQuery {
    /// One grant; null for one that does not exist and for one that the viewer may not see, without a difference.
    async fn grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grant's `id`.")] id: ID,
    ) -> Option<Result<DelegatedAdminGrant>> {
        let id = GrantId::decode(&id)?;
        let row = ctx.load(id).await;
        row.map(|row| row.map(DelegatedAdminGrant::from)).transpose()
    }

    /// Grants to which the viewer's tenant is a party, ended ones included; for the operator, all.
    async fn grants(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only grants like this.")] filter: Option<GrantFilter>,
        #[graphql(desc = "The newest first when left out.")] order_by: Option<GrantOrder>,
    ) -> Result<Connection<DelegatedAdminGrant>> {
        let sort = GrantOrder::sort(order_by);
        List::new(ctx, filter, sort, paging)?.connection(ctx).await
    }
}
