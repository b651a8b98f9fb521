//! Every limit, at its bound and one above.

use rstest::rstest;

use super::house::{admit, admit_with, ask, excess, with};
use crate::graphql::door::{Limits, Measure};

/// Sets one bound.
fn set(limits: &mut Limits, measure: Measure, bound: u64) {
    *match measure {
        Measure::DocumentBytes => &mut limits.document_bytes,
        Measure::Tokens => &mut limits.tokens,
        Measure::Gaps => &mut limits.gaps,
        Measure::Nesting => &mut limits.nesting,
        Measure::Depth => &mut limits.depth,
        Measure::IntrospectionDepth => &mut limits.introspection_depth,
        Measure::Fields => &mut limits.fields,
        Measure::RootFields => &mut limits.root_fields,
        Measure::Mutations => &mut limits.mutations,
        Measure::Aliases => &mut limits.aliases,
        Measure::Fragments => &mut limits.fragments,
        Measure::Values => &mut limits.values,
        Measure::Directives => &mut limits.directives,
        Measure::Cost => &mut limits.cost,
        Measure::IntrospectionCost => &mut limits.introspection_cost,
        Measure::ValueBytes => &mut limits.value_bytes,
    } = bound;
}

#[rstest]
#[case::bytes("{party{name}}#é", 16, Measure::DocumentBytes)]
#[case::tokens(
    "query Q($a: Int = 1) { x: must(int: $a) ...F } fragment F on Query { __typename } # one",
    30,
    Measure::Tokens
)]
#[case::white_space_is_free("{,,,  party # { {\n { id } } ", 6, Measure::Tokens)]
#[case::gaps("{,,party #{\n {id}}", 5, Measure::Gaps)]
#[case::brackets("{input(any:[{a:[1]}])}", 5, Measure::Nesting)]
#[case::brackets_of_types("query($x: [[Int]]){list(grid: $x)}", 3, Measure::Nesting)]
#[case::selections("{party{peer{peer{id}}}}", 4, Measure::Nesting)]
#[case::through_fragments(
    "{...A} fragment A on Query{...B} fragment B on Query{party{id}}",
    4,
    Measure::Nesting
)]
#[case::known_fragments(
    "{...B ...A} fragment A on Query{...B} fragment B on Query{party{id}}",
    4,
    Measure::Nesting
)]
#[case::depth("{party{peer{id}}}", 3, Measure::Depth)]
#[case::depth_through_fragments(
    "{party{...F}} fragment F on Party{... on Party{peer{id}}}",
    3,
    Measure::Depth
)]
#[case::introspection_depth("{__schema{queryType{fields{name}}}}", 3, Measure::IntrospectionDepth)]
#[case::fields("{party{id name} a:party{id}}", 5, Measure::Fields)]
#[case::fields_of_fragments("{a:party{...F} b:party{...F}} fragment F on Party{id name}", 6, Measure::Fields)]
#[case::fields_of_types("{either{__typename ... on Party{id}}}", 6, Measure::Fields)]
#[case::root_fields(
    "{party{id} ... {partner{id}} ...F} fragment F on Query{__typename}",
    3,
    Measure::RootFields
)]
#[case::root_fields_repeated("{party{id} party{id}}", 2, Measure::RootFields)]
#[case::mutations("mutation{bump ...F} fragment F on Mutation{a:bump(by:1) b:bump}", 3, Measure::Mutations)]
#[case::aliases("{a:party{b:id id:id} c:partner{...F}} fragment F on Partner{d:id}", 4, Measure::Aliases)]
#[case::aliases_each_time("{a:party{...F} b:party{...F}} fragment F on Party{x:id}", 4, Measure::Aliases)]
#[case::fragments("{...F ...{...F}} fragment F on Query{... on Query{party{id}}}", 5, Measure::Fragments)]
#[case::values("{list(ints:[1,2],grid:[[1]]) input(deep:{must:1,name:\"a\"})}", 9, Measure::Values)]
#[case::directives(
    "query($a: Int = 1 @note) @note {must(int:$a) @note @note ...F @note ... @note {__typename}} fragment F on Query @note {__typename}",
    7,
    Measure::Directives
)]
#[case::cost("{customers(first:3){nodes{id}}}", 4, Measure::Cost)]
#[case::introspection_cost("{__schema{queryType{name}}}", 2, Measure::IntrospectionCost)]
#[case::value_bytes(r#"{text(text:"12345678",id:"é")}"#, 42, Measure::ValueBytes)]
#[case::values_count_each_time(
    "{a:party{...F} b:party{...F}} fragment F on Party{peers(first:1){total}}",
    32,
    Measure::ValueBytes
)]
#[case::nulls_are_not_free("{list(ints:[null,null,null])}", 64, Measure::ValueBytes)]
#[case::empty_lists_are_not_free("{input(any:[[],[],{}])}", 64, Measure::ValueBytes)]
#[case::defaults_are_not_free("{input(deep:{must:1})}", 97, Measure::ValueBytes)]
fn what_is_at_the_bound_passes_and_one_more_does_not(
    #[case] text: &str,
    #[case] bound: u64,
    #[case] measure: Measure,
) {
    let at = admit(&with(|limits| set(limits, measure, bound)), text);
    assert!(at.is_ok(), "{:?}", at.map_err(|refusal| refusal.complaints()));
    assert_eq!(excess(admit(&with(|limits| set(limits, measure, bound - 1)), text)), Some((measure, bound)));
}

#[test]
fn operations_that_are_not_asked_for_count_too() {
    let text = "query A{party{id}} query B{a:party{peer{id}} partner{id}}";
    for (measure, bound) in
        [(Measure::Depth, 3), (Measure::Fields, 7), (Measure::RootFields, 2), (Measure::Aliases, 1)]
    {
        assert!(ask(&with(|limits| set(limits, measure, bound)), text, Some("A")).is_ok());
        let answer = ask(&with(|limits| set(limits, measure, bound - 1)), text, Some("A"));
        assert_eq!(excess(answer), Some((measure, bound)));
    }
}

#[test]
fn fragments_and_values_count_in_each_operation_and_at_each_spread() {
    let text = "query A{...F} query B{...F ...F} fragment F on Query{...{list(ints:[1,2])}}";
    for (measure, bound) in [(Measure::Fragments, 6), (Measure::Values, 9)] {
        assert!(ask(&with(|limits| set(limits, measure, bound)), text, Some("A")).is_ok());
        let answer = ask(&with(|limits| set(limits, measure, bound - 1)), text, Some("A"));
        assert_eq!(excess(answer), Some((measure, bound)));
    }
}

#[test]
fn a_variable_is_counted_each_time_it_is_used() {
    let text = "query($t: String){a:text(text:$t) b:text(text:$t)}";
    let ask = |bound| {
        admit_with(&with(|limits| limits.value_bytes = bound), text, serde_json::json!({"t": "1234"}))
    };
    assert!(ask(40).is_ok());
    assert_eq!(excess(ask(39)), Some((Measure::ValueBytes, 40)));
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
    assert_eq!(excess(answer).map(|(measure, _)| measure), Some(Measure::ValueBytes));
}

#[test]
fn no_configuration_allows_deeper_nesting_than_the_stack() {
    assert_eq!(with(|limits| limits.nesting = 10_000).limits().allowed(Measure::Nesting), 128);
}

#[test]
fn a_refusal_says_what_there_is_what_is_allowed_and_what_to_do() {
    let Err(refusal) = admit(&with(|limits| limits.depth = 2), "{party{peer{id}}}") else { unreachable!() };
    assert_eq!(
        super::house::said(&refusal),
        "The request is too complex: it has 3 levels of fields; at most 2 are allowed. \
         Ask for the inner objects by their ids in another request."
    );
}

#[test]
fn every_measure_has_words_of_its_own() {
    use crate::graphql::door::Excess;
    let all = [
        Measure::DocumentBytes,
        Measure::Tokens,
        Measure::Gaps,
        Measure::Nesting,
        Measure::Depth,
        Measure::IntrospectionDepth,
        Measure::Fields,
        Measure::RootFields,
        Measure::Mutations,
        Measure::Aliases,
        Measure::Fragments,
        Measure::Values,
        Measure::Directives,
        Measure::Cost,
        Measure::IntrospectionCost,
        Measure::ValueBytes,
    ];
    let said: std::collections::HashSet<_> = all
        .iter()
        .map(|measure| Excess { measure: *measure, actual: u64::MAX, allowed: 7 }.message())
        .collect();
    assert_eq!(said.len(), all.len());
    assert!(said.iter().all(|it| it.contains("too many to count") && it.contains("at most 7")), "{said:?}");
}
