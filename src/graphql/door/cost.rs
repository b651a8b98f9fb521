//! What an operation costs, so that a client's developer can foretell it.
//!
//! - Every object counts 1. Leaf fields are free.
//! - A list counts what is in it as often as it may be long: a page by its `first` or `last` (50 when neither is given,
//!   and 200 at most), `nodes(ids:)` by its ids, any other list by 10.
//! - An interface or a union counts as its most expensive type.
//! - Each element of a list that is given to an argument counts 1 besides, at whatever depth it stands: there is a part
//!   of a statement, or a look-up, for each. The `ids` of `nodes` count as its objects already.
//! - An order that goes by other objects than those listed counts 100 besides: it is computed for each object that the
//!   list has, whichever page is read.
//! - Each root field of a mutation counts 10 besides, because it writes, and so does each of the `requests` of
//!   `requestRelationships`.
//!
//! `customers(first: 50) { nodes { subscriptions(first: 10) { nodes { offer { name } } } } }` costs 1 for the
//! connection and 50 times a customer, which is 1, its connection 1, and 10 times a subscription and an offer, 20:
//! together 1 + 50 × 22 = 1,101.
//!
//! It is an upper estimate of what is fetched, not of the time it takes, and it is counted after `@skip`, `@include`
//! and merging, with the request's variables.

use apollo_compiler::ast::FieldDefinition;
use async_graphql::Value;

use super::arguments::Arguments;
use super::catalogue::Catalogue;
use super::path::Path;

/// Objects in a page when the request does not say.
const PAGE: u64 = 50;
/// Objects in a page at most.
const LONGEST_PAGE: u64 = 200;
/// Objects in a list that is not paged.
const LIST: u64 = 10;

/// What an act costs that writes.
const WRITE: u64 = 10;

/// The orders that no index has, and what each costs.
const COMPUTED_ORDERS: [&str; 2] = ["NEXT_GRANT_END", "SUBSCRIPTION_COUNT"];
const COMPUTED_ORDER: u64 = 100;

/// What the elements of a list cost that is given in this place.
pub(super) fn of_elements(path: Path<'_>, count: usize) -> u64 {
    let each = match path.name() {
        // Those of `nodes`; in a filter they are values like others.
        "ids" if path.depth() == 0 => 0,
        "requests" => WRITE,
        _ => 1,
    };
    each * count as u64
}

/// What the parent of a field says about the lists in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parent {
    Object,
    /// A connection whose lists hold this many objects.
    Page(u64),
}

/// What a field counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Price {
    /// How often its object and all below it counts; 0 for a leaf.
    times: u64,
    /// What it counts once, whatever is below it.
    own: u64,
    /// As what the fields below it see it.
    pub(super) parent: Parent,
}

impl Price {
    pub(super) fn of(
        (parent, definition): (&str, &FieldDefinition),
        arguments: &Arguments,
        above: Parent,
        catalogue: &Catalogue,
    ) -> Self {
        let is_write = catalogue.is_mutation(parent) && !definition.name.starts_with("__");
        let acts = if is_write { WRITE } else { 0 };
        let own = arguments.elements.saturating_add(acts + of_order(arguments));
        let once = Self { times: 1, own, parent: Parent::Object };
        if catalogue.is_leaf(definition.ty.inner_named_type()) {
            return Self { times: 0, ..once };
        }
        if parent.starts_with("__") {
            let times =
                if definition.ty.is_list() { catalogue.averages().length(&definition.name) } else { 1 };
            return Self { times, ..once };
        }
        let page = is_paged(definition).then(|| page(arguments));
        match (definition.ty.is_list(), page, above) {
            (false, Some(page), _) => Self { parent: Parent::Page(page), ..once },
            (false, None, _) => once,
            (true, Some(page), _) | (true, None, Parent::Page(page)) => Self { times: page, ..once },
            (true, None, Parent::Object) => Self { times: ids(arguments).unwrap_or(LIST), ..once },
        }
    }

    /// What the field costs when what it is asked for costs `below` for each object.
    pub(super) fn with(self, below: u64) -> u64 {
        below.saturating_add(1).saturating_mul(self.times).saturating_add(self.own)
    }
}

fn is_paged(definition: &FieldDefinition) -> bool {
    definition.arguments.iter().any(|argument| matches!(argument.name.as_str(), "first" | "last"))
}

fn page(arguments: &Arguments) -> u64 {
    let sizes = ["first", "last"].into_iter().filter_map(|name| match arguments.get(name) {
        Some(Value::Number(number)) => Some(number.as_u64().unwrap_or_default()),
        _ => None,
    });
    sizes.max().unwrap_or(PAGE).clamp(1, LONGEST_PAGE)
}

fn of_order(arguments: &Arguments) -> u64 {
    let Some(Value::Object(order)) = arguments.get("orderBy") else { return 0 };
    match order.get("field") {
        Some(Value::Enum(field)) if COMPUTED_ORDERS.contains(&field.as_str()) => COMPUTED_ORDER,
        _ => 0,
    }
}

fn ids(arguments: &Arguments) -> Option<u64> {
    match arguments.get("ids") {
        Some(Value::List(ids)) => Some(ids.len() as u64),
        _ => None,
    }
}
