//! The arguments of a field.

use apollo_compiler::ast::{FieldDefinition, Value as Literal};
use apollo_compiler::executable::Field;
use async_graphql::{Name, Pos, Positioned, Value};

use crate::input_bounds::InputBounds;
use crate::line_index::LineIndex;
use crate::literals::{LiteralCoercion, schema_mismatch};
use crate::path::Path;
use crate::rejection::Rejection;

/// The arguments of a field that have a value, coerced and within their bounds.
#[derive(Debug)]
pub(crate) struct Arguments {
    arguments: Vec<Argument>,
    /// What the elements of their lists cost.
    pub(crate) elements_cost: u64,
}

#[derive(Debug)]
struct Argument {
    name: Name,
    value: Value,
    position: Pos,
}

impl Arguments {
    /// An argument that is a variable without a value is left out, so that its default applies (GraphQL, "Coercing Field
    /// Arguments").
    pub(crate) fn coerce(
        field: &Field,
        definition: &FieldDefinition,
        literals: &mut LiteralCoercion<'_>,
        line_index: &LineIndex,
    ) -> Result<Self, Rejection> {
        let mut arguments = Vec::with_capacity(field.arguments.len());
        let mut bounds = InputBounds::new(literals.policy());
        for argument in &field.arguments {
            let expected = definition.argument_by_name(&argument.name).ok_or_else(schema_mismatch)?;
            if let Some(mut value) = literals.coerce(&expected.ty, &argument.value)? {
                let position = line_index.position(argument.value.location());
                bounds.enforce(&expected.ty, &mut value, Path::of(&argument.name)).map_err(|violation| {
                    Rejection::invalid(format!("In `{}`, the argument {violation}", field.name), position)
                })?;
                let position = position.unwrap_or_default();
                arguments.push(Argument { name: Name::new(&argument.name), value, position });
            }
        }
        Ok(Self { arguments, elements_cost: bounds.elements_cost })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.arguments.iter().find(|argument| argument.name == name).map(|argument| &argument.value)
    }

    /// Name and value of each, as the engine has them.
    pub(crate) fn into_pairs(self) -> impl Iterator<Item = (Positioned<Name>, Positioned<Value>)> {
        self.arguments.into_iter().map(|Argument { name, value, position }| {
            (Positioned::new(name, position), Positioned::new(value, position))
        })
    }
}

/// Whether two fields have the same arguments in any order (GraphQL, "Field Selection Merging"). apollo-compiler has
/// compared them, but takes two lists for the same if one begins with the other.
pub(crate) fn are_same(one: &Field, other: &Field) -> bool {
    one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|argument| {
            let counterpart = other.arguments.iter().find(|counterpart| counterpart.name == argument.name);
            counterpart.is_some_and(|counterpart| same_value(&argument.value, &counterpart.value))
        })
}

fn same_value(one: &Literal, other: &Literal) -> bool {
    match (one, other) {
        (Literal::List(one), Literal::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_value(one, other))
        }
        (Literal::Object(one), Literal::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| {
                    let counterpart = other.iter().find(|(counterpart, _)| counterpart == name);
                    counterpart.is_some_and(|(_, counterpart)| same_value(value, counterpart))
                })
        }
        _ => one == other,
    }
}
