//! How much a document amounts to once its fragments are written out.
//!
//! Measured on the syntax tree before validation, in time linear in the document: each fragment is weighed once, and
//! sums saturate. A few hundred bytes of fragments can amount to more fields than there are atoms, and the validator's
//! comparison of overlapping fields takes its time from that number, not from the document's length; so does its look at
//! fragments and at the values of arguments.

use std::collections::HashMap;

use apollo_compiler::Node;
use apollo_compiler::ast::{
    Definition, Document, FragmentDefinition, OperationDefinition, OperationType, Selection, Value,
};
use async_graphql::Pos;

use super::limits::{Limits, Measure};
use super::lines::Lines;
use super::refusal::Refusal;

/// Refuses a document above a limit, or with a fragment that spreads itself. Fragments that no operation reaches are
/// not weighed; validation refuses them.
pub(super) fn weigh(document: &Document, lines: &Lines, limits: &Limits) -> Result<(), Refusal> {
    let mut scale = Scale { fragments: HashMap::new(), open: 0, lines, limits };
    for definition in &document.definitions {
        if let Definition::FragmentDefinition(fragment) = definition {
            // Of two with one name either will do: validation refuses the document.
            scale.fragments.insert(&fragment.name, Fragment::Unknown(fragment));
        }
    }
    let mut total = Weight::default();
    for definition in &document.definitions {
        if let Definition::OperationDefinition(operation) = definition {
            let weight = scale.operation(operation)?;
            limits.check(Measure::RootFields, weight.level)?;
            if operation.operation_type == OperationType::Mutation {
                limits.check(Measure::Mutations, weight.level)?;
            }
            total = total.beside(weight);
        }
    }
    limits.check(Measure::Nesting, total.nesting)?;
    limits.check(Measure::Depth, total.depth)?;
    limits.check(Measure::IntrospectionDepth, total.introspection)?;
    limits.check(Measure::Fields, total.fields)?;
    limits.check(Measure::Aliases, total.aliases)?;
    limits.check(Measure::Fragments, total.fragments)?;
    limits.check(Measure::Values, total.values)?;
    limits.check(Measure::Directives, total.directives)
}

/// What a selection set amounts to.
#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    fields: u64,
    aliases: u64,
    fragments: u64,
    values: u64,
    directives: u64,
    /// Fields of this selection set itself, those of its fragments included.
    level: u64,
    /// Levels of fields.
    depth: u64,
    /// Levels of fields below `__schema` and `__type`.
    introspection: u64,
    /// Selection sets inside one another, those of fragments included.
    nesting: u64,
}

impl Weight {
    /// What two neighbours amount to together.
    fn beside(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            fragments: self.fragments.saturating_add(other.fragments),
            values: self.values.saturating_add(other.values),
            directives: self.directives.saturating_add(other.directives),
            level: self.level.saturating_add(other.level),
            depth: self.depth.max(other.depth),
            introspection: self.introspection.max(other.introspection),
            nesting: self.nesting.max(other.nesting),
        }
    }

    /// What a fragment amounts to where it is spread, with this many directives.
    fn spread(mut self, directives: usize) -> Self {
        self.fragments = self.fragments.saturating_add(1);
        self.with_directives(directives)
    }

    fn with_directives(mut self, count: usize) -> Self {
        self.directives = self.directives.saturating_add(count as u64);
        self
    }
}

/// A value and all that is in it. How deeply values nest is known to be within bounds.
fn values(value: &Value) -> u64 {
    1 + match value {
        Value::List(items) => items.iter().map(|item| values(item)).sum(),
        Value::Object(fields) => fields.iter().map(|(_, field)| values(field)).sum(),
        _ => 0,
    }
}

enum Fragment<'a> {
    Unknown(&'a Node<FragmentDefinition>),
    /// On the path from the operation to where the scale is now.
    Open,
    Known(Weight),
}

struct Scale<'a> {
    fragments: HashMap<&'a str, Fragment<'a>>,
    /// Selection sets around where the scale is now. Checked on the way down: the scale's own stack is at stake.
    open: u64,
    lines: &'a Lines,
    limits: &'a Limits,
}

impl<'a> Scale<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Weight, Refusal> {
        let declared: usize = operation.variables.iter().map(|variable| variable.directives.len()).sum();
        let weight = self.selections(&operation.selection_set)?;
        Ok(weight.with_directives(operation.directives.len() + declared))
    }

    fn selections(&mut self, selections: &'a [Selection]) -> Result<Weight, Refusal> {
        if selections.is_empty() {
            return Ok(Weight::default());
        }
        self.open += 1;
        self.limits.check(Measure::Nesting, self.open)?;
        let mut total = Weight::default();
        for selection in selections {
            let weight = match selection {
                Selection::Field(field) => {
                    let below = self.selections(&field.selection_set)?;
                    let introspects = matches!(field.name.as_str(), "__schema" | "__type");
                    let aliased = field.alias.as_ref().is_some_and(|alias| *alias != field.name);
                    Weight {
                        fields: below.fields.saturating_add(1),
                        aliases: below.aliases.saturating_add(aliased.into()),
                        fragments: below.fragments,
                        values: field
                            .arguments
                            .iter()
                            .fold(below.values, |sum, argument| sum.saturating_add(values(&argument.value))),
                        directives: below.directives,
                        level: 1,
                        depth: if introspects { 1 } else { below.depth + 1 },
                        introspection: if introspects { below.depth } else { below.introspection },
                        nesting: below.nesting,
                    }
                    .with_directives(field.directives.len())
                }
                Selection::InlineFragment(inline) => {
                    self.selections(&inline.selection_set)?.spread(inline.directives.len())
                }
                Selection::FragmentSpread(spread) => {
                    let at = self.lines.of_span(spread.location());
                    self.fragment(&spread.fragment_name, at)?.spread(spread.directives.len())
                }
            };
            total = total.beside(weight);
        }
        self.open -= 1;
        total.nesting += 1;
        Ok(total)
    }

    fn fragment(&mut self, name: &'a str, at: Option<Pos>) -> Result<Weight, Refusal> {
        let Some(fragment) = self.fragments.get_mut(name) else {
            // Validation refuses what is not defined.
            return Ok(Weight::default());
        };
        match std::mem::replace(fragment, Fragment::Open) {
            Fragment::Unknown(definition) => {
                let weight =
                    self.selections(&definition.selection_set)?.with_directives(definition.directives.len());
                self.fragments.insert(name, Fragment::Known(weight));
                Ok(weight)
            }
            Fragment::Open => {
                let message =
                    format!("The fragment `{name}` spreads itself, directly or through other fragments.");
                Err(Refusal::invalid(message, at))
            }
            Fragment::Known(weight) => {
                *fragment = Fragment::Known(weight);
                Ok(weight)
            }
        }
    }
}
