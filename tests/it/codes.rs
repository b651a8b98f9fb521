//! Every code that a client can meet is met in a test, over HTTP.

use std::path::Path;

#[test]
fn every_code_of_a_refusal_has_its_test() {
    let schema = apollo_compiler::Schema::parse(copartner::graphql::sdl(), "schema.graphql").unwrap();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut asserted = String::new();
    for entry in std::fs::read_dir(tests).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            asserted += &std::fs::read_to_string(path).unwrap();
        }
    }
    for name in ["AccessReasonCode", "UserErrorCode"] {
        let codes = schema.get_enum(name).unwrap();
        assert!(codes.values.len() > 20);
        for code in codes.values.keys() {
            assert!(asserted.contains(&format!("\"{code}\"")), "no test meets {name}.{code}");
        }
    }
}
