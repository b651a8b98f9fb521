//! The questions that tools ask about the schema.

use async_graphql::{EmptySubscription, Schema, ValidationMode};
use futures_util::FutureExt;
use serde_json::json;

use super::executable::{Mutation, Query};
use super::fixture::{admit, admit_with, exceeded, gate};
use crate::{Conventions, Gate, Limit, Limits};

/// As graphql-js 16 asks it with all its options on.
const EVERYTHING: &str = include_str!("introspection.graphql");

#[test]
fn tools_may_ask_for_the_whole_schema() {
    let admitted = admit(gate(), EVERYTHING).unwrap();
    assert!(admitted.introspection_cost > 0);
    assert_eq!((admitted.cost, admitted.name.as_deref()), (0, Some("IntrospectionQuery")));
}

#[test]
fn graphiql_may_ask_for_the_whole_schema() {
    // It leaves options out, depending on its settings.
    for left_out in ["isOneOf", "specifiedByURL", "isRepeatable", "(includeDeprecated: true)"] {
        let text = EVERYTHING.replace(left_out, "");
        assert!(admit(gate(), &text).is_ok(), "without {left_out}");
    }
}

#[test]
fn the_engine_answers_it_in_full() {
    let schema =
        Schema::build(Query, Mutation, EmptySubscription).validation_mode(ValidationMode::Fast).finish();
    let gate = Gate::new(&schema.sdl(), Conventions::default(), Limits::default()).unwrap();
    let response = schema.execute(admit(&gate, EVERYTHING).unwrap().into_request());
    let response = response.now_or_never().unwrap();
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    let data = response.data.into_json().unwrap();
    let types = data["__schema"]["types"].as_array().unwrap();
    let customer = types.iter().find(|it| it["name"] == "Customer").unwrap();
    assert_eq!(customer["interfaces"][0]["name"], "Party");
    assert_eq!(customer["isOneOf"], json!(null));
}

#[test]
fn introspection_beside_other_fields_is_counted_apart() {
    let both = admit(gate(), "{__schema{queryType{name}} party{id}}").unwrap();
    assert_eq!((both.cost, both.introspection_cost), (1, 2), "the introspection is counted apart");
    let one = admit(gate(), r#"{__type(name: "Tier"){name} __typename}"#).unwrap();
    assert_eq!(one.introspection_cost, 1);
    let mutation = admit(gate(), "mutation{__typename}").unwrap();
    assert_eq!(mutation.introspection_cost, 0);
    let variable = admit_with(gate(), "query($n: String!){__type(name: $n){name}}", json!({"n": "Tier"}));
    assert_eq!(variable.unwrap().introspection_cost, 1);
}

#[test]
fn introspection_that_goes_in_circles_is_rejected() {
    let circles = |levels| {
        let inner = (0..levels).fold("name".to_owned(), |inner, _| format!("fields{{type{{{inner}}}}}"));
        format!("{{__schema{{types{{{inner}}}}}}}")
    };
    assert!(admit(gate(), &circles(1)).is_ok());
    let (limit, _) = exceeded(admit(gate(), &circles(8))).unwrap();
    assert_eq!(limit, Limit::IntrospectionCost);
    let (limit, _) = exceeded(admit(gate(), &circles(10))).unwrap();
    assert_eq!(limit, Limit::IntrospectionDepth);
    let possible =
        (0..9).fold("name".to_owned(), |inner, _| format!("possibleTypes{{interfaces{{{inner}}}}}"));
    let (limit, _) = exceeded(admit(gate(), &format!("{{__schema{{types{{{possible}}}}}}}"))).unwrap();
    assert!(matches!(limit, Limit::IntrospectionCost | Limit::IntrospectionDepth), "{limit:?}");
}

#[test]
fn repeating_the_introspection_is_charged_each_time() {
    let single = "types{fields{args{type{name}}}}";
    let times = |n: usize| (0..n).map(|n| format!("a{n}:__schema{{{single}}}")).collect::<Vec<_>>().join(" ");
    let one =
        exceeded(admit(&super::fixture::with(|it| it.introspection_cost = 0), &format!("{{{}}}", times(1))));
    let three =
        exceeded(admit(&super::fixture::with(|it| it.introspection_cost = 0), &format!("{{{}}}", times(3))));
    let ((_, one), (_, three)) = (one.unwrap(), three.unwrap());
    assert_eq!(three, 3 * one);
}
