//! The schema file is the schema, and every coordinate of it is described.

use apollo_compiler::schema::ExtendedType;

use crate::world::{Backend, World};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");

#[test]
fn the_schema_file_is_what_the_server_exports() {
    let file = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        file == copartner::graphql::sdl(),
        "schema.graphql is not what the code exports. Look at the difference, then write it anew with: \
         cargo run -- schema > schema.graphql"
    );
}

#[tokio::test]
async fn the_schema_says_what_it_is_for_as_text_and_when_it_is_asked() {
    let schema = apollo_compiler::Schema::parse(copartner::graphql::sdl(), "schema.graphql").unwrap();
    let said = schema.schema_definition.description.as_ref().unwrap().to_string();
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
    let schema = apollo_compiler::Schema::parse(copartner::graphql::sdl(), "schema.graphql").unwrap();
    let known = schema.get_enum("UserErrorCode").unwrap();
    let mut said = std::collections::BTreeSet::new();
    for (name, mutation) in &schema.get_object("Mutation").unwrap().fields {
        let codes = crate::codes::said_of(&schema, name);
        assert!(codes.is_sorted(), "{name}: {codes:?}");
        for code in ["FORBIDDEN", "IDEMPOTENCY_KEY_REUSED", "INVALID"] {
            assert!(codes.iter().any(|said| said == code), "{name} answers {code}");
        }
        let input = mutation.arguments[0].ty.inner_named_type();
        let has_version = schema.get_input_object(input).unwrap().fields.contains_key("expectedVersion");
        assert_eq!(codes.iter().any(|code| code == "VERSION_CONFLICT"), has_version, "{name}");
        said.extend(codes);
    }
    let known: std::collections::BTreeSet<_> = known.values.keys().map(ToString::to_string).collect();
    assert_eq!(said, known, "each code is some mutation's");
}

#[test]
fn every_coordinate_is_described_for_the_clients_developer() {
    let schema = apollo_compiler::Schema::parse(copartner::graphql::sdl(), "schema.graphql").unwrap();
    let mut silent = Vec::new();
    let mut look = |coordinate: String, is_described: bool| {
        if !is_described {
            silent.push(coordinate);
        }
    };
    for (name, definition) in schema.types.iter().filter(|(_, definition)| !definition.is_built_in()) {
        look(
            name.to_string(),
            definition.description().is_some() || ["Query", "UUID"].contains(&name.as_str()),
        );
        match definition {
            ExtendedType::Object(object) => {
                for (field, definition) in &object.fields {
                    look(format!("{name}.{field}"), definition.description.is_some());
                    for argument in &definition.arguments {
                        look(format!("{name}.{field}({}:)", argument.name), argument.description.is_some());
                    }
                }
            }
            ExtendedType::Interface(interface) => {
                for (field, definition) in &interface.fields {
                    look(format!("{name}.{field}"), definition.description.is_some());
                }
            }
            ExtendedType::InputObject(input) => {
                for (field, definition) in &input.fields {
                    look(format!("{name}.{field}"), definition.description.is_some());
                }
            }
            ExtendedType::Enum(words) => {
                for (word, definition) in &words.values {
                    look(format!("{name}.{word}"), definition.description.is_some());
                }
            }
            ExtendedType::Scalar(_) | ExtendedType::Union(_) => {}
        }
    }
    assert!(silent.is_empty(), "without a description: {silent:?}");
}
