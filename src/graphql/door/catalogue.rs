//! The schema as the door knows it.
//!
//! Read once at start-up from the schema's text, so that what is validated is what is published.

use std::collections::HashMap;

use apollo_compiler::ast::{DirectiveDefinition, DirectiveLocation, FieldDefinition, OperationType};
use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema, name, ty};

use super::averages::Averages;

/// Why a text is no schema that a door can stand before; every mistake in it, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SchemaFlaw(String);

/// A custom scalar whose values are strings of a certain form.
#[derive(Clone, Copy, Debug)]
pub struct Scalar {
    pub name: &'static str,
    /// What it takes, as the end of a sentence, with an example.
    pub form: &'static str,
    /// Whether a text has the form.
    pub reads: fn(&str) -> bool,
}

/// A valid schema, with what is asked of it all the time looked up beforehand.
#[derive(Debug)]
pub(super) struct Catalogue {
    schema: Valid<Schema>,
    /// For every composite type the object types that a value of it may have.
    possible: HashMap<Name, IndexSet<Name>>,
    averages: Averages,
    scalars: &'static [Scalar],
}

impl Catalogue {
    pub(super) fn read(sdl: &str, scalars: &'static [Scalar]) -> Result<Self, SchemaFlaw> {
        let flawed = |errors: &dyn std::fmt::Display| SchemaFlaw(errors.to_string());
        let mut schema = Schema::parse(sdl, "schema.graphql").map_err(|flaws| flawed(&flaws))?;
        complete(&mut schema);
        let schema = schema.validate().map_err(|flaws| flawed(&flaws))?;
        let possible =
            schema.types.values().map(|kind| (kind.name().clone(), possible(&schema, kind))).collect();
        let averages = Averages::of(&schema);
        Ok(Self { schema, possible, averages, scalars })
    }

    pub(super) fn schema(&self) -> &Valid<Schema> {
        &self.schema
    }

    pub(super) fn averages(&self) -> &Averages {
        &self.averages
    }

    /// The object types that a value of a composite type may have; an object type's is itself.
    pub(super) fn possible(&self, composite: &str) -> Option<&IndexSet<Name>> {
        self.possible.get(composite)
    }

    pub(super) fn is_object(&self, name: &str) -> bool {
        self.schema.get_object(name).is_some()
    }

    /// Whether it is the type of the root fields of mutations.
    pub(super) fn is_mutation(&self, name: &str) -> bool {
        self.schema.root_operation(OperationType::Mutation).is_some_and(|root| root == name)
    }

    pub(super) fn is_leaf(&self, name: &str) -> bool {
        self.schema.types.get(name).is_some_and(ExtendedType::is_leaf)
    }

    /// A custom scalar whose form is known; of others any value is taken.
    pub(super) fn scalar(&self, name: &str) -> Option<&'static Scalar> {
        self.scalars.iter().find(|scalar| scalar.name == name)
    }

    /// A field's definition, the specification's meta-fields included.
    pub(super) fn field(&self, parent: &str, field: &str) -> Option<&FieldDefinition> {
        self.schema.type_field(parent, field).ok().map(|component| &*component.node)
    }

    pub(super) fn kind(&self, name: &str) -> Option<&ExtendedType> {
        self.schema.types.get(name)
    }
}

/// Whether exactly one field of the input object is to be given (`@oneOf`).
pub(super) fn is_one_of(input: &InputObjectType) -> bool {
    input.directives.has("oneOf")
}

/// Adds what the specification of 2025 has built in and the validator does not know yet.
fn complete(schema: &mut Schema) {
    schema.directive_definitions.entry(name!(oneOf)).or_insert_with(|| {
        Node::new(DirectiveDefinition {
            description: None,
            name: name!(oneOf),
            arguments: Vec::new(),
            repeatable: false,
            locations: vec![DirectiveLocation::InputObject],
        })
    });
    if let Some(ExtendedType::Object(meta)) = schema.types.get_mut("__Type") {
        let is_one_of = FieldDefinition {
            description: None,
            name: name!(isOneOf),
            arguments: Vec::new(),
            ty: ty!(Boolean),
            directives: apollo_compiler::ast::DirectiveList::new(),
        };
        meta.make_mut().fields.entry(name!(isOneOf)).or_insert_with(|| is_one_of.into());
    }
}

/// `GetPossibleTypes` of the specification.
fn possible(schema: &Schema, kind: &ExtendedType) -> IndexSet<Name> {
    match kind {
        ExtendedType::Object(object) => [object.name.clone()].into_iter().collect(),
        ExtendedType::Union(union) => union.members.iter().map(|member| member.name.clone()).collect(),
        ExtendedType::Interface(interface) => schema
            .types
            .values()
            .filter_map(ExtendedType::as_object)
            .filter(|object| object.implements_interfaces.contains(&interface.name))
            .map(|object| object.name.clone())
            .collect(),
        ExtendedType::Scalar(_) | ExtendedType::Enum(_) | ExtendedType::InputObject(_) => IndexSet::default(),
    }
}
