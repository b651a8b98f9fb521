//! Validation rules about values that apollo-compiler leaves out.
//!
//! It compares a variable with the type that is expected only where the variable is a whole argument, takes a default of
//! `null` for a value, and knows neither that an input field may be given only once, nor that a value of a `@oneOf` input
//! object has exactly one field, nor which format a custom scalar has.
//!
//! These are checked here, for every operation and all that it reaches (GraphQL, "All Variable Usages Are Allowed", "All
//! Variable Uses Defined", "Input Object Field Uniqueness", "Values of Correct Type").

use std::collections::HashSet;

use apollo_compiler::ast::{Argument, InputValueDefinition, Type, Value, VariableDefinition};
use apollo_compiler::executable::{DirectiveList, Operation, Selection, SelectionSet};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{ExecutableDocument, Node};

use crate::conventions::ScalarFormat;
use crate::line_index::LineIndex;
use crate::policy::Policy;
use crate::rejection::{Rejection, RequestError};
use crate::schema_index::is_one_of;

/// Rejects a document that is valid but for these rules.
pub(crate) fn check_values(
    document: &ExecutableDocument,
    line_index: &LineIndex,
    policy: &Policy,
) -> Result<(), Rejection> {
    let mut errors = Vec::new();
    for operation in document.operations.iter() {
        let visited = HashSet::new();
        let mut validator =
            ValueValidator { document, policy, line_index, operation, visited, errors: Vec::new() };
        validator.operation();
        errors.append(&mut validator.errors);
    }
    if errors.is_empty() {
        return Ok(());
    }
    errors.truncate(RequestError::MAX_ERRORS);
    Err(Rejection::Validation(errors))
}

/// What is expected of a value where it stands.
#[derive(Clone, Copy)]
enum InputPosition<'a> {
    /// A value of this type, of an argument or an input field that may have a default.
    Typed { ty: &'a Type, has_default: bool },
    /// The field of a `@oneOf` input object, which acts like a non-null type without a default.
    OneOf(&'a Type),
    /// Any value: it is inside a custom scalar.
    Untyped,
}

struct ValueValidator<'a> {
    document: &'a ExecutableDocument,
    policy: &'a Policy,
    line_index: &'a LineIndex,
    operation: &'a Operation,
    /// Fragments that were checked for this operation. Its variables are the same at every spread, so once is enough.
    visited: HashSet<&'a str>,
    errors: Vec<RequestError>,
}

impl<'a> ValueValidator<'a> {
    fn operation(&mut self) {
        for variable in &self.operation.variables {
            if let Some(default) = &variable.default_value {
                self.value(InputPosition::Typed { ty: &variable.ty, has_default: false }, default);
            }
            self.directives(&variable.directives);
        }
        self.directives(&self.operation.directives);
        self.selections(&self.operation.selection_set);
    }

    fn selections(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            self.directives(selection.directives());
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.definition.arguments, &field.arguments);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && self.visited.insert(&fragment.name)
                    {
                        self.directives(&fragment.directives);
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &'a DirectiveList) {
        for directive in directives {
            if let Some(definition) = self.policy.schema.apollo().directive_definitions.get(&directive.name) {
                self.arguments(&definition.arguments, &directive.arguments);
            }
        }
    }

    fn arguments(&mut self, definitions: &'a [Node<InputValueDefinition>], arguments: &'a [Node<Argument>]) {
        for argument in arguments {
            if let Some(definition) = definitions.iter().find(|definition| definition.name == argument.name) {
                let has_default = definition.default_value.is_some();
                self.value(InputPosition::Typed { ty: &definition.ty, has_default }, &argument.value);
            }
        }
    }

    fn value(&mut self, position: InputPosition<'a>, value: &'a Node<Value>) {
        if let Some(scalar) = self.scalar(position, value)
            && !value.as_str().is_some_and(scalar.is_valid)
        {
            self.error(format!("A value of type `{}` is {}.", scalar.name, scalar.description), value);
            return;
        }
        match &**value {
            Value::Variable(name) => {
                match self.operation.variables.iter().find(|variable| variable.name == *name) {
                    Some(variable) if !is_usage_allowed(variable, position) => {
                        self.disallowed(variable, position, value);
                    }
                    Some(_) => {}
                    None => self.error(format!("The variable `${name}` is not defined."), value),
                }
            }
            Value::List(items) => {
                let position = match position {
                    InputPosition::Typed { ty, .. } | InputPosition::OneOf(ty) if ty.is_list() => {
                        InputPosition::Typed { ty: ty.item_type(), has_default: false }
                    }
                    _ => InputPosition::Untyped,
                };
                for item in items {
                    self.value(position, item);
                }
            }
            Value::Object(fields) => self.object(position, value, fields),
            Value::Null
            | Value::Enum(_)
            | Value::String(_)
            | Value::Float(_)
            | Value::Int(_)
            | Value::Boolean(_) => {}
        }
    }

    fn object(
        &mut self,
        position: InputPosition<'a>,
        value: &'a Node<Value>,
        fields: &'a [(apollo_compiler::Name, Node<Value>)],
    ) {
        let mut names = HashSet::new();
        for (name, field) in fields {
            if !names.insert(name) {
                self.error(format!("The input field `{name}` is given more than once."), field);
            }
        }
        let input = self.input_object(position);
        if let Some(input) = input.filter(|input| is_one_of(input))
            && (fields.len() != 1 || fields.iter().any(|(_, field)| field.is_null()))
        {
            let message = format!("The input object `{}` takes exactly one field, and not null.", input.name);
            self.error(message, value);
        }
        for (name, field) in fields {
            let position = match input.and_then(|input| Some((input, input.fields.get(name)?))) {
                Some((input, definition)) if is_one_of(input) => InputPosition::OneOf(&definition.ty),
                Some((_, definition)) => InputPosition::Typed {
                    ty: &definition.ty,
                    has_default: definition.default_value.is_some(),
                },
                None => InputPosition::Untyped,
            };
            self.value(position, field);
        }
    }

    /// The format of the custom scalar that this value is written for, if it is known.
    fn scalar(&self, position: InputPosition<'a>, value: &Value) -> Option<&'static ScalarFormat> {
        let (InputPosition::Typed { ty, .. } | InputPosition::OneOf(ty)) = position else { return None };
        match value {
            Value::Variable(_) | Value::Null => None,
            Value::List(_) if ty.is_list() => None,
            _ => self.policy.scalar(ty.inner_named_type()),
        }
    }

    fn input_object(&self, position: InputPosition<'a>) -> Option<&'a InputObjectType> {
        let (InputPosition::Typed { ty, .. } | InputPosition::OneOf(ty)) = position else { return None };
        self.policy.schema.definition(ty.inner_named_type()).and_then(ExtendedType::as_input_object)
    }

    fn disallowed(
        &mut self,
        variable: &VariableDefinition,
        position: InputPosition<'a>,
        value: &Node<Value>,
    ) {
        let expected = match position {
            InputPosition::Typed { ty, .. } => ty.to_string(),
            InputPosition::OneOf(ty) => ty.clone().non_null().to_string(),
            InputPosition::Untyped => return,
        };
        let (name, given) = (&variable.name, &variable.ty);
        self.error(
            format!("The variable `${name}` is of type `{given}`; this place takes `{expected}`."),
            value,
        );
    }

    fn error(&mut self, message: String, value: &Node<Value>) {
        self.errors.push(RequestError::new(message, self.line_index.position(value.location())));
    }
}

/// `IsVariableUsageAllowed` (GraphQL, "All Variable Usages Are Allowed").
fn is_usage_allowed(variable: &VariableDefinition, position: InputPosition<'_>) -> bool {
    let (ty, has_default) = match position {
        InputPosition::Typed { ty, has_default } => (ty.clone(), has_default),
        InputPosition::OneOf(ty) => return variable.ty.is_assignable_to(&ty.clone().non_null()),
        InputPosition::Untyped => return true,
    };
    if !ty.is_non_null() || variable.ty.is_non_null() {
        return variable.ty.is_assignable_to(&ty);
    }
    let has_value = variable.default_value.as_ref().is_some_and(|default| !default.is_null());
    (has_value || has_default) && variable.ty.is_assignable_to(&ty.nullable())
}
