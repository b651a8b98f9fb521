//! An offer, as loaded.

use entity::{BillingCycle, BillingCycles, Instant, OfferId, Term, Terms, offer::Model};
use serde::{Deserialize, Serialize};

use super::{Kind, check_created_at, form, found, has_repeats, new_id};
use crate::{
    flaw::{Flaw, refuse_if},
    text::{check_code, check_name, fold},
};

/// An offer. Its natural key is its stock-keeping unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Offer {
    pub sku: String,
    pub name: String,
    pub publisher: String,
    #[serde(deserialize_with = "form::whole")]
    pub min_quantity: i32,
    #[serde(deserialize_with = "form::whole")]
    pub max_quantity: i32,
    pub terms: Vec<Term>,
    pub billing_cycles: Vec<BillingCycle>,
    #[serde(default, deserialize_with = "form::optional_instant")]
    pub created_at: Option<Instant>,
}

impl Offer {
    /// All that is wrong with it by itself.
    #[must_use]
    pub fn flaws(&self, at: Instant) -> Vec<Flaw> {
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

    pub(super) fn new_id(&self) -> OfferId {
        OfferId(new_id(Kind::Offer, &self.sku))
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
            terms: Terms(self.terms.clone()),
            billing_cycles: BillingCycles(self.billing_cycles.clone()),
            created_at: self.created_at.or(stored.map(|stored| stored.created_at)).unwrap_or(at),
        }
    }
}
