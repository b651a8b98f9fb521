//! The values that a request gives for the variables of its operation.
//!
//! They are coerced to the types that the operation declares (GraphQL, "Coercing Variable Values"), so that nothing after
//! the gate has to check them again. A custom scalar of unknown format takes any value. A value that does not fit is named
//! by its path, and never quoted: it may be a secret.

use std::collections::HashMap;

use apollo_compiler::ast::Type;
use apollo_compiler::executable::Operation;
use apollo_compiler::schema::{EnumType, ExtendedType, InputObjectType};
use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Number, Value};
use serde_json::Value as Json;

use crate::conventions::ScalarFormat;
use crate::limits::Limit;
use crate::line_index::LineIndex;
use crate::literals::LiteralCoercion;
use crate::path::{Path, Segment};
use crate::policy::Policy;
use crate::rejection::{Rejection, RequestError};
use crate::schema_index::is_one_of;

/// Coerced values; a variable without a value and without a default is not among them.
#[derive(Debug, Default)]
pub(crate) struct Variables<'a>(HashMap<&'a str, Value>);

impl<'a> Variables<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Coerces the variables that the operation declares, in their order. Values for others are ignored, as the
    /// specification demands.
    pub(crate) fn coerce(
        operation: &'a Operation,
        given: &serde_json::Map<String, Json>,
        line_index: &LineIndex,
        policy: &Policy,
    ) -> Result<Self, Rejection> {
        let mut values = HashMap::new();
        let mut errors = Vec::new();
        let mut literals = LiteralCoercion::without_variables(policy);
        for variable in &operation.variables {
            let name = variable.name.as_str();
            let value = match (given.get(name), &variable.default_value) {
                (Some(json), _) => VariableCoercion { policy, literals: &mut literals }.value(
                    &variable.ty,
                    json,
                    Path::of(name),
                ),
                (None, Some(default)) => match literals.coerce(&variable.ty, default)? {
                    Some(value) => Ok(value),
                    None => continue,
                },
                (None, None) if variable.ty.is_non_null() => Err(Rejection::variable(format!(
                    "The variable `${name}` of type `{}` has no value.",
                    variable.ty
                ))),
                (None, None) => continue,
            };
            match value {
                Ok(value) => {
                    values.insert(name, value);
                }
                Err(Rejection::Variables(found)) => {
                    let locations: Vec<_> = line_index.position(variable.location()).into_iter().collect();
                    let found = found.into_iter();
                    errors.extend(found.map(|error| RequestError { locations: locations.clone(), ..error }));
                }
                Err(other) => return Err(other),
            }
        }
        if errors.is_empty() {
            return Ok(Self(values));
        }
        errors.truncate(RequestError::MAX_ERRORS);
        Err(Rejection::Variables(errors))
    }
}

struct VariableCoercion<'a, 'b> {
    policy: &'a Policy,
    /// For the defaults of input fields.
    literals: &'b mut LiteralCoercion<'a>,
}

impl VariableCoercion<'_, '_> {
    fn value(&mut self, ty: &Type, json: &Json, path: Path<'_>) -> Result<Value, Rejection> {
        self.check_depth(path)?;
        if json.is_null() {
            if ty.is_non_null() {
                return Err(Rejection::variable(format!(
                    "The variable `${path}` is null, but `{ty}` takes no null."
                )));
            }
            return Ok(Value::Null);
        }
        if ty.is_list() {
            // A single value is a list of one (GraphQL, "List", "Input Coercion").
            let items = json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice);
            let in_list = json.is_array();
            return items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    let segment = Segment::Index(index);
                    self.value(ty.item_type(), item, if in_list { path.then(segment) } else { path })
                })
                .collect::<Result<_, _>>()
                .map(Value::List);
        }
        match self.policy.schema.definition(ty.inner_named_type()) {
            Some(ExtendedType::InputObject(input)) => self.object(input, json, path),
            Some(ExtendedType::Enum(definition)) => enum_value(definition, json, path),
            _ => self.scalar(ty.inner_named_type(), json, path),
        }
    }

    /// Keeps the recursion within the limit on nesting.
    fn check_depth(&self, path: Path<'_>) -> Result<(), Rejection> {
        let allowed = self.policy.limits.allowed(Limit::Nesting);
        if path.depth() > allowed {
            return Err(Rejection::variable(format!(
                "The variable `${path}` is nested more than {allowed} levels deep."
            )));
        }
        Ok(())
    }

    fn object(&mut self, input: &InputObjectType, json: &Json, path: Path<'_>) -> Result<Value, Rejection> {
        let Json::Object(given) = json else { return Err(mismatch(&input.name, json, path)) };
        if let Some(unknown) = given.keys().find(|key| !input.fields.contains_key(key.as_str())) {
            let at = path.then(Segment::Field(unknown));
            return Err(Rejection::variable(format!(
                "The variable `${at}` is not a field of `{}`.",
                input.name
            )));
        }
        if is_one_of(input) && (given.len() != 1 || given.values().any(Json::is_null)) {
            let name = &input.name;
            return Err(Rejection::variable(format!(
                "The variable `${path}` of type `{name}` takes exactly one field, and not null."
            )));
        }
        let mut fields = IndexMap::new();
        for (name, definition) in &input.fields {
            let at = path.then(Segment::Field(name));
            let value = match (given.get(name.as_str()), &definition.default_value) {
                (Some(json), _) => Some(self.value(&definition.ty, json, at)?),
                (None, Some(default)) => self.literals.coerce(&definition.ty, default)?,
                (None, None) if definition.is_required() => {
                    return Err(Rejection::variable(format!(
                        "The variable `${at}` of type `{}` has no value.",
                        definition.ty
                    )));
                }
                (None, None) => None,
            };
            if let Some(value) = value {
                fields.insert(Name::new(name), value);
            }
        }
        Ok(Value::Object(fields))
    }

    fn scalar(&mut self, name: &str, json: &Json, path: Path<'_>) -> Result<Value, Rejection> {
        let value = match (name, json) {
            ("Int", Json::Number(number)) => int(number).map(|number| Value::Number(number.into())),
            ("Float", Json::Number(number)) => Some(Value::Number(number.clone())),
            ("String" | "ID", Json::String(text)) => Some(Value::String(text.clone())),
            ("ID", Json::Number(number)) if number.is_i64() || number.is_u64() => {
                Some(Value::String(number.to_string()))
            }
            ("Boolean", Json::Bool(boolean)) => Some(Value::Boolean(*boolean)),
            ("Int" | "Float" | "String" | "ID" | "Boolean", _) => None,
            _ => match (self.policy.scalar(name), json) {
                (Some(scalar), Json::String(text)) if (scalar.is_valid)(text) => {
                    Some(Value::String(text.clone()))
                }
                (Some(ScalarFormat { description, .. }), _) => {
                    return Err(Rejection::variable(format!(
                        "The variable `${path}` of type `{name}` takes {description}."
                    )));
                }
                (None, _) => return self.untyped(json, path),
            },
        };
        value.ok_or_else(|| mismatch(name, json, path))
    }

    /// The value of a custom scalar of unknown format, as it is.
    fn untyped(&mut self, json: &Json, path: Path<'_>) -> Result<Value, Rejection> {
        self.check_depth(path)?;
        Ok(match json {
            Json::Null => Value::Null,
            Json::Bool(boolean) => Value::Boolean(*boolean),
            Json::Number(number) => Value::Number(number.clone()),
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => Value::List(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.untyped(item, path.then(Segment::Index(index))))
                    .collect::<Result<_, _>>()?,
            ),
            Json::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, field)| {
                        Ok((Name::new(name), self.untyped(field, path.then(Segment::Field(name)))?))
                    })
                    .collect::<Result<_, Rejection>>()?,
            ),
        })
    }
}

/// An `Int` has no fraction and at most 32 bits; 5.0 is taken for 5, because JSON does not distinguish them.
fn int(number: &Number) -> Option<i32> {
    if let Some(number) = number.as_i64() {
        return i32::try_from(number).ok();
    }
    let number = number.as_f64().filter(|number| number.fract() == 0.0)?;
    (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number).then(|| {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within the range of an i32")]
        let number = number as i32;
        number
    })
}

fn enum_value(definition: &EnumType, json: &Json, path: Path<'_>) -> Result<Value, Rejection> {
    match json {
        Json::String(text) => match definition.values.get_key_value(text.as_str()) {
            Some((name, _)) => Ok(Value::Enum(Name::new(name))),
            None => Err(Rejection::variable(format!(
                "The variable `${path}` is not one of the values of `{}`.",
                definition.name
            ))),
        },
        _ => Err(mismatch(&definition.name, json, path)),
    }
}

fn mismatch(expected: &str, found: &Json, path: Path<'_>) -> Rejection {
    let found = match found {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) if expected == "Int" => "a number that is not whole or has more than 32 bits",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    };
    Rejection::variable(format!("The variable `${path}` takes `{expected}`, found {found}."))
}
