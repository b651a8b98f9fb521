//! Values that are written in the document, coerced to the type that is expected of them.
//!
//! Variables are replaced by their values; a single value where a list is expected becomes a list of one, an integer ID
//! becomes its digits, an input object gets its defaults (GraphQL, "Input Coercion" of each type). The engine then has
//! nothing to interpret.

use apollo_compiler::Node;
use apollo_compiler::ast::{Type, Value as Literal};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Number, Value};

use crate::limits::Limit;
use crate::policy::Policy;
use crate::rejection::Rejection;
use crate::schema_index::is_one_of;
use crate::variables::Variables;

type FieldLiteral = (apollo_compiler::Name, Node<Literal>);
type Object = IndexMap<Name, Value>;

/// Coerces literals, and counts the bytes of what it makes: a variable of some kilobytes can be used in every argument of
/// a document.
#[derive(Debug)]
pub(crate) struct LiteralCoercion<'a> {
    policy: &'a Policy,
    variables: Option<&'a Variables<'a>>,
    bytes: u64,
}

impl<'a> LiteralCoercion<'a> {
    pub(crate) fn new(policy: &'a Policy, variables: &'a Variables<'a>) -> Self {
        Self { policy, variables: Some(variables), bytes: 0 }
    }

    /// For default values, which cannot use variables.
    pub(crate) fn without_variables(policy: &'a Policy) -> Self {
        Self { policy, variables: None, bytes: 0 }
    }

    pub(crate) fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// The value of a literal that has passed validation against `ty`; `None` for a variable without a value.
    pub(crate) fn coerce(&mut self, ty: &Type, literal: &Node<Literal>) -> Result<Option<Value>, Rejection> {
        self.value(Some(ty), literal)
    }

    /// Inside a custom scalar there is no type.
    fn value(&mut self, ty: Option<&Type>, literal: &Node<Literal>) -> Result<Option<Value>, Rejection> {
        let item = ty.filter(|ty| ty.is_list()).map(Type::item_type);
        let value = match &**literal {
            Literal::Variable(name) => return self.variable(name, ty),
            Literal::Null => Value::Null,
            Literal::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for literal in items {
                    list.push(self.value(item, literal)?.unwrap_or_default());
                }
                self.count(OVERHEAD)?;
                return Ok(Some(Value::List(list)));
            }
            _ if item.is_some() => Value::List(self.value(item, literal)?.into_iter().collect()),
            Literal::Object(fields) => {
                let definition = ty.and_then(|ty| self.policy.schema.definition(ty.inner_named_type()));
                let object = match definition.and_then(ExtendedType::as_input_object) {
                    Some(input) => self.input_object(input, fields)?,
                    None => self.untyped_object(fields)?,
                };
                self.count(OVERHEAD)?;
                return Ok(Some(Value::Object(object)));
            }
            Literal::Enum(name) => Value::Enum(Name::new(name)),
            Literal::String(text) => Value::String(text.clone()),
            Literal::Boolean(boolean) => Value::Boolean(*boolean),
            Literal::Int(digits) if ty.is_some_and(|ty| ty.inner_named_type() == "ID") => {
                Value::String(digits.as_str().to_owned())
            }
            Literal::Int(digits) => Value::Number(number(digits.as_str())?),
            Literal::Float(digits) => Value::Number(number(digits.as_str())?),
        };
        self.count(size(&value))?;
        Ok(Some(value))
    }

    fn variable(&mut self, name: &str, ty: Option<&Type>) -> Result<Option<Value>, Rejection> {
        let Some(value) = self.variables.and_then(|variables| variables.get(name)) else { return Ok(None) };
        if let Some(ty) = ty.filter(|ty| ty.is_non_null() && *value == Value::Null) {
            // A nullable variable is valid here because it or the argument has a default, which an explicit null overrides
            // (GraphQL, "Allowing Optional Variables When Default Values Exist").
            let message =
                format!("The variable `${name}` is null, but it is used where `{ty}` takes no null.");
            return Err(Rejection::variable(message));
        }
        self.count(size(value))?;
        Ok(Some(value.clone()))
    }

    fn input_object(&mut self, input: &InputObjectType, given: &[FieldLiteral]) -> Result<Object, Rejection> {
        let mut object = Object::new();
        for (name, definition) in &input.fields {
            let mut value = None;
            if let Some((_, literal)) = given.iter().find(|(given, _)| given == name) {
                value = self.value(Some(&definition.ty), literal)?;
            }
            if value.is_none()
                && let Some(default) = &definition.default_value
            {
                value = self.value(Some(&definition.ty), default)?;
            }
            if let Some(value) = value {
                self.count(name.len() as u64)?;
                object.insert(Name::new(name), value);
            }
        }
        // `value_rules` allows only a non-null variable here, which always has a value.
        debug_assert!(!is_one_of(input) || object.len() == 1);
        Ok(object)
    }

    fn untyped_object(&mut self, given: &[FieldLiteral]) -> Result<Object, Rejection> {
        let mut object = Object::new();
        for (name, literal) in given {
            if let Some(value) = self.value(None, literal)? {
                self.count(name.len() as u64)?;
                object.insert(Name::new(name), value);
            }
        }
        Ok(object)
    }

    fn count(&mut self, bytes: u64) -> Result<(), Rejection> {
        self.bytes = self.bytes.saturating_add(bytes);
        self.policy.limits.check(Limit::ValueBytes, self.bytes)
    }
}

/// Bytes that are counted for a value besides its text, so that a list of nulls is not free.
const OVERHEAD: u64 = 16;

fn size(value: &Value) -> u64 {
    OVERHEAD
        + match value {
            Value::Null | Value::Number(_) | Value::Boolean(_) => 0,
            Value::String(text) => text.len() as u64,
            Value::Enum(name) => name.len() as u64,
            Value::Binary(bytes) => bytes.len() as u64,
            Value::List(items) => items.iter().map(size).sum(),
            Value::Object(fields) => fields.iter().map(|(name, field)| name.len() as u64 + size(field)).sum(),
        }
}

fn number(digits: &str) -> Result<Number, Rejection> {
    digits.parse().map_err(|_| Rejection::invalid("A number is beyond the range of a double.", None))
}

/// A valid document fits the schema, so no client gets this.
pub(crate) fn schema_mismatch() -> Rejection {
    Rejection::invalid("The document does not fit the schema.", None)
}
