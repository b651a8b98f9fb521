//! The published schema: how other tests read it, and what the gate makes of documents for it. What the gate does with any
//! schema is tested in its crate.

mod bounds;
mod characters;
mod cost;
mod introspection;
mod suggestions;

use std::sync::{Arc, LazyLock};

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputObjectType, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use copartner::graphql::{Api, ApiData, CursorKey, InvitationUrl, sdl};
use domain::webhook::WebhookRules;
use gate::{AdmittedOperation, Limits, Rejection, RequestParameters};
use serde_json::{Map, Value};
use token::{Issuers, Verifier};

static TYPES: LazyLock<Vec<TypeDefinition>> = LazyLock::new(|| {
    // The engine's parser knows no description of the schema itself.
    let text = sdl().unwrap().replace(&format!("\"\"\"\n{}\n\"\"\"\nschema", description()), "schema");
    let document = parse_schema(text).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) => Some(ty.node),
        TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
    });
    types.collect()
});

/// All types that are not built in.
pub fn types() -> &'static [TypeDefinition] {
    &TYPES
}

/// A type, if it is not built in.
pub fn definition(name: &str) -> Option<&'static TypeDefinition> {
    types().iter().find(|ty| ty.name.node == name)
}

/// The fields of an object type.
pub fn fields(object: &str) -> impl Iterator<Item = &'static FieldDefinition> {
    let Some(TypeKind::Object(object)) = definition(object).map(|ty| &ty.kind) else {
        unreachable!("{object}")
    };
    object.fields.iter().map(|Positioned { node, .. }| node)
}

/// The names of the fields of an object type.
pub fn field_names(object: &str) -> impl Iterator<Item = &'static str> {
    fields(object).map(|field| field.name.node.as_str())
}

/// The values of an enum.
pub fn values(name: &str) -> impl Iterator<Item = &'static str> {
    let Some(TypeKind::Enum(ty)) = definition(name).map(|ty| &ty.kind) else { unreachable!("{name}") };
    ty.values.iter().map(|value| value.node.value.node.as_str())
}

pub fn input_object(name: &str) -> &'static InputObjectType {
    let Some(TypeKind::InputObject(input)) = definition(name).map(|ty| &ty.kind) else {
        unreachable!("{name}")
    };
    input
}

/// The description of the schema itself, which stands before the word `schema`.
pub fn description() -> String {
    let text = sdl().unwrap();
    let (before, _) = text.split_once("\n\"\"\"\nschema").unwrap();
    before.rsplit_once("\"\"\"\n").unwrap().1.to_owned()
}

static API: LazyLock<Api> = LazyLock::new(|| with(Limits::default()));

fn with(limits: Limits) -> Api {
    let cursors = CursorKey::new(&[7; 32]).unwrap();
    let verifier = Arc::new(Verifier::new(Issuers::new(Vec::new(), None).unwrap()));
    let (invitations, webhooks) = (InvitationUrl::default(), WebhookRules::default());
    Api::new(limits, ApiData { cursors, invitations, webhooks, verifier }).unwrap()
}

/// What the gate makes of a document without variables.
fn admit(query: &str) -> Result<AdmittedOperation, Rejection> {
    API.admit(RequestParameters::of(query))
}

/// The message with which a request is rejected.
fn rejected(query: &str, variables: &Map<String, Value>) -> String {
    let rejection = API.admit(RequestParameters { query, operation_name: None, variables }).unwrap_err();
    rejection.errors()[0].message.clone()
}
