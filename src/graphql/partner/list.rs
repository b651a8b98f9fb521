//! How lists of partners are narrowed.

use async_graphql::{Context, InputObject};
use entity::{CustomerId, delegated_admin_grant as grant, partner};
use serde::Serialize;

use super::{Ask, Connection, List, Paging, Partner};
use crate::Result;
use crate::access::{Direction, PartnerOrder, Principal, ScopedSelect, Sort};
use crate::graphql::list::{Filter, Noun};
use crate::graphql::vocabulary::{PartnerKind, rows};
use crate::rules::text::fold;

/// Narrows a list of partners. What is left out does not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, InputObject, Serialize)]
pub struct PartnerFilter {
    /// Part of the name, in any case.
    search: Option<String>,
    /// One of these ways to trade.
    kind: Option<Vec<PartnerKind>>,
    /// Partners with a grant of this customer only. Not an argument: it is what `Customer.partners` means.
    #[graphql(skip)]
    with_grant_of: Option<CustomerId>,
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
        if let Some(customer) = self.with_grant_of {
            select = select.related::<grant::Entity>(Column::Id, grant::Column::PartnerId, |grants| {
                grants.eq(grant::Column::CustomerId, customer)
            });
        }
        Ok(select)
    }
}

/// By name: the one order of partners.
pub const BY_NAME: Sort<PartnerOrder> = Sort { by: PartnerOrder::Name, direction: Direction::Ascending };

/// The partners of one customer that the viewer may see.
///
/// A partner sees only itself, and a customer only its own partners: for both, the list of all that they see is the
/// list for this customer. Only the operator sees partners of other customers.
pub async fn of_customer(
    ctx: &Context<'_>,
    customer: CustomerId,
    paging: Paging,
) -> Result<Connection<Partner>> {
    let with_grant_of = match ctx.view().viewer().principal() {
        Principal::Partner(_) | Principal::Customer(_) => None,
        Principal::Operator => Some(customer),
    };
    let filter = PartnerFilter { with_grant_of, ..PartnerFilter::default() };
    List::new(ctx, Some(filter), BY_NAME, paging)?.connection(ctx).await
}

impl Noun for Partner {
    type Entity = partner::Entity;
    type Filter = PartnerFilter;

    const CONNECTION: &'static str = "PartnerConnection";
    const EDGE: &'static str = "PartnerEdge";
}
