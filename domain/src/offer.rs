//! An offer as it is registered or loaded, and what can be bought of it.

use entity::{
    BillingCycle, BillingCycles, Instant, OfferId, Term, Terms as OfferedTerms, Word, offer::Model,
};
use serde::Serialize;

use super::{
    field_error::{FieldError, refuse_if},
    record::{check_created_at, found, has_repeats, new_id},
    text::{check_code, check_name, fold},
};

/// What is stated of an offer. Its natural key is its stock-keeping unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferRecord {
    pub sku: String,
    pub name: String,
    pub publisher: String,
    pub min_quantity: i32,
    pub max_quantity: i32,
    pub terms: Vec<Term>,
    pub billing_cycles: Vec<BillingCycle>,
    pub created_at: Option<Instant>,
}

/// So many seats or machines, for a term, billed in a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Terms {
    pub quantity: i32,
    pub term: Term,
    pub billing_cycle: BillingCycle,
}

/// Whether the offer can be bought like this; the first that is wrong.
pub fn check_terms(offer: &Model, bought: Terms) -> Result<(), FieldError> {
    errors_of_terms(offer, bought).into_iter().next().map_or(Ok(()), Err)
}

/// All that keeps the offer from being bought like this.
#[must_use]
pub fn errors_of_terms(offer: &Model, bought: Terms) -> Vec<FieldError> {
    let Terms { quantity, term, billing_cycle } = bought;
    let (least, most) = (offer.min_quantity, offer.max_quantity);
    let mut errors = Vec::new();
    if !(least..=most).contains(&quantity) {
        let reason = format!("is {quantity}; the offer {} has from {least} to {most}", offer.sku);
        errors.push(FieldError::new("quantity", reason));
    }
    if !offer.terms.0.contains(&term) {
        let reason = format!("is {}, for which {} is not offered", term.name(), offer.sku);
        errors.push(FieldError::new("term", reason));
    }
    if !offer.billing_cycles.0.contains(&billing_cycle) {
        let cycle = billing_cycle.name();
        let reason = format!("is {cycle}, with which {} is not offered", offer.sku);
        errors.push(FieldError::new("billingCycle", reason));
    }
    errors
}

impl OfferRecord {
    /// All that is wrong with it by itself.
    #[must_use]
    pub fn errors(&self, at: Instant) -> Vec<FieldError> {
        found([
            check_code("sku", &self.sku),
            check_name("name", &self.name),
            check_name("publisher", &self.publisher),
            refuse_if(self.min_quantity < 1, "minQuantity", "is less than 1"),
            refuse_if(self.max_quantity < self.min_quantity, "maxQuantity", "is less than minQuantity"),
            refuse_if(self.terms.is_empty(), "terms", "is empty"),
            refuse_if(has_repeats(&self.terms), "terms", "names a term twice"),
            refuse_if(self.billing_cycles.is_empty(), "billingCycles", "is empty"),
            refuse_if(has_repeats(&self.billing_cycles), "billingCycles", "names a cycle twice"),
            check_created_at(self.created_at, at),
        ])
    }

    /// The first that is wrong with it by itself.
    pub fn check(&self, at: Instant) -> Result<(), FieldError> {
        self.errors(at).into_iter().next().map_or(Ok(()), Err)
    }

    /// The id that a new row of it has.
    #[must_use]
    pub fn new_id(&self) -> OfferId {
        OfferId(new_id("offer", &self.sku))
    }

    /// The row that should be there, where `stored` is now. What was already bought keeps its terms.
    #[must_use]
    pub fn onto(&self, stored: Option<&Model>, at: Instant) -> Model {
        Model {
            id: stored.map_or_else(|| self.new_id(), |stored| stored.id),
            sku: self.sku.clone(),
            name: self.name.clone(),
            name_folded: fold(&self.name),
            publisher: self.publisher.clone(),
            min_quantity: self.min_quantity,
            max_quantity: self.max_quantity,
            terms: OfferedTerms(self.terms.clone()),
            billing_cycles: BillingCycles(self.billing_cycles.clone()),
            created_at: self.created_at.or(stored.map(|stored| stored.created_at)).unwrap_or(at),
        }
    }
}
