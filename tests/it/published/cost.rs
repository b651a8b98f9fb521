//! What operations of the published schema cost.

use rstest::rstest;

use super::admit;

#[test]
fn the_example_of_the_documentation_is_right() {
    let text = "{customers(first: 50){nodes{subscriptions(first: 10){nodes{offer{name}}}}}}";
    assert_eq!(admit(text).unwrap().cost, 1_101);
}

#[rstest]
#[case("{customers(first:2){nodes{id}}}", 3)]
#[case("{customers(first:2,orderBy:{field:NAME}){nodes{id}}}", 3)]
#[case("{customers(first:2,orderBy:{field:NEXT_GRANT_END,direction:DESC}){nodes{id}}}", 103)]
#[case("query($o:CustomerOrder={field:SUBSCRIPTION_COUNT}){customers(first:2,orderBy:$o){totalCount}}", 101)]
#[case("{customers(first:2,filter:{ids:[1,2,3]}){nodes{id}}}", 6)]
fn an_order_by_other_objects_and_ids_in_a_filter_count(#[case] text: &str, #[case] cost: u64) {
    assert_eq!(admit(text).unwrap().cost, cost);
}

#[test]
fn a_root_field_of_a_mutation_and_each_of_many_requests_count_ten() {
    let one = "mutation{terminateGrant(input:{grant:\"x\"}){userErrors{code}}}";
    assert_eq!(admit(one).unwrap().cost, 10 + 1 + 10);
    let request =
        "{customer:{domain:\"a.example\"},displayName:\"a\",duration:\"P30D\",roles:[GLOBAL_READER]}";
    let two = format!(
        "mutation{{requestRelationships(input:{{requests:[{request},{request}]}}){{userErrors{{code}}}}}}"
    );
    assert_eq!(admit(&two).unwrap().cost, 10 + 1 + 10 + 2 * (10 + 1));
}
