//! The schema file is the schema, and every coordinate of it is described.

use std::collections::BTreeSet;

use async_graphql::parser::types::{BaseType, Type, TypeKind};

use crate::published::{description, fields, input_object, types, values};
use crate::world::{Backend, World};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");

#[test]
fn the_schema_file_is_what_the_server_exports() {
    let file = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        file == copartner::graphql::sdl().unwrap(),
        "schema.graphql is not what the code exports. Look at the difference, then write it anew with: \
         cargo build && target/debug/copartner schema > schema.graphql"
    );
}

#[tokio::test]
async fn the_schema_says_what_it_is_for_as_text_and_when_it_is_asked() {
    let said = description();
    assert!(said.contains("resale partners"), "{said}");
    let world = World::cast(Backend::Sqlite).await;
    let query =
        "{ it: __schema { description what: description queryType { description } } viewer { kind } ...S }
        fragment S on Query { __schema { ... on __Schema { description } } }";
    let data = world.read(&world.fabrikam(), query).await;
    for told in [&data["it"]["description"], &data["it"]["what"], &data["__schema"]["description"]] {
        assert_eq!(told.as_str().map(str::to_owned), Some(said.clone()));
    }
    assert_ne!(data["it"]["queryType"]["description"], said.as_str());
    world.end().await;
}

/// The codes that a mutation says it answers, in the last paragraph of its description.
#[test]
fn every_mutation_says_which_codes_it_answers() {
    let mut said = BTreeSet::new();
    for mutation in fields("Mutation") {
        let name = &mutation.name.node;
        let codes = crate::codes::said_of(name);
        assert!(codes.is_sorted(), "{name}: {codes:?}");
        for code in ["FORBIDDEN", "IDEMPOTENCY_KEY_REUSED", "INVALID"] {
            assert!(codes.iter().any(|said| said == code), "{name} answers {code}");
        }
        let Type { base: BaseType::Named(input), .. } = &mutation.arguments[0].node.ty.node else {
            unreachable!("{name}")
        };
        let has_version =
            input_object(input).fields.iter().any(|field| field.node.name.node == "expectedVersion");
        assert_eq!(codes.iter().any(|code| code == "VERSION_CONFLICT"), has_version, "{name}");
        said.extend(codes);
    }
    let known: BTreeSet<_> = values("UserErrorCode").map(str::to_owned).collect();
    assert_eq!(said, known, "each code is some mutation's");
}

#[test]
fn every_coordinate_is_described_for_the_clients_developer() {
    let mut silent = Vec::new();
    let mut look = |coordinate: String, is_described: bool| {
        if !is_described {
            silent.push(coordinate);
        }
    };
    for ty in types() {
        let name = &ty.name.node;
        look(name.to_string(), ty.description.is_some() || ["Query", "UUID"].contains(&name.as_str()));
        match &ty.kind {
            TypeKind::Object(object) => {
                for field in object.fields.iter().map(|field| &field.node) {
                    let coordinate = format!("{name}.{}", field.name.node);
                    for argument in field.arguments.iter().map(|argument| &argument.node) {
                        let argument_name = &argument.name.node;
                        look(format!("{coordinate}({argument_name}:)"), argument.description.is_some());
                    }
                    look(coordinate, field.description.is_some());
                }
            }
            TypeKind::Interface(interface) => {
                for field in interface.fields.iter().map(|field| &field.node) {
                    look(format!("{name}.{}", field.name.node), field.description.is_some());
                }
            }
            TypeKind::InputObject(input) => {
                for field in input.fields.iter().map(|field| &field.node) {
                    look(format!("{name}.{}", field.name.node), field.description.is_some());
                }
            }
            TypeKind::Enum(values) => {
                for value in values.values.iter().map(|value| &value.node) {
                    look(format!("{name}.{}", value.value.node), value.description.is_some());
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    assert!(silent.is_empty(), "without a description: {silent:?}");
}
