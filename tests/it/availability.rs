//! What is said to be available is what can be done: for every viewer, every object of random worlds and every action.

use std::collections::BTreeSet;

use entity::TenantRole;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::facts::{Assignment, CONTOSO, FABRIKAM, Facts, Request, days, id};
use crate::world::{Backend, GRANT, Person, REQUEST, World, api_id};

const GROUP: Uuid = Uuid::from_u128(0x6_0000_0000);
const ROLES: [&str; 5] = [
    "GLOBAL_ADMINISTRATOR",
    "BILLING_ADMINISTRATOR",
    "LICENSE_ADMINISTRATOR",
    "GLOBAL_READER",
    "SERVICE_SUPPORT_ADMINISTRATOR",
];

/// Two customers of Fabrikam, who delegate random roles to random people, and have bought anything in any state.
fn random_facts(random: &mut StdRng) -> Facts {
    let mut facts = Facts::cast();
    facts.subscriptions.clear();
    for customer in [CONTOSO, crate::facts::ADATUM] {
        let grant = facts.grant(customer, FABRIKAM);
        grant.roles = ROLES.to_vec();
        let assignees = ["ADMIN_AGENT", "SALES_AGENT", "HELPDESK_AGENT", &GROUP.to_string()];
        let count = random.random_range(2..=4);
        grant.assignments = assignees
            .sample(random, count)
            .map(|assignee| (*assignee).to_owned())
            .collect::<Vec<_>>()
            .into_iter()
            .map(|assignee| Assignment { assignee, roles: vec![*ROLES.choose(random).unwrap()] })
            .collect();
    }
    // The first grant of the cast is Fabrikam's at Contoso, for whoever is an ADMIN_AGENT.
    for n in 0..14 {
        let status =
            *["PENDING", "ACTIVE", "ACTIVE", "SUSPENDED", "EXPIRED", "CANCELLED"].choose(random).unwrap();
        let starts_at = if status == "PENDING" { days(random.random_range(-1..3)) } else { days(-20) };
        let ends_at = match status {
            "EXPIRED" => days(-1),
            "PENDING" => days(30),
            // Some terms are over, and nobody has written that down.
            _ => days(random.random_range(-9..30)),
        };
        let window = starts_at + chrono::TimeDelta::days(random.random_range(1..40));
        let mut line = json!({ "type": "subscription", "id": id(&format!("random {n}")),
            "customer": id(if random.random_bool(0.7) { "Contoso" } else { "Adatum" }), "partnerOfRecord": id("Fabrikam"),
            "offer": "SKU-0", "friendlyName": format!("Product {n}"), "status": status,
            "quantity": *[1, 5, 300].choose(random).unwrap(), "term": "P1M", "billingCycle": "MONTHLY",
            "autoRenew": random.random_bool(0.5), "startsAt": starts_at, "termEndsAt": ends_at,
            "createdAt": days(-20) });
        if random.random_bool(0.8) {
            line["cancellableUntil"] = json!(window.min(ends_at));
        }
        if status == "SUSPENDED" {
            line["suspensionReasons"] = json!(["FRAUD"]);
        }
        facts.more.push(line);
    }
    facts
}

/// What an action is called and asked for.
fn act_of(action: &str, row: &Value) -> (&'static str, Value) {
    let (quantity, id) = (row["quantity"].as_i64().unwrap(), row["id"].clone());
    match action {
        "RENAME" => ("renameSubscription", json!({ "subscription": id, "friendlyName": "Another name" })),
        "INCREASE" => ("resizeSubscription", json!({ "subscription": id, "quantity": quantity + 1 })),
        "DECREASE" => ("resizeSubscription", json!({ "subscription": id, "quantity": quantity - 1 })),
        "SUSPEND" => ("suspendSubscription", json!({ "subscription": id, "reason": "OTHER" })),
        "REACTIVATE" => ("reactivateSubscription", json!({ "subscription": id })),
        "CANCEL" => ("cancelSubscription", json!({ "subscription": id, "validateOnly": true })),
        "SET_AUTO_RENEW" => (
            "setSubscriptionAutoRenew",
            json!({ "subscription": id, "autoRenew": row["autoRenew"] == false }),
        ),
        "SCHEDULE_NEXT_TERM" => (
            "scheduleSubscriptionNextTerm",
            json!({ "subscription": id, "nextTerm": { "quantity": 7, "term": "P1Y", "billingCycle": "ANNUAL" } }),
        ),
        _ => panic!("{action} is no action"),
    }
}

/// Holds what was said against what was done; gives the reason back.
fn agree(said: &Value, done: &Value, context: &str) -> Option<String> {
    let errors = done["userErrors"].as_array().unwrap();
    assert_eq!(said["available"] == true, errors.is_empty(), "{context}: {said} but {done}");
    assert_eq!(said["reasons"] == json!([]), errors.is_empty(), "{context}: {said}");
    let error = errors.first()?;
    assert_eq!(said["reasons"][0], error["reasons"][0], "{context}: {said} but {done}");
    Some(error["reasons"][0]["code"].as_str().unwrap().to_owned())
}

#[rstest]
#[tokio::test]
async fn what_is_available_on_a_subscription_is_what_its_mutations_do(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(Some(1), None)] seed: Option<u64>,
) {
    let is_known = seed.is_some();
    let seed = seed.unwrap_or_else(rand::random);
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let world = World::of(backend, random_facts(&mut random)).await;
    let tenant = world.facts.partners[FABRIKAM].tenant;
    let without = |person: Person| Person { mfa: false, ..person };
    let people = [
        world.fabrikam(),
        without(world.fabrikam()),
        Person { is_application: true, ..without(world.fabrikam()) },
        Person::of(tenant, TenantRole::SalesAgent),
        Person { groups: vec![GROUP], ..Person::of(tenant, TenantRole::HelpdeskAgent) },
        Person { groups: vec![GROUP], ..without(Person::of(tenant, TenantRole::SalesAgent)) },
        world.contoso(),
    ];
    let mut reasons = BTreeSet::new();
    let mut tried = 0;
    for person in people {
        let list = world.read(&person, "{ subscriptions(first: 200) { nodes { id } } }").await;
        for node in list["subscriptions"]["nodes"].as_array().unwrap() {
            let look = "query($id: ID!) { subscription(id: $id) { id status quantity autoRenew
                availableActions { action available reasons { code message remedy } } } }";
            let mut n = 0;
            loop {
                // Each is decided about as it is by then.
                let row =
                    world.ask(&person, look, json!({ "id": node["id"] })).await.data()["subscription"].take();
                let Some(said) = row["availableActions"].get(n) else { break };
                let (mutation, input) = act_of(said["action"].as_str().unwrap(), &row);
                let done = world.act(&person, mutation, input).await;
                reasons.extend(agree(said, &done, &format!("seed {seed}, {person:?}, {row}")));
                tried += 1;
                n += 1;
            }
            assert_eq!(n, 8);
        }
    }
    if is_known {
        assert!(tried > 100, "hardly anything was tried");
        let all = [
            "CANCELLATION_WINDOW_CLOSED",
            "MFA_REQUIRED",
            "PERMISSION_NOT_GRANTED",
            "QUANTITY_AT_LIMIT",
            "SUBSCRIPTION_CANCELLED",
            "SUBSCRIPTION_NOT_ACTIVE",
            "SUBSCRIPTION_NOT_SUSPENDED",
            "TENANT_ROLE_MISSING",
            "TERM_ENDED",
            "WRONG_TENANT_KIND",
        ];
        assert_eq!(reasons.iter().map(String::as_str).collect::<Vec<_>>(), all);
    }
    world.end().await;
}

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
        assert_eq!(actions.len(), 4);
        let by_themselves = actions.iter().map(|said| (said, alone(said["action"].as_str().unwrap())));
        for (said, (mutation, input)) in at_customers.chain(by_themselves) {
            let done = world.act(&person, mutation, input).await;
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
        assert_eq!(available.len(), 5, "{available:?}");
    }
    world.end().await;
}

/// What is asked for with an action on a grant; None where trying would end what is looked at.
fn grant_act(action: &str, row: &Value) -> (&'static str, Value) {
    let id = row["id"].clone();
    let first = row["assignments"].get(0).map_or(json!("ADMIN_AGENT"), |held| held["assignee"].clone());
    match action {
        "RENEW" => ("renewGrant", json!({ "grant": id, "duration": "P30D" })),
        "ASSIGN_ACCESS" => (
            "assignAccess",
            json!({ "grant": id, "assignment": { "assigneeKind": "TENANT_ROLE", "assignee": "SALES_AGENT",
                "roles": [row["roles"][0]] } }),
        ),
        "UNASSIGN_ACCESS" => (
            "unassignAccess",
            json!({ "grant": id, "assigneeKind": "TENANT_ROLE", "assignee": first, "validateOnly": true }),
        ),
        "NARROW" => ("narrowGrant", json!({ "grant": id, "autoExtend": false, "validateOnly": true })),
        "SWITCH_AUTO_EXTEND_ON" => {
            ("setGrantAutoExtend", json!({ "grant": id, "autoExtend": true, "validateOnly": true }))
        }
        "SWITCH_AUTO_EXTEND_OFF" => {
            ("setGrantAutoExtend", json!({ "grant": id, "autoExtend": false, "validateOnly": true }))
        }
        "TERMINATE" => ("terminateGrant", json!({ "grant": id, "validateOnly": true })),
        _ => panic!("{action} is no action"),
    }
}

#[rstest]
#[tokio::test]
async fn what_is_available_on_a_relationship_is_what_its_mutations_do(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    for n in 0..6 {
        let grant = facts.grant(CONTOSO, FABRIKAM);
        match n {
            0 => grant.is_terminated = true,
            1 => grant.ends_at = days(-1),
            2 => grant.auto_extend = true,
            3 => grant.assignments.clear(),
            4 => grant.starts_at = days(3),
            _ => grant.roles = vec!["GLOBAL_ADMINISTRATOR", "BILLING_ADMINISTRATOR"],
        }
    }
    let request = |name: &str, expires_at| Request {
        id: id(name),
        partner: FABRIKAM,
        customer: Some(CONTOSO),
        name: name.to_owned(),
        invitation: None,
        expires_at,
    };
    facts.requests.push(request("open", days(9)));
    facts.requests.push(request("over", days(1)));
    facts.requests.push(request("declined", days(9)));
    let world = World::of(backend, facts).await;
    let declined = json!({ "request": { "id": api_id(REQUEST, id("declined")) } });
    world.done(&world.contoso(), "declineRelationshipRequest", declined).await;
    world.clock.set(days(2));
    let without = |person: Person| Person { mfa: false, ..person };
    let people = [
        Person { roles: vec![TenantRole::SalesAgent], ..world.fabrikam() },
        without(world.fabrikam()),
        without(world.contoso()),
        Person { is_application: true, ..world.contoso() },
        world.fabrikam(),
        world.contoso(),
    ];
    let mut reasons = BTreeSet::new();
    for person in people {
        for grant in world.facts.grants.iter().filter(|grant| grant.partner == FABRIKAM) {
            let look = "query($id: ID!) { grant(id: $id) { id roles assignments { assignee }
                availableActions { action available reasons { code message remedy } } } }";
            let variables = json!({ "id": api_id(GRANT, grant.id) });
            for n in 0..7 {
                let row = world.ask(&person, look, variables.clone()).await.data()["grant"].take();
                let said = &row["availableActions"][n];
                let (mutation, input) = grant_act(said["action"].as_str().unwrap(), &row);
                let done = world.act(&person, mutation, input).await;
                // A renewal has its grant's name, and here all grants have one: another's may be in its way.
                if done["userErrors"][0]["code"] == "DUPLICATE_REQUEST" {
                    reasons.extend(said["reasons"][0]["code"].as_str().map(str::to_owned));
                    continue;
                }
                if done["userErrors"][0]["code"] == "NOT_FOUND" {
                    assert_eq!(said["reasons"][0]["code"], "NO_ASSIGNMENT");
                    continue;
                }
                reasons.extend(agree(said, &done, &format!("{person:?}, {row}")));
            }
        }
        for name in ["open", "over", "declined"] {
            let look = "query($id: ID!) { relationshipRequest(by: { id: $id }) {
                availableActions { action available reasons { code message remedy } } } }";
            let request = api_id(REQUEST, id(name));
            for n in 0..3 {
                let answer = world.ask(&person, look, json!({ "id": request })).await.data();
                let said = &answer["relationshipRequest"]["availableActions"][n];
                let (mutation, input) = match said["action"].as_str().unwrap() {
                    "WITHDRAW" => ("withdrawRelationshipRequest", json!({ "request": request })),
                    "ACCEPT" => (
                        "acceptRelationshipRequest",
                        json!({ "request": { "id": request }, "validateOnly": true }),
                    ),
                    _ => ("declineRelationshipRequest", json!({ "request": { "id": request } })),
                };
                if said["available"] == true && mutation != "acceptRelationshipRequest" && name == "open" {
                    // Trying it would end it for those who come after.
                    continue;
                }
                let done = world.act(&person, mutation, input).await;
                reasons.extend(agree(said, &done, &format!("{person:?}, {name}")));
            }
        }
    }
    let all = [
        "EXTENSION_NOT_AGREED",
        "GRANT_DOES_NOT_EXTEND",
        "GRANT_EXPIRED",
        "GRANT_EXTENDS_ITSELF",
        "GRANT_TERMINATED",
        "MFA_REQUIRED",
        "RENEWAL_IS_OPEN",
        "REQUEST_EXPIRED",
        "REQUEST_NOT_OPEN",
        "ROLE_NEVER_EXTENDS",
        "TENANT_ROLE_MISSING",
        "USER_TOKEN_REQUIRED",
        "WRONG_TENANT_KIND",
    ];
    assert_eq!(reasons.iter().map(String::as_str).collect::<Vec<_>>(), all);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn applications_need_a_second_factor_where_their_issuer_says_so(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let server = world.server_that_asks_applications().await;
    let url = format!("http://{}", server.address);
    let grant = api_id(GRANT, world.facts.grants[0].id);
    let end = json!({ "grant": grant, "validateOnly": true });
    let application = Person { is_application: true, mfa: false, ..world.fabrikam() };
    let with_factor = Person { mfa: true, ..application.clone() };
    assert_eq!(world.act(&application, "terminateGrant", end.clone()).await["userErrors"], json!([]));
    let refused = world.act_at(&url, &application, "terminateGrant", end.clone()).await;
    assert_eq!(refused["userErrors"][0]["reasons"][0]["code"], "MFA_REQUIRED", "{refused}");
    assert_eq!(
        world.act_at(&url, &with_factor, "terminateGrant", end.clone()).await["userErrors"],
        json!([])
    );
    // What takes none of users takes none of applications; and a person is a person.
    let ask = json!({ "displayName": "Open", "roles": ["GLOBAL_READER"], "duration": "P30D", "validateOnly": true });
    assert_eq!(world.act_at(&url, &application, "requestRelationship", ask).await["userErrors"], json!([]));
    let user = world.act_at(&url, &world.fabrikam(), "terminateGrant", end).await;
    assert_eq!(user["userErrors"], json!([]));
    let accept = json!({ "request": { "id": api_id(REQUEST, id("nothing")) } });
    let contoso = Person { is_application: true, ..world.contoso() };
    let accepted = world.act_at(&url, &contoso, "acceptRelationshipRequest", accept).await;
    assert_eq!(accepted["userErrors"][0]["reasons"][0]["code"], "USER_TOKEN_REQUIRED", "{accepted}");
    server.stop().await;
    world.end().await;
}
