//! Argument values that are written in the document.

use rstest::rstest;
use serde_json::json;

use super::fixture::written;

#[rstest]
#[case::int("{number(int: -2147483648)}", "{number(int:-2147483648)}")]
#[case::int_as_float("{number(float: 3)}", "{number(float:3)}")]
#[case::exponent("{number(float: 1.5e3)}", "{number(float:1500.0)}")]
#[case::null("{number(int: null)}", "{number(int:null)}")]
#[case::digits_as_id("{text(id: 12345678901234567890)}", r#"{text(id:"12345678901234567890")}"#)]
#[case::text_as_id(r#"{text(id: "a")}"#, r#"{text(id:"a")}"#)]
#[case::choice("{text(tier: GOLD)}", "{text(tier:GOLD)}")]
#[case::escapes(r#"{words(message: "\u00e9\n\"\ud83d\ude00\u{1F600}")}"#, r#"{words(message:"é\n\"😀😀")}"#)]
#[case::block(
    "{words(message: \"\"\"\n    a\n      b \\\"\"\"\n  \"\"\")}",
    r#"{words(message:"a\n  b \"\"\"")}"#
)]
#[case::one_is_a_list_of_one("{list(ints: 1, ids: 7)}", r#"{list(ints:[1],ids:["7"])}"#)]
#[case::one_is_a_grid_of_one("{list(grid: 1)}", "{list(grid:[[1]])}")]
#[case::rows_of_one("{list(grid: [1, [2], null])}", "{list(grid:[[1],[2],null])}")]
#[case::null_is_no_list("{list(ints: null)}", "{list(ints:null)}")]
#[case::list_with_null("{list(ints: [1, null])}", "{list(ints:[1,null])}")]
#[case::empty("{list(ints: [])}", "{list(ints:[])}")]
#[case::defaults_of_fields("{input(deep: {must: 1})}", r#"{input(deep:{name:"none",must:1,tags:["a"]})}"#)]
#[case::null_forgoes_a_default(
    "{input(deep: {must: 1, tags: null})}",
    r#"{input(deep:{name:"none",must:1,tags:null})}"#
)]
#[case::fields_in_the_schemas_order(
    "{input(deep: {tags: [], must: 1, name: \"a\"})}",
    r#"{input(deep:{name:"a",must:1,tags:[]})}"#
)]
#[case::anything(
    "{input(any: {b: [A, 1, \"x\", null, {c: 1.5}], a: true})}",
    r#"{input(any:{b:[A,1,"x",null,{c:1.5}],a:true})}"#
)]
#[case::anything_is_no_list("{input(any: 1)}", "{input(any:1)}")]
#[case::scalar("{digits(one: \"1\", many: \"2\")}", r#"{digits(one:"1",many:["2"])}"#)]
#[case::scalar_null("{digits(one: null)}", "{digits(one:null)}")]
#[case::exactly_one("{input(one: {id: 1})}", r#"{input(one:{id:"1"})}"#)]
#[case::exactly_one_deep(
    "{input(one: {deep: {must: 1}})}",
    r#"{input(one:{deep:{name:"none",must:1,tags:["a"]}})}"#
)]
fn values_are_coerced_to_the_type_that_is_expected(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(written(text, json!({})), expected);
}

#[rstest]
#[case::malformed_scalar("{digits(one: \"x\")}", "A value of type `Digits` is digits, for example \"12\".")]
#[case::number_for_scalar("{digits(one: 12)}", "A value of type `Digits` is digits, for example \"12\".")]
#[case::object_for_scalar(
    "{digits(one: {a: \"1\"})}",
    "A value of type `Digits` is digits, for example \"12\"."
)]
#[case::list_for_scalar("{digits(one: [\"1\"])}", "A value of type `Digits` is digits, for example \"12\".")]
#[case::malformed_in_list(
    "{digits(many: [\"1\", \"x\"])}",
    "A value of type `Digits` is digits, for example \"12\"."
)]
#[case::malformed_in_object(
    "{input(deep: {must: 1, digits: \"x\"})}",
    "A value of type `Digits` is digits, for example \"12\"."
)]
#[case::malformed_default(
    "query($d: Digits = \"x\"){digits(one: $d)}",
    "A value of type `Digits` is digits, for example \"12\"."
)]
#[case::null_for_a_must("{must(int: null)}", "The required argument `Query.must(int:)` is not provided.")]
#[case::text_for_a_number("{must(int: \"1\")}", "Expected value of type Int!, found a string.")]
#[case::too_large("{number(int: 2147483648)}", "Int cannot represent non 32-bit signed integer value.")]
#[case::fraction("{number(int: 1.0)}", "Expected value of type Int, found a float.")]
#[case::infinite("{number(float: 1e999)}", "Float cannot represent non-finite 64-bit floating point value.")]
#[case::infinite_anything("{input(any: 1e999)}", "A number is beyond the range of a double.")]
#[case::number_for_text("{text(text: 1)}", "Expected value of type String, found an integer.")]
#[case::number_for_truth("{text(truth: 1)}", "Expected value of type Boolean, found an integer.")]
#[case::fraction_for_an_id("{text(id: 1.5)}", "Expected value of type ID, found a float.")]
#[case::unknown_choice("{text(tier: BRONZE)}", "Value `BRONZE` does not exist on `Tier`.")]
#[case::quoted_choice("{text(tier: \"GOLD\")}", "Expected value of type Tier, found a string.")]
#[case::list_for_one("{number(int: [1])}", "Expected value of type Int, found a list.")]
#[case::wrong_in_a_list("{list(ints: [1, \"a\"])}", "Expected value of type Int, found a string.")]
#[case::null_in_a_list("{list(strict: [1, null])}", "Expected value of type Int!, found null.")]
#[case::field_missing("{input(deep: {})}", "The required field `Deep.must` is not provided.")]
#[case::field_missing_below(
    "{input(deep: {must: 1, deeps: [{}]})}",
    "The required field `Deep.must` is not provided."
)]
#[case::field_unknown("{input(deep: {must: 1, nope: 2})}", "Field `nope` does not exist on `Deep`.")]
#[case::field_twice("{input(deep: {must: 1, must: 2})}", "The input field `must` is given more than once.")]
#[case::field_twice_in_anything(
    "{input(any: [{a: 1, a: 2}])}",
    "The input field `a` is given more than once."
)]
#[case::none_of_one("{input(one: {})}", "The input object `One` takes exactly one field, and not null.")]
#[case::two_of_one(
    "{input(one: {id: 1, name: \"a\"})}",
    "The input object `One` takes exactly one field, and not null."
)]
#[case::null_of_one(
    "{input(one: {id: null})}",
    "The input object `One` takes exactly one field, and not null."
)]
fn values_that_do_not_fit_are_rejected(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(written(text, json!({})), expected);
}
