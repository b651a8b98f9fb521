//! Who gets what from every operation, as a table in the repository: `access_matrix.txt`.

use std::fmt::Write;

use entity::TenantRole;
use serde_json::{Value, json};

use crate::facts::{ADATUM, CONTOSO, FABRIKAM, Facts, Request, days, id};
use crate::world::{Backend, GRANT, Person, REQUEST, SUBSCRIPTION, World, api_id, refusal_of};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/access_matrix.txt");

/// Every root field, as it is asked about Contoso.
const OPERATIONS: [(&str, &str); 26] = [
    ("viewer", "viewer { kind }"),
    ("node", "node(id: $subscription) { id }"),
    ("nodes", "nodes(ids: [$subscription, $grant, $request]) { id }"),
    ("customer", "customer(by: { domain: \"contoso.example\" }) { name }"),
    ("customers", "customers { totalCount nodes { name } }"),
    (
        "Customer.subscriptions",
        "customer(by: { domain: \"contoso.example\" }) { subscriptions { totalCount } }",
    ),
    (
        "Customer.subscriptionCounts",
        "customer(by: { domain: \"contoso.example\" }) { subscriptionCounts { status count } }",
    ),
    ("Customer.grants", "customer(by: { domain: \"contoso.example\" }) { grants { totalCount } }"),
    ("subscription", "subscription(id: $subscription) { friendlyName }"),
    ("subscriptions", "subscriptions { totalCount }"),
    ("subscriptionCounts", "subscriptionCounts { status count }"),
    ("grant", "grant(id: $grant) { displayName assignments { assignee } }"),
    ("grants", "grants { totalCount }"),
    ("relationshipRequest", "relationshipRequest(by: { id: $request }) { displayName message }"),
    ("relationshipRequests", "relationshipRequests { totalCount }"),
    ("partners", "partners { nodes { name } }"),
    ("offers", "offers { totalCount }"),
    ("events", "events { totalCount nodes { kind sequence } }"),
    ("eventFeed", "eventFeed { totalCount nodes { kind sequence } }"),
    ("Customer.events", "customer(by: { domain: \"contoso.example\" }) { events { totalCount } }"),
    ("explainAccess", "explainAccess(target: $subscription, permission: SUBSCRIPTION_MANAGE) { allowed }"),
    ("accessReview", "accessReview { partners { partner { name } permissions subscriptionCount } }"),
    (
        "CustomerSubscription.availableActions",
        "subscription(id: $subscription) { availableActions { action reasons { code } } }",
    ),
    (
        "Customer.availableActions",
        "customer(by: { domain: \"contoso.example\" }) { availableActions { action reasons { code } } }",
    ),
    ("Viewer.availableActions", "viewer { availableActions { action reasons { code } } }"),
    (
        "DelegatedAdminGrant.availableActions",
        "grant(id: $grant) { availableActions { action reasons { code } } }",
    ),
];

/// Every mutation, as it is tried on Contoso's: with an input that is refused last of all, for its version or its
/// bounds, so that whoever may act gets that refusal and nothing changes.
fn mutations(variables: &Value) -> [(&'static str, Value); 23] {
    let (grant, request, subscription) =
        (&variables["grant"], &variables["request"], &variables["subscription"]);
    let asked = json!({ "customer": { "domain": "contoso.example" }, "displayName": "More", "roles": ["GLOBAL_READER"],
        "duration": "P0D" });
    [
        ("requestRelationship", asked.clone()),
        ("requestRelationships", json!({ "requests": [] })),
        ("withdrawRelationshipRequest", json!({ "request": request, "expectedVersion": 0 })),
        ("acceptRelationshipRequest", json!({ "request": { "id": request }, "expectedVersion": 0 })),
        ("declineRelationshipRequest", json!({ "request": { "id": request }, "expectedVersion": 0 })),
        ("renewGrant", json!({ "grant": grant, "duration": "P0D" })),
        (
            "assignAccess",
            json!({ "grant": grant, "expectedVersion": 0, "assignment": { "assigneeKind": "TENANT_ROLE",
                "assignee": "ADMIN_AGENT", "roles": ["GLOBAL_READER"] } }),
        ),
        (
            "unassignAccess",
            json!({ "grant": grant, "expectedVersion": 0, "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT" }),
        ),
        ("narrowGrant", json!({ "grant": grant, "expectedVersion": 0, "autoExtend": false })),
        ("setGrantAutoExtend", json!({ "grant": grant, "expectedVersion": 0, "autoExtend": true })),
        ("setGrantAutoExtend", json!({ "grant": grant, "expectedVersion": 0, "autoExtend": false })),
        ("terminateGrant", json!({ "grant": grant, "expectedVersion": 0 })),
        (
            "purchaseSubscription",
            json!({ "customer": { "domain": "contoso.example" }, "offer": variables["offer"], "quantity": 0,
                "term": "P1Y", "billingCycle": "ANNUAL" }),
        ),
        (
            "renameSubscription",
            json!({ "subscription": subscription, "expectedVersion": 0, "friendlyName": "Mail" }),
        ),
        ("resizeSubscription", json!({ "subscription": subscription, "expectedVersion": 0, "quantity": 2 })),
        (
            "suspendSubscription",
            json!({ "subscription": subscription, "expectedVersion": 0, "reason": "OTHER" }),
        ),
        ("reactivateSubscription", json!({ "subscription": subscription, "expectedVersion": 0 })),
        ("cancelSubscription", json!({ "subscription": subscription, "expectedVersion": 0 })),
        (
            "setSubscriptionAutoRenew",
            json!({ "subscription": subscription, "expectedVersion": 0, "autoRenew": true }),
        ),
        ("scheduleSubscriptionNextTerm", json!({ "subscription": subscription, "expectedVersion": 0 })),
        (
            "registerPartner",
            json!({ "tenantId": id("new"), "partnerNumber": "1", "name": "", "kind": "ADVISOR" }),
        ),
        (
            "registerCustomer",
            json!({ "tenantId": id("new"), "name": "", "domain": "new.example", "country": "NL" }),
        ),
        (
            "upsertOffer",
            json!({ "sku": "NEW", "name": "", "publisher": "Litware", "minQuantity": 1, "maxQuantity": 1,
                "terms": ["P1Y"], "billingCycles": ["ANNUAL"] }),
        ),
    ]
}

/// The roles that one of Fabrikam's groups holds at Contoso.
const GROUPED: [&str; 4] =
    ["GLOBAL_ADMINISTRATOR", "LICENSE_ADMINISTRATOR", "SERVICE_SUPPORT_ADMINISTRATOR", "GLOBAL_READER"];

/// Every kind of viewer, with every role.
fn viewers(world: &World) -> [(&'static str, Person); 16] {
    let fabrikam = world.facts.partners[FABRIKAM].tenant;
    let member = |role, group| Person { groups: vec![id(group)], ..Person::of(fabrikam, role) };
    [
        ("Fabrikam, ADMIN_AGENT", world.fabrikam()),
        ("Fabrikam, HELPDESK_AGENT (DIRECTORY_READER)", Person::of(fabrikam, TenantRole::HelpdeskAgent)),
        ("Fabrikam, SALES_AGENT (nothing assigned)", Person::of(fabrikam, TenantRole::SalesAgent)),
        ("Fabrikam, SALES_AGENT (GLOBAL_ADMINISTRATOR)", member(TenantRole::SalesAgent, GROUPED[0])),
        ("Fabrikam, SALES_AGENT (LICENSE_ADMINISTRATOR)", member(TenantRole::SalesAgent, GROUPED[1])),
        ("Fabrikam, SALES_AGENT (SERVICE_SUPPORT_ADM.)", member(TenantRole::SalesAgent, GROUPED[2])),
        ("Fabrikam, SALES_AGENT (GLOBAL_READER)", member(TenantRole::SalesAgent, GROUPED[3])),
        ("Fabrikam, HELPDESK_AGENT (GLOBAL_ADM.)", member(TenantRole::HelpdeskAgent, GROUPED[0])),
        ("Fabrikam, ADMIN_AGENT, no second factor", Person { mfa: false, ..world.fabrikam() }),
        (
            "Fabrikam, an application as ADMIN_AGENT",
            Person { mfa: false, is_application: true, ..world.fabrikam() },
        ),
        ("Northwind, ADMIN_AGENT", world.northwind()),
        ("Tailspin, ADMIN_AGENT", world.tailspin()),
        ("Contoso, CUSTOMER_ADMINISTRATOR", world.contoso()),
        (
            "Contoso, CUSTOMER_READER",
            Person::of(world.facts.customers[CONTOSO].tenant, TenantRole::CustomerReader),
        ),
        ("Adatum, CUSTOMER_ADMINISTRATOR", world.customer(ADATUM)),
        ("operator", world.operator()),
    ]
}

/// Root fields that are the same for everyone.
const PUBLIC: [&str; 1] = ["roleDefinitions"];

#[tokio::test]
async fn the_access_matrix_is_what_the_server_does() {
    let mut facts = Facts::cast();
    facts.grants[0].assignments[0].roles = vec!["BILLING_ADMINISTRATOR"];
    facts.grant(CONTOSO, FABRIKAM).assignments = vec![crate::facts::Assignment {
        assignee: "HELPDESK_AGENT".to_owned(),
        roles: vec!["DIRECTORY_READER"],
    }];
    let grant = facts.grants.last_mut().unwrap();
    grant.roles = vec!["DIRECTORY_READER"];
    // Each other role by a group of its own.
    let grouped = facts.grant(CONTOSO, FABRIKAM);
    grouped.roles = GROUPED.to_vec();
    grouped.assignments = GROUPED
        .map(|role| crate::facts::Assignment { assignee: id(role).to_string(), roles: vec![role] })
        .to_vec();
    facts.requests.push(Request {
        id: id("request"),
        partner: FABRIKAM,
        customer: Some(CONTOSO),
        name: "More".to_owned(),
        invitation: None,
        expires_at: days(20),
    });
    let world = World::of(Backend::Sqlite, facts).await;
    let viewers = viewers(&world);
    let variables = json!({
        "subscription": api_id(SUBSCRIPTION, world.facts.subscriptions[0].id),
        "grant": api_id(GRANT, world.facts.grants[0].id),
        "request": api_id(REQUEST, world.facts.requests[0].id),
        "offer": world.read(&world.fabrikam(), "{ offers(first: 1) { nodes { id } } }").await["offers"]["nodes"][0]["id"],
    });
    // Something for the log: asked, and taken back.
    let asked = json!({ "customer": { "domain": "contoso.example" }, "displayName": "Audit",
        "roles": ["GLOBAL_READER"], "duration": "P1D" });
    let audit = world.done(&world.fabrikam(), "requestRelationship", asked).await;
    let withdraw = json!({ "request": audit["request"]["id"] });
    world.done(&world.fabrikam(), "withdrawRelationshipRequest", withdraw).await;
    let mut table = String::new();
    for (name, operation) in OPERATIONS {
        writeln!(table, "{name}").unwrap();
        for (viewer, person) in &viewers {
            let used = ["subscription", "grant", "request"]
                .into_iter()
                .filter(|variable| operation.contains(&format!("${variable}")))
                .map(|variable| format!("${variable}: ID!"))
                .collect::<Vec<_>>();
            let parameters = if used.is_empty() { String::new() } else { format!("({})", used.join(", ")) };
            let answer = world
                .query(person, &format!("query{parameters} {{ it: {operation} }}"), variables.clone())
                .await;
            let json = answer.json();
            let mut cell = json["data"]["it"].to_string();
            for (variable, value) in variables.as_object().unwrap() {
                cell = cell.replace(value.as_str().unwrap(), &format!("${variable}"));
            }
            let code = answer.code();
            writeln!(table, "    {viewer:<46} {cell}{}{code}", if code.is_empty() { "" } else { " " })
                .unwrap();
        }
        writeln!(table).unwrap();
    }
    for (name, input) in mutations(&variables) {
        let mut title = name.to_owned();
        if let Some(on) = input.get("autoExtend").filter(|_| name == "setGrantAutoExtend") {
            write!(title, " {on}").unwrap();
        }
        writeln!(table, "{title}").unwrap();
        for (viewer, person) in &viewers {
            let payload = world.mutate(person, name, input.clone()).await;
            let code = refusal_of(&payload);
            let reason =
                payload["userErrors"][0]["reasons"][0]["code"].as_str().unwrap_or_default().to_owned();
            writeln!(table, "    {viewer:<46} {code}{}{reason}", if reason.is_empty() { "" } else { " " })
                .unwrap();
        }
        writeln!(table).unwrap();
    }
    let expected = std::fs::read_to_string(FILE).unwrap_or_default();
    if table != expected {
        let path = std::env::temp_dir().join("access_matrix.txt");
        std::fs::write(&path, &table).unwrap();
        panic!(
            "the access matrix has changed. Read the difference to {}; if it is right, copy it to {FILE}.",
            path.display()
        );
    }
    world.end().await;
}

#[test]
fn every_root_field_has_its_rows() {
    let schema = apollo_compiler::Schema::parse(copartner::graphql::sdl(), "schema.graphql").unwrap();
    let mutations = mutations(&json!({}));
    for root in ["Query", "Mutation"] {
        for field in schema.get_object(root).unwrap().fields.keys() {
            let has_rows = OPERATIONS.iter().any(|(name, _)| *name == field.as_str())
                || mutations.iter().any(|(name, _)| *name == field.as_str())
                || PUBLIC.contains(&field.as_str());
            assert!(has_rows, "{field} has no row in the access matrix");
        }
    }
}
