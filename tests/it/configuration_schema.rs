//! The JSON Schema of the configuration is the program's, and knows every setting.

use jsonschema::Validator;
use serde_json::Value;

use crate::documents::{page, toml_of, uncommented};

const FILE: &str = "docs/configuration.schema.json";

fn schema() -> Value {
    serde_json::from_str(&page(FILE)).unwrap()
}

/// What is wrong with a configuration by the schema.
fn mistakes(file: &str) -> Vec<String> {
    let settings = serde_json::to_value(toml::from_str::<toml::Table>(file).unwrap()).unwrap();
    let validator: Validator = jsonschema::validator_for(&schema()).unwrap();
    validator.iter_errors(&settings).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_configurations_schema_file_is_what_the_program_prints() {
    let directory = tempfile::TempDir::new().unwrap();
    let printed = crate::terminal::copartner(directory.path(), &["config", "schema"]);
    assert!(printed.status.success());
    assert!(
        page(FILE) == String::from_utf8(printed.stdout).unwrap(),
        "{FILE} is not what the code exports. Look at the difference, then write it anew with: \
         cargo build && target/debug/copartner config schema > {FILE}"
    );
}

#[test]
fn the_complete_configuration_file_is_valid_by_the_schema() {
    let file = toml_of(&page("docs/configuration.md"));
    assert_eq!(mistakes(&file), [""; 0]);
    assert_eq!(mistakes(&uncommented(&file)), [""; 0]);
}

#[test]
fn what_the_configuration_refuses_by_its_form_the_schema_refuses_too() {
    let issuer = "[[issuers]]\nissuer = \"https://a\"\naudience = [\"a\"]\n";
    assert_eq!(mistakes(&format!("{issuer}discovery = true")), [""; 0]);
    for (file, place) in [
        ("dept = 3", ""),
        ("listen = 4000", "/listen"),
        ("profile = \"staging\"", "/profile"),
        ("[limits]\ndept = 3", "/limits"),
        ("[limits]\ndepth = -1", "/limits/depth"),
        ("[http]\nhosts = \"any\"", "/http"),
        ("[pool]\npooling = \"statement\"", "/pool/pooling"),
        ("[[issuers]]\nissuer = \"https://a\"", "/issuers/0"),
        (&format!("{issuer}algorithms = [\"HS256\"]"), "/issuers/0/algorithms/0"),
        (&format!("{issuer}[issuers.claims]\nrole = \"a\""), "/issuers/0/claims"),
    ] {
        let mistakes = mistakes(file);
        assert!(
            mistakes.len() == 1 && mistakes[0].starts_with(&format!("{place}: ")),
            "{file}: {mistakes:?}"
        );
        assert!(toml::from_str::<copartner::config::Config>(file).is_err(), "{file}");
    }
}

#[test]
fn every_setting_is_described_in_the_schema() {
    let schema = schema();
    let definitions = schema["$defs"].as_object().unwrap();
    let mut silent = Vec::new();
    for (name, table) in definitions.iter().chain([(&String::new(), &schema)]) {
        for (setting, form) in table["properties"].as_object().into_iter().flatten() {
            let named = form["$ref"].as_str().and_then(|pointer| schema.pointer(pointer.strip_prefix('#')?));
            if form.get("description").or_else(|| named?.get("description")).is_none() {
                silent.push(format!("{name}.{setting}"));
            }
        }
    }
    assert_eq!(silent, [""; 0]);
}
