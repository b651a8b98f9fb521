//! What the engine gets: fields merged and in order, fragments opened, conditions decided.

use rstest::rstest;
use serde_json::json;

use super::fixture::{admit, gate, print, written};

#[rstest]
#[case::same_leaf("{party{id id name id}}", "{party{id name}}")]
#[case::sub_selections("{party{id} partner{id} party{name}}", "{party{id name} partner{id}}")]
#[case::deep(
    "{party{peer{id} id peer{name peer{id}} peer{peer{name}}}}",
    "{party{peer{id name peer{id name}} id}}"
)]
#[case::by_key_not_by_name("{party{a:id id b:id a:id}}", "{party{a:id id b:id}}")]
#[case::alias_like_the_name("{party{id:id id}}", "{party{id}}")]
#[case::arguments_in_any_order(
    "{a:number(int:1,float:2) a:number(float:2,int:1)}",
    "{a:number(int:1,float:2)}"
)]
#[case::typename(
    "{__typename party{__typename t:__typename __typename}}",
    "{__typename party{__typename t:__typename}}"
)]
#[case::mutation("mutation{bump bump a:bump(by:2) bump a:bump(by:2)}", "{bump a:bump(by:2)}")]
fn one_response_key_is_one_field_where_it_came_first(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(written(text, json!({})), expected);
}

#[rstest]
#[case::inline("{... {party{id}} ... on Query {party{name}}}", "{party{id name}}")]
#[case::named("{...F partner{id}} fragment F on Query{party{id}}", "{party{id} partner{id}}")]
#[case::first_spread_counts(
    "{partner{id} ...F party{id} ...F} fragment F on Query{party{name} partner{name}}",
    "{partner{id name} party{name id}}"
)]
#[case::interface_on_interface("{party{... on Party{id} name}}", "{party{id name}}")]
#[case::nested("{party{...A}} fragment A on Party{...B id} fragment B on Party{name}", "{party{name id}}")]
#[case::on_an_object("{partner{... on Party{id} ... on Either{... on Partner{tier}}}}", "{partner{id tier}}")]
#[case::by_type(
    "{party{id ... on Customer{size id} name ... on Partner{tier} ...{peer{id}}}}",
    "{party{...Customer{id size name peer{id}} ...Partner{id name tier peer{id}}}}"
)]
#[case::order_by_type(
    "{party{... on Customer{name} id name}}",
    "{party{...Customer{name id} ...Partner{id name}}}"
)]
#[case::only_one_type("{party{... on Partner{tier}}}", "{party{...Partner{tier}}}")]
#[case::union(
    "{either{__typename ... on Note{text} ... on Party{id}}}",
    "{either{...Customer{__typename id} ...Partner{__typename id} ...Note{__typename text}}}"
)]
#[case::union_only_typename("{either{__typename ... {a:__typename}}}", "{either{__typename a:__typename}}")]
#[case::same_key_in_two_types(
    "{party{... on Customer{peer{id}} ... on Partner{peer{name}} peer{__typename}}}",
    "{party{...Customer{peer{id __typename}} ...Partner{peer{name __typename}}}}"
)]
#[case::different_fields_under_one_key(
    "{party{... on Customer{x:name} ... on Partner{x:id}} }",
    "Operation must not select different types using the same name `x`."
)]
#[case::different_arguments_in_two_types(
    "{party{... on Customer{peers(first:1){total}} ... on Partner{peers(first:2){total}}}}",
    "{party{...Customer{peers(first:1){total}} ...Partner{peers(first:2){total}}}}"
)]
fn fragments_are_opened_in_place(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(written(text, json!({})), expected);
}

#[rstest]
#[case::skip("{party{id @skip(if:true) name @skip(if:false)}}", "{party{name}}")]
#[case::include("{party{id @include(if:true) name @include(if:false)}}", "{party{id}}")]
#[case::both_must_agree(
    "{party{a:id @skip(if:true) @include(if:true) b:id @skip(if:false) @include(if:false) c:id @skip(if:false) @include(if:true)}}",
    "{party{c:id}}"
)]
#[case::spread("{...F @skip(if:true) partner{id}} fragment F on Query{party{id}}", "{partner{id}}")]
#[case::skipped_spread_is_not_a_visit(
    "{...F @skip(if:true) ...F} fragment F on Query{party{id}}",
    "{party{id}}"
)]
#[case::inline(
    "{... @include(if:false){party{id}} ... on Query @include(if:true){partner{id}}}",
    "{partner{id}}"
)]
#[case::one_of_two_occurrences("{party @skip(if:true){id} party{name}}", "{party{name}}")]
#[case::order_by_what_is_left(
    "{party @skip(if:true){id} partner{id} party{name}}",
    "{partner{id} party{name}}"
)]
#[case::nothing_left_below("{party{id @skip(if:true)}}", "{party}")]
#[case::nothing_left("{party @skip(if:true){id}}", "{}")]
#[case::nothing_left_in_a_type(
    "{party{... on Customer{id @skip(if:true)} ... on Partner{id}}}",
    "{party{...Partner{id}}}"
)]
#[case::types_no_longer_matter("{party{... on Customer @skip(if:true){size} id}}", "{party{id}}")]
#[case::nothing_left_of_a_mutation("mutation{bump @skip(if:true)}", "{}")]
fn conditions_are_decided(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(written(text, json!({})), expected);
}

#[rstest]
#[case(json!({"a": true, "b": true}), "{party{name}}")]
#[case(json!({"a": false, "b": true}), "{party{id name}}")]
#[case(json!({"a": false, "b": false}), "{party{id}}")]
#[case::by_default(json!({"a": true}), "{party}")]
#[case::missing(json!({}), "The variable `$a` of type `Boolean!` has no value.")]
#[case::null(json!({"a": true, "b": null}), "The condition of `@include` is null; it takes true or false.")]
#[case::no_boolean(json!({"a": 1}), "The variable `$a` takes `Boolean`, found a number.")]
fn conditions_follow_variables(#[case] variables: serde_json::Value, #[case] expected: &str) {
    let text = "query($a: Boolean!, $b: Boolean = false){party{id @skip(if:$a) name @include(if:$b)}}";
    assert_eq!(written(text, variables), expected);
}

#[test]
fn a_conflict_behind_a_condition_is_still_a_conflict() {
    let text = "{a:customer(id:1) @skip(if:true){id} a:customer(id:2){id}}";
    assert!(written(text, json!({})).contains("conflicting"));
}

#[test]
fn errors_point_to_the_clients_own_text() {
    use async_graphql::parser::types::{DocumentOperations, Selection};
    let admitted =
        admit(gate(), "{\n  ...F\n}\nfragment F on Query {\n  é: party { id }\n}".replace('é', "e").as_str());
    let admitted = admitted.unwrap();
    assert_eq!(print(&admitted), "{e:party{id}}");
    let DocumentOperations::Single(operation) = &admitted.document.operations else { unreachable!() };
    let item = &operation.node.selection_set.node.items[0];
    let Selection::Field(field) = &item.node else { unreachable!() };
    assert_eq!((field.pos.line, field.pos.column), (5, 3));
    assert_eq!((operation.pos.line, operation.pos.column), (1, 1));
}
