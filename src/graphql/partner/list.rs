//! How lists of partners are narrowed.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::{Context, InputObject};
use entity::{CustomerId, partner};
use futures_util::future::try_join_all;
use serde::Serialize;

use super::{Connection, ContextExt, List, Paging, Partner};
use crate::graphql::Result;
use crate::graphql::list::{Filter, Noun};
use crate::graphql::loads::CustomerGrants;
use crate::graphql::vocabulary::{PartnerKind, rows};
use access::{Direction, PartnerOrder, Principal, ScopedSelect, Sort, SortKey};
use domain::text::fold;

/// Narrows a list of partners. What is left out does not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject, Serialize)]
pub struct PartnerFilter {
    /// Part of the name, in any case: at most 200 characters.
    search: Option<String>,
    /// One of these ways to trade.
    kind: Option<Vec<PartnerKind>>,
}

impl Filter<partner::Entity> for PartnerFilter {
    fn narrow<'v>(
        &self,
        mut select: ScopedSelect<'v, partner::Entity>,
    ) -> Result<ScopedSelect<'v, partner::Entity>> {
        use partner::Column;
        if let Some(text) = &self.search {
            select = select.contains(&[Column::NameFolded], &fold(text));
        }
        if let Some(kinds) = &self.kind {
            select = select.is_in(Column::Kind, rows::<_, entity::PartnerKind>(kinds));
        }
        Ok(select)
    }
}

/// By name: the one order of partners.
pub const BY_NAME: Sort<PartnerOrder> = Sort { by: PartnerOrder::Name, direction: Direction::Ascending };

/// The partners of one customer that the viewer may see.
pub async fn of_customer(
    ctx: &Context<'_>,
    customer: CustomerId,
    paging: Paging,
) -> Result<Connection<Partner>> {
    let list = List::new(ctx, None, BY_NAME, paging)?;
    let partners: BTreeSet<_> = match ctx.view().viewer().principal() {
        // A customer sees no partners but its own.
        Principal::Customer(_) => return list.connection(ctx).await,
        Principal::Partner(own) => [own.id].into(),
        Principal::Timer => BTreeSet::new(),
        Principal::Operator => {
            let grants = ctx.load(CustomerGrants(customer)).await?;
            grants.iter().map(|grant| grant.partner_id).collect()
        }
    };
    let rows = partners.into_iter().map(|partner| ctx.load(partner));
    let rows = try_join_all(rows).await?.into_iter().flatten();
    let rows = rows.map(|row| (SortKey::from(&row.name_folded), Arc::unwrap_or_clone(row)));
    Ok(list.connection_of(rows.collect()))
}

impl Noun for Partner {
    type Entity = partner::Entity;
    type Filter = PartnerFilter;

    const CONNECTION: &'static str = "PartnerConnection";
    const EDGE: &'static str = "PartnerEdge";
}
