//! The list of offers.

use async_graphql::{Context, InputObject, Object};
use entity::offer;
use paging::paged;
use serde::Serialize;

use super::{Connection, List, Offer, Paging};
use crate::graphql::Result;
use crate::graphql::list::{Filter, Noun};
use access::{Direction, OfferOrder, ScopedSelect, Sort};
use domain::text::fold;

/// Narrows the list of offers. What is left out does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject, Serialize)]
pub struct OfferFilter {
    /// Part of the name, in any case: at most 200 characters.
    search: Option<String>,
    /// Who makes it, exactly.
    publisher: Option<String>,
}

impl Filter<offer::Entity> for OfferFilter {
    fn narrow<'v>(
        &self,
        mut select: ScopedSelect<'v, offer::Entity>,
    ) -> Result<ScopedSelect<'v, offer::Entity>> {
        if let Some(text) = &self.search {
            select = select.contains(&[offer::Column::NameFolded], &fold(text));
        }
        if let Some(publisher) = &self.publisher {
            select = select.eq(offer::Column::Publisher, publisher.as_str());
        }
        Ok(select)
    }
}

impl Noun for Offer {
    type Entity = offer::Entity;
    type Filter = OfferFilter;

    const CONNECTION: &'static str = "OfferConnection";
    const EDGE: &'static str = "OfferEdge";
}

#[derive(Debug, Default)]
pub struct OfferQuery;

#[paged]
#[Object]
impl OfferQuery {
    /// What can be bought, by name. Everyone sees all offers.
    async fn offers(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only offers like this.")] filter: Option<OfferFilter>,
    ) -> Result<Connection<Offer>> {
        let sort = Sort { by: OfferOrder::Name, direction: Direction::Ascending };
        List::new(ctx, filter, sort, paging)?.connection(ctx).await
    }
}
