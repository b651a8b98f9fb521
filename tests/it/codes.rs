//! Every code that a client can meet is met in a test, over HTTP.

use std::path::Path;
use std::sync::OnceLock;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use serde_json::Value;

use crate::floors::sources;

/// What a mutation says which codes it answers.
pub fn said_of(schema: &Schema, mutation: &str) -> Vec<String> {
    let field = &schema.get_object("Mutation").unwrap().fields[mutation];
    let description = field.description.as_ref().unwrap();
    let (_, codes) = description.rsplit_once("Codes: ").unwrap_or_else(|| panic!("{mutation} says no codes"));
    codes.trim_end_matches('.').split(',').map(|code| code.trim().to_owned()).collect()
}

/// Every refusal that any test meets is one that the mutation's description says.
pub fn are_said(mutation: &str, payload: &Value) {
    static SCHEMA: OnceLock<Valid<Schema>> = OnceLock::new();
    let parse = || Schema::parse_and_validate(copartner::graphql::sdl(), "schema.graphql").unwrap();
    let schema = SCHEMA.get_or_init(parse);
    let results = payload["results"].as_array().into_iter().flatten();
    let errors =
        results.chain([payload]).flat_map(|part| part["userErrors"].as_array().into_iter().flatten());
    for error in errors {
        let said = said_of(schema, mutation);
        assert!(said.iter().any(|code| error["code"] == code.as_str()), "{mutation} does not say {error}");
    }
}

#[test]
fn every_code_of_a_refusal_has_its_test() {
    let schema = Schema::parse(copartner::graphql::sdl(), "schema.graphql").unwrap();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let asserted: String =
        sources(&tests).iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    for name in ["AccessReasonCode", "UserErrorCode"] {
        let codes = schema.get_enum(name).unwrap();
        assert!(codes.values.len() > 20);
        for code in codes.values.keys() {
            assert!(asserted.contains(&format!("\"{code}\"")), "no test meets {name}.{code}");
        }
    }
}
