//! The gate and the domain, which know nothing of each other, agree on what a string may have: what the API takes can be
//! imported, and the other way round.

use domain::text::{unfit, unfit_in_a_line, unfit_in_a_message};
use gate::RequestParameters;
use rstest::rstest;
use serde_json::{Map, Value, json};

use super::{API, rejected};

const SEARCH: &str = "query($s: String){customers(filter: {search: $s}){totalCount}}";
const REASON: &str =
    "mutation($s: String){terminateGrant(input: {grant: \"x\", reason: $s}){userErrors{code}}}";

fn variables(text: &str) -> Map<String, Value> {
    let Value::Object(variables) = json!({ "s": text }) else { unreachable!() };
    variables
}

#[rstest]
#[case::line(SEARCH, unfit_in_a_line)]
#[case::message(REASON, unfit_in_a_message)]
fn what_the_domain_refuses_in_a_string_the_gate_rejects_and_nothing_else(
    #[case] query: &str,
    #[case] unfit_in: fn(&str) -> Option<char>,
) {
    let is_unfit = |character: &char| unfit_in(character.encode_utf8(&mut [0; 4])).is_some();
    let (bad, good): (Vec<_>, Vec<_>) = ('\0'..=char::MAX).partition(is_unfit);
    for character in bad {
        let message = rejected(query, &variables(&character.to_string()));
        assert!(message.ends_with(&format!(" {}.", unfit(character))), "{message}");
    }
    for characters in good.chunks(200) {
        let variables = variables(&characters.iter().collect::<String>());
        let admitted = API.admit(RequestParameters { query, operation_name: None, variables: &variables });
        assert!(admitted.is_ok(), "{characters:?}: {:?}", admitted.map_err(|rejection| rejection.errors()));
    }
}
