//! Filters and orders of customers.

use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{facts, ids};
use crate::doors::{ids_by_tenant, viewers};
use crate::facts::{CONTOSO, Facts, TAILSPIN, days, id};
use crate::oracle::Oracle;
use crate::paging::Walk;
use crate::world::{Backend, CUSTOMER, Person, World, api_id, row};

/// The ids of the customers that someone sees, in the order of their keys, and of their rows' ids where these are equal.
fn ordered<K: Ord>(seen: &[(usize, String)], key: impl Fn(usize) -> K) -> Vec<String> {
    let mut ordered: Vec<_> = seen.iter().map(|(i, id)| (key(*i), row(id), id.clone())).collect();
    ordered.sort();
    ordered.into_iter().map(|(.., id)| id).collect()
}

#[rstest]
#[tokio::test]
async fn customers_are_filtered_and_ordered_by_what_the_viewer_sees_of_others(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(3, 5)] seed: u64,
) {
    let world = World::of(backend, facts(seed)).await;
    let all = ids_by_tenant(&world, "customers").await;
    let id_of = |i: usize| {
        let tenant = world.facts.customers[i].tenant;
        all.iter().find(|(own, _)| *own == tenant).unwrap().1.clone()
    };
    for day in [0, 45, 150] {
        world.clock.set(days(day));
        let oracle = Oracle { facts: &world.facts, at: world.clock.now() };
        for person in viewers(&world) {
            let seen: Vec<_> = (0..world.facts.customers.len())
                .filter(|i| oracle.sees_customer(&person, *i))
                .map(|i| (i, id_of(i)))
                .collect();
            let end = |i: usize| oracle.next_grant_end(&person, i);
            let by_end = ordered(&seen, |i| (end(i).is_none(), end(i)));
            let sold = |i: usize| {
                let of_customer = |n: &usize| world.facts.subscriptions[*n].customer == i;
                let all = (0..world.facts.subscriptions.len()).filter(of_customer);
                all.filter(|n| oracle.sees_subscription(&person, *n)).count()
            };
            for (field, expected) in
                [("NEXT_GRANT_END", by_end), ("SUBSCRIPTION_COUNT", ordered(&seen, sold))]
            {
                let walk = |direction| Walk {
                    world: &world,
                    person: person.clone(),
                    field: "customers",
                    order: format!(", orderBy: {{ field: {field}, direction: {direction} }}"),
                };
                let reversed: Vec<_> = expected.iter().rev().cloned().collect();
                for size in [1, 2] {
                    assert_eq!(walk("ASC").forward(size).await, expected, "{person:?} day {day} {field}");
                    assert_eq!(walk("ASC").backward(size).await, expected, "{person:?} day {day} {field}");
                }
                assert_eq!(walk("DESC").forward(2).await, reversed, "{person:?} day {day} {field}");
                assert_eq!(walk("DESC").backward(2).await, reversed, "{person:?} day {day} {field}");
            }
            let ids_of = |is_meant: &dyn Fn(usize) -> bool| -> Vec<Uuid> {
                let mut ids: Vec<_> =
                    seen.iter().filter(|(i, _)| is_meant(*i)).map(|(_, id)| row(id)).collect();
                ids.sort_unstable();
                ids
            };
            let two = [id_of(0), id_of(3)];
            let created = |i: usize| days(-300 + i64::try_from(i % 5).unwrap());
            let filters = [
                (json!({ "hasEffectiveGrant": true }), ids_of(&|i| end(i).is_some())),
                (json!({ "hasEffectiveGrant": false }), ids_of(&|i| end(i).is_none())),
                (json!({ "ids": two }), ids_of(&|i| i == 0 || i == 3)),
                (json!({ "ids": [] }), vec![]),
                (json!({ "ids": [api_id(CUSTOMER, Uuid::from_u128(7))] }), vec![]),
                (
                    json!({ "createdAt": { "from": days(-299), "until": days(-297) } }),
                    ids_of(&|i| days(-299) <= created(i) && created(i) < days(-297)),
                ),
                (json!({ "cloud": "PUBLIC" }), ids_of(&|_| true)),
                (json!({ "cloud": ["US_GOVERNMENT"] }), vec![]),
            ];
            for (filter, expected) in filters {
                let query = "query($filter: CustomerFilter) { customers(filter: $filter) { totalCount nodes { id } } }";
                let list =
                    world.query(&person, query, json!({ "filter": filter })).await.data()["customers"].take();
                let mut found: Vec<_> = ids(&list).iter().map(|id| row(id.as_str().unwrap())).collect();
                found.sort_unstable();
                assert_eq!(found, expected, "{person:?} day {day} {filter}");
                assert_eq!(list["totalCount"], expected.len());
            }
            let is_partner = world.facts.partners.iter().any(|partner| partner.tenant == person.tenant);
            assert!(
                !is_partner || seen.iter().all(|(i, _)| end(*i).is_some()),
                "each has a grant of its own"
            );
        }
    }
    world.end().await;
}

/// What a partner sees of a customer does not move when another partner sells there, or ends its grant.
#[rstest]
#[tokio::test]
async fn an_order_of_customers_tells_nothing_of_other_partners(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    // Tailspin has a little of each customer; Fabrikam and Northwind much of Contoso, and grants that end first.
    facts.grant(CONTOSO, TAILSPIN).ends_at = days(100);
    facts.grants[2].ends_at = days(90);
    facts.grants[0].ends_at = days(10);
    facts.sell(CONTOSO, TAILSPIN, "One");
    let world = World::of(backend, facts).await;
    let names = async |person: &Person, field: &str| -> Vec<String> {
        let query = format!("{{ customers(orderBy: {{ field: {field} }}) {{ nodes {{ name }} }} }}");
        let nodes = world.read(person, &query).await["customers"]["nodes"].take();
        nodes.as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect()
    };
    let tailspin = world.tailspin();
    assert_eq!(names(&tailspin, "NEXT_GRANT_END").await, ["Adatum", "Contoso"]);
    assert_eq!(names(&tailspin, "SUBSCRIPTION_COUNT").await, ["Contoso", "Adatum"]);
    assert_eq!(names(&world.operator(), "NEXT_GRANT_END").await, ["Contoso", "Adatum"]);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn the_operator_finds_customers_by_cloud(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.more.push(json!({ "type": "customer", "tenantId": id("Agency"), "name": "Agency",
        "domain": "agency.example", "country": "US", "cloud": "US_GOVERNMENT", "createdAt": days(-1) }));
    let world = World::of(backend, facts).await;
    let names = async |filter: &str| -> Vec<Value> {
        let query = format!("{{ customers(filter: {filter}) {{ nodes {{ name }} }} }}");
        let nodes = world.read(&world.operator(), &query).await["customers"]["nodes"].take();
        nodes.as_array().unwrap().iter().map(|node| node["name"].clone()).collect()
    };
    assert_eq!(names("{ cloud: US_GOVERNMENT }").await, ["Agency"]);
    assert_eq!(names("{ cloud: [PUBLIC] }").await, ["Adatum", "Contoso"]);
    assert_eq!(names("{ cloud: [US_GOVERNMENT, PUBLIC] }").await, ["Adatum", "Agency", "Contoso"]);
    assert_eq!(names("{ hasEffectiveGrant: false }").await, ["Agency"]);
    world.end().await;
}
