//! The values that come with a request for the variables of its operation.
//!
//! They are made to fit the types that the operation declares (specification, "Coercing Variable Values"), so that
//! nothing behind the door has to look at them again. A custom scalar of which no form is known takes any value.
//! What does not fit is named by its path, and never quoted: it may be a secret.

use std::collections::HashMap;

use apollo_compiler::ast::Type;
use apollo_compiler::executable::Operation;
use apollo_compiler::schema::{EnumType, ExtendedType, InputObjectType};
use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Number, Value};
use serde_json::Value as Json;

use super::catalogue::{Catalogue, Scalar, is_one_of};
use super::constants::Constants;
use super::limits::{Limits, Measure};
use super::lines::Lines;
use super::path::{Path, Step};
use super::refusal::{Complaint, Refusal};

/// Coerced values; a variable without a value and without a default is not among them.
#[derive(Debug, Default)]
pub(super) struct Variables<'a>(HashMap<&'a str, Value>);

impl<'a> Variables<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Coerces all that the operation declares. Values that it does not declare are ignored, as the specification has
    /// it.
    pub(super) fn coerce(
        operation: &'a Operation,
        given: &serde_json::Map<String, Json>,
        (catalogue, lines, limits): (&Catalogue, &Lines, &Limits),
    ) -> Result<Self, Refusal> {
        let mut values = HashMap::new();
        let mut complaints = Vec::new();
        let mut constants = Constants::without_variables(catalogue, limits);
        for variable in &operation.variables {
            let name = variable.name.as_str();
            let value = match (given.get(name), &variable.default_value) {
                (Some(json), _) => {
                    let deepest = limits.allowed(Measure::Nesting);
                    Coercion { catalogue, constants: &mut constants, deepest }.value(
                        &variable.ty,
                        json,
                        Path::of(name),
                    )
                }
                (None, Some(default)) => match constants.value(&variable.ty, default)? {
                    Some(value) => Ok(value),
                    None => continue,
                },
                (None, None) if variable.ty.is_non_null() => Err(Refusal::misfit(format!(
                    "The variable `${name}` of type `{}` has no value.",
                    variable.ty
                ))),
                (None, None) => continue,
            };
            match value {
                Ok(value) => {
                    values.insert(name, value);
                }
                Err(Refusal::Variables(misfits)) => {
                    let locations: Vec<_> = lines.of_span(variable.location()).into_iter().collect();
                    let misfits = misfits.into_iter();
                    complaints
                        .extend(misfits.map(|misfit| Complaint { locations: locations.clone(), ..misfit }));
                }
                Err(other) => return Err(other),
            }
        }
        if complaints.is_empty() {
            return Ok(Self(values));
        }
        complaints.truncate(Complaint::MOST);
        Err(Refusal::Variables(complaints))
    }
}

struct Coercion<'a, 'b> {
    catalogue: &'a Catalogue,
    constants: &'b mut Constants<'a>,
    /// Lists and objects that may be inside one another.
    deepest: u64,
}

impl Coercion<'_, '_> {
    fn value(&mut self, ty: &Type, json: &Json, path: Path<'_>) -> Result<Value, Refusal> {
        if path.depth() > self.deepest {
            let allowed = self.deepest;
            return Err(Refusal::misfit(format!(
                "The variable `${path}` is nested more than {allowed} levels deep."
            )));
        }
        if json.is_null() {
            if ty.is_non_null() {
                return Err(Refusal::misfit(format!(
                    "The variable `${path}` is null, but `{ty}` takes no null."
                )));
            }
            return Ok(Value::Null);
        }
        if ty.is_list() {
            // A single value stands for a list of one.
            let items = json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice);
            let in_list = json.is_array();
            return items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    let step = Step::Index(index);
                    self.value(ty.item_type(), item, if in_list { path.then(step) } else { path })
                })
                .collect::<Result<_, _>>()
                .map(Value::List);
        }
        match self.catalogue.kind(ty.inner_named_type()) {
            Some(ExtendedType::InputObject(input)) => self.object(input, json, path),
            Some(ExtendedType::Enum(choice)) => one_of_the_values(choice, json, path),
            _ => self.scalar(ty.inner_named_type(), json, path),
        }
    }

    fn object(&mut self, input: &InputObjectType, json: &Json, path: Path<'_>) -> Result<Value, Refusal> {
        let Json::Object(given) = json else { return Err(mismatch(&input.name, json, path)) };
        if let Some(unknown) = given.keys().find(|key| !input.fields.contains_key(key.as_str())) {
            let at = path.then(Step::Field(unknown));
            return Err(Refusal::misfit(format!("The variable `${at}` is not a field of `{}`.", input.name)));
        }
        if is_one_of(input) && (given.len() != 1 || given.values().any(Json::is_null)) {
            let name = &input.name;
            return Err(Refusal::misfit(format!(
                "The variable `${path}` of type `{name}` takes exactly one field, and not null."
            )));
        }
        let mut fields = IndexMap::new();
        for (name, definition) in &input.fields {
            let at = path.then(Step::Field(name));
            let value = match (given.get(name.as_str()), &definition.default_value) {
                (Some(json), _) => Some(self.value(&definition.ty, json, at)?),
                (None, Some(default)) => self.constants.value(&definition.ty, default)?,
                (None, None) if definition.is_required() => {
                    return Err(Refusal::misfit(format!(
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

    fn scalar(&mut self, name: &str, json: &Json, path: Path<'_>) -> Result<Value, Refusal> {
        let value = match (name, json) {
            ("Int", Json::Number(number)) => whole(number).map(|number| Value::Number(number.into())),
            ("Float", Json::Number(number)) => Some(Value::Number(number.clone())),
            ("String" | "ID", Json::String(text)) => Some(Value::String(text.clone())),
            ("ID", Json::Number(number)) if number.is_i64() || number.is_u64() => {
                Some(Value::String(number.to_string()))
            }
            ("Boolean", Json::Bool(truth)) => Some(Value::Boolean(*truth)),
            ("Int" | "Float" | "String" | "ID" | "Boolean", _) => None,
            _ => match (self.catalogue.scalar(name), json) {
                (Some(scalar), Json::String(text)) if (scalar.reads)(text) => {
                    Some(Value::String(text.clone()))
                }
                (Some(Scalar { form, .. }), _) => {
                    return Err(Refusal::misfit(format!(
                        "The variable `${path}` of type `{name}` takes {form}."
                    )));
                }
                (None, _) => return self.free(json, path),
            },
        };
        value.ok_or_else(|| mismatch(name, json, path))
    }

    /// A custom scalar's value, as it is.
    fn free(&mut self, json: &Json, path: Path<'_>) -> Result<Value, Refusal> {
        if path.depth() > self.deepest {
            let allowed = self.deepest;
            return Err(Refusal::misfit(format!(
                "The variable `${path}` is nested more than {allowed} levels deep."
            )));
        }
        Ok(match json {
            Json::Null => Value::Null,
            Json::Bool(truth) => Value::Boolean(*truth),
            Json::Number(number) => Value::Number(number.clone()),
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => Value::List(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.free(item, path.then(Step::Index(index))))
                    .collect::<Result<_, _>>()?,
            ),
            Json::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, field)| {
                        Ok((Name::new(name), self.free(field, path.then(Step::Field(name)))?))
                    })
                    .collect::<Result<_, Refusal>>()?,
            ),
        })
    }
}

/// JSON does not tell 5 from 5.0, so neither do we; what has a fraction or more than 32 bits is no Int.
fn whole(number: &Number) -> Option<i32> {
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

fn one_of_the_values(choice: &EnumType, json: &Json, path: Path<'_>) -> Result<Value, Refusal> {
    match json {
        Json::String(text) => match choice.values.get_key_value(text.as_str()) {
            Some((name, _)) => Ok(Value::Enum(Name::new(name))),
            None => Err(Refusal::misfit(format!(
                "The variable `${path}` is not one of the values of `{}`.",
                choice.name
            ))),
        },
        _ => Err(mismatch(&choice.name, json, path)),
    }
}

fn mismatch(expected: &str, found: &Json, path: Path<'_>) -> Refusal {
    let found = match found {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) if expected == "Int" => "a number that is not whole or has more than 32 bits",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    };
    Refusal::misfit(format!("The variable `${path}` takes `{expected}`, found {found}."))
}
