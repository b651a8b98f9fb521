//! Variables: where they may stand, and which values they take.

use rstest::rstest;
use serde_json::{Value, json};

use super::fixture::{admit_with, gate, written};
use crate::Rejection;

#[rstest]
#[case::int("Int", "number(int:$x)", json!(5), "{number(int:5)}")]
#[case::whole_float("Int", "number(int:$x)", json!(5.0), "{number(int:5)}")]
#[case::largest("Int", "number(int:$x)", json!(2_147_483_647), "{number(int:2147483647)}")]
#[case::smallest("Int", "number(int:$x)", json!(-2_147_483_648_i64), "{number(int:-2147483648)}")]
#[case::too_large("Int", "number(int:$x)", json!(2_147_483_648_i64), "`$x` takes `Int`, found a number that is not whole or has more than 32 bits.")]
#[case::too_small("Int", "number(int:$x)", json!(-2_147_483_649_i64), "`$x` takes `Int`, found a number that is not whole or has more than 32 bits.")]
#[case::far_too_large("Int", "number(int:$x)", json!(1e300), "`$x` takes `Int`, found a number that is not whole or has more than 32 bits.")]
#[case::fraction("Int", "number(int:$x)", json!(1.5), "`$x` takes `Int`, found a number that is not whole or has more than 32 bits.")]
#[case::text_for_int("Int", "number(int:$x)", json!("5"), "`$x` takes `Int`, found a string.")]
#[case::truth_for_int("Int", "number(int:$x)", json!(true), "`$x` takes `Int`, found a boolean.")]
#[case::float("Float", "number(float:$x)", json!(1), "{number(float:1)}")]
#[case::text_for_float("Float", "number(float:$x)", json!("1"), "`$x` takes `Float`, found a string.")]
#[case::text("String", "text(text:$x)", json!("é"), "{text(text:\"é\")}")]
#[case::number_for_text("String", "text(text:$x)", json!(1), "`$x` takes `String`, found a number.")]
#[case::list_for_text("String", "text(text:$x)", json!(["a"]), "`$x` takes `String`, found a list.")]
#[case::id("ID", "text(id:$x)", json!("a"), "{text(id:\"a\")}")]
#[case::number_for_id("ID", "text(id:$x)", json!(7), "{text(id:\"7\")}")]
#[case::fraction_for_id("ID", "text(id:$x)", json!(7.5), "`$x` takes `ID`, found a number.")]
#[case::truth("Boolean", "text(truth:$x)", json!(false), "{text(truth:false)}")]
#[case::text_for_truth("Boolean", "text(truth:$x)", json!("true"), "`$x` takes `Boolean`, found a string.")]
#[case::choice("Tier", "text(tier:$x)", json!("GOLD"), "{text(tier:GOLD)}")]
#[case::unknown_choice("Tier", "text(tier:$x)", json!("gold"), "`$x` is not one of the values of `Tier`.")]
#[case::number_for_choice("Tier", "text(tier:$x)", json!(1), "`$x` takes `Tier`, found a number.")]
#[case::null("Int", "number(int:$x)", json!(null), "{number(int:null)}")]
#[case::null_for_a_must("Int!", "must(int:$x)", json!(null), "`$x` is null, but `Int!` takes no null.")]
#[case::one_is_a_list("[Int]", "list(ints:$x)", json!(1), "{list(ints:[1])}")]
#[case::one_is_a_grid("[[Int]]", "list(grid:$x)", json!(1), "{list(grid:[[1]])}")]
#[case::rows("[[Int]]", "list(grid:$x)", json!([[1], null, []]), "{list(grid:[[1],null,[]])}")]
#[case::row_of_one("[[Int]]", "list(grid:$x)", json!([1, 2]), "{list(grid:[[1],[2]])}")]
#[case::null_in_list("[Int!]", "list(strict:$x)", json!([1, null]), "`$x[1]` is null, but `Int!` takes no null.")]
#[case::wrong_in_grid("[[Int]]", "list(grid:$x)", json!([[1], [2, "a"]]), "`$x[1][1]` takes `Int`, found a string.")]
#[case::object("Deep", "input(deep:$x)", json!({"must": 1}), r#"{input(deep:{name:"none",must:1,tags:["a"]})}"#)]
#[case::object_null("Deep", "input(deep:$x)", json!({"must": 1, "tags": null}), r#"{input(deep:{name:"none",must:1,tags:null})}"#)]
#[case::object_missing("Deep", "input(deep:$x)", json!({}), "`$x.must` of type `Int!` has no value.")]
#[case::object_null_default("Deep", "input(deep:$x)", json!({"must": 1, "name": null}), "`$x.name` is null, but `String!` takes no null.")]
#[case::object_unknown("Deep", "input(deep:$x)", json!({"must": 1, "nope": 1}), "`$x.nope` is not a field of `Deep`.")]
#[case::deep("Deep", "input(deep:$x)", json!({"must": 1, "deeps": [{"must": 1}, {"must": 1, "deep": {"must": "1"}}]}), "`$x.deeps[1].deep.must` takes `Int`, found a string.")]
#[case::text_for_object("Deep", "input(deep:$x)", json!("a"), "`$x` takes `Deep`, found a string.")]
#[case::list_for_object("Deep", "input(deep:$x)", json!([]), "`$x` takes `Deep`, found a list.")]
#[case::exactly_one("One", "input(one:$x)", json!({"name": "a"}), "{input(one:{name:\"a\"})}")]
#[case::none_of_one("One", "input(one:$x)", json!({}), "`$x` of type `One` takes exactly one field, and not null.")]
#[case::two_of_one("One", "input(one:$x)", json!({"id": 1, "name": "a"}), "`$x` of type `One` takes exactly one field, and not null.")]
#[case::one_and_a_null("One", "input(one:$x)", json!({"id": 1, "name": null}), "`$x` of type `One` takes exactly one field, and not null.")]
#[case::null_of_one("One", "input(one:$x)", json!({"id": null}), "`$x` of type `One` takes exactly one field, and not null.")]
#[case::scalar("Digits", "digits(one:$x)", json!("12"), r#"{digits(one:"12")}"#)]
#[case::malformed_scalar("Digits", "digits(one:$x)", json!("secret"), "`$x` of type `Digits` takes digits, for example \"12\".")]
#[case::number_for_scalar("Digits", "digits(one:$x)", json!(12), "`$x` of type `Digits` takes digits, for example \"12\".")]
#[case::one_scalar_is_a_list("[Digits!]", "digits(many:$x)", json!("12"), r#"{digits(many:["12"])}"#)]
#[case::malformed_in_list("[Digits!]", "digits(many:$x)", json!(["1", "x"]), "`$x[1]` of type `Digits` takes digits, for example \"12\".")]
#[case::malformed_in_object("Deep", "input(deep:$x)", json!({"must": 1, "digits": "x"}), "`$x.digits` of type `Digits` takes digits, for example \"12\".")]
#[case::object_for_scalar("Digits", "digits(one:$x)", json!({"a": "1"}), "`$x` of type `Digits` takes digits, for example \"12\".")]
#[case::anything("Anything", "input(any:$x)", json!({"a": [1, {"b": null}]}), "{input(any:{a:[1,{b:null}]})}")]
fn a_value_fits_or_is_named_by_its_path(
    #[case] ty: &str,
    #[case] field: &str,
    #[case] value: Value,
    #[case] expected: &str,
) {
    let answer = written(&format!("query($x: {ty}){{{field}}}"), json!({ "x": value }));
    assert_eq!(answer.strip_prefix("The variable ").unwrap_or(&answer), expected);
}

#[rstest]
#[case::missing("query($x: Int!){must(int:$x)}", json!({}), "The variable `$x` of type `Int!` has no value.")]
#[case::absent_is_left_out("query($x: Int){number(int:$x)}", json!({}), "{number}")]
#[case::absent_for_the_places_default("query($x: Int){default(int:$x)}", json!({}), "{default}")]
#[case::null_forgoes_the_places_default("query($x: Int){default(int:$x)}", json!({"x": null}), "The variable `$x` is null, but it is used where `Int!` takes no null.")]
#[case::default("query($x: Int = 3){must(int:$x)}", json!({}), "{must(int:3)}")]
#[case::null_forgoes_the_default("query($x: Int = 3){must(int:$x)}", json!({"x": null}), "The variable `$x` is null, but it is used where `Int!` takes no null.")]
#[case::value_beats_the_default("query($x: Int = 3){must(int:$x)}", json!({"x": 4}), "{must(int:4)}")]
#[case::null_beats_the_default("query($x: Int = 3){number(int:$x)}", json!({"x": null}), "{number(int:null)}")]
#[case::default_null("query($x: Int = null){number(int:$x)}", json!({}), "{number(int:null)}")]
#[case::default_of_one("query($x: [Int] = 3){list(ints:$x)}", json!({}), "{list(ints:[3])}")]
#[case::default_object("query($x: Deep = {must: 1}){input(deep:$x)}", json!({}), r#"{input(deep:{name:"none",must:1,tags:["a"]})}"#)]
#[case::undeclared_is_ignored("{party{id}}", json!({"x": 1}), "{party{id}}")]
#[case::in_a_list("query($x: Int, $y: Int){list(ints:[1,$x,$y])}", json!({"x": 2}), "{list(ints:[1,2,null])}")]
#[case::in_an_object("query($x: Int!){input(deep:{must:$x})}", json!({"x": 2}), r#"{input(deep:{name:"none",must:2,tags:["a"]})}"#)]
#[case::absent_in_an_object("query($x: String){input(deep:{must:1,deep:{must:2,name:$x}})}", json!({}), r#"{input(deep:{name:"none",must:1,deep:{name:"none",must:2,tags:["a"]},tags:["a"]})}"#)]
#[case::absent_without_default("query($x: Tier){input(deep:{must:1,tier:$x})}", json!({}), r#"{input(deep:{name:"none",must:1,tags:["a"]})}"#)]
#[case::null_in_an_object("query($x: String){input(deep:{must:1,name:$x})}", json!({"x": null}), "The variable `$x` is null, but it is used where `String!` takes no null.")]
#[case::in_anything("query($x: Int, $y: Int){input(any:{a:[$x,$y],b:$x,c:$y})}", json!({"x": 2}), "{input(any:{a:[2,null],b:2})}")]
#[case::in_one_of("query($x: ID!){input(one:{id:$x})}", json!({"x": 2}), "{input(one:{id:\"2\"})}")]
#[case::in_a_fragment("query($x: Int!){...F} fragment F on Query{must(int:$x)}", json!({"x": 2}), "{must(int:2)}")]
fn a_variable_takes_effect_wherever_it_stands(
    #[case] text: &str,
    #[case] variables: Value,
    #[case] expected: &str,
) {
    assert_eq!(written(text, variables), expected);
}

#[rstest]
#[case::undefined("{must(int:$x)}", "Variable `$x` is not defined.")]
#[case::undefined_in_anything("{input(any:{a:[$x]})}", "The variable `$x` is not defined.")]
#[case::undefined_in_a_fragment(
    "query A{...F} fragment F on Query{must(int:$x)}",
    "Variable `$x` is not defined."
)]
#[case::undefined_in_one_of_two(
    "query A($x:Int!){...F} query B{...F} fragment F on Query{must(int:$x)}",
    "Variable `$x` is not defined."
)]
#[case::undefined_in_a_directive("{party @skip(if:$x){id}}", "Variable `$x` is not defined.")]
#[case::unused("query($x: Int){party{id}}", "Unused variable: `$x`.")]
#[case::declared_twice(
    "query($x: Int! $x: Int!){must(int:$x)}",
    "The variable `$x` is declared multiple times."
)]
#[case::unknown_type("query($x: Nope){must(int:$x)}", "Cannot find type `Nope` in this document.")]
#[case::output_type("query($x: Customer){must(int:$x)}", "`$x` variable must be of an input type.")]
#[case::nullable(
    "query($x: Int){must(int:$x)}",
    "Variable `$x` of type `Int` cannot be used for argument `int` of type `Int!`."
)]
#[case::nullable_by_default(
    "query($x: Int = null){must(int:$x)}",
    "The variable `$x` is of type `Int`; this place takes `Int!`."
)]
#[case::nullable_in_a_list(
    "query($x: Int){list(strict:[$x])}",
    "The variable `$x` is of type `Int`; this place takes `Int!`."
)]
#[case::nullable_in_an_object(
    "query($x: Int){input(deep:{must:$x})}",
    "The variable `$x` is of type `Int`; this place takes `Int!`."
)]
#[case::nullable_in_one_of(
    "query($x: ID = 1){input(one:{id:$x})}",
    "The variable `$x` is of type `ID`; this place takes `ID!`."
)]
#[case::nullable_condition(
    "query($x: Boolean){party @skip(if:$x){id}}",
    "Variable `$x` of type `Boolean` cannot be used for argument `if` of type `Boolean!`."
)]
#[case::one_for_a_list(
    "query($x: Int){list(ints:$x)}",
    "Variable `$x` of type `Int` cannot be used for argument `ints` of type `[Int]`."
)]
#[case::items_may_be_null(
    "query($x: [Int]){list(strict:$x)}",
    "Variable `$x` of type `[Int]` cannot be used for argument `strict` of type `[Int!]`."
)]
#[case::other_type_in_an_object(
    "query($x: String!){input(deep:{must:$x})}",
    "Expected value of type Int!, found a variable."
)]
#[case::default_of_another_type(
    "query($x: Int = \"a\"){number(int:$x)}",
    "Expected value of type Int, found a string."
)]
#[case::wrong_in_the_one_not_asked_for(
    "query A($x:String){text(text:$x)} query B($x:Int){text(text:$x)}",
    "Variable `$x` of type `Int` cannot be used for argument `text` of type `String`."
)]
fn a_misplaced_variable_is_rejected_before_values_are_looked_at(#[case] text: &str, #[case] expected: &str) {
    let Err(Rejection::Validation(errors)) = admit_with(gate(), text, json!({"x": 1})) else {
        unreachable!("{text}")
    };
    assert_eq!(errors.first().map(|error| error.message.as_str()), Some(expected));
}

#[test]
fn every_variable_that_does_not_fit_is_reported_with_its_place_and_never_its_value() {
    let text = "query(\n$x: Int!,\n  $y: String!\n$z: Tier!){must(int:$x) text(text:$y,tier:$z)}";
    let answer = admit_with(gate(), text, json!({"x": "s3cret", "y": ["s3cret"], "z": "s3cret"}));
    let Err(Rejection::Variables(errors)) = answer else { unreachable!() };
    let places: Vec<_> = errors.iter().flat_map(|it| &it.locations).map(|at| (at.line, at.column)).collect();
    assert_eq!(places, [(2, 1), (3, 3), (4, 1)]);
    assert!(errors.iter().all(|it| !it.message.contains("s3cret")), "{errors:?}");
}

#[test]
fn the_depth_of_a_value_is_bounded() {
    let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    let text = "query($x: Anything){input(any:$x)}";
    assert!(admit_with(gate(), text, json!({"x": nested(64)})).is_ok());
    let Err(Rejection::Variables(errors)) = admit_with(gate(), text, json!({"x": nested(65)})) else {
        unreachable!()
    };
    assert!(errors[0].message.ends_with("is nested more than 64 levels deep."), "{errors:?}");
}
