//! A field's arguments.

use apollo_compiler::ast::{FieldDefinition, Value as Literal};
use apollo_compiler::executable::Field;
use async_graphql::{Name, Pos, Positioned, Value};

use super::constants::Constants;
use super::input::Bounds;
use super::lines::Lines;
use super::path::Path;
use super::refusal::Refusal;
use super::writer::unfit;

/// The arguments of a field that have a value, as constants within their bounds.
#[derive(Debug)]
pub(super) struct Arguments {
    given: Vec<Argument>,
    /// What the elements of their lists cost.
    pub(super) elements: u64,
}

#[derive(Debug)]
struct Argument {
    name: Name,
    value: Value,
    at: Pos,
}

impl Arguments {
    /// An argument that is a variable without a value is left out, so that its default applies.
    pub(super) fn of(
        field: &Field,
        definition: &FieldDefinition,
        constants: &mut Constants<'_>,
        lines: &Lines,
    ) -> Result<Self, Refusal> {
        let mut given = Vec::with_capacity(field.arguments.len());
        let mut bounds = Bounds::new(constants.catalogue());
        for argument in &field.arguments {
            let expected = definition.argument_by_name(&argument.name).ok_or_else(unfit)?;
            if let Some(mut value) = constants.value(&expected.ty, &argument.value)? {
                let at = lines.of_span(argument.value.location());
                bounds.hold(&expected.ty, &mut value, Path::of(&argument.name)).map_err(|flaw| {
                    Refusal::invalid(format!("In `{}`, the argument {flaw}", field.name), at)
                })?;
                given.push(Argument { name: Name::new(&argument.name), value, at: at.unwrap_or_default() });
            }
        }
        Ok(Self { given, elements: bounds.elements })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.given.iter().find(|argument| argument.name == name).map(|argument| &argument.value)
    }

    /// Name and value of each, with their places.
    pub(super) fn into_pairs(self) -> impl Iterator<Item = (Positioned<Name>, Positioned<Value>)> {
        self.given
            .into_iter()
            .map(|Argument { name, value, at }| (Positioned::new(name, at), Positioned::new(value, at)))
    }
}

/// Whether two fields have the same arguments in any order. The validator has compared them, but takes lists of
/// different lengths for the same if one begins with the other.
pub(super) fn are_same(one: &Field, other: &Field) -> bool {
    one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|argument| {
            let twin = other.arguments.iter().find(|twin| twin.name == argument.name);
            twin.is_some_and(|twin| same_value(&argument.value, &twin.value))
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
                    let twin = other.iter().find(|(twin, _)| twin == name);
                    twin.is_some_and(|(_, twin)| same_value(value, twin))
                })
        }
        _ => one == other,
    }
}
