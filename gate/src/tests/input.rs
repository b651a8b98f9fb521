//! The bounds of lists and strings: the same in a literal, a variable and a default.

use rstest::rstest;
use serde_json::{Value, json};

use super::fixture::{admit_with, gate, written};
use crate::Rejection;

/// How one argument is written for the engine, or why it is rejected.
fn given(argument: &str, ty: &str, value: &Value) -> String {
    let by_variable = written(&format!("query($x: {ty}){{words({argument}: $x)}}"), json!({ "x": value }));
    // JSON's strings are GraphQL's, and an enum value is one without quotes.
    let literal = if ty == "[Tier!]" { value.to_string().replace('"', "") } else { value.to_string() };
    let by_literal = written(&format!("{{words({argument}: {literal})}}"), json!({}));
    let by_default = written(&format!("query($x: {ty} = {literal}){{words({argument}: $x)}}"), json!({}));
    assert_eq!((&by_literal, &by_default), (&by_variable, &by_variable));
    by_variable
}

#[test]
fn a_list_of_words_is_a_set_in_which_the_first_of_each_duplicate_stays() {
    let tiers = json!(["SILVER", "GOLD", "SILVER", "GOLD"]);
    assert_eq!(given("tiers", "[Tier!]", &tiers), "{words(tiers:[SILVER,GOLD])}");
    let words = json!(["b", null, "a", "b", null, "A"]);
    assert_eq!(given("all", "[String]", &words), r#"{words(all:["b",null,"a","A"])}"#);
    let tiers = json!({ "s": [{ "tiers": vec!["GOLD"; 900] }] });
    let query = "query($s: [Entry!]){words(entries: $s)}";
    assert_eq!(written(query, tiers), "{words(entries:[{tiers:[GOLD]}])}");
    let digits = "query($d: [Digits!]){digits(many: $d)}";
    assert_eq!(written(digits, json!({ "d": ["1", "2", "1"] })), r#"{digits(many:["1","2"])}"#);
}

#[test]
fn ids_numbers_and_objects_are_answered_one_by_one() {
    let ids = "query($x: [ID!]){list(ids: $x, ints: [1, 1])}";
    assert_eq!(written(ids, json!({ "x": [7, "7", 8] })), r#"{list(ids:["7","7","8"],ints:[1,1])}"#);
    let entries = "{words(entries: [{reason: \"a\"}, {reason: \"a\"}])}";
    assert_eq!(written(entries, json!({})), r#"{words(entries:[{reason:"a"},{reason:"a"}])}"#);
}

#[test]
fn a_list_has_at_most_100_elements_after_its_duplicates_are_removed() {
    let words = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
    assert!(given("all", "[String]", &json!(words(100))).starts_with("{words"));
    let twice: Vec<_> = words(100).into_iter().chain(words(100)).collect();
    assert!(given("all", "[String]", &json!(twice)).starts_with("{words"));
    assert_eq!(
        given("all", "[String]", &json!(words(101))),
        "In `words`, the argument `all` has 101 elements; at most 100 are taken. Split the request."
    );
    let too_many = "has 101 elements; at most 100 are taken. Split the request.";
    for (query, value, path) in [
        ("query($x: [ID!]!){nodes(ids: $x){id}}", json!(vec![7; 101]), "In `nodes`, the argument `ids`"),
        (
            "query($x: [Entry!]){words(entries: $x)}",
            json!(vec![json!({}); 101]),
            "In `words`, the argument `entries`",
        ),
        (
            "query($x: [[Int]]){list(grid: $x)}",
            json!([[1], vec![1; 101]]),
            "In `list`, the argument `grid[1]`",
        ),
        (
            "query($x: [String!]){input(deep: {must: 1, deeps: [{must: 1}, {must: 2, tags: $x}]})}",
            json!(words(101)),
            "In `input`, the argument `deep.deeps[1].tags`",
        ),
    ] {
        assert_eq!(written(query, json!({ "x": value })), format!("{path} {too_many}"));
    }
}

#[rstest]
#[case::nul("all", '\0', "U+0000, a control character")]
#[case::escape("search", '\u{1b}', "U+001B, a control character")]
#[case::delete("message", '\u{7f}', "U+007F, a control character")]
#[case::c1("message", '\u{9b}', "U+009B, a control character")]
#[case::nul_in_a_message("message", '\0', "U+0000, a control character")]
#[case::line_break("search", '\n', "U+000A, a control character")]
#[case::tab("all", '\t', "U+0009, a control character")]
#[case::override_("search", '\u{202e}', "U+202E, which turns the direction of the text around it")]
#[case::isolate("all", '\u{2066}', "U+2066, which turns the direction of the text around it")]
#[case::mark("search", '\u{61c}', "U+061C, which turns the direction of the text around it")]
fn a_character_that_means_two_things_is_rejected(
    #[case] argument: &str,
    #[case] character: char,
    #[case] expected: &str,
) {
    let text = json!(format!("a{character}b"));
    let (ty, value, path) = match argument {
        "all" => ("[String]", json!([text]), "all[0]"),
        _ => ("String", text, argument),
    };
    assert_eq!(
        given(argument, ty, &value),
        format!("In `words`, the argument `{path}` has the character {expected}; leave it out.")
    );
}

#[test]
fn an_id_is_a_string_too() {
    let expected =
        "In `text`, the argument `id` has the character U+0000, a control character; leave it out.";
    assert_eq!(written("query($x: ID){text(id: $x)}", json!({ "x": "\0" })), expected);
}

#[test]
fn free_texts_have_lines_and_both_directions() {
    let text = "Dear all,\r\n\twe help. \u{200f}\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{2069}";
    assert!(given("message", "String", &json!(text)).starts_with("{words"));
    let entries = "query($x: String){words(entries: [{reason: $x}])}";
    assert!(written(entries, json!({ "x": text })).starts_with("{words"));
}

#[rstest]
#[case("search", 200)]
#[case("message", 10_000)]
#[case("after", 4_000)]
#[case("all", 1_000)]
fn a_string_has_the_length_of_its_name(#[case] argument: &str, #[case] longest: usize) {
    let with_length = |length| {
        let text = json!("é".repeat(length));
        match argument {
            "all" => given(argument, "[String]", &json!([text])),
            _ => given(argument, "String", &text),
        }
    };
    assert!(with_length(longest).starts_with("{words"));
    let message = with_length(longest + 1);
    let expected = format!("has {} characters; at most {longest} are taken. Shorten it.", longest + 1);
    assert!(message.ends_with(&expected), "{message}");
}

#[test]
fn a_value_out_of_bounds_is_invalid_where_it_is_used() {
    let query = "query($x: String){\n  a: words(search: $x)\n}";
    let Err(Rejection::Validation(errors)) = admit_with(gate(), query, json!({ "x": "\0" })) else {
        unreachable!()
    };
    assert_eq!(errors.len(), 1);
    assert_eq!((errors[0].locations[0].line, errors[0].locations[0].column), (2, 20));
}

#[test]
fn what_is_left_out_of_the_answer_is_not_looked_at() {
    let query = "query($x: String){party{id} words(search: $x) @skip(if: true)}";
    assert_eq!(written(query, json!({ "x": "\0" })), "{party{id}}");
}
