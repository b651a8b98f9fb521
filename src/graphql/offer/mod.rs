//! Offers: what can be bought.

mod list;
mod mutation;

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::{OfferId, offer, subscription};
use plain::plain;

pub use list::OfferQuery;
pub use mutation::OfferMutation;

use super::connection::Connection;
use super::id::NodeId;
use super::list::{List, Paging};
use super::loader::ContextExt;
use super::loads::CachedOffer;
use super::vocabulary::{BillingCycle, Term, words};
use super::writing::Reference;
use crate::graphql::{Error, Result};

const MISSING: &str = "a subscription's offer is missing";

/// A product that can be bought.
#[derive(Clone, Debug)]
pub struct Offer {
    row: Arc<offer::Model>,
}

impl From<Arc<offer::Model>> for Offer {
    fn from(row: Arc<offer::Model>) -> Self {
        Self { row }
    }
}

/// A product that can be bought, and within which limits. Everyone sees all offers.
#[plain]
#[Object]
impl Offer {
    /// The offer's id.
    pub fn id(&self) -> ID {
        NodeId::from(self.row.id).encode()
    }

    /// The publisher's own name for it, unique.
    fn sku(&self) -> &str {
        &self.row.sku
    }

    /// The product's name, as subscriptions get it when they are bought without one.
    fn name(&self) -> &str {
        &self.row.name
    }

    /// The organisation that makes the product.
    fn publisher(&self) -> &str {
        &self.row.publisher
    }

    /// The fewest that can be bought at once.
    fn min_quantity(&self) -> i32 {
        self.row.min_quantity
    }

    /// The most that one subscription can have.
    fn max_quantity(&self) -> i32 {
        self.row.max_quantity
    }

    /// The terms that it can be bought for.
    fn terms(&self) -> Vec<Term> {
        words(&self.row.terms.0)
    }

    /// How it can be billed.
    fn billing_cycles(&self) -> Vec<BillingCycle> {
        words(&self.row.billing_cycles.0)
    }
}

impl Offer {
    /// The offer that a subscription is of.
    pub(super) fn of_subscription(row: &subscription::Model) -> Reference<Self, CachedOffer> {
        Reference::to(CachedOffer(row.offer_id), MISSING)
    }

    pub(super) async fn row(ctx: &Context<'_>, id: OfferId) -> Result<Arc<offer::Model>> {
        ctx.load(CachedOffer(id)).await?.ok_or(Error::internal(MISSING))
    }
}
