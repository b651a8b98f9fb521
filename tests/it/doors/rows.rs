//! Ways to customers, partners, subscriptions, grants and requests.

use std::collections::BTreeSet;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Expected, agree, ids_by_tenant, random_facts, viewers};
use crate::facts::days;
use crate::oracle::Oracle;
use crate::world::{Backend, GRANT, Person, REQUEST, SUBSCRIPTION, World, api_id};

async fn all_doors_agree(world: &World) {
    let at = world.clock.now();
    let oracle = Oracle { facts: &world.facts, at };
    let partner_ids = ids_by_tenant(world, "partners").await;
    let customer_ids = ids_by_tenant(world, "customers").await;
    let of =
        |ids: &[(Uuid, String)], tenant: Uuid| ids.iter().find(|(own, _)| *own == tenant).unwrap().1.clone();
    for person in viewers(world) {
        let facts = &world.facts;
        let customers = (0..facts.customers.len())
            .map(|i| (of(&customer_ids, facts.customers[i].tenant), oracle.sees_customer(&person, i)));
        agree(world, &person, "customers", Some("customer(by: { id: $id })"), &customers.clone().collect())
            .await;
        let partners = (0..facts.partners.len())
            .map(|i| (of(&partner_ids, facts.partners[i].tenant), oracle.sees_partner(&person, i)));
        agree(world, &person, "partners", None, &partners.collect()).await;
        let subscriptions: Expected = (0..facts.subscriptions.len())
            .map(|i| (api_id(SUBSCRIPTION, facts.subscriptions[i].id), oracle.sees_subscription(&person, i)))
            .collect();
        agree(world, &person, "subscriptions", Some("subscription(id: $id)"), &subscriptions).await;
        let grants = (0..facts.grants.len())
            .map(|i| (api_id(GRANT, facts.grants[i].id), oracle.sees_grant(&person, i)))
            .collect();
        agree(world, &person, "grants", Some("grant(id: $id)"), &grants).await;
        let requests = (0..facts.requests.len())
            .map(|i| (api_id(REQUEST, facts.requests[i].id), oracle.sees_request(&person, i)))
            .collect();
        let by_id = Some("relationshipRequest(by: { id: $id })");
        agree(world, &person, "relationshipRequests", by_id, &requests).await;

        below_parents(world, &person, &oracle).await;
        for (i, (id, is_seen)) in customers.enumerate() {
            through_filters(world, &person, &oracle, i, (&id, is_seen)).await;
        }
    }
}

/// What is reached through a customer is what is seen of it, and a customer that may not be read says so.
async fn below_parents(world: &World, person: &Person, oracle: &Oracle<'_>) {
    let query = "{ customers(first: 5) { nodes { tenantId
        subscriptions(first: 50) { totalCount nodes { id customer { tenantId } partnerOfRecord { tenantId } } }
        grants(first: 50) { totalCount nodes { id } }
        viewerAccess { permissions }
    } } }";
    let answer = world.query(person, query, json!({})).await.json();
    let facts = &world.facts;
    for customer in answer["data"]["customers"]["nodes"].as_array().unwrap() {
        let i =
            facts.customers.iter().position(|own| customer["tenantId"] == own.tenant.to_string()).unwrap();
        let may_read = oracle.reads_subscriptions_of(person, i);
        assert_eq!(customer["subscriptions"].is_null(), !may_read, "{person:?} {customer}");
        let permissions = customer["viewerAccess"]["permissions"].as_array().unwrap();
        assert_eq!(permissions.contains(&json!("SUBSCRIPTION_READ")), may_read);
        let ids = |list: &Value| -> BTreeSet<String> {
            let nodes = list["nodes"].as_array().cloned().unwrap_or_default();
            nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect()
        };
        let expected: BTreeSet<_> = (0..facts.subscriptions.len())
            .filter(|n| facts.subscriptions[*n].customer == i && oracle.sees_subscription(person, *n))
            .map(|n| api_id(SUBSCRIPTION, facts.subscriptions[n].id))
            .collect();
        assert_eq!(ids(&customer["subscriptions"]), expected);
        if may_read {
            assert_eq!(customer["subscriptions"]["totalCount"], expected.len());
        }
        let expected: BTreeSet<_> = (0..facts.grants.len())
            .filter(|n| facts.grants[*n].customer == i && oracle.sees_grant(person, *n))
            .map(|n| api_id(GRANT, facts.grants[n].id))
            .collect();
        assert_eq!(ids(&customer["grants"]), expected);
        assert_eq!(customer["grants"]["totalCount"], expected.len());
    }
    let has_errors = answer.get("errors").is_some();
    let is_denied = (0..facts.customers.len())
        .any(|i| oracle.sees_customer(person, i) && !oracle.reads_subscriptions_of(person, i));
    assert_eq!(has_errors, is_denied, "{person:?} {answer:#}");
    if has_errors {
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert!(answer["errors"][0]["extensions"]["reasons"][0]["message"].is_string());
    }
}

/// A filter by a customer tells no more than the list itself.
async fn through_filters(
    world: &World,
    person: &Person,
    oracle: &Oracle<'_>,
    customer: usize,
    (id, is_seen): (&str, bool),
) {
    let facts = &world.facts;
    let variables = json!({ "id": id, "domain": facts.customers[customer].name.to_lowercase().replace(' ', "-") + ".example",
        "tenant": facts.customers[customer].tenant });
    let query = "query($id: ID!, $domain: String!, $tenant: UUID!) {
        subscriptions(filter: { customer: $id }) { totalCount }
        suspended: customers(filter: { hasSubscriptionStatus: [SUSPENDED], search: $domain }) { totalCount }
        grants(filter: { customer: $id }) { totalCount }
        domain: customer(by: { domain: $domain }) { id }
        tenant: customer(by: { tenantId: $tenant }) { id }
    }";
    let data = world.query(person, query, variables).await.data();
    let seen =
        |n: &usize| facts.subscriptions[*n].customer == customer && oracle.sees_subscription(person, *n);
    let subscriptions: Vec<_> = (0..facts.subscriptions.len()).filter(seen).collect();
    assert_eq!(data["subscriptions"]["totalCount"], subscriptions.len());
    let has_suspended = subscriptions.iter().any(|n| facts.subscriptions[*n].status == "SUSPENDED");
    assert_eq!(data["suspended"]["totalCount"], i32::from(has_suspended && is_seen), "{person:?} {customer}");
    let grants = (0..facts.grants.len())
        .filter(|n| facts.grants[*n].customer == customer && oracle.sees_grant(person, *n))
        .count();
    assert_eq!(data["grants"]["totalCount"], grants);
    for way in ["domain", "tenant"] {
        assert_eq!(data[way]["id"] == id, is_seen);
    }
}

#[rstest]
#[tokio::test]
async fn every_door_says_what_the_oracle_says(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(1, 2)] seed: u64,
) {
    let world = World::of(backend, random_facts(&mut StdRng::seed_from_u64(seed))).await;
    // Now, and when other grants have begun or ended, with nothing but the clock having moved.
    for day in [0, 45] {
        world.clock.set(days(day));
        all_doors_agree(&world).await;
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_new_random_world_each_time_holds_too(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let seed = rand::random();
    println!("seed {seed}");
    let world = World::of(backend, random_facts(&mut StdRng::seed_from_u64(seed))).await;
    all_doors_agree(&world).await;
    world.end().await;
}
