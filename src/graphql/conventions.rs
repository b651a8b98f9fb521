//! What the gate has to know of the schema that the schema does not say.

use gate::{Conventions, CostModel, InputRules, StringRule, TextForm};

use super::scalar::SCALARS;

/// Pages have 50 objects when the request does not say, and 200 at most; `docs/api.md` tells clients what costs how much.
pub const CONVENTIONS: Conventions = Conventions { scalars: SCALARS, cost: COST, input: INPUT };

const COST: CostModel = CostModel {
    default_page: 50,
    max_page: 200,
    unpaged_list: 10,
    mutation: 10,
    // Each request of `requestRelationships` writes as much as a mutation of its own.
    elements: &[("requests", 10)],
    computed_orders: &["NEXT_GRANT_END", "SUBSCRIPTION_COUNT"],
    computed_order: 100,
};

const INPUT: InputRules = InputRules {
    max_elements: 100,
    // The domain bounds what an object may be called more narrowly.
    max_characters: 1_000,
    strings: &[
        StringRule { name: "search", max_characters: 200, form: TextForm::Line },
        // A cursor has the name at which its page ends in it.
        StringRule { name: "after", max_characters: 4_000, form: TextForm::Line },
        StringRule { name: "before", max_characters: 4_000, form: TextForm::Line },
        StringRule { name: "message", max_characters: 10_000, form: TextForm::Message },
        StringRule { name: "reason", max_characters: 10_000, form: TextForm::Message },
    ],
};
