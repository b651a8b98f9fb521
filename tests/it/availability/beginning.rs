//! Actions that need no object, or a customer alone.

use std::collections::BTreeSet;

use entity::TenantRole;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rstest::rstest;
use serde_json::{Value, json};

use super::{GROUP, agree, random_facts};
use crate::facts::{FABRIKAM, days, id};
use crate::world::{Backend, Person, World};

/// What is asked for with an action at a customer, which the tenant names.
fn begun(action: &str, tenant: &Value, offer: &Value) -> (&'static str, Value) {
    let customer = json!({ "tenantId": tenant });
    match action {
        "REQUEST_RELATIONSHIP" => (
            "requestRelationship",
            json!({ "customer": customer, "displayName": "More", "roles": ["GLOBAL_READER"], "duration": "P30D",
                "validateOnly": true }),
        ),
        "PURCHASE_SUBSCRIPTION" => (
            "purchaseSubscription",
            json!({ "customer": customer, "offer": offer, "quantity": 1, "term": "P1Y", "billingCycle": "ANNUAL",
                "validateOnly": true }),
        ),
        _ => panic!("{action} is no action"),
    }
}

/// What is asked for with an action that takes no object.
fn alone(action: &str) -> (&'static str, Value) {
    match action {
        "REQUEST_RELATIONSHIP" => (
            "requestRelationship",
            json!({ "displayName": "Open", "roles": ["GLOBAL_READER"], "duration": "P30D", "validateOnly": true }),
        ),
        "REGISTER_PARTNER" => (
            "registerPartner",
            json!({ "tenantId": id("new"), "partnerNumber": "78", "name": "New", "kind": "ADVISOR", "validateOnly": true }),
        ),
        "REGISTER_CUSTOMER" => (
            "registerCustomer",
            json!({ "tenantId": id("new"), "name": "New", "domain": "new.example", "country": "NL", "validateOnly": true }),
        ),
        "UPSERT_OFFER" => (
            "upsertOffer",
            json!({ "sku": "NEW", "name": "New", "publisher": "Litware", "minQuantity": 1, "maxQuantity": 9,
                "terms": ["P1Y"], "billingCycles": ["ANNUAL"], "validateOnly": true }),
        ),
        "REGISTER_WEBHOOK" => {
            ("registerWebhook", json!({ "url": "https://hooks.example.com", "validateOnly": true }))
        }
        _ => panic!("{action} is no action"),
    }
}

#[rstest]
#[tokio::test]
async fn what_can_be_begun_is_what_its_mutations_do(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(Some(1), None)] seed: Option<u64>,
) {
    let is_known = seed.is_some();
    let seed = seed.unwrap_or_else(rand::random);
    println!("seed {seed}");
    let mut facts = random_facts(&mut StdRng::seed_from_u64(seed));
    // A partner that advises, to which Contoso delegates the widest of what can be assigned.
    let advisor = id("Advisor");
    facts
        .more
        .push(json!({ "type": "partner", "tenantId": advisor, "partnerNumber": "77", "name": "Advisor",
        "kind": "ADVISOR", "createdAt": days(-20) }));
    facts.more.push(
        json!({ "type": "grant", "id": id("advice"), "partner": advisor, "customer": id("Contoso"),
        "displayName": "Advice", "roles": ["GLOBAL_ADMINISTRATOR"], "startsAt": days(-9), "endsAt": days(90),
        "createdAt": days(-9), "assignments": [{ "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT",
        "roles": ["GLOBAL_ADMINISTRATOR"] }] }),
    );
    let world = World::of(backend, facts).await;
    let tenant = world.facts.partners[FABRIKAM].tenant;
    let without = |person: Person| Person { mfa: false, ..person };
    let people = [
        world.fabrikam(),
        without(world.fabrikam()),
        Person::of(tenant, TenantRole::SalesAgent),
        Person { groups: vec![GROUP], ..Person::of(tenant, TenantRole::HelpdeskAgent) },
        Person { groups: vec![GROUP], ..Person::of(tenant, TenantRole::SalesAgent) },
        world.tailspin(),
        Person::of(advisor, TenantRole::AdminAgent),
        world.contoso(),
        world.operator(),
        without(world.operator()),
        Person { is_application: true, ..without(world.operator()) },
        Person { roles: Vec::new(), ..world.operator() },
    ];
    let offers = world.read(&world.fabrikam(), "{ offers(first: 1) { nodes { id } } }").await;
    let offer = &offers["offers"]["nodes"][0]["id"];
    let (mut reasons, mut available) = (BTreeSet::new(), BTreeSet::new());
    for person in people {
        let query = "{ viewer { availableActions { action available reasons { code message remedy } } }
            customers(first: 20) { nodes { tenantId
                availableActions { action available reasons { code message remedy } } } } }";
        let seen = world.read(&person, query).await;
        let nodes = seen["customers"]["nodes"].as_array().unwrap();
        let at_customers = nodes.iter().flat_map(|node| {
            let actions = node["availableActions"].as_array().unwrap();
            assert_eq!(actions.len(), 2);
            actions
                .iter()
                .map(|said| (said, begun(said["action"].as_str().unwrap(), &node["tenantId"], offer)))
        });
        let actions = seen["viewer"]["availableActions"].as_array().unwrap();
        assert_eq!(actions.len(), 5);
        let by_themselves = actions.iter().map(|said| (said, alone(said["action"].as_str().unwrap())));
        for (said, (mutation, input)) in at_customers.chain(by_themselves) {
            let done = world.mutate(&person, mutation, input).await;
            match agree(said, &done, &format!("seed {seed}, {person:?}, {mutation}")) {
                Some(reason) => reasons.insert(reason),
                None => available.insert(mutation),
            };
        }
    }
    if is_known {
        let all = [
            "ADVISOR_CANNOT_SELL",
            "MFA_REQUIRED",
            "PERMISSION_NOT_GRANTED",
            "TENANT_ROLE_MISSING",
            "WRONG_TENANT_KIND",
        ];
        assert_eq!(reasons.iter().map(String::as_str).collect::<Vec<_>>(), all);
        assert_eq!(available.len(), 6, "{available:?}");
    }
    world.end().await;
}
