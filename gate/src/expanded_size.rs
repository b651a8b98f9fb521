//! The size of a document once its fragments are written out wherever they are spread.
//!
//! It is measured on the syntax tree before validation, in time linear in the document: each fragment is measured once, and
//! sums saturate. A few hundred bytes of fragments can expand to more fields than there are atoms, and the validator compares
//! overlapping fields in time that grows with that number, not with the length of the text; likewise it visits fragments and
//! the values of arguments.

use std::collections::HashMap;

use apollo_compiler::Node;
use apollo_compiler::ast::{
    Definition, Document, FragmentDefinition, OperationDefinition, OperationType, Selection, Value,
};
use async_graphql::Pos;

use crate::limits::{Limit, Limits};
use crate::line_index::LineIndex;
use crate::rejection::Rejection;

/// Rejects a document beyond a limit, or with a fragment that spreads itself (GraphQL, "Fragment Spreads Must Not Form
/// Cycles"). Fragments that no operation reaches are not measured; validation rejects them.
pub(crate) fn check_expanded_size(
    document: &Document,
    line_index: &LineIndex,
    limits: &Limits,
) -> Result<(), Rejection> {
    let mut measurement = Measurement { fragments: HashMap::new(), open_sets: 0, line_index, limits };
    for definition in &document.definitions {
        if let Definition::FragmentDefinition(fragment) = definition {
            // Of two with one name either will do: validation rejects the document.
            measurement.fragments.insert(&fragment.name, Fragment::Unmeasured(fragment));
        }
    }
    let mut total = ExpandedSize::default();
    for definition in &document.definitions {
        if let Definition::OperationDefinition(operation) = definition {
            let size = measurement.operation(operation)?;
            limits.check(Limit::RootFields, size.level)?;
            if operation.operation_type == OperationType::Mutation {
                limits.check(Limit::Mutations, size.level)?;
            }
            total = total.plus(size);
        }
    }
    limits.check(Limit::Nesting, total.nesting)?;
    limits.check(Limit::Depth, total.depth)?;
    limits.check(Limit::IntrospectionDepth, total.introspection)?;
    limits.check(Limit::Fields, total.fields)?;
    limits.check(Limit::Aliases, total.aliases)?;
    limits.check(Limit::Fragments, total.fragments)?;
    limits.check(Limit::Values, total.values)?;
    limits.check(Limit::Directives, total.directives)
}

/// The size of a selection set.
#[derive(Clone, Copy, Debug, Default)]
struct ExpandedSize {
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

impl ExpandedSize {
    /// The size of two selections side by side.
    fn plus(self, other: Self) -> Self {
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

    /// The size of a fragment where it is spread with this many directives.
    fn spread(mut self, directives: usize) -> Self {
        self.fragments = self.fragments.saturating_add(1);
        self.with_directives(directives)
    }

    fn with_directives(mut self, count: usize) -> Self {
        self.directives = self.directives.saturating_add(count as u64);
        self
    }
}

/// How many values a value is, with all that is in it. The scan has bounded how deeply values nest.
fn values(value: &Value) -> u64 {
    1 + match value {
        Value::List(items) => items.iter().map(|item| values(item)).sum(),
        Value::Object(fields) => fields.iter().map(|(_, field)| values(field)).sum(),
        _ => 0,
    }
}

enum Fragment<'a> {
    Unmeasured(&'a Node<FragmentDefinition>),
    /// Being measured: a spread of it now is one inside itself.
    InProgress,
    Measured(ExpandedSize),
}

struct Measurement<'a> {
    fragments: HashMap<&'a str, Fragment<'a>>,
    /// Selection sets around the one being measured. It is checked on the way down, because measuring recurses.
    open_sets: u64,
    line_index: &'a LineIndex,
    limits: &'a Limits,
}

impl<'a> Measurement<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<ExpandedSize, Rejection> {
        let declared: usize = operation.variables.iter().map(|variable| variable.directives.len()).sum();
        let size = self.selections(&operation.selection_set)?;
        Ok(size.with_directives(operation.directives.len() + declared))
    }

    fn selections(&mut self, selections: &'a [Selection]) -> Result<ExpandedSize, Rejection> {
        if selections.is_empty() {
            return Ok(ExpandedSize::default());
        }
        self.open_sets += 1;
        self.limits.check(Limit::Nesting, self.open_sets)?;
        let mut total = ExpandedSize::default();
        for selection in selections {
            let size = match selection {
                Selection::Field(field) => {
                    let below = self.selections(&field.selection_set)?;
                    let introspects = matches!(field.name.as_str(), "__schema" | "__type");
                    let aliased = field.alias.as_ref().is_some_and(|alias| *alias != field.name);
                    ExpandedSize {
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
                    let position = self.line_index.position(spread.location());
                    self.fragment(&spread.fragment_name, position)?.spread(spread.directives.len())
                }
            };
            total = total.plus(size);
        }
        self.open_sets -= 1;
        total.nesting += 1;
        Ok(total)
    }

    fn fragment(&mut self, name: &'a str, position: Option<Pos>) -> Result<ExpandedSize, Rejection> {
        let Some(fragment) = self.fragments.get_mut(name) else {
            // Validation rejects a spread of what is not defined.
            return Ok(ExpandedSize::default());
        };
        match std::mem::replace(fragment, Fragment::InProgress) {
            Fragment::Unmeasured(definition) => {
                let size =
                    self.selections(&definition.selection_set)?.with_directives(definition.directives.len());
                self.fragments.insert(name, Fragment::Measured(size));
                Ok(size)
            }
            Fragment::InProgress => {
                let message =
                    format!("The fragment `{name}` spreads itself, directly or through other fragments.");
                Err(Rejection::invalid(message, position))
            }
            Fragment::Measured(size) => {
                *fragment = Fragment::Measured(size);
                Ok(size)
            }
        }
    }
}
