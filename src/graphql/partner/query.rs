//! Ways to a partner.

use async_graphql::{Context, Object};

use super::list::{BY_NAME, PartnerFilter};
use super::{Connection, List, Paging, Partner};
use crate::graphql::Result;

#[derive(Debug, Default)]
pub struct PartnerQuery;

#[Object]
impl PartnerQuery {
    /// A customer: the partners that it has or had a grant with, that asked it for one, or that sold it something. A
    /// partner: itself. The operator: all. By name.
    async fn partners(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many items to take from the start of the list: at most 200, 50 when neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Take items after this cursor only.")] after: Option<String>,
        #[graphql(desc = "How many items to take from the end of the list: at most 200.")] last: Option<i32>,
        #[graphql(desc = "Take items before this cursor only.")] before: Option<String>,
        #[graphql(desc = "Only partners like this.")] filter: Option<PartnerFilter>,
    ) -> Result<Connection<Partner>> {
        List::new(ctx, filter, BY_NAME, Paging { first, after, last, before })?.connection(ctx).await
    }
}
