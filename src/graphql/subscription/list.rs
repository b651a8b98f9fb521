//! How lists of subscriptions are narrowed and ordered.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject};
use entity::{CustomerId, OfferId, PartnerId, subscription};
use serde::Serialize;

use super::CustomerSubscription;
use crate::graphql::Result;
use crate::graphql::list::{Filter, Noun, each_id, optional_id};
use crate::graphql::loader::ContextExt;
use crate::graphql::order::order;
use crate::graphql::vocabulary::{
    BillingCycle, DateTimeRange, IntRange, OrderDirection, SubscriptionStatus, Term, rows,
};
use access::{Direction, Page, PageRequest, ScopedSelect, Sort, SubscriptionOrder as By};
use domain::text::fold;

/// Narrows a list of subscriptions. What is left out does not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject, Serialize)]
pub struct SubscriptionFilter {
    /// Part of the friendly name, in any case: at most 200 characters.
    search: Option<String>,
    /// One of these states.
    status: Option<Vec<SubscriptionStatus>>,
    /// The id of the customer that bought it.
    customer: Option<ID>,
    /// One of these customers bought it: their ids.
    customers: Option<Vec<ID>>,
    /// The id of what was bought.
    offer: Option<ID>,
    /// One of these was bought: the offers' ids.
    offers: Option<Vec<ID>>,
    /// The id of the partner that it was bought through.
    partner_of_record: Option<ID>,
    /// Whether it renews by itself.
    auto_renew: Option<bool>,
    /// The running term is of one of these lengths.
    term: Option<Vec<Term>>,
    /// It is billed in one of these ways.
    billing_cycle: Option<Vec<BillingCycle>>,
    /// How many were bought.
    quantity: Option<IntRange>,
    /// When the running term ends.
    term_ends_at: Option<DateTimeRange>,
    /// Until when it can be cancelled and reduced, as `cancellableUntil` says. Where that is null, no range matches but an
    /// empty one.
    cancellable_until: Option<DateTimeRange>,
    /// When it was bought.
    created_at: Option<DateTimeRange>,
}

impl Filter<subscription::Entity> for SubscriptionFilter {
    fn narrow<'v>(
        &self,
        mut select: ScopedSelect<'v, subscription::Entity>,
    ) -> Result<ScopedSelect<'v, subscription::Entity>> {
        use subscription::Column;
        if let Some(text) = &self.search {
            select = select.contains(&[Column::FriendlyNameFolded], &fold(text));
        }
        if let Some(statuses) = &self.status {
            select = select.in_status(&rows::<_, entity::SubscriptionStatus>(statuses));
        }
        if let Some(customer) = optional_id::<CustomerId>(self.customer.as_ref(), "filter.customer")? {
            select = select.eq(Column::CustomerId, customer);
        }
        if let Some(customers) = &self.customers {
            select = select.is_in(Column::CustomerId, each_id::<CustomerId>(customers, "filter.customers")?);
        }
        if let Some(offer) = optional_id::<OfferId>(self.offer.as_ref(), "filter.offer")? {
            select = select.eq(Column::OfferId, offer);
        }
        if let Some(offers) = &self.offers {
            select = select.is_in(Column::OfferId, each_id::<OfferId>(offers, "filter.offers")?);
        }
        let partner = optional_id::<PartnerId>(self.partner_of_record.as_ref(), "filter.partnerOfRecord")?;
        if let Some(partner) = partner {
            select = select.eq(Column::PartnerId, partner);
        }
        if let Some(auto_renew) = self.auto_renew {
            select = select.eq(Column::AutoRenew, auto_renew);
        }
        if let Some(terms) = &self.term {
            select = select.on_terms(&rows(terms));
        }
        if let Some(cycles) = &self.billing_cycle {
            select = select.billed(&rows(cycles));
        }
        if let Some(IntRange { min, max }) = self.quantity {
            select = select.of_quantity(min, max);
        }
        if let Some(range) = self.term_ends_at {
            let (from, until) = range.ends();
            select = select.between(Column::TermEndsAt, from, until);
        }
        if let Some(range) = self.cancellable_until {
            let (from, until) = range.ends();
            select = select.cancellable(from, until);
        }
        if let Some(range) = self.created_at {
            let (from, until) = range.ends();
            select = select.between(Column::CreatedAt, from, until);
        }
        Ok(select)
    }
}

order! {
    /// An order of subscriptions. Equal ones are ordered by their ids.
    SubscriptionOrder,
    /// What subscriptions can be ordered by.
    SubscriptionOrderField = By {
        /// The friendly name, whatever its case.
        FriendlyName,
        /// The end of the running term.
        TermEndsAt,
        /// When it was bought.
        CreatedAt,
        /// How many were bought.
        Quantity,
    },
    or FriendlyName Ascending,
}

impl Noun for CustomerSubscription {
    type Entity = subscription::Entity;
    type Filter = SubscriptionFilter;

    const CONNECTION: &'static str = "CustomerSubscriptionConnection";
    const EDGE: &'static str = "CustomerSubscriptionEdge";

    async fn read_page(
        ctx: &Context<'_>,
        select: ScopedSelect<'_, subscription::Entity>,
        request: PageRequest<'_, By>,
    ) -> Result<Page<Arc<subscription::Model>>> {
        let selected = ctx.look_ahead();
        let nodes = [selected.field("nodes"), selected.field("edges").field("node")];
        if !nodes.iter().any(|node| node.field("customer").exists()) {
            return Ok(select.page(request).await?);
        }
        let (page, customers) = select.page_with_customers(request).await?;
        ctx.loader().remember(customers.into_iter().map(|row| (row.id, Some(row))));
        Ok(page)
    }
}
