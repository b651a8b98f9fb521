//! The list of offers.

use async_graphql::{Context, InputObject, Object};
use entity::offer;
use serde::Serialize;

use super::{Connection, List, Offer, Paging};
use crate::graphql::Result;
use crate::graphql::list::{Filter, Noun};
use access::{Direction, OfferOrder, ScopedSelect, Sort};
use domain::text::fold;

/// Narrows the list of offers. What is left out does not narrow.
#[derive(Clone, Debug, Default, InputObject, Serialize)]
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

#[Object]
impl OfferQuery {
    /// What can be bought, by name. Everyone sees all offers.
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many items to take from the start of the list: at most 200, 50 when neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Take items after this cursor only.")] after: Option<String>,
        #[graphql(desc = "How many items to take from the end of the list: at most 200.")] last: Option<i32>,
        #[graphql(desc = "Take items before this cursor only.")] before: Option<String>,
        #[graphql(desc = "Only offers like this.")] filter: Option<OfferFilter>,
    ) -> Result<Connection<Offer>> {
        let sort = Sort { by: OfferOrder::Name, direction: Direction::Ascending };
        List::new(ctx, filter, sort, Paging { first, after, last, before })?.connection(ctx).await
    }
}
