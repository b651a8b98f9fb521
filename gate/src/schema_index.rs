//! The schema, with what is looked up for every request.
//!
//! It is read once from the SDL that the engine exports, so that what is validated is what is published.

use std::collections::HashMap;

use apollo_compiler::ast::{DirectiveDefinition, DirectiveLocation, FieldDefinition, OperationType};
use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema, name, ty};

use crate::mean_lengths::MeanLengths;

/// The SDL is not a valid schema. The text names every error with its position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SchemaError(String);

impl SchemaError {
    pub(crate) fn of(errors: &dyn std::fmt::Display) -> Self {
        Self(errors.to_string())
    }
}

/// A valid schema with its look-ups.
#[derive(Debug)]
pub(crate) struct SchemaIndex {
    schema: Valid<Schema>,
    /// For every composite type the object types that a value of it may have.
    possible_types: HashMap<Name, IndexSet<Name>>,
    mean_lengths: MeanLengths,
}

impl SchemaIndex {
    pub(crate) fn read(sdl: &str) -> Result<Self, SchemaError> {
        let mut schema = Schema::parse(sdl, "schema.graphql").map_err(|errors| SchemaError::of(&errors))?;
        add_one_of(&mut schema);
        let schema = schema.validate().map_err(|errors| SchemaError::of(&errors))?;
        let types = schema.types.values();
        let possible_types = types.map(|ty| (ty.name().clone(), possible_types(&schema, ty))).collect();
        let mean_lengths = MeanLengths::of(&schema);
        Ok(Self { schema, possible_types, mean_lengths })
    }

    /// The schema as apollo-compiler has it.
    pub(crate) fn apollo(&self) -> &Valid<Schema> {
        &self.schema
    }

    pub(crate) fn mean_lengths(&self) -> &MeanLengths {
        &self.mean_lengths
    }

    /// The object types that a value of a composite type may have; of an object type, itself.
    pub(crate) fn possible_types(&self, composite: &str) -> Option<&IndexSet<Name>> {
        self.possible_types.get(composite)
    }

    pub(crate) fn is_object(&self, name: &str) -> bool {
        self.schema.get_object(name).is_some()
    }

    /// Whether it is the root type of mutations.
    pub(crate) fn is_mutation_root(&self, name: &str) -> bool {
        self.schema.root_operation(OperationType::Mutation).is_some_and(|root| root == name)
    }

    pub(crate) fn is_leaf(&self, name: &str) -> bool {
        self.schema.types.get(name).is_some_and(ExtendedType::is_leaf)
    }

    /// The definition of a field, `__typename`, `__schema` and `__type` included.
    pub(crate) fn field(&self, parent: &str, field: &str) -> Option<&FieldDefinition> {
        self.schema.type_field(parent, field).ok().map(|component| &*component.node)
    }

    /// The fields of an object type or an interface.
    pub(crate) fn fields_of(&self, name: &str) -> impl Iterator<Item = &FieldDefinition> {
        let fields = match self.schema.types.get(name) {
            Some(ExtendedType::Object(object)) => Some(&object.fields),
            Some(ExtendedType::Interface(interface)) => Some(&interface.fields),
            _ => None,
        };
        fields.into_iter().flat_map(|fields| fields.values().map(|field| &*field.node))
    }

    /// The fields of all types.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &FieldDefinition> {
        self.schema.types.keys().flat_map(|name| self.fields_of(name))
    }

    /// The definition of a type.
    pub(crate) fn definition(&self, name: &str) -> Option<&ExtendedType> {
        self.schema.types.get(name)
    }
}

/// Whether a value of this type has exactly one field (GraphQL, "OneOf Input Objects").
pub(crate) fn is_one_of(input: &InputObjectType) -> bool {
    input.directives.has("oneOf")
}

/// Adds `@oneOf` and `__Type.isOneOf`, which GraphQL has since September 2025 and apollo-compiler does not know yet.
fn add_one_of(schema: &mut Schema) {
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

/// `GetPossibleTypes` (GraphQL, "Fragment Spread Is Possible").
fn possible_types(schema: &Schema, ty: &ExtendedType) -> IndexSet<Name> {
    match ty {
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
