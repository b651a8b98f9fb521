//! An offer and what can be bought of it.

use entity::Word;
use entity::{BillingCycle, Term, offer::Model};
use serde::Serialize;

use super::flaw::Flaw;

/// So many seats or machines, for a term, billed in a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Terms {
    pub quantity: i32,
    pub term: Term,
    pub billing_cycle: BillingCycle,
}

/// Whether the offer can be bought like this; the first that is wrong.
pub fn check_terms(offer: &Model, bought: Terms) -> Result<(), Flaw> {
    flaws_of_terms(offer, bought).into_iter().next().map_or(Ok(()), Err)
}

/// All that keeps the offer from being bought like this.
#[must_use]
pub fn flaws_of_terms(offer: &Model, bought: Terms) -> Vec<Flaw> {
    let Terms { quantity, term, billing_cycle } = bought;
    let (least, most) = (offer.min_quantity, offer.max_quantity);
    let mut flaws = Vec::new();
    if !(least..=most).contains(&quantity) {
        let reason = format!("is {quantity}; the offer {} has from {least} to {most}", offer.sku);
        flaws.push(Flaw::new("quantity", reason));
    }
    if !offer.terms.0.contains(&term) {
        let reason = format!("is {}, for which {} is not offered", term.name(), offer.sku);
        flaws.push(Flaw::new("term", reason));
    }
    if !offer.billing_cycles.0.contains(&billing_cycle) {
        let cycle = billing_cycle.name();
        let reason = format!("is {cycle}, with which {} is not offered", offer.sku);
        flaws.push(Flaw::new("billingCycle", reason));
    }
    flaws
}
