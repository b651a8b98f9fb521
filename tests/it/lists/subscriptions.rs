//! Filters of subscriptions, and counts by state.

use std::collections::BTreeMap;
use std::fmt::Write;

use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{facts, ids};
use crate::doors::{ids_by_tenant, viewers};
use crate::facts::days;
use crate::world::{Backend, CUSTOMER, Person, World, api_id};

const STATES: [&str; 5] = ["PENDING", "ACTIVE", "SUSPENDED", "EXPIRED", "CANCELLED"];

fn matching(nodes: &[Value], is_meant: impl Fn(&Value) -> bool) -> Vec<Value> {
    nodes.iter().filter(|node| is_meant(node)).map(|node| node["id"].clone()).collect()
}

/// What stands in each state, counted one by one.
fn tally<'n>(nodes: impl Iterator<Item = &'n Value>) -> BTreeMap<String, u64> {
    let mut tally: BTreeMap<_, _> = STATES.map(|status| (status.to_owned(), 0)).into();
    for node in nodes {
        *tally.get_mut(node["status"].as_str().unwrap()).unwrap() += 1;
    }
    tally
}

fn counts(counts: &Value) -> BTreeMap<String, u64> {
    let counts = counts.as_array().unwrap().iter();
    let each: Vec<_> = counts
        .map(|of_status| {
            (of_status["status"].as_str().unwrap().to_owned(), of_status["count"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(each.iter().map(|(status, _)| status.as_str()).collect::<Vec<_>>(), STATES);
    each.into_iter().collect()
}

type Predicate = Box<dyn Fn(&Value) -> bool>;

fn instant(value: &Value) -> Option<crate::facts::Instant> {
    value.as_str().map(|text| text.parse().unwrap())
}

/// Filters of subscriptions, with what each means.
fn filters(customers: &[String], offers: &[String]) -> Vec<(Value, Predicate)> {
    let one_of = |field: &'static str, words: Vec<&'static str>| -> Predicate {
        Box::new(move |node| words.contains(&node[field].as_str().unwrap()))
    };
    let quantity = |min: i64, max: i64| -> Predicate {
        Box::new(move |node| (min..=max).contains(&node["quantity"].as_i64().unwrap()))
    };
    let lies = |field: &'static str, from: i64, until: i64| -> Predicate {
        Box::new(move |node| instant(&node[field]).is_some_and(|it| days(from) <= it && it < days(until)))
    };
    let of = |object: &'static str, ids: Vec<String>| -> Predicate {
        Box::new(move |node| ids.iter().any(|id| node[object]["id"] == id.as_str()))
    };
    let unknown = api_id(CUSTOMER, Uuid::from_u128(7));
    let (two, offer) = (customers[..2].to_vec(), offers[0].clone());
    vec![
        (json!({ "term": ["P1M"] }), one_of("term", vec!["P1M"])),
        (json!({ "term": ["P1M", "P1Y"] }), one_of("term", vec!["P1M", "P1Y"])),
        (json!({ "term": [] }), one_of("term", vec![])),
        (json!({ "billingCycle": "MONTHLY" }), one_of("billingCycle", vec!["MONTHLY"])),
        (json!({ "status": ["ACTIVE", "PENDING"] }), one_of("status", vec!["ACTIVE", "PENDING"])),
        (json!({ "quantity": { "min": 3 } }), quantity(3, 1_000)),
        (json!({ "quantity": { "max": 3 } }), quantity(0, 3)),
        (json!({ "quantity": { "min": 4, "max": 4 } }), quantity(4, 4)),
        (json!({ "quantity": { "min": 9, "max": null } }), quantity(9, 1_000)),
        (json!({ "quantity": { "min": 5, "max": 2 } }), quantity(5, 2)),
        (json!({ "quantity": {} }), quantity(0, 1_000)),
        (json!({ "createdAt": { "from": days(-97), "until": days(-94) } }), lies("createdAt", -97, -94)),
        (json!({ "cancellableUntil": { "from": days(0) } }), lies("cancellableUntil", 0, 9_999)),
        (json!({ "cancellableUntil": { "until": days(0) } }), lies("cancellableUntil", -9_999, 0)),
        (
            json!({ "cancellableUntil": { "from": days(17), "until": days(38) } }),
            lies("cancellableUntil", 17, 38),
        ),
        (json!({ "cancellableUntil": {} }), Box::new(|_| true)),
        (json!({ "customers": two }), of("customer", two.clone())),
        (json!({ "customers": [] }), of("customer", vec![])),
        (json!({ "customers": [unknown] }), of("customer", vec![])),
        (
            json!({ "customers": customers[2], "customer": customers[2] }),
            of("customer", vec![customers[2].clone()]),
        ),
        (json!({ "customers": customers[2], "customer": customers[3] }), of("customer", vec![])),
        (json!({ "offers": [offer] }), of("offer", vec![offer.clone()])),
        (json!({ "offers": offers }), of("offer", offers.to_vec())),
        (
            json!({ "offers": [offer], "customers": two, "term": ["P1Y"] }),
            Box::new(move |node| {
                node["offer"]["id"] == offer.as_str()
                    && two.iter().any(|id| node["customer"]["id"] == id.as_str())
                    && node["term"] == "P1Y"
            }),
        ),
    ]
}

/// What each filter leaves: the list, and the counts by state.
async fn narrowed(world: &World, person: &Person, filters: &[(Value, Predicate)]) -> Vec<(Value, Value)> {
    let mut answers = Vec::new();
    for filters in filters.chunks(10) {
        let (mut parameters, mut fields, mut variables) = (String::new(), String::new(), json!({}));
        for (n, (filter, _)) in filters.iter().enumerate() {
            write!(parameters, "$f{n}: SubscriptionFilter ").unwrap();
            write!(
                fields,
                "l{n}: subscriptions(first: 200, filter: $f{n}) {{ totalCount nodes {{ id }} }}
                 c{n}: subscriptionCounts(filter: $f{n}) {{ status count }} "
            )
            .unwrap();
            variables[format!("f{n}")] = filter.clone();
        }
        let query = format!("query({parameters}) {{ {fields} }}");
        let mut data = world.query(person, &query, variables).await.data();
        answers
            .extend((0..filters.len()).map(|n| (data[format!("l{n}")].take(), data[format!("c{n}")].take())));
    }
    answers
}

#[rstest]
#[tokio::test]
async fn each_filter_of_subscriptions_leaves_what_it_says_of_what_is_shown(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, facts(11)).await;
    let customers: Vec<_> = ids_by_tenant(&world, "customers").await.into_iter().map(|(_, id)| id).collect();
    let offers = world.read(&world.operator(), "{ offers { nodes { id } } }").await;
    let offers: Vec<_> = ids(&offers["offers"]).iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    let (mut left, mut dropped) = (0, 0);
    // Now; when monthly ones have renewed and pending ones have started; and when others have ended or changed as scheduled.
    for (n, day) in [0, 22, 45].into_iter().enumerate() {
        world.clock.set(days(day));
        for person in viewers(&world).into_iter().skip(n % 2).step_by(2) {
            let shown = "{ subscriptions(first: 200) { nodes { id status quantity term billingCycle createdAt
                cancellableUntil customer { id } offer { id } } } }";
            let shown = world.read(&person, shown).await["subscriptions"]["nodes"].take();
            let shown = shown.as_array().unwrap();
            let filters = filters(&customers, &offers);
            let answers = narrowed(&world, &person, &filters).await;
            for ((filter, is_meant), (list, counted)) in filters.iter().zip(answers) {
                let expected = matching(shown, is_meant);
                assert_eq!(ids(&list), expected, "{person:?} day {day} {filter}");
                assert_eq!(list["totalCount"], expected.len());
                let by_state = tally(shown.iter().filter(|node| is_meant(node)));
                assert_eq!(counts(&counted), by_state, "{person:?} day {day} {filter}");
                left += expected.len();
                dropped += shown.len() - expected.len();
            }
            // Of each customer, where its subscriptions may be read, and nowhere else.
            let query = "{ customers(first: 5) { nodes { subscriptions(first: 200) { nodes { status } }
                subscriptionCounts { status count } none: subscriptionCounts(filter: { term: [] }) { count } } } }";
            let answer = world.query(&person, query, json!({})).await.json();
            for (i, customer) in answer["data"]["customers"]["nodes"].as_array().unwrap().iter().enumerate() {
                let (sold, counted) = (&customer["subscriptions"], &customer["subscriptionCounts"]);
                assert_eq!(sold.is_null(), counted.is_null(), "{person:?} {customer}");
                assert_eq!(sold.is_null(), customer["none"].is_null(), "{person:?} {customer}");
                let errors = answer["errors"].as_array().cloned().unwrap_or_default();
                let is_forbidden = errors.iter().any(|error| {
                    error["path"] == json!(["customers", "nodes", i, "subscriptionCounts"])
                        && error["extensions"]["code"] == "FORBIDDEN"
                });
                assert_eq!(is_forbidden, sold.is_null(), "{answer:#}");
                if !sold.is_null() {
                    let nodes = sold["nodes"].as_array().unwrap();
                    assert_eq!(counts(counted), tally(nodes.iter()), "{person:?} {customer}");
                }
            }
        }
    }
    assert!(left > 250 && dropped > 250, "{left} {dropped}");
    world.end().await;
}
