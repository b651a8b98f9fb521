//! Texts that are not GraphQL.

use rstest::rstest;

use super::fixture::{admit, gate};
use crate::{Rejection, RequestError};

#[rstest]
#[case::nothing("", "Unexpected the end of the document.")]
#[case::only_a_comment("# nothing", "Unexpected the end of the document.")]
#[case::a_stray_bracket("}", "expected a description, Name or an operation.")]
#[case::open("{", "expected at least one Selection in Selection Set.")]
#[case::empty_selection("{customer{}}", "expected at least one Selection in Selection Set.")]
#[case::open_after_a_whole_one("{customer{id}} {", "expected at least one Selection in Selection Set.")]
#[case::argument_without_value(
    "{customer(id){id}}",
    "`id` is an argument or an input field, but has no value."
)]
#[case::one_of_several(
    "{customer(a: 1 id b: 2){id}}",
    "`id` is an argument or an input field, but has no value."
)]
#[case::field_without_value("{a(x: {b})}", "`b` is an argument or an input field, but has no value.")]
#[case::colon_without_value("{customer(id:){id}}", "expected a valid Value.")]
#[case::default_without_value("query($a: Int = ) {must(int: $a)}", "expected a valid Value.")]
#[case::variable_in_default(
    "query($a: Int = $b){must(int:$a)}",
    "unexpected variable value in a Const context."
)]
#[case::variable_without_type("query($a){must(int:$a)}", "expected a Name.")]
#[case::half_a_list_type("query($a: [Int){list(ints:$a)}", "expected `]`, got ).")]
#[case::twice_not_null("query($a: Int!!){must(int:$a)}", "expected `)`, got !")]
#[case::open_string("{text(text: \"abc)}", "unterminated string value.")]
#[case::open_block_string("{text(text: \"\"\"abc)}", "unterminated string value.")]
#[case::unknown_escape("{text(text: \"\\q\")}", "unexpected escaped character.")]
#[case::leading_zero("{number(int: 01)}", "Numbers must not have non-significant leading zeroes.")]
#[case::digits_and_letters("{number(int: 1a)}", "Unexpected character `a` as integer suffix.")]
#[case::only_dots("{party{...}}", "expected an Inline Fragment or a Fragment Spread.")]
#[case::on_nothing("{party{... on}}", "expected a Name in Type Condition.")]
#[case::fragment_on("fragment on on Party{id} {party{...on}}", "Fragment Name cannot be 'on'.")]
#[case::no_selection("query Q", "expected a Selection Set.")]
#[case::two_colons("{a:b:c}", "expected `}`, got :.")]
#[case::foreign_character("{party{id}}\u{1F600}", "Unexpected character \"\u{1F600}\".")]
fn a_text_that_is_no_document_is_rejected(#[case] text: &str, #[case] expected: &str) {
    let Err(Rejection::Parse(errors)) = admit(gate(), text) else { unreachable!("{text} was parsed") };
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(messages, [format!("Syntax error: {expected}")]);
    assert_eq!(errors.iter().map(|error| error.locations.len()).sum::<usize>(), 1);
}

#[test]
fn the_location_is_line_and_column_of_the_first_error() {
    let Err(rejection) = admit(gate(), "{\n  party {\r\n\tid }\r  customer(é) }") else { unreachable!() };
    let places: Vec<_> = rejection.errors().iter().flat_map(|it| it.locations.clone()).collect();
    assert_eq!(places.iter().map(|at| (at.line, at.column)).collect::<Vec<_>>(), [(4, 12)]);
}

#[rstest]
#[case::commas_anywhere("{,party,{,id,},,,}")]
#[case::byte_order_mark("\u{feff}{party{id}}")]
#[case::comments("#é\n{party#\r{id}#}\n}")]
#[case::keywords_as_names("query query($on: ID) {customer(id: $on){query:id fragment:id on:id true:id}}")]
#[case::directive_with_an_object("{party @note(tags: [\"a\"]) {id @note}}")]
#[case::enum_after_a_colon("{text(tier: GOLD text: \"a\")}")]
#[case::objects_in_a_list("{input(deep: {must: 1 deeps: [{must: 2} {must: 3, name: \"x\"}]})}")]
#[case::anything_in_a_list("{input(any: [{a: [{b: A}]} C \"d\" 1.5e3 null])}")]
#[case::object_default(
    "query($d: Deep = {must: 1 tier: GOLD}, $t: Tier = GOLD @note) {input(deep: $d) text(tier: $t)}"
)]
#[case::empty_values("{input(any: {}) list(ints: [])}")]
fn unusual_but_grammatical(#[case] text: &str) {
    let answer = admit(gate(), text);
    assert!(answer.is_ok(), "{:?}", answer.map_err(|rejection| rejection.errors()));
}

#[test]
fn a_message_is_never_longer_than_promised() {
    let long = "x".repeat(10_000);
    for text in
        [format!("{{{long}}}"), format!("{{party(é: 1, {long})}}"), format!("{{text(text: \"{long})}}")]
    {
        let Err(rejection) = admit(gate(), &text) else { unreachable!() };
        let longest = rejection.errors().iter().map(|it| it.message.chars().count()).max();
        assert!(longest <= Some(RequestError::MAX_CHARACTERS + 1), "{longest:?}");
    }
}
