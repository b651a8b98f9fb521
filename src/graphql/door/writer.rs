//! The engine's document, written from a validated one.
//!
//! What the engine gets has one operation, no named fragments, no directives, no variables and no response key twice in
//! a selection: the engine would run such a field once for each time, a mutation's too. Where the answer depends on the
//! type of the object, the fields are written out for each type it may have, in the order that the specification
//! demands for that type. Places are those of the client's text, so that the engine's errors point there.

use apollo_compiler::Node;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::{Field, Operation, SelectionSet};
use async_graphql::parser::types as engine;
use async_graphql::{Name, Pos, Positioned, Value};

use super::arguments::{self, Arguments};
use super::catalogue::Catalogue;
use super::constants::Constants;
use super::cost::{Parent, Price};
use super::fields::{Collector, Fields, For};
use super::limits::{Limits, Measure};
use super::refusal::Refusal;

/// What was written, and what it costs.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) selections: Positioned<engine::SelectionSet>,
    pub(super) cost: u64,
    /// Whether nothing but the schema is asked for.
    pub(super) introspects: bool,
}

/// Writes one operation.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    collector: Collector<'a>,
    constants: Constants<'a>,
    limits: &'a Limits,
    fields: u64,
    introspection: u64,
}

/// A selection set of the engine's document, with its cost.
type Selected = (engine::SelectionSet, u64);

impl<'a> Writer<'a> {
    pub(super) fn new(collector: Collector<'a>, limits: &'a Limits) -> Self {
        let constants = Constants::new(collector.catalogue, limits, collector.variables);
        Self { collector, constants, limits, fields: 0, introspection: 0 }
    }

    pub(super) fn write(mut self, operation: &'a Node<Operation>) -> Result<Written, Refusal> {
        let set = &operation.selection_set;
        let Some(fields) = self.collector.fields(For::Object(&set.ty), &[set])? else { return Err(unfit()) };
        let introspects = operation.operation_type == OperationType::Query
            && !fields.is_empty()
            && fields.values().flatten().all(|field| field.name.starts_with("__"));
        let (selections, cost) = self.fields(&set.ty, &fields, Parent::Object)?;
        self.limits.check(Measure::Cost, cost)?;
        self.limits.check(Measure::IntrospectionCost, self.introspection)?;
        let at = self.place(operation);
        Ok(Written { selections: Positioned::new(selections, at), cost, introspects })
    }

    fn catalogue(&self) -> &'a Catalogue {
        self.collector.catalogue
    }

    fn place<T: ?Sized>(&self, node: &Node<T>) -> Pos {
        self.collector.lines.of_span(node.location()).unwrap_or_default()
    }

    /// The selection sets of all fields of one response key, as one.
    fn selections(
        &mut self,
        ty: &str,
        sets: &[&'a SelectionSet],
        parent: Parent,
    ) -> Result<Selected, Refusal> {
        if self.catalogue().is_object(ty) {
            let fields = self.collector.fields(For::Object(ty), sets)?.ok_or_else(unfit)?;
            return self.fields(ty, &fields, parent);
        }
        if let Some(fields) = self.collector.fields(For::Any(ty), sets)? {
            return self.fields(ty, &fields, parent);
        }
        let mut items = Vec::new();
        let mut dearest = 0;
        for object in self.catalogue().possible(ty).into_iter().flatten() {
            let fields = self.collector.fields(For::Object(object), sets)?.ok_or_else(unfit)?;
            let Some(first) = fields.values().flatten().next() else { continue };
            let at = self.place(first);
            let (selections, cost) = self.fields(object, &fields, parent)?;
            dearest = dearest.max(cost);
            let on = Positioned::new(Name::new(object), at);
            let fragment = engine::InlineFragment {
                type_condition: Some(Positioned::new(engine::TypeCondition { on }, at)),
                directives: Vec::new(),
                selection_set: Positioned::new(selections, at),
            };
            items.push(Positioned::new(engine::Selection::InlineFragment(Positioned::new(fragment, at)), at));
        }
        Ok((engine::SelectionSet { items }, dearest))
    }

    fn fields(&mut self, ty: &str, fields: &Fields<'a>, parent: Parent) -> Result<Selected, Refusal> {
        let mut items = Vec::with_capacity(fields.len());
        let mut total: u64 = 0;
        for same in fields.values() {
            let Some(first) = same.first() else { continue };
            let (field, cost) = self.field(ty, (first, same), parent)?;
            total = total.saturating_add(cost);
            let at = field.pos;
            items.push(Positioned::new(engine::Selection::Field(field), at));
        }
        Ok((engine::SelectionSet { items }, total))
    }

    fn field(
        &mut self,
        ty: &str,
        (first, same): (&'a Node<Field>, &[&'a Node<Field>]),
        parent: Parent,
    ) -> Result<(Positioned<engine::Field>, u64), Refusal> {
        let at = self.place(first);
        if same.iter().any(|other| other.name != first.name || !arguments::are_same(first, other)) {
            let key = first.response_key();
            let message = format!("The fields `{key}` differ in their arguments; give one of them an alias.");
            return Err(Refusal::invalid(message, Some(at)));
        }
        self.fields = self.fields.saturating_add(1);
        self.limits.check(Measure::Fields, self.fields)?;
        let definition = self.catalogue().field(ty, &first.name).ok_or_else(unfit)?;
        let arguments = Arguments::of(first, definition, &mut self.constants, self.collector.lines)?;
        let price = Price::of((ty, definition), &arguments, parent, self.catalogue());
        let sets: Vec<_> = same.iter().map(|field| &field.selection_set).collect();
        let below = definition.ty.inner_named_type();
        let (selections, below) = if self.catalogue().is_leaf(below) {
            (engine::SelectionSet::default(), 0)
        } else {
            self.selections(below, &sets, price.parent)?
        };
        let mut cost = price.with(below);
        if matches!(first.name.as_str(), "__schema" | "__type") {
            self.introspection = self.introspection.saturating_add(cost);
            cost = 0;
        }
        let alias = first.alias.as_ref().filter(|alias| **alias != first.name);
        let field = engine::Field {
            alias: alias.map(|alias| Positioned::new(Name::new(alias), at)),
            name: Positioned::new(Name::new(&first.name), at),
            arguments: arguments
                .into_pairs()
                .map(|(name, value)| (name, value.map(Value::into_value)))
                .collect(),
            directives: Vec::new(),
            selection_set: Positioned::new(selections, at),
        };
        Ok((Positioned::new(field, at), cost))
    }
}

/// A valid document fits the schema, so this is never said.
pub(super) fn unfit() -> Refusal {
    Refusal::invalid("The document does not fit the schema.", None)
}
