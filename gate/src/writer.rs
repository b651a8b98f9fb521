//! Writes the engine's document from a validated one.
//!
//! The engine gets one operation without named fragments, directives and variables, and without a response key twice in a
//! selection set: it would execute such a field once for each time, a mutation's too. Where the answer depends on the type
//! of the object, the fields are written out for each type that it may have, in the order that the specification demands
//! for that type. Positions are those of the client's text, so that the engine's errors point there.

use apollo_compiler::Node;
use apollo_compiler::executable::{Field, Operation, SelectionSet};
use async_graphql::parser::types as engine;
use async_graphql::{Name, Pos, Positioned, Value};

use crate::arguments::{self, Arguments};
use crate::cost::{FieldCost, FieldUse, ListContext};
use crate::fields::{FieldCollector, Fields, RuntimeType};
use crate::limits::Limit;
use crate::literals::{LiteralCoercion, schema_mismatch};
use crate::policy::Policy;
use crate::rejection::Rejection;

/// The selections of the operation, and what they cost.
#[derive(Debug)]
pub(crate) struct WrittenOperation {
    pub(crate) selections: Positioned<engine::SelectionSet>,
    pub(crate) cost: u64,
    /// Whether it is a query of nothing but the schema.
    pub(crate) introspection_cost: u64,
}

/// Writes one operation.
#[derive(Debug)]
pub(crate) struct DocumentWriter<'a> {
    collector: FieldCollector<'a>,
    literals: LiteralCoercion<'a>,
    policy: &'a Policy,
    /// Fields that were written: types that multiply are beyond what the document has.
    fields: u64,
    introspection_cost: u64,
}

/// A selection set of the engine's document, with its cost.
type Selected = (engine::SelectionSet, u64);

impl<'a> DocumentWriter<'a> {
    pub(crate) fn new(collector: FieldCollector<'a>, policy: &'a Policy) -> Self {
        let literals = LiteralCoercion::new(policy, collector.variables);
        Self { collector, literals, policy, fields: 0, introspection_cost: 0 }
    }

    pub(crate) fn write(mut self, operation: &'a Node<Operation>) -> Result<WrittenOperation, Rejection> {
        let set = &operation.selection_set;
        let fields =
            self.collector.collect(RuntimeType::Object(&set.ty), &[set])?.ok_or_else(schema_mismatch)?;
        let (selections, cost) = self.fields(&set.ty, &fields, ListContext::Unpaged)?;
        self.policy.limits.check(Limit::Cost, cost)?;
        self.policy.limits.check(Limit::IntrospectionCost, self.introspection_cost)?;
        let selections = Positioned::new(selections, self.position(operation));
        Ok(WrittenOperation { selections, cost, introspection_cost: self.introspection_cost })
    }

    fn position<T: ?Sized>(&self, node: &Node<T>) -> Pos {
        self.collector.line_index.position(node.location()).unwrap_or_default()
    }

    /// The merged selection sets of all fields with one response key.
    fn selections(
        &mut self,
        ty: &str,
        sets: &[&'a SelectionSet],
        lists: ListContext,
    ) -> Result<Selected, Rejection> {
        if self.policy.schema.is_object(ty) {
            let fields =
                self.collector.collect(RuntimeType::Object(ty), sets)?.ok_or_else(schema_mismatch)?;
            return self.fields(ty, &fields, lists);
        }
        if let Some(fields) = self.collector.collect(RuntimeType::AnyOf(ty), sets)? {
            return self.fields(ty, &fields, lists);
        }
        let mut items = Vec::new();
        let mut highest = 0;
        for object in self.policy.schema.possible_types(ty).into_iter().flatten() {
            let fields =
                self.collector.collect(RuntimeType::Object(object), sets)?.ok_or_else(schema_mismatch)?;
            let Some(first) = fields.values().flatten().next() else { continue };
            let position = self.position(first);
            let (selections, cost) = self.fields(object, &fields, lists)?;
            highest = highest.max(cost);
            let on = Positioned::new(Name::new(object), position);
            let fragment = engine::InlineFragment {
                type_condition: Some(Positioned::new(engine::TypeCondition { on }, position)),
                directives: Vec::new(),
                selection_set: Positioned::new(selections, position),
            };
            let fragment = engine::Selection::InlineFragment(Positioned::new(fragment, position));
            items.push(Positioned::new(fragment, position));
        }
        Ok((engine::SelectionSet { items }, highest))
    }

    fn fields(&mut self, ty: &str, fields: &Fields<'a>, lists: ListContext) -> Result<Selected, Rejection> {
        let mut items = Vec::with_capacity(fields.len());
        let mut total: u64 = 0;
        for same in fields.values() {
            let (field, cost) = self.field(ty, same, lists)?;
            total = total.saturating_add(cost);
            let position = field.pos;
            items.push(Positioned::new(engine::Selection::Field(field), position));
        }
        Ok((engine::SelectionSet { items }, total))
    }

    /// One field from all those with its response key.
    fn field(
        &mut self,
        parent: &str,
        same: &[&'a Node<Field>],
        lists: ListContext,
    ) -> Result<(Positioned<engine::Field>, u64), Rejection> {
        let first = *same.first().ok_or_else(schema_mismatch)?;
        let position = self.position(first);
        if same.iter().any(|other| other.name != first.name || !arguments::are_same(first, other)) {
            let key = first.response_key();
            let message = format!("The fields `{key}` differ in their arguments; give one of them an alias.");
            return Err(Rejection::invalid(message, Some(position)));
        }
        self.fields = self.fields.saturating_add(1);
        self.policy.limits.check(Limit::Fields, self.fields)?;
        let definition = self.policy.schema.field(parent, &first.name).ok_or_else(schema_mismatch)?;
        let arguments = Arguments::coerce(first, definition, &mut self.literals, self.collector.line_index)?;
        let field_cost =
            FieldCost::of(FieldUse { parent, definition, arguments: &arguments, lists }, self.policy);
        let sets: Vec<_> = same.iter().map(|field| &field.selection_set).collect();
        let ty = definition.ty.inner_named_type();
        let (selections, below) = if self.policy.schema.is_leaf(ty) {
            (engine::SelectionSet::default(), 0)
        } else {
            self.selections(ty, &sets, field_cost.lists)?
        };
        let mut cost = field_cost.with(below);
        if matches!(first.name.as_str(), "__schema" | "__type") {
            self.introspection_cost = self.introspection_cost.saturating_add(cost);
            cost = 0;
        }
        let alias = first.alias.as_ref().filter(|alias| **alias != first.name);
        let field = engine::Field {
            alias: alias.map(|alias| Positioned::new(Name::new(alias), position)),
            name: Positioned::new(Name::new(&first.name), position),
            arguments: arguments
                .into_pairs()
                .map(|(name, value)| (name, value.map(Value::into_value)))
                .collect(),
            directives: Vec::new(),
            selection_set: Positioned::new(selections, position),
        };
        Ok((Positioned::new(field, position), cost))
    }
}
