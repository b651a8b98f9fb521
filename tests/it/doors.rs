//! All ways to a row agree with each other and with the oracle: by id, as a node, in lists, in counts, below parents
//! and through filters, for every viewer and every row of random worlds.

use std::collections::BTreeSet;
use std::fmt::Write;

use entity::TenantRole;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::facts::{Assignment, Customer, Facts, Grant, Partner, ROLES, Request, days, id};
use crate::oracle::Oracle;
use crate::world::{Backend, GRANT, Person, REQUEST, SUBSCRIPTION, World, api_id};

const GROUP: Uuid = Uuid::from_u128(0x6_0000_0000);

/// A small world in which anything may be: many parties, overlapping grants, ended and to come, for roles and groups.
pub fn random_facts(random: &mut StdRng) -> Facts {
    let mut facts = Facts { offers: 2, ..Facts::default() };
    for i in 0..4 {
        let name = format!("Partner {i}");
        facts.partners.push(Partner { tenant: id(&name), name });
    }
    for i in 0..5 {
        let name = format!("Customer {i}");
        facts.customers.push(Customer { tenant: id(&name), name });
    }
    for i in 0..14 {
        let n = random.random_range(1..=2);
        let roles: Vec<_> = ROLES.sample(random, n).copied().collect();
        let assignees = ["ADMIN_AGENT".to_owned(), "HELPDESK_AGENT".to_owned(), GROUP.to_string()];
        let count = random.random_range(0..=2);
        let assignments = assignees
            .sample(random, count)
            .map(|assignee| Assignment {
                assignee: assignee.clone(),
                roles: vec![*roles.choose(random).unwrap()],
            })
            .collect();
        let starts_at = days(random.random_range(-60..60));
        let auto_extend = !roles.contains(&"GLOBAL_ADMINISTRATOR") && random.random_bool(0.3);
        facts.grants.push(Grant {
            id: id(&format!("grant {i}")),
            customer: random.random_range(0..5),
            partner: random.random_range(0..4),
            starts_at,
            ends_at: starts_at + chrono::TimeDelta::days(random.random_range(1..120)),
            auto_extend,
            is_terminated: starts_at <= days(0) && random.random_bool(0.2),
            roles,
            assignments,
        });
    }
    for i in 0..30 {
        let (customer, partner) = (random.random_range(0..5), random.random_range(0..4));
        facts.sell(customer, partner, &format!("Product {}", i % 7)).status =
            ["ACTIVE", "SUSPENDED", "CANCELLED"].choose(random).unwrap();
    }
    for i in 0..6 {
        facts.requests.push(Request {
            id: id(&format!("request {i}")),
            partner: random.random_range(0..4),
            customer: random.random_bool(0.8).then(|| random.random_range(0..5)),
            name: format!("Request {i}"),
            invitation: None,
            expires_at: days(random.random_range(1..80)),
        });
        let request = facts.requests.last_mut().unwrap();
        if request.customer.is_none() {
            request.invitation = Some(format!("an-invitation-of-256-bits-in-as-many-words-as-it-takes-{i}"));
        }
    }
    facts
}

pub fn viewers(world: &World) -> Vec<Person> {
    let mut viewers = Vec::new();
    for partner in &world.facts.partners {
        let tenant = partner.tenant;
        viewers.push(Person::of(tenant, TenantRole::AdminAgent));
        viewers.push(Person::of(tenant, TenantRole::SalesAgent));
        viewers.push(Person { groups: vec![GROUP], ..Person::of(tenant, TenantRole::HelpdeskAgent) });
    }
    for customer in &world.facts.customers {
        viewers.push(Person::of(customer.tenant, TenantRole::CustomerReader));
    }
    viewers.push(world.operator());
    viewers
}

/// The ids in a list, read page by page.
async fn listed(world: &World, person: &Person, field: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "query($after: String) {{ list: {field}(first: 4, after: $after) \
             {{ nodes {{ id }} totalCount pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let list = world.ask(person, &query, json!({ "after": after })).await.data()["list"].take();
        for node in list["nodes"].as_array().unwrap() {
            assert!(ids.insert(node["id"].as_str().unwrap().to_owned()), "{field} repeats {node}");
        }
        if list["pageInfo"]["hasNextPage"] == false {
            assert_eq!(list["totalCount"], ids.len(), "the count of {field} is not what it lists");
            return ids;
        }
        after = list["pageInfo"]["endCursor"].clone();
    }
}

/// The rows' ids, each with whether the oracle says that it is seen.
type Expected = Vec<(String, bool)>;

async fn agree(world: &World, person: &Person, field: &str, one: Option<&str>, expected: &Expected) {
    let seen: BTreeSet<_> =
        expected.iter().filter(|(_, is_seen)| *is_seen).map(|(id, _)| id.clone()).collect();
    assert_eq!(listed(world, person, field).await, seen, "{person:?} lists {field}");
    let ids: Vec<_> = expected.iter().map(|(id, _)| id).collect();
    let nodes =
        world.ask(person, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
    let nodes = nodes.data()["nodes"].take();
    for ((id, is_seen), node) in expected.iter().zip(nodes.as_array().unwrap()) {
        assert_eq!(node["id"] == id.as_str(), *is_seen, "{person:?} fetches {id} of {field}");
        assert_eq!(node.is_null(), !is_seen);
    }
    let Some(one) = one else { return };
    for expected in expected.chunks(15) {
        let (mut parameters, mut fields) = (String::new(), String::new());
        for n in 0..expected.len() {
            write!(parameters, "$i{n}: ID! ").unwrap();
            write!(fields, "o{n}: {} {{ id }} ", one.replace("$id", &format!("$i{n}"))).unwrap();
        }
        let variables =
            expected.iter().enumerate().map(|(n, (id, _))| (format!("i{n}"), json!(id))).collect();
        let query = format!("query({parameters}) {{ {fields} }}");
        let data = world.ask(person, &query, Value::Object(variables)).await.data();
        for (n, (id, is_seen)) in expected.iter().enumerate() {
            let found = &data[format!("o{n}")];
            assert_eq!(found["id"] == id.as_str(), *is_seen, "{person:?} asks {one} {id}");
            assert_eq!(found.is_null(), !is_seen);
        }
    }
}

/// API ids of partners and customers, whose rows get theirs when they are registered.
pub async fn ids_by_tenant(world: &World, field: &str) -> Vec<(Uuid, String)> {
    let list = world
        .read(&world.operator(), &format!("{{ {field}(first: 200) {{ nodes {{ id tenantId }} }} }}"))
        .await;
    let id = |node: &Value| {
        (node["tenantId"].as_str().unwrap().parse().unwrap(), node["id"].as_str().unwrap().to_owned())
    };
    list[field]["nodes"].as_array().unwrap().iter().map(id).collect()
}

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
    let answer = world.ask(person, query, json!({})).await.json();
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
    let data = world.ask(person, query, variables).await.data();
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

/// Events, whose world is made by acting in it: what the customers read is all there is about relationships, and each
/// partner reads of it what names itself.
#[rstest]
#[tokio::test]
async fn every_door_to_an_event_says_what_the_oracle_says(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, random_facts(&mut StdRng::seed_from_u64(4))).await;
    let mut acts = 0;
    for (partner, customer) in (0..4).flat_map(|partner| (0..5).map(move |customer| (partner, customer))) {
        let tenant = world.facts.customers[customer].tenant;
        let asked = json!({ "customer": { "tenantId": tenant }, "displayName": "Door", "roles": ["GLOBAL_READER"],
            "duration": "P30D" });
        let made = world.done(&world.partner(partner), "requestRelationship", asked).await;
        let id = &made["request"]["id"];
        acts += 1;
        if (partner + customer) % 2 == 0 {
            let accept = json!({ "request": { "id": id } });
            world.done(&world.customer(customer), "acceptRelationshipRequest", accept).await;
            acts += 2;
        } else {
            world
                .done(&world.partner(partner), "withdrawRelationshipRequest", json!({ "request": id }))
                .await;
            acts += 1;
        }
    }
    // Every event, with the partner and the customer that it names.
    let mut all = Vec::new();
    for customer in 0..5 {
        let query = "{ events(first: 200) { nodes { id subject { id
            ... on RelationshipRequest { partner { tenantId } } ... on DelegatedAdminGrant { partner { tenantId } } } } } }";
        let data = world.read(&world.customer(customer), query).await;
        for node in data["events"]["nodes"].as_array().unwrap() {
            let partner = node["subject"]["partner"]["tenantId"].as_str().unwrap().to_owned();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            all.push((text(&node["id"]), text(&node["subject"]["id"]), partner, customer));
        }
    }
    assert_eq!(all.len(), acts);
    for person in viewers(&world) {
        names_its_own(&world, &person, &all).await;
        let tenant = person.tenant.to_string();
        let sees = |event: &(String, String, String, usize)| {
            event.2 == tenant || world.facts.customers[event.3].tenant.to_string() == tenant
        };
        let expected = all.iter().map(|event| (event.0.clone(), sees(event))).collect();
        agree(&world, &person, "events", None, &expected).await;
        // The feed has the same, in another order.
        let feed = world.read(&person, "{ eventFeed(first: 200) { totalCount nodes { id } } }").await;
        let mut found: Vec<_> =
            feed["eventFeed"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
        let mut seen: Vec<_> = all.iter().filter(|event| sees(event)).map(|event| json!(event.0)).collect();
        assert_eq!(feed["eventFeed"]["totalCount"], seen.len(), "{person:?}");
        seen.sort_by_key(ToString::to_string);
        found.sort_by_key(ToString::to_string);
        assert_eq!(found, seen, "{person:?}");
        for (id, subject, ..) in all.iter().step_by(7) {
            let query = "query($subject: ID!) { events(first: 50, filter: { subject: $subject }) { totalCount nodes { id } } }";
            let found =
                world.ask(&person, query, json!({ "subject": subject })).await.data()["events"].take();
            let of_subject = all.iter().filter(|event| event.1 == *subject && sees(event)).count();
            assert_eq!(found["totalCount"], of_subject, "{person:?} {subject}");
            let is_found = found["nodes"].as_array().unwrap().iter().any(|node| node["id"] == id.as_str());
            assert_eq!(is_found, all.iter().any(|event| event.0 == *id && sees(event)), "{person:?} {id}");
        }
        // Below each customer that is seen: the same, or null where EVENT_READ is missing.
        let query = "{ customers(first: 5) { nodes { tenantId viewerAccess { permissions }
            events(first: 200) { totalCount nodes { id } } } } }";
        let answer = world.ask(&person, query, json!({})).await.json();
        for node in answer["data"]["customers"]["nodes"].as_array().unwrap() {
            let may_read =
                node["viewerAccess"]["permissions"].as_array().unwrap().contains(&json!("EVENT_READ"));
            assert_eq!(node["events"].is_null(), !may_read, "{person:?} {node}");
            if may_read {
                let of_customer = |event: &&(String, String, String, usize)| {
                    node["tenantId"] == world.facts.customers[event.3].tenant.to_string() && sees(event)
                };
                assert_eq!(
                    node["events"]["totalCount"],
                    all.iter().filter(of_customer).count(),
                    "{person:?}"
                );
            }
        }
    }
    world.end().await;
}

/// An event names its own customer and partner, to whoever reads it.
async fn names_its_own(world: &World, person: &Person, all: &[(String, String, String, usize)]) {
    let query = "{ events(first: 200) { nodes { id customer { tenantId name } partner { tenantId } } } }";
    for node in world.read(person, query).await["events"]["nodes"].as_array().unwrap() {
        let (.., partner, customer) = all.iter().find(|event| node["id"] == event.0.as_str()).unwrap();
        let customer = &world.facts.customers[*customer];
        assert_eq!(node["customer"], json!({ "tenantId": customer.tenant, "name": customer.name }));
        assert_eq!(node["partner"], json!({ "tenantId": partner }), "{person:?}");
    }
}
