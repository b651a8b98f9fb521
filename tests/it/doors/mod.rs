//! All ways to a row agree with each other and with the oracle: by id, as a node, in lists, in counts, below parents
//! and through filters, for every viewer and every row of random worlds.

mod events;
mod rows;
mod webhooks;

use std::collections::BTreeSet;
use std::fmt::Write;

use entity::TenantRole;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::facts::{Assignment, Customer, Facts, Grant, Partner, ROLES, Request, days, id};
use crate::world::{Person, World};

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
        let list = world.query(person, &query, json!({ "after": after })).await.data()["list"].take();
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
        world.query(person, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
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
        let data = world.query(person, &query, Value::Object(variables)).await.data();
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
