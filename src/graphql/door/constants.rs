//! Argument values with nothing left to look up.
//!
//! Variables are replaced by their values, and values take the form of their place's type: a single value where a list
//! is expected becomes a list of one, an integer ID becomes its digits, an input object gets its defaults
//! (specification, "Input Coercion" of each type). The engine then has nothing to misread.

use apollo_compiler::Node;
use apollo_compiler::ast::{Type, Value as Literal};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Number, Value};

use super::catalogue::{Catalogue, is_one_of};
use super::limits::{Limits, Measure};
use super::refusal::Refusal;
use super::variables::Variables;

/// Makes constants, and counts what they take: a variable of some kilobytes can be used in every argument of a
/// document.
#[derive(Debug)]
pub(super) struct Constants<'a> {
    catalogue: &'a Catalogue,
    limits: &'a Limits,
    variables: Option<&'a Variables<'a>>,
    bytes: u64,
}

impl<'a> Constants<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, limits: &'a Limits, variables: &'a Variables<'a>) -> Self {
        Self { catalogue, limits, variables: Some(variables), bytes: 0 }
    }

    /// For default values, which cannot use variables.
    pub(super) fn without_variables(catalogue: &'a Catalogue, limits: &'a Limits) -> Self {
        Self { catalogue, limits, variables: None, bytes: 0 }
    }

    /// The value of a literal that has passed validation against `ty`; `None` for a variable without a value.
    pub(super) fn value(&mut self, ty: &Type, literal: &Node<Literal>) -> Result<Option<Value>, Refusal> {
        match &**literal {
            Literal::Variable(name) => {
                let value = self.variables.and_then(|variables| variables.get(name));
                if ty.is_non_null() && value == Some(&Value::Null) {
                    // A nullable variable may stand here for the sake of a default, which an explicit null forgoes.
                    return Err(Refusal::Variables(vec![super::refusal::Complaint::new(
                        format!("The variable `${name}` is null, but it is used where `{ty}` takes no null."),
                        None,
                    )]));
                }
                value.map(|value| self.spend(size(value)).map(|()| value.clone())).transpose()
            }
            Literal::Null => Ok(Some(Value::Null)),
            Literal::List(items) if ty.is_list() => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.value(ty.item_type(), item)?.unwrap_or_default());
                }
                Ok(Some(Value::List(list)))
            }
            _ if ty.is_list() => {
                let item = self.value(ty.item_type(), literal)?;
                Ok(Some(Value::List(item.into_iter().collect())))
            }
            Literal::Object(fields) => match self.catalogue.kind(ty.inner_named_type()) {
                Some(ExtendedType::InputObject(input)) => self.object(input, fields).map(Some),
                _ => self.free(literal),
            },
            Literal::Int(digits) if ty.inner_named_type() == "ID" => {
                self.spend(digits.as_str().len() as u64)?;
                Ok(Some(Value::String(digits.as_str().to_owned())))
            }
            _ => self.free(literal),
        }
    }

    fn object(
        &mut self,
        input: &InputObjectType,
        fields: &[(apollo_compiler::Name, Node<Literal>)],
    ) -> Result<Value, Refusal> {
        let mut object = IndexMap::new();
        for (name, definition) in &input.fields {
            let given = fields.iter().find(|(given, _)| given == name);
            let mut value = None;
            if let Some((_, literal)) = given {
                value = self.value(&definition.ty, literal)?;
            }
            if value.is_none()
                && let Some(default) = &definition.default_value
            {
                value = self.value(&definition.ty, default)?;
            }
            if let Some(value) = value {
                object.insert(Name::new(name), value);
            }
        }
        // A variable is non-null here, and always has a value.
        debug_assert!(!is_one_of(input) || object.len() == 1);
        Ok(Value::Object(object))
    }

    /// A leaf, or anything inside a custom scalar.
    fn free(&mut self, literal: &Node<Literal>) -> Result<Option<Value>, Refusal> {
        let value = match &**literal {
            Literal::Variable(name) => {
                let value = self.variables.and_then(|variables| variables.get(name));
                return value.map(|value| self.spend(size(value)).map(|()| value.clone())).transpose();
            }
            Literal::Null => Value::Null,
            Literal::Enum(name) => Value::Enum(Name::new(name)),
            Literal::String(text) => Value::String(text.clone()),
            Literal::Boolean(truth) => Value::Boolean(*truth),
            Literal::Int(digits) => Value::Number(number(digits.as_str())?),
            Literal::Float(digits) => Value::Number(number(digits.as_str())?),
            Literal::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.free(item)?.unwrap_or_default());
                }
                Value::List(list)
            }
            Literal::Object(fields) => {
                let mut object = IndexMap::new();
                for (name, field) in fields {
                    if let Some(value) = self.free(field)? {
                        object.insert(Name::new(name), value);
                    }
                }
                Value::Object(object)
            }
        };
        if !matches!(value, Value::List(_) | Value::Object(_)) {
            self.spend(size(&value))?;
        }
        Ok(Some(value))
    }

    fn spend(&mut self, bytes: u64) -> Result<(), Refusal> {
        self.bytes = self.bytes.saturating_add(bytes);
        self.limits.check(Measure::ValueBytes, self.bytes)
    }
}

/// Nearly what a value takes; the few bytes of each value's own are there so that a list of nulls is not free.
fn size(value: &Value) -> u64 {
    let own = 8;
    own + match value {
        Value::Null | Value::Number(_) | Value::Boolean(_) => 0,
        Value::String(text) => text.len() as u64,
        Value::Enum(name) => name.len() as u64,
        Value::Binary(bytes) => bytes.len() as u64,
        Value::List(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.iter().map(|(name, field)| name.len() as u64 + size(field)).sum(),
    }
}

fn number(digits: &str) -> Result<Number, Refusal> {
    digits.parse().map_err(|_| Refusal::invalid("A number is beyond the range of a double.", None))
}
