//! The cost of an operation, as [`AdmittedOperation::cost`](crate::AdmittedOperation::cost) describes it.
//!
//! With the default [`CostModel`], `{ customers(first: 50) { nodes { subscriptions(first: 10) { nodes { offer { name } } } } } }`
//! costs 1 for the connection and 50 times a customer, which is 1, its connection 1, and 10 times a subscription and an
//! offer, 20: together 1 + 50 × 22 = 1,101.
//!
//! It estimates what is fetched, not the time it takes.

use apollo_compiler::ast::FieldDefinition;
use async_graphql::Value;

use crate::arguments::Arguments;
use crate::conventions::CostModel;
use crate::path::Path;
use crate::policy::Policy;

/// The argument that names objects by their ids, of which a field answers with one for each.
pub(crate) const IDS: &str = "ids";

impl CostModel {
    /// What the elements of a list in an argument cost.
    pub(crate) fn elements(&self, path: Path<'_>, count: usize) -> u64 {
        let name = path.name();
        if name == IDS && path.depth() == 0 {
            // The objects that the field answers with are counted instead.
            return 0;
        }
        self.element(name).saturating_mul(count as u64)
    }

    /// What an element costs of a list that is given under this name.
    pub(crate) fn element(&self, name: &str) -> u64 {
        self.elements.iter().find(|(other, _)| *other == name).map_or(1, |(_, cost)| *cost)
    }

    fn order(&self, arguments: &Arguments) -> u64 {
        let Some(Value::Object(order)) = arguments.get("orderBy") else { return 0 };
        match order.get("field") {
            Some(Value::Enum(field)) if self.computed_orders.contains(&field.as_str()) => self.computed_order,
            _ => 0,
        }
    }

    fn page(&self, arguments: &Arguments) -> u64 {
        let sizes = ["first", "last"].into_iter().filter_map(|name| match arguments.get(name) {
            // A negative size is the resolver's to refuse.
            Some(Value::Number(number)) => Some(number.as_u64().unwrap_or_default()),
            _ => None,
        });
        sizes.max().unwrap_or(self.default_page).min(self.max_page).max(1)
    }
}

/// How long the lists among the fields of an object are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListContext {
    /// As each of them says.
    Unpaged,
    /// As the page that the object is, such as a connection.
    Page(u64),
}

/// A field as it stands in an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldUse<'a> {
    /// The type that has the field.
    pub(crate) parent: &'a str,
    pub(crate) definition: &'a FieldDefinition,
    pub(crate) arguments: &'a Arguments,
    /// Of the object that has the field.
    pub(crate) lists: ListContext,
}

/// What a field costs, but for the fields below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldCost {
    /// How many objects it answers with; 0 for a leaf.
    objects: u64,
    /// What is counted once, however many objects there are.
    fixed: u64,
    /// For the fields below it.
    pub(crate) lists: ListContext,
}

impl FieldCost {
    pub(crate) fn of(field: FieldUse<'_>, policy: &Policy) -> Self {
        let FieldUse { parent, definition, arguments, lists } = field;
        let (schema, model) = (&policy.schema, &policy.conventions.cost);
        let writes = schema.is_mutation_root(parent) && !definition.name.starts_with("__");
        let mutation = if writes { model.mutation } else { 0 };
        let fixed = arguments.elements_cost.saturating_add(mutation).saturating_add(model.order(arguments));
        let single = Self { objects: 1, fixed, lists: ListContext::Unpaged };
        if schema.is_leaf(definition.ty.inner_named_type()) {
            return Self { objects: 0, ..single };
        }
        if parent.starts_with("__") {
            let is_list = definition.ty.is_list();
            let objects = if is_list { schema.mean_lengths().length(&definition.name) } else { 1 };
            return Self { objects, ..single };
        }
        let page = is_paged(definition).then(|| model.page(arguments));
        match (definition.ty.is_list(), page, lists) {
            (false, Some(page), _) => Self { lists: ListContext::Page(page), ..single },
            (false, None, _) => single,
            (true, Some(page), _) | (true, None, ListContext::Page(page)) => Self { objects: page, ..single },
            (true, None, ListContext::Unpaged) => {
                Self { objects: ids(arguments).unwrap_or(model.unpaged_list), ..single }
            }
        }
    }

    /// What the field costs in all, when the fields below it cost `below` for each object.
    pub(crate) fn with(self, below: u64) -> u64 {
        below.saturating_add(1).saturating_mul(self.objects).saturating_add(self.fixed)
    }
}

pub(crate) fn is_paged(definition: &FieldDefinition) -> bool {
    definition.arguments.iter().any(|argument| matches!(argument.name.as_str(), "first" | "last"))
}

/// How many objects are asked for by their ids.
fn ids(arguments: &Arguments) -> Option<u64> {
    match arguments.get(IDS) {
        Some(Value::List(ids)) => Some(ids.len() as u64),
        _ => None,
    }
}
