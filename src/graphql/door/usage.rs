//! Rules of validation that the validator leaves out.
//!
//! It compares a variable with its place only where the variable is a whole argument, takes a default of `null` for a
//! value, and knows neither that an input field may be given once, nor that a `@oneOf` input object takes exactly one,
//! nor how a custom scalar is written.
//! These are checked here, for every operation and all that it reaches (specification, "All Variable Usages Are
//! Allowed", "All Variable Uses Defined", "Input Object Field Uniqueness", "Values of Correct Type").

use std::collections::HashSet;

use apollo_compiler::ast::{Argument, InputValueDefinition, Type, Value, VariableDefinition};
use apollo_compiler::executable::{DirectiveList, Operation, Selection, SelectionSet};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{ExecutableDocument, Node};

use super::catalogue::{Catalogue, Scalar, is_one_of};
use super::lines::Lines;
use super::refusal::{Complaint, Refusal};

/// Refuses a document that the validator has found valid, for what it does not look at.
pub(super) fn check(
    document: &ExecutableDocument,
    catalogue: &Catalogue,
    lines: &Lines,
) -> Result<(), Refusal> {
    let mut complaints = Vec::new();
    for operation in document.operations.iter() {
        let mut checker = Checker {
            document,
            catalogue,
            lines,
            operation,
            visited: HashSet::new(),
            complaints: Vec::new(),
        };
        checker.operation();
        complaints.append(&mut checker.complaints);
    }
    if complaints.is_empty() {
        return Ok(());
    }
    complaints.truncate(Complaint::MOST);
    Err(Refusal::Validation(complaints))
}

/// What a place in the document expects.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// A value of this type; the place has a default value if it is said so.
    Typed { ty: &'a Type, has_default: bool },
    /// The field of a `@oneOf` input object: like a non-null type without a default.
    OneOf(&'a Type),
    /// Inside a custom scalar, where anything goes.
    Free,
}

struct Checker<'a> {
    document: &'a ExecutableDocument,
    catalogue: &'a Catalogue,
    lines: &'a Lines,
    operation: &'a Operation,
    /// Fragments that were checked for this operation; its variables are the same in all places.
    visited: HashSet<&'a str>,
    complaints: Vec<Complaint>,
}

impl<'a> Checker<'a> {
    fn operation(&mut self) {
        for variable in &self.operation.variables {
            if let Some(default) = &variable.default_value {
                self.value(Place::Typed { ty: &variable.ty, has_default: false }, default);
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
            if let Some(definition) = self.catalogue.schema().directive_definitions.get(&directive.name) {
                self.arguments(&definition.arguments, &directive.arguments);
            }
        }
    }

    fn arguments(&mut self, definitions: &'a [Node<InputValueDefinition>], arguments: &'a [Node<Argument>]) {
        for argument in arguments {
            if let Some(definition) = definitions.iter().find(|definition| definition.name == argument.name) {
                let has_default = definition.default_value.is_some();
                self.value(Place::Typed { ty: &definition.ty, has_default }, &argument.value);
            }
        }
    }

    fn value(&mut self, place: Place<'a>, value: &'a Node<Value>) {
        if let Some(scalar) = self.scalar(place, value)
            && !value.as_str().is_some_and(scalar.reads)
        {
            self.complain(format!("A value of type `{}` is {}.", scalar.name, scalar.form), value);
            return;
        }
        match &**value {
            Value::Variable(name) => {
                match self.operation.variables.iter().find(|variable| variable.name == *name) {
                    Some(variable) if !fits(variable, place) => self.misplaced(variable, place, value),
                    Some(_) => {}
                    None => self.complain(format!("The variable `${name}` is not defined."), value),
                }
            }
            Value::List(items) => {
                let place = match place {
                    Place::Typed { ty, .. } | Place::OneOf(ty) if ty.is_list() => {
                        Place::Typed { ty: ty.item_type(), has_default: false }
                    }
                    _ => Place::Free,
                };
                for item in items {
                    self.value(place, item);
                }
            }
            Value::Object(fields) => self.object(place, value, fields),
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
        place: Place<'a>,
        value: &'a Node<Value>,
        fields: &'a [(apollo_compiler::Name, Node<Value>)],
    ) {
        let mut names = HashSet::new();
        for (name, field) in fields {
            if !names.insert(name) {
                self.complain(format!("The input field `{name}` is given more than once."), field);
            }
        }
        let input = self.input_object(place);
        if let Some(input) = input.filter(|input| is_one_of(input))
            && (fields.len() != 1 || fields.iter().any(|(_, field)| field.is_null()))
        {
            let message = format!("The input object `{}` takes exactly one field, and not null.", input.name);
            self.complain(message, value);
        }
        for (name, field) in fields {
            let place = match input.and_then(|input| Some((input, input.fields.get(name)?))) {
                Some((input, definition)) if is_one_of(input) => Place::OneOf(&definition.ty),
                Some((_, definition)) => {
                    Place::Typed { ty: &definition.ty, has_default: definition.default_value.is_some() }
                }
                None => Place::Free,
            };
            self.value(place, field);
        }
    }

    /// The custom scalar of known form that this literal stands for.
    fn scalar(&self, place: Place<'a>, value: &Value) -> Option<&'static Scalar> {
        let (Place::Typed { ty, .. } | Place::OneOf(ty)) = place else { return None };
        match value {
            Value::Variable(_) | Value::Null => None,
            Value::List(_) if ty.is_list() => None,
            _ => self.catalogue.scalar(ty.inner_named_type()),
        }
    }

    fn input_object(&self, place: Place<'a>) -> Option<&'a InputObjectType> {
        let (Place::Typed { ty, .. } | Place::OneOf(ty)) = place else { return None };
        self.catalogue.kind(ty.inner_named_type()).and_then(ExtendedType::as_input_object)
    }

    fn misplaced(&mut self, variable: &VariableDefinition, place: Place<'a>, value: &Node<Value>) {
        let expected = match place {
            Place::Typed { ty, .. } => ty.to_string(),
            Place::OneOf(ty) => ty.clone().non_null().to_string(),
            Place::Free => return,
        };
        let (name, given) = (&variable.name, &variable.ty);
        self.complain(
            format!("The variable `${name}` is of type `{given}`; this place takes `{expected}`."),
            value,
        );
    }

    fn complain(&mut self, message: String, value: &Node<Value>) {
        self.complaints.push(Complaint::new(message, self.lines.of_span(value.location())));
    }
}

/// `IsVariableUsageAllowed` of the specification.
fn fits(variable: &VariableDefinition, place: Place<'_>) -> bool {
    let (ty, has_default) = match place {
        Place::Typed { ty, has_default } => (ty.clone(), has_default),
        Place::OneOf(ty) => return variable.ty.is_assignable_to(&ty.clone().non_null()),
        Place::Free => return true,
    };
    if !ty.is_non_null() || variable.ty.is_non_null() {
        return variable.ty.is_assignable_to(&ty);
    }
    let has_value = variable.default_value.as_ref().is_some_and(|default| !default.is_null());
    (has_value || has_default) && variable.ty.is_assignable_to(&ty.nullable())
}
