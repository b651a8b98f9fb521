//! Ways to a partner.

use async_graphql::{Context, Object};
use paging::paged;

use super::list::{BY_NAME, PartnerFilter};
use super::{Connection, List, Paging, Partner};
use crate::graphql::Result;

#[derive(Debug, Default)]
pub struct PartnerQuery;

#[paged]
#[Object]
impl PartnerQuery {
    /// A customer: the partners that it has or had a grant with, that asked it for one, or that sold it something. A
    /// partner: itself. The operator: all. By name.
    async fn partners(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only partners like this.")] filter: Option<PartnerFilter>,
    ) -> Result<Connection<Partner>> {
        List::new(ctx, filter, BY_NAME, paging)?.connection(ctx).await
    }
}
