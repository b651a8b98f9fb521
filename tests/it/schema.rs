//! The schema file is the schema, and every coordinate of it is described.

use apollo_compiler::schema::ExtendedType;

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
