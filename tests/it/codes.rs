//! Every code that a client can meet is met in a test, over HTTP.

use std::path::Path;

use serde_json::Value;

use crate::floors::sources;
use crate::published::{fields, values};

/// What a mutation says which codes it answers.
pub fn said_of(mutation: &str) -> Vec<String> {
    let field = fields("Mutation").find(|field| field.name.node == mutation).unwrap();
    let description = &field.description.as_ref().unwrap().node;
    let (_, codes) = description.rsplit_once("Codes: ").unwrap_or_else(|| panic!("{mutation} says no codes"));
    codes.trim_end_matches('.').split(',').map(|code| code.trim().to_owned()).collect()
}

/// Every refusal that any test meets is one that the mutation's description says.
pub fn are_said(mutation: &str, payload: &Value) {
    let results = payload["results"].as_array().into_iter().flatten();
    let errors =
        results.chain([payload]).flat_map(|part| part["userErrors"].as_array().into_iter().flatten());
    for error in errors {
        let said = said_of(mutation);
        assert!(said.iter().any(|code| error["code"] == code.as_str()), "{mutation} does not say {error}");
    }
}

#[test]
fn every_code_of_a_refusal_has_its_test() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let asserted: String =
        sources(&tests).iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    for name in ["AccessReasonCode", "UserErrorCode"] {
        assert!(values(name).count() > 20);
        for code in values(name) {
            assert!(asserted.contains(&format!("\"{code}\"")), "no test meets {name}.{code}");
        }
    }
}
