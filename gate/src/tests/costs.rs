//! What operations cost, by examples that can be counted by hand.

use rstest::rstest;
use serde_json::json;

use super::fixture::{admit, admit_with, exceeded, gate, published, with};
use crate::Limit;

#[rstest]
#[case::a_leaf("{__typename}", 0)]
#[case::an_object("{party{id name}}", 1)]
#[case::objects_in_objects("{party{peer{peer{id}}}}", 3)]
#[case::merged("{party{peer{id}} party{peer{name}}}", 2)]
#[case::aliased("{a:party{peer{id}} b:party{peer{name}}}", 4)]
#[case::skipped("{party{id peer @skip(if:true){peer{id}}}}", 1)]
#[case::list("{parties{id}}", 10)]
#[case::list_of_objects("{parties{peer{id}}}", 20)]
#[case::list_in_an_object("{partner{customers{id}}}", 11)]
#[case::connection("{customers{total}}", 1)]
#[case::page_by_default("{customers{nodes{id}}}", 51)]
#[case::page_by_first("{customers(first:3){nodes{id}}}", 4)]
#[case::page_by_last("{customers(last:4){nodes{id}}}", 5)]
#[case::the_larger("{customers(first:3,last:7){nodes{id}}}", 8)]
#[case::null("{customers(first:null){nodes{id}}}", 51)]
#[case::nothing("{customers(first:0){nodes{id}}}", 2)]
#[case::negative("{customers(first:-5){nodes{id}}}", 2)]
#[case::more_than_a_page_holds("{customers(first:1000){nodes{id}}}", 201)]
#[case::edges("{customers(first:3){edges{cursor}}}", 4)]
#[case::edges_with_nodes("{customers(first:3){edges{cursor node{id}}}}", 7)]
#[case::both_ways("{customers(first:3){nodes{id} edges{node{id}}}}", 10)]
#[case::pages_in_pages("{customers(first:3){nodes{peers(first:4){nodes{id}}}}}", 1 + 3 * (1 + 1 + 4))]
#[case::a_list_in_a_page("{customers(first:3){nodes{... on Partner{customers{id}}}}}", 1 + 3 * (1 + 10))]
#[case::nodes("{nodes(ids:[1,2,3]){id}}", 3)]
#[case::one_node("{nodes(ids:1){id}}", 1)]
#[case::no_nodes("{nodes(ids:[]){id}}", 0)]
#[case::dearest_type("{party{... on Customer{friend{id}} ... on Partner{customers{id}}}}", 1 + 10)]
#[case::dearest_not_the_sum("{either{... on Customer{friend{id} partner{id}} ... on Partner{peer{id}}}}", 1 + 2)]
#[case::elements_of_a_list("{list(ints:[1,2,3])}", 3)]
#[case::elements_of_lists("{list(grid:[[1,2],[3]] ids:[1,2])}", 5)]
#[case::elements_in_objects("{input(deep:{must:1,tags:[\"a\",\"b\"],deeps:[{must:1,tags:[]}]})}", 3)]
#[case::elements_of_a_default("{input(deep:{must:1})}", 1)]
#[case::elements_that_differ("{words(tiers:[GOLD,GOLD,SILVER,GOLD])}", 2)]
#[case::elements_in_a_page("{customers(first:3){nodes{id} edges{node{id}}} words(all:[\"a\"])}", 11)]
#[case::a_write("mutation{bump(by:1)}", 10)]
#[case::writes("mutation{bump(by:1) a:rename(id:1){id} __typename}", 10 + 10 + 1)]
#[case::many_in_one("mutation{invite(requests:[{reason:\"a\"},{tiers:[GOLD]}]){id}}", 10 + 1 + 2 * 10 + 1)]
fn a_cost_can_be_counted_by_hand(#[case] text: &str, #[case] cost: u64) {
    assert_eq!(admit(gate(), text).unwrap().cost, cost);
}

#[rstest]
#[case(json!({"n": 3}), 4)]
#[case::default(json!({}), 8)]
#[case::null(json!({"n": null}), 51)]
#[case::large(json!({"n": 2_000_000_000}), 201)]
#[case::negative(json!({"n": -2_000_000_000}), 2)]
fn a_page_by_variable_costs_what_the_variable_says(#[case] variables: serde_json::Value, #[case] cost: u64) {
    let text = "query($n: Int = 7){customers(first:$n){nodes{id}}}";
    assert_eq!(admit_with(gate(), text, variables).unwrap().cost, cost);
}

#[test]
fn a_page_without_a_size_counts_as_the_default_page() {
    let text = "query($n: Int){customers(first:$n){nodes{id}}}";
    assert_eq!(admit(gate(), text).unwrap().cost, 51);
}

#[test]
fn ids_by_variable_are_counted() {
    let text = "query($ids: [ID!]!){nodes(ids:$ids){id}}";
    assert_eq!(admit_with(gate(), text, json!({"ids": [1, 2, 3, 4]})).unwrap().cost, 4);
    assert_eq!(admit_with(gate(), text, json!({"ids": "one"})).unwrap().cost, 1);
}

/// An order that no index serves counts 100 besides, whether it is a literal, a variable or a default.
#[rstest]
#[case("{customers(first:2,orderBy:{field:NAME}){nodes{id}}}", 3)]
#[case("{customers(first:2,orderBy:{field:SIZE}){nodes{id}}}", 103)]
#[case("query($o:Order={field:SIZE}){customers(first:2,orderBy:$o){total}}", 101)]
fn a_computed_order_counts_besides(#[case] text: &str, #[case] cost: u64) {
    assert_eq!(admit(gate(), text).unwrap().cost, cost);
}

#[test]
fn a_cost_beyond_counting_is_rejected() {
    let gate = with(|limits| limits.depth = 60);
    let inner = (0..25).fold("id".to_owned(), |inner, _| format!("peers(first:200){{nodes{{{inner}}}}}"));
    assert_eq!(exceeded(admit(&gate, &format!("{{party{{{inner}}}}}"))), Some((Limit::Cost, u64::MAX)));
}

#[test]
fn the_schema_says_what_is_counted() {
    let published = published();
    let lines: Vec<&str> = published.lines().map(str::trim).collect();
    let paged = "assumedSize: 50, slicingArguments: [\"first\", \"last\"], sizedFields: [\"nodes\", \"edges\"], \
                 requireOneSlicingArgument: false";
    for line in [
        "parties: [Party!]! @listSize(assumedSize: 10)",
        &format!("peers(first: Int, last: Int): Peers! @listSize({paged})"),
        "nodes(ids: [ID!]!): [Party]! @listSize(slicingArguments: [\"ids\"], requireOneSlicingArgument: false)",
        // They are as long as their page.
        "nodes: [Party!]!",
        "deeps: [Deep!] @cost(weight: \"1\")",
        "bump(by: Int): Int! @cost(weight: \"10\")",
        "requests: [Entry!] @cost(weight: \"10\"),",
        "): Customer @cost(weight: \"10\")",
        "party: Party!",
    ] {
        assert!(lines.contains(&line), "{line} is not in {published}");
    }
}
