//! Every limit, at its bound and one beyond.

use rstest::rstest;

use super::fixture::{admit, admit_named, admit_with, exceeded, with};
use crate::{Limit, Limits};

/// Sets one bound.
fn set(limits: &mut Limits, limit: Limit, bound: u64) {
    *match limit {
        Limit::DocumentBytes => &mut limits.document_bytes,
        Limit::Tokens => &mut limits.tokens,
        Limit::Gaps => &mut limits.gaps,
        Limit::Nesting => &mut limits.nesting,
        Limit::Depth => &mut limits.depth,
        Limit::IntrospectionDepth => &mut limits.introspection_depth,
        Limit::Fields => &mut limits.fields,
        Limit::RootFields => &mut limits.root_fields,
        Limit::Mutations => &mut limits.mutations,
        Limit::Aliases => &mut limits.aliases,
        Limit::Fragments => &mut limits.fragments,
        Limit::Values => &mut limits.values,
        Limit::Directives => &mut limits.directives,
        Limit::Cost => &mut limits.cost,
        Limit::IntrospectionCost => &mut limits.introspection_cost,
        Limit::ValueBytes => &mut limits.value_bytes,
    } = bound;
}

#[rstest]
#[case::bytes("{party{name}}#é", 16, Limit::DocumentBytes)]
#[case::tokens(
    "query Q($a: Int = 1) { x: must(int: $a) ...F } fragment F on Query { __typename } # one",
    30,
    Limit::Tokens
)]
#[case::white_space_is_free("{,,,  party # { {\n { id } } ", 6, Limit::Tokens)]
#[case::gaps("{,,party #{\n {id}}", 5, Limit::Gaps)]
#[case::brackets("{input(any:[{a:[1]}])}", 5, Limit::Nesting)]
#[case::brackets_of_types("query($x: [[Int]]){list(grid: $x)}", 3, Limit::Nesting)]
#[case::selections("{party{peer{peer{id}}}}", 4, Limit::Nesting)]
#[case::through_fragments(
    "{...A} fragment A on Query{...B} fragment B on Query{party{id}}",
    4,
    Limit::Nesting
)]
#[case::known_fragments(
    "{...B ...A} fragment A on Query{...B} fragment B on Query{party{id}}",
    4,
    Limit::Nesting
)]
#[case::depth("{party{peer{id}}}", 3, Limit::Depth)]
#[case::depth_through_fragments("{party{...F}} fragment F on Party{... on Party{peer{id}}}", 3, Limit::Depth)]
#[case::introspection_depth("{__schema{queryType{fields{name}}}}", 3, Limit::IntrospectionDepth)]
#[case::fields("{party{id name} a:party{id}}", 5, Limit::Fields)]
#[case::fields_of_fragments("{a:party{...F} b:party{...F}} fragment F on Party{id name}", 6, Limit::Fields)]
#[case::fields_of_types("{either{__typename ... on Party{id}}}", 6, Limit::Fields)]
#[case::root_fields(
    "{party{id} ... {partner{id}} ...F} fragment F on Query{__typename}",
    3,
    Limit::RootFields
)]
#[case::root_fields_repeated("{party{id} party{id}}", 2, Limit::RootFields)]
#[case::mutations("mutation{bump ...F} fragment F on Mutation{a:bump(by:1) b:bump}", 3, Limit::Mutations)]
#[case::aliases("{a:party{b:id id:id} c:partner{...F}} fragment F on Partner{d:id}", 4, Limit::Aliases)]
#[case::aliases_each_time("{a:party{...F} b:party{...F}} fragment F on Party{x:id}", 4, Limit::Aliases)]
#[case::fragments("{...F ...{...F}} fragment F on Query{... on Query{party{id}}}", 5, Limit::Fragments)]
#[case::values("{list(ints:[1,2],grid:[[1]]) input(deep:{must:1,name:\"a\"})}", 9, Limit::Values)]
#[case::directives(
    "query($a: Int = 1 @note) @note {must(int:$a) @note @note ...F @note ... @note {__typename}} fragment F on Query @note {__typename}",
    7,
    Limit::Directives
)]
#[case::cost("{customers(first:3){nodes{id}}}", 4, Limit::Cost)]
#[case::introspection_cost("{__schema{queryType{name}}}", 2, Limit::IntrospectionCost)]
#[case::value_bytes(r#"{text(text:"12345678",id:"é")}"#, 42, Limit::ValueBytes)]
#[case::values_count_each_time(
    "{a:party{...F} b:party{...F}} fragment F on Party{peers(first:1){total}}",
    32,
    Limit::ValueBytes
)]
#[case::nulls_are_not_free("{list(ints:[null,null,null])}", 64, Limit::ValueBytes)]
#[case::empty_lists_are_not_free("{input(any:[[],[],{}])}", 64, Limit::ValueBytes)]
#[case::defaults_are_not_free("{input(deep:{must:1})}", 97, Limit::ValueBytes)]
fn what_is_at_the_bound_passes_and_one_more_does_not(
    #[case] text: &str,
    #[case] bound: u64,
    #[case] limit: Limit,
) {
    let at = admit(&with(|limits| set(limits, limit, bound)), text);
    assert!(at.is_ok(), "{:?}", at.map_err(|rejection| rejection.errors()));
    assert_eq!(exceeded(admit(&with(|limits| set(limits, limit, bound - 1)), text)), Some((limit, bound)));
}

#[test]
fn operations_that_are_not_asked_for_count_too() {
    let text = "query A{party{id}} query B{a:party{peer{id}} partner{id}}";
    for (limit, bound) in [(Limit::Depth, 3), (Limit::Fields, 7), (Limit::RootFields, 2), (Limit::Aliases, 1)]
    {
        assert!(admit_named(&with(|limits| set(limits, limit, bound)), text, Some("A")).is_ok());
        let answer = admit_named(&with(|limits| set(limits, limit, bound - 1)), text, Some("A"));
        assert_eq!(exceeded(answer), Some((limit, bound)));
    }
}

#[test]
fn fragments_and_values_count_in_each_operation_and_at_each_spread() {
    let text = "query A{...F} query B{...F ...F} fragment F on Query{...{list(ints:[1,2])}}";
    for (limit, bound) in [(Limit::Fragments, 6), (Limit::Values, 9)] {
        assert!(admit_named(&with(|limits| set(limits, limit, bound)), text, Some("A")).is_ok());
        let answer = admit_named(&with(|limits| set(limits, limit, bound - 1)), text, Some("A"));
        assert_eq!(exceeded(answer), Some((limit, bound)));
    }
}

#[test]
fn a_variable_is_counted_each_time_it_is_used() {
    let text = "query($t: String){a:text(text:$t) b:text(text:$t)}";
    let admit_within = |bound| {
        admit_with(&with(|limits| limits.value_bytes = bound), text, serde_json::json!({"t": "1234"}))
    };
    assert!(admit_within(40).is_ok());
    assert_eq!(exceeded(admit_within(39)), Some((Limit::ValueBytes, 40)));
}

#[test]
fn defaults_in_a_long_list_of_objects_are_counted() {
    let text = "query($d: Deep){input(deep:$d)}";
    let deeps: Vec<_> = (0..1_000).map(|_| serde_json::json!({"must": 1})).collect();
    let answer = admit_with(
        &with(|limits| limits.value_bytes = 30_000),
        text,
        serde_json::json!({"d": {"must": 1, "deeps": deeps}}),
    );
    assert_eq!(exceeded(answer).map(|(limit, _)| limit), Some(Limit::ValueBytes));
}

#[test]
fn no_configuration_allows_deeper_nesting_than_the_stack() {
    assert_eq!(with(|limits| limits.nesting = 10_000).limits().allowed(Limit::Nesting), 128);
}

#[test]
fn a_rejection_says_what_there_is_what_is_allowed_and_what_to_do() {
    let Err(rejection) = admit(&with(|limits| limits.depth = 2), "{party{peer{id}}}") else { unreachable!() };
    assert_eq!(
        super::fixture::message(&rejection),
        "The request is too complex: it has 3 levels of fields; at most 2 are allowed. \
         Ask for the inner objects by their ids in another request."
    );
}

#[test]
fn every_limit_has_a_message_of_its_own() {
    use crate::LimitExceeded;
    let all = [
        Limit::DocumentBytes,
        Limit::Tokens,
        Limit::Gaps,
        Limit::Nesting,
        Limit::Depth,
        Limit::IntrospectionDepth,
        Limit::Fields,
        Limit::RootFields,
        Limit::Mutations,
        Limit::Aliases,
        Limit::Fragments,
        Limit::Values,
        Limit::Directives,
        Limit::Cost,
        Limit::IntrospectionCost,
        Limit::ValueBytes,
    ];
    let messages: std::collections::HashSet<_> = all
        .iter()
        .map(|limit| LimitExceeded { limit: *limit, actual: u64::MAX, allowed: 7 }.message())
        .collect();
    assert_eq!(messages.len(), all.len());
    assert!(
        messages.iter().all(|it| it.contains("too many to count") && it.contains("at most 7")),
        "{messages:?}"
    );
}
