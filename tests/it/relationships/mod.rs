//! What partners and customers do with each other: asked, accepted, used, narrowed, renewed, ended, and told by the log.

mod dry_runs;
mod grants;
mod refusals;

use entity::TenantRole;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::facts::{ADATUM, CONTOSO, Facts, days, id, noon};
use crate::world::{Backend, Person, World};

const CONTOSO_SEEN: &str =
    "{ customer(by: { domain: \"contoso.example\" }) { name } subscriptions { totalCount } }";

/// What Tailspin, a stranger to Contoso, asks it for.
fn asked() -> Value {
    json!({ "customer": { "domain": "contoso.example" }, "displayName": "Backup", "duration": "P90D",
        "roles": ["BILLING_ADMINISTRATOR", "GLOBAL_READER"], "message": "As we said on the phone." })
}

async fn request(world: &World, person: &Person, input: Value) -> String {
    let payload = world.done(person, "requestRelationship", input).await;
    payload["request"]["id"].as_str().unwrap().to_owned()
}

/// Tailspin asks and Contoso accepts: the grant's id.
async fn related(world: &World, input: Value) -> String {
    let request = request(world, &world.tailspin(), input).await;
    let accept = json!({ "request": { "id": request } });
    let payload = world.done(&world.contoso(), "acceptRelationshipRequest", accept).await;
    payload["grant"]["id"].as_str().unwrap().to_owned()
}

fn at(instant: crate::facts::Instant) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// The kinds of events that someone sees, the oldest first.
async fn log(world: &World, person: &Person) -> Vec<String> {
    let data = world.read(person, "{ events(last: 100) { nodes { kind } } }").await;
    let nodes = data["events"]["nodes"].as_array().unwrap();
    nodes.iter().rev().map(|node| node["kind"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
#[tokio::test]
async fn a_stranger_is_let_in_works_and_is_shown_out(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.sell(CONTOSO, crate::facts::TAILSPIN, "Old times");
    let world = World::of(backend, facts).await;
    let (tailspin, contoso) = (world.tailspin(), world.contoso());
    assert!(world.read(&tailspin, CONTOSO_SEEN).await["customer"].is_null());
    let request = request(&world, &tailspin, asked()).await;
    // Asking alone shows nothing but the name that was asked for.
    assert!(world.read(&tailspin, CONTOSO_SEEN).await["customer"].is_null());
    let accept = json!({ "request": { "id": request }, "roles": ["GLOBAL_READER"], "duration": "P30D" });
    let accepted = world.done(&contoso, "acceptRelationshipRequest", accept).await;
    let grant = &accepted["grant"];
    assert_eq!(grant["roles"], json!(["GLOBAL_READER"]));
    assert_eq!(grant["assignments"], json!([{ "assignee": "ADMIN_AGENT", "roles": ["GLOBAL_READER"] }]));
    assert_eq!((&grant["startsAt"], &grant["endsAt"]), (&json!(at(noon())), &json!(at(days(30)))));
    assert_eq!(accepted["request"]["status"], "ACCEPTED");
    let seen = world.read(&tailspin, CONTOSO_SEEN).await;
    assert_eq!(
        (&seen["customer"]["name"], &seen["subscriptions"]["totalCount"]),
        (&json!("Contoso"), &json!(3))
    );

    let grant = grant["id"].clone();
    let helpdesk = Person::of(world.facts.partners[2].tenant, TenantRole::HelpdeskAgent);
    assert!(world.read(&helpdesk, CONTOSO_SEEN).await["customer"].is_null());
    let assignment =
        json!({ "assigneeKind": "TENANT_ROLE", "assignee": "HELPDESK_AGENT", "roles": ["GLOBAL_READER"] });
    world.done(&tailspin, "assignAccess", json!({ "grant": grant, "assignment": assignment })).await;
    assert_eq!(world.read(&helpdesk, CONTOSO_SEEN).await["customer"]["name"], "Contoso");
    let unassign = json!({ "grant": grant, "assigneeKind": "TENANT_ROLE", "assignee": "HELPDESK_AGENT" });
    let unassigned = world.done(&tailspin, "unassignAccess", unassign).await;
    assert_eq!(
        unassigned["impact"],
        json!({ "assignmentsEnded": [{ "assignee": "HELPDESK_AGENT", "roles": ["GLOBAL_READER"] }],
            "permissionsLost": ["CUSTOMER_READ", "SUBSCRIPTION_READ", "EVENT_READ"], "subscriptionsHidden": 1,
            "subscriptionsChanged": 0 })
    );
    assert!(world.read(&helpdesk, CONTOSO_SEEN).await["customer"].is_null());

    let end = json!({ "grant": grant, "reason": "Thank you." });
    let ended = world.done(&contoso, "terminateGrant", end).await;
    assert_eq!(ended["grant"]["status"], "TERMINATED");
    assert_eq!(ended["impact"]["subscriptionsHidden"], 1);
    let seen = world.read(&tailspin, CONTOSO_SEEN).await;
    assert!(seen["customer"].is_null());
    assert_eq!(seen["subscriptions"]["totalCount"], 2);
    let own = world
        .query(
            &tailspin,
            "query($id: ID!) { grant(id: $id) { status terminatedBy terminationReason customer { name customer { name } } } }",
            json!({ "id": grant }),
        )
        .await;
    assert_eq!(
        own.data()["grant"],
        json!({ "status": "TERMINATED", "terminatedBy": "CUSTOMER", "terminationReason": "Thank you.",
            "customer": { "name": "Contoso", "customer": null } })
    );
    let told = [
        "RELATIONSHIP_REQUEST_CREATED",
        "GRANT_ACTIVATED",
        "RELATIONSHIP_REQUEST_ACCEPTED",
        "ACCESS_ASSIGNED",
        "ACCESS_UNASSIGNED",
        "GRANT_TERMINATED",
    ];
    assert_eq!(log(&world, &contoso).await, told);
    assert_eq!(log(&world, &tailspin).await, told);
    for stranger in [world.fabrikam(), world.northwind(), world.customer(ADATUM), world.operator()] {
        assert_eq!(log(&world, &stranger).await, [""; 0], "{stranger:?}");
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn an_event_says_who_and_what_and_that_nothing_was_touched(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let grant = related(&world, asked()).await;
    let narrow = json!({ "grant": grant, "roles": ["GLOBAL_READER"] });
    world.done(&world.contoso(), "narrowGrant", narrow).await;
    let query =
        "{ events(first: 1) { totalCount nodes { id kind occurredAt sequence hash subscriptionsUnchanged
        actor { kind tenantId subject isApplication name } changes { field before after }
        subject { __typename id } } } }";
    let seen = world.read(&world.contoso(), query).await;
    let event = &seen["events"]["nodes"][0];
    assert_eq!(seen["events"]["totalCount"], 4);
    assert_eq!(event["kind"], "GRANT_NARROWED");
    assert_eq!(event["subject"], json!({ "__typename": "DelegatedAdminGrant", "id": grant }));
    assert_eq!(
        event["actor"],
        json!({ "kind": "CUSTOMER", "tenantId": id("Contoso"), "subject": "someone", "isApplication": false,
            "name": "Contoso" })
    );
    assert_eq!(
        event["changes"],
        json!([
            { "field": "roles", "before": "BILLING_ADMINISTRATOR GLOBAL_READER", "after": "GLOBAL_READER" },
            { "field": "assignments.ADMIN_AGENT", "before": "BILLING_ADMINISTRATOR GLOBAL_READER", "after": "GLOBAL_READER" },
        ])
    );
    assert_eq!((&event["sequence"], &event["subscriptionsUnchanged"]), (&json!(4), &json!(true)));
    assert_eq!(event["hash"].as_str().unwrap().len(), 64);
    // The other party reads the same, but not how much else is done at its customer.
    let theirs = world.read(&world.tailspin(), query).await["events"]["nodes"][0].clone();
    assert_eq!((&theirs["sequence"], &theirs["hash"]), (&Value::Null, &Value::Null));
    assert_eq!(theirs["changes"], event["changes"]);
    // Filters, by each of their fields.
    for (filter, count) in [
        (json!({ "kind": ["GRANT_NARROWED", "GRANT_ACTIVATED"] }), 2),
        (json!({ "subject": grant }), 2),
        (json!({ "actor": "someone" }), 4),
        (json!({ "actor": "nobody" }), 0),
        (json!({ "occurredAt": { "from": noon() } }), 4),
        (json!({ "occurredAt": { "until": noon() } }), 0),
    ] {
        let query = "query($filter: EventFilter) { events(filter: $filter) { totalCount }
            customer(by: { domain: \"contoso.example\" }) { events(filter: $filter) { totalCount } } }";
        let data = world.query(&world.contoso(), query, json!({ "filter": filter })).await.data();
        assert_eq!(data["events"]["totalCount"], count, "{filter}");
        assert_eq!(data["customer"]["events"]["totalCount"], count, "{filter}");
    }
    // As a node: for its parties, and for nobody else.
    let node = async |person: &Person| {
        let query = "query($id: ID!) { node(id: $id) { ... on Event { kind } } }";
        world.query(person, query, json!({ "id": event["id"] })).await.data()["node"].take()
    };
    for party in [world.contoso(), world.tailspin()] {
        assert_eq!(node(&party).await, json!({ "kind": "GRANT_NARROWED" }));
    }
    for other in [world.fabrikam(), world.customer(ADATUM), world.operator()] {
        assert_eq!(node(&other).await, Value::Null);
    }
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn an_open_invitation_is_shown_once_and_taken_up_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let input = json!({ "displayName": "Come in", "roles": ["GLOBAL_READER"], "duration": "P30D", "idempotencyKey": "k" });
    let made = world.done(&world.tailspin(), "requestRelationship", input.clone()).await;
    let secret = made["invitation"].as_str().unwrap().to_owned();
    assert_eq!(secret.len(), 43);
    assert_eq!(made["invitationUrl"], format!("https://portal.example/take-up#{secret}"));
    let again = world.done(&world.tailspin(), "requestRelationship", input).await;
    assert_eq!((&again["request"]["id"], &again["invitation"]), (&made["request"]["id"], &Value::Null));
    let accept = json!({ "request": { "invitation": secret } });
    let taken = world.done(&world.contoso(), "acceptRelationshipRequest", accept.clone()).await;
    assert_eq!(taken["request"]["id"], made["request"]["id"]);
    assert_eq!(world.read(&world.tailspin(), CONTOSO_SEEN).await["customer"]["name"], "Contoso");
    for person in [world.contoso(), world.customer(ADATUM)] {
        for mutation in ["acceptRelationshipRequest", "declineRelationshipRequest"] {
            assert_eq!(world.refusal(&person, mutation, accept.clone()).await, "NOT_FOUND");
        }
    }
    assert!(!crate::log::text().contains(&secret));
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn of_many_requests_each_stands_alone(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::cast(backend).await;
    let to = |customer: Value, name: &str| json!({ "customer": customer, "displayName": name, "roles": ["GLOBAL_READER"], "duration": "P30D" });
    let requests = json!([
        to(json!({ "domain": "contoso.example" }), "One"),
        to(json!({ "domain": "nowhere.example" }), "Two"),
        to(json!({ "domain": "contoso.example" }), "One"),
        to(json!({ "domain": "adatum.example" }), "Four"),
        { "displayName": "Five", "roles": ["GLOBAL_READER"], "duration": "P30D" },
        to(json!({ "tenantId": id("Fabrikam") }), "Six"),
    ]);
    let input = json!({ "requests": requests, "idempotencyKey": "many" });
    let payload = world.done(&world.tailspin(), "requestRelationships", input.clone()).await;
    let results = payload["results"].as_array().unwrap();
    let outcome = |result: &Value| match &result["userErrors"][0]["code"] {
        Value::String(code) => code.clone(),
        _ => result["request"]["status"].as_str().unwrap().to_owned(),
    };
    let outcomes: Vec<_> = results.iter().map(outcome).collect();
    let expected = ["OPEN", "NOT_FOUND", "DUPLICATE_REQUEST", "OPEN", "OPEN", "PARTNER_CANNOT_BE_CUSTOMER"];
    assert_eq!(outcomes, expected);
    assert_eq!(results[1]["userErrors"][0]["path"], json!(["input", "requests", "1", "customer"]));
    assert_eq!(results[2]["userErrors"][0]["path"], json!(["input", "requests", "2", "displayName"]));
    assert!(results[4]["invitation"].is_string());
    let again = world.done(&world.tailspin(), "requestRelationships", input).await;
    assert_eq!(again["results"][0]["request"]["id"], results[0]["request"]["id"]);
    // Three that were made, and that a partner's tenant was asked.
    assert_eq!(log(&world, &world.tailspin()).await.len(), 4);
    let none = json!({ "requests": [] });
    assert_eq!(world.refusal(&world.tailspin(), "requestRelationships", none).await, "LIMIT_EXCEEDED");
    let too_many: Vec<_> =
        (0..101).map(|n| to(json!({ "domain": "contoso.example" }), &n.to_string())).collect();
    let query = "mutation($all: [RequestRelationshipInput!]!) {
        requestRelationships(input: { requests: $all }) { userErrors { code } } }";
    let refused = world.query(&world.tailspin(), query, json!({ "all": too_many })).await;
    assert_eq!(refused.code(), "GRAPHQL_VALIDATION_FAILED", "{}", refused.text);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn the_operator_registers(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::cast(backend).await;
    let operator = world.operator();
    let partner = |tenant: Uuid, number: &str| json!({ "tenantId": tenant, "partnerNumber": number, "name": "Lamna", "kind": "ADVISOR" });
    let customer = |tenant: Uuid, domain: &str| json!({ "tenantId": tenant, "name": "Proseware", "domain": domain, "country": "NL" });
    let lamna = id("Lamna");
    world.done(&operator, "registerPartner", partner(lamna, "77")).await;
    let seen =
        world.read(&Person::of(lamna, TenantRole::AdminAgent), "{ viewer { partner { name } } }").await;
    assert_eq!(seen["viewer"]["partner"]["name"], "Lamna");
    world.done(&operator, "registerCustomer", customer(id("Proseware"), "proseware.example")).await;
    let offer = json!({ "sku": "NEW", "name": "New", "publisher": "Litware", "minQuantity": 1, "maxQuantity": 5,
        "terms": ["P1Y"], "billingCycles": ["ANNUAL"] });
    world.done(&operator, "upsertOffer", offer.clone()).await;
    let mut larger = offer.clone();
    larger["maxQuantity"] = json!(9);
    assert_eq!(world.done(&operator, "upsertOffer", larger.clone()).await["offer"]["maxQuantity"], 9);
    world.done(&operator, "upsertOffer", larger).await;
    for (mutation, input, code) in [
        ("registerPartner", partner(id("Contoso"), "78"), "CUSTOMER_CANNOT_BE_PARTNER"),
        ("registerPartner", partner(lamna, "79"), "INVALID"),
        ("registerPartner", partner(Uuid::from_u128(7), "77"), "INVALID"),
        ("registerPartner", partner(crate::facts::OPERATOR, "80"), "INVALID"),
        ("registerCustomer", customer(lamna, "lamna.example"), "PARTNER_CANNOT_BE_CUSTOMER"),
        ("registerCustomer", customer(Uuid::from_u128(8), "contoso.example"), "INVALID"),
        ("registerCustomer", customer(Uuid::from_u128(8), "no domain"), "INVALID"),
        (
            "upsertOffer",
            json!({ "sku": "X", "name": "X", "publisher": "X", "minQuantity": 3, "maxQuantity": 2,
            "terms": ["P1Y"], "billingCycles": ["ANNUAL"] }),
            "INVALID",
        ),
    ] {
        assert_eq!(world.refusal(&operator, mutation, input.clone()).await, code, "{mutation} {input}");
    }
    assert_eq!(log(&world, &operator).await, ["PARTNER_REGISTERED", "OFFER_CHANGED", "OFFER_CHANGED"]);
    assert_eq!(
        log(&world, &Person::of(id("Proseware"), TenantRole::CustomerReader)).await,
        ["CUSTOMER_REGISTERED"]
    );
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn the_operator_reads_who_asked_a_partners_tenant(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let mut input = asked();
    input["customer"] = json!({ "tenantId": id("Fabrikam") });
    input["idempotencyKey"] = json!("once");
    let code = "PARTNER_CANNOT_BE_CUSTOMER";
    for _ in 0..2 {
        assert_eq!(world.refusal(&world.tailspin(), "requestRelationship", input.clone()).await, code);
    }
    // Without a key each is told, and nothing else has happened.
    input["idempotencyKey"] = Value::Null;
    for dry in [false, true] {
        input["validateOnly"] = json!(dry);
        assert_eq!(world.refusal(&world.tailspin(), "requestRelationship", input.clone()).await, code);
    }
    let requests = world.read(&world.tailspin(), "{ relationshipRequests { totalCount } }").await;
    assert_eq!(requests["relationshipRequests"]["totalCount"], 0);
    let many = json!({ "requests": [
        { "customer": { "domain": "contoso.example" }, "displayName": "Fine", "roles": ["GLOBAL_READER"], "duration": "P1D" },
        { "customer": { "tenantId": id("Northwind Traders") }, "displayName": "Not", "roles": ["GLOBAL_READER"], "duration": "P1D" },
    ] });
    let many = world.done(&world.tailspin(), "requestRelationships", many).await;
    assert!(many["results"][0]["request"]["id"].is_string(), "{many:#}");
    let query = "{ events(filter: { kind: [RELATIONSHIP_REQUEST_REFUSED] }) { nodes { actor { subject } changes { field after } } } }";
    let told = |tenant: &str| json!({ "actor": { "subject": "someone" }, "changes": [{ "field": "tenantId", "after": id(tenant) }] });
    // A repeat under a key asks nothing, and so tells nothing.
    let mut expected = vec![told("Fabrikam"); 3];
    if many["results"][1]["userErrors"][0]["code"] == code {
        expected.insert(0, told("Northwind Traders"));
    }
    for reader in [world.operator(), world.tailspin()] {
        assert_eq!(world.read(&reader, query).await["events"]["nodes"], json!(expected));
    }
    for other in [world.fabrikam(), world.northwind(), world.contoso()] {
        assert_eq!(world.read(&other, query).await["events"]["nodes"], json!([]));
    }
    world.verify_log().await;
    world.end().await;
}
