//! Documents with a token too many, too few or in the wrong place, read by two parsers.

use super::fixture::{admit, gate};

const VALID: [&str; 3] = [
    "query A ( $ a : Int ! = 1 , $ b : [ Int ! ] ) @note ( text : \"y\" ) { x : must ( int : $ a ) \
     list ( strict : $ b , grid : [ [ 1 ] [ 2 ] ] ) @skip ( if : true ) ... F @note ... on Query { party { id } } \
     ... @include ( if : true ) { input ( deep : { must : 1 deep : { must : 2 } } any : GOLD ) } } \
     fragment F on Query @note { a : party { ... on Customer { size } } }",
    "mutation { bump ( by : 1 ) }",
    "{ input ( any : { a : [ { b : 1 } ] } ) }",
];

const TOKENS: [&str; 27] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "$",
    "!",
    "=",
    "@",
    "...",
    "|",
    "&",
    "a",
    "on",
    "1",
    "1.5",
    "\"s\"",
    "true",
    "null",
    "query",
    "fragment",
    "type",
    "\"\"\"b\"\"\"",
    "#",
    ",",
];

/// The gate's parser recovers from many syntax errors, and must report each of them.
#[test]
fn what_another_parser_cannot_read_does_not_pass() {
    let mut state = 42_usize;
    let mut pick = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut passed = 0;
    for round in 0..6_000 {
        let mut tokens: Vec<_> = VALID[round % VALID.len()].split_whitespace().collect();
        for _ in 0..=pick(2) {
            let (at, token) = (pick(tokens.len()), TOKENS[pick(TOKENS.len())]);
            match pick(4) {
                0 if tokens.len() > 1 => drop(tokens.remove(at)),
                1 => tokens.insert(at, token),
                2 => tokens[at] = token,
                _ => {
                    let other = pick(tokens.len());
                    tokens.swap(at, other);
                }
            }
        }
        // The other parser takes no spaces inside a type.
        let text =
            tokens.join(" ").replace(" !", "!").replace("[ ", "[").replace(" ]", "]").replace(",!", "!");
        if admit(gate(), &text).is_ok() {
            passed += 1;
            assert!(async_graphql::parser::parse_query(&text).is_ok(), "{text}");
        }
    }
    assert!(passed > 100, "{passed} passed: too few to compare");
}
