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

type Pair = (apollo_compiler::Name, Node<Literal>);
type Object = IndexMap<Name, Value>;

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

    pub(super) fn catalogue(&self) -> &'a Catalogue {
        self.catalogue
    }

    /// The value of a literal that has passed validation against `ty`; `None` for a variable without a value.
    pub(super) fn value(&mut self, ty: &Type, literal: &Node<Literal>) -> Result<Option<Value>, Refusal> {
        self.make(Some(ty), literal)
    }

    /// Inside a custom scalar there is no type.
    fn make(&mut self, ty: Option<&Type>, literal: &Node<Literal>) -> Result<Option<Value>, Refusal> {
        let item = ty.filter(|ty| ty.is_list()).map(Type::item_type);
        let value = match &**literal {
            Literal::Variable(name) => return self.variable(name, ty),
            Literal::Null => Value::Null,
            Literal::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for literal in items {
                    list.push(self.make(item, literal)?.unwrap_or_default());
                }
                self.spend(OWN)?;
                return Ok(Some(Value::List(list)));
            }
            _ if item.is_some() => Value::List(self.make(item, literal)?.into_iter().collect()),
            Literal::Object(fields) => {
                let kind = ty.and_then(|ty| self.catalogue.kind(ty.inner_named_type()));
                let object = match kind.and_then(ExtendedType::as_input_object) {
                    Some(input) => self.input(input, fields)?,
                    None => self.object(fields)?,
                };
                self.spend(OWN)?;
                return Ok(Some(Value::Object(object)));
            }
            Literal::Enum(name) => Value::Enum(Name::new(name)),
            Literal::String(text) => Value::String(text.clone()),
            Literal::Boolean(truth) => Value::Boolean(*truth),
            Literal::Int(digits) if ty.is_some_and(|ty| ty.inner_named_type() == "ID") => {
                Value::String(digits.as_str().to_owned())
            }
            Literal::Int(digits) => Value::Number(number(digits.as_str())?),
            Literal::Float(digits) => Value::Number(number(digits.as_str())?),
        };
        self.spend(size(&value))?;
        Ok(Some(value))
    }

    fn variable(&mut self, name: &str, ty: Option<&Type>) -> Result<Option<Value>, Refusal> {
        let Some(value) = self.variables.and_then(|variables| variables.get(name)) else { return Ok(None) };
        if let Some(ty) = ty.filter(|ty| ty.is_non_null() && *value == Value::Null) {
            // A nullable variable may stand here for the sake of a default, which an explicit null forgoes.
            let message =
                format!("The variable `${name}` is null, but it is used where `{ty}` takes no null.");
            return Err(Refusal::misfit(message));
        }
        self.spend(size(value))?;
        Ok(Some(value.clone()))
    }

    fn input(&mut self, input: &InputObjectType, given: &[Pair]) -> Result<Object, Refusal> {
        let mut object = Object::new();
        for (name, definition) in &input.fields {
            let mut value = None;
            if let Some((_, literal)) = given.iter().find(|(given, _)| given == name) {
                value = self.make(Some(&definition.ty), literal)?;
            }
            if value.is_none()
                && let Some(default) = &definition.default_value
            {
                value = self.make(Some(&definition.ty), default)?;
            }
            if let Some(value) = value {
                self.spend(name.len() as u64)?;
                object.insert(Name::new(name), value);
            }
        }
        // A variable is non-null here, and always has a value.
        debug_assert!(!is_one_of(input) || object.len() == 1);
        Ok(object)
    }

    fn object(&mut self, given: &[Pair]) -> Result<Object, Refusal> {
        let mut object = Object::new();
        for (name, literal) in given {
            if let Some(value) = self.make(None, literal)? {
                self.spend(name.len() as u64)?;
                object.insert(Name::new(name), value);
            }
        }
        Ok(object)
    }

    fn spend(&mut self, bytes: u64) -> Result<(), Refusal> {
        self.bytes = self.bytes.saturating_add(bytes);
        self.limits.check(Measure::ValueBytes, self.bytes)
    }
}

/// What a value takes besides its text, so that a list of nulls is not free.
const OWN: u64 = 16;

fn size(value: &Value) -> u64 {
    OWN + match value {
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
