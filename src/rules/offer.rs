//! An offer and what can be bought of it.

use entity::{BillingCycle, Term, offer::Model};
use sea_orm::ActiveEnum;
use serde::Serialize;

use super::flaw::Flaw;

/// So many seats or machines, for a term, billed in a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Terms {
    pub quantity: i32,
    pub term: Term,
    pub billing_cycle: BillingCycle,
}

/// Whether the offer can be bought like this.
pub fn check_terms(offer: &Model, bought: Terms) -> Result<(), Flaw> {
    let Terms { quantity, term, billing_cycle } = bought;
    let (least, most) = (offer.min_quantity, offer.max_quantity);
    let refuse = |field, reason: String| Err(Flaw::new(field, reason));
    if !(least..=most).contains(&quantity) {
        return refuse(
            "quantity",
            format!("is {quantity}; the offer {} has from {least} to {most}", offer.sku),
        );
    }
    if !offer.terms.0.contains(&term) {
        return refuse("term", format!("is {}, for which {} is not offered", term.to_value(), offer.sku));
    }
    if !offer.billing_cycles.0.contains(&billing_cycle) {
        let cycle = billing_cycle.to_value();
        return refuse("billingCycle", format!("is {cycle}, with which {} is not offered", offer.sku));
    }
    Ok(())
}
