//! What partners and customers do with each other: asked, accepted, used, narrowed, renewed, ended, and told by the log.

use chrono::TimeDelta;
use copartner::timer::tick;
use entity::TenantRole;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::facts::{ADATUM, CONTOSO, FABRIKAM, Facts, days, id, noon};
use crate::world::{Backend, GRANT, Person, REQUEST, World, api_id, refusal_of};

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
        .ask(
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
        let data = world.ask(&world.contoso(), query, json!({ "filter": filter })).await.data();
        assert_eq!(data["events"]["totalCount"], count, "{filter}");
        assert_eq!(data["customer"]["events"]["totalCount"], count, "{filter}");
    }
    // As a node: for its parties, and for nobody else.
    let node = async |person: &Person| {
        let query = "query($id: ID!) { node(id: $id) { ... on Event { kind } } }";
        world.ask(person, query, json!({ "id": event["id"] })).await.data()["node"].take()
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
async fn each_refusal_has_its_code(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut facts = Facts::cast();
    facts.more = vec![
        json!({ "type": "customer", "tenantId": id("Government"), "name": "Government", "domain": "gov.example",
            "country": "US", "cloud": "US_GOVERNMENT", "createdAt": days(-9) }),
    ];
    let world = World::of(backend, facts).await;
    let (tailspin, contoso) = (world.tailspin(), world.contoso());
    let ask = "requestRelationship";
    let with = |field: &str, value: Value| {
        let mut input = asked();
        input[field] = value;
        input
    };
    let open = request(&world, &tailspin, asked()).await;
    for (input, code) in [
        (asked(), "DUPLICATE_REQUEST"),
        (with("customer", json!({ "tenantId": id("Fabrikam") })), "PARTNER_CANNOT_BE_CUSTOMER"),
        // Another cloud is another world.
        (with("customer", json!({ "domain": "gov.example" })), "NOT_FOUND"),
        (with("customer", json!({ "tenantId": id("Government") })), "NOT_FOUND"),
        (with("customer", json!({ "domain": "nowhere.example" })), "NOT_FOUND"),
        (with("customer", json!({ "id": api_id(2, Uuid::from_u128(7)) })), "NOT_FOUND"),
        (with("customer", json!({ "id": "garbage" })), "NOT_FOUND"),
        (with("duration", json!("P731D")), "DURATION_OUT_OF_RANGE"),
        (with("duration", json!("P0D")), "DURATION_OUT_OF_RANGE"),
        (with("validFor", json!("P91D")), "DURATION_OUT_OF_RANGE"),
        (with("displayName", json!(" ")), "INVALID"),
        (with("displayName", json!("x".repeat(201))), "INVALID"),
        (with("message", json!("x".repeat(2_001))), "INVALID"),
        (with("roles", json!([])), "INVALID"),
        (with("idempotencyKey", json!("x".repeat(201))), "INVALID"),
        (
            json!({ "displayName": "All", "roles": ["GLOBAL_ADMINISTRATOR"], "duration": "P30D", "autoExtend": true }),
            "AUTO_EXTEND_FORBIDDEN_ROLE",
        ),
    ] {
        assert_eq!(world.refusal(&tailspin, ask, input.clone()).await, code, "{input}");
    }
    let accept = "acceptRelationshipRequest";
    for (input, code) in [
        (json!({ "request": { "id": open }, "roles": ["DIRECTORY_READER"] }), "ROLES_NOT_SUBSET"),
        (json!({ "request": { "id": open }, "duration": "P91D" }), "WIDENING_FORBIDDEN"),
        (json!({ "request": { "id": open }, "autoExtend": true }), "WIDENING_FORBIDDEN"),
        (json!({ "request": { "id": open }, "expectedVersion": 7 }), "VERSION_CONFLICT"),
        (json!({ "request": { "id": api_id(REQUEST, Uuid::from_u128(7)) } }), "NOT_FOUND"),
        (json!({ "request": { "invitation": "guessed" } }), "NOT_FOUND"),
    ] {
        assert_eq!(world.refusal(&contoso, accept, input.clone()).await, code, "{input}");
    }
    let conflict = json!({ "request": { "id": open }, "expectedVersion": 7 });
    let conflict = world.act(&contoso, accept, conflict).await;
    assert_eq!(conflict["userErrors"][0]["currentVersion"], 1);
    assert_eq!(conflict["userErrors"][0]["path"], json!(["input", "expectedVersion"]));
    // A request of others is not there, whoever asks for it.
    let foreign = json!({ "request": { "id": open } });
    assert_eq!(world.refusal(&world.customer(ADATUM), accept, foreign.clone()).await, "NOT_FOUND");
    let withdraw = json!({ "request": open });
    assert_eq!(
        world.refusal(&world.fabrikam(), "withdrawRelationshipRequest", withdraw.clone()).await,
        "NOT_FOUND"
    );
    // Its time passes.
    world.clock.set(days(30));
    assert_eq!(world.refusal(&contoso, accept, foreign.clone()).await, "REQUEST_EXPIRED");
    assert_eq!(world.refusal(&tailspin, "withdrawRelationshipRequest", withdraw).await, "REQUEST_EXPIRED");
    // And its name is free again.
    let second = request(&world, &tailspin, asked()).await;
    let decline = json!({ "request": { "id": second }, "reason": "No." });
    let declined = world.done(&contoso, "declineRelationshipRequest", decline.clone()).await;
    assert_eq!(declined["request"]["declineReason"], "No.");
    assert_eq!(world.refusal(&contoso, "declineRelationshipRequest", decline).await, "REQUEST_NOT_OPEN");

    let grant = json!(related(&world, asked()).await);
    let helpdesk =
        |roles: Value| json!({ "assigneeKind": "TENANT_ROLE", "assignee": "HELPDESK_AGENT", "roles": roles });
    for (mutation, input, code) in [
        ("narrowGrant", json!({ "grant": grant }), "INVALID"),
        ("narrowGrant", json!({ "grant": grant, "roles": ["DIRECTORY_READER"] }), "ROLES_NOT_SUBSET"),
        ("narrowGrant", json!({ "grant": grant, "endsAt": days(121) }), "WIDENING_FORBIDDEN"),
        ("narrowGrant", json!({ "grant": grant, "endsAt": days(30) }), "INVALID"),
        ("narrowGrant", json!({ "grant": grant, "autoExtend": true }), "WIDENING_FORBIDDEN"),
        ("setGrantAutoExtend", json!({ "grant": grant, "autoExtend": true }), "WIDENING_FORBIDDEN"),
        (
            "assignAccess",
            json!({ "grant": grant, "assignment": helpdesk(json!(["DIRECTORY_READER"])) }),
            "ROLES_NOT_SUBSET",
        ),
        ("assignAccess", json!({ "grant": grant, "assignment": helpdesk(json!([])) }), "INVALID"),
        (
            "assignAccess",
            json!({ "grant": grant, "assignment": { "assigneeKind": "SECURITY_GROUP", "assignee": "x",
            "roles": ["GLOBAL_READER"] } }),
            "INVALID",
        ),
        (
            "unassignAccess",
            json!({ "grant": grant, "assigneeKind": "TENANT_ROLE", "assignee": "SALES_AGENT" }),
            "NOT_FOUND",
        ),
        ("renewGrant", json!({ "grant": grant, "duration": "P731D" }), "DURATION_OUT_OF_RANGE"),
        ("terminateGrant", json!({ "grant": grant, "expectedVersion": 9 }), "VERSION_CONFLICT"),
        ("terminateGrant", json!({ "grant": api_id(GRANT, world.facts.grants[0].id) }), "NOT_FOUND"),
    ] {
        assert_eq!(world.refusal(&tailspin, mutation, input.clone()).await, code, "{mutation} {input}");
    }
    world.done(&tailspin, "terminateGrant", json!({ "grant": grant })).await;
    for (mutation, input) in [
        ("terminateGrant", json!({ "grant": grant })),
        ("narrowGrant", json!({ "grant": grant, "roles": ["GLOBAL_READER"] })),
        ("renewGrant", json!({ "grant": grant, "duration": "P30D" })),
        ("setGrantAutoExtend", json!({ "grant": grant, "autoExtend": false })),
        ("assignAccess", json!({ "grant": grant, "assignment": helpdesk(json!(["GLOBAL_READER"])) })),
        (
            "unassignAccess",
            json!({ "grant": grant, "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT" }),
        ),
    ] {
        assert_eq!(world.refusal(&tailspin, mutation, input).await, "GRANT_NOT_ACTIVE", "{mutation}");
    }
    // Nothing that was refused is in the log.
    world.verify_log().await;
    let kinds = log(&world, &contoso).await;
    assert_eq!(kinds.len(), 8, "{kinds:?}");
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn who_may_act_is_checked_in_order(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::cast(backend).await;
    let tailspin = world.tailspin();
    let open = request(&world, &tailspin, asked()).await;
    let grant = api_id(GRANT, world.facts.grants[2].id);
    let accept = json!({ "request": { "id": open } });
    let terminate = json!({ "grant": grant });
    let reader = Person::of(id("Contoso"), TenantRole::CustomerReader);
    let without_mfa = |person: Person| Person { mfa: false, ..person };
    let application = |person: Person| Person { is_application: true, mfa: false, ..person };
    let helpdesk = Person::of(id("Tailspin Toys"), TenantRole::HelpdeskAgent);
    let register =
        json!({ "tenantId": Uuid::from_u128(9), "name": "New", "domain": "new.example", "country": "NL" });
    for (person, mutation, input, reason) in [
        (world.contoso(), "requestRelationship", asked(), "WRONG_TENANT_KIND"),
        (world.operator(), "requestRelationship", asked(), "WRONG_TENANT_KIND"),
        (helpdesk.clone(), "requestRelationship", asked(), "TENANT_ROLE_MISSING"),
        (tailspin.clone(), "acceptRelationshipRequest", accept.clone(), "WRONG_TENANT_KIND"),
        (reader, "acceptRelationshipRequest", accept.clone(), "TENANT_ROLE_MISSING"),
        (without_mfa(world.contoso()), "acceptRelationshipRequest", accept.clone(), "MFA_REQUIRED"),
        (application(world.contoso()), "acceptRelationshipRequest", accept.clone(), "USER_TOKEN_REQUIRED"),
        (without_mfa(tailspin.clone()), "terminateGrant", terminate.clone(), "MFA_REQUIRED"),
        (helpdesk, "terminateGrant", terminate.clone(), "TENANT_ROLE_MISSING"),
        (world.operator(), "terminateGrant", terminate.clone(), "WRONG_TENANT_KIND"),
        (
            world.customer(ADATUM),
            "setGrantAutoExtend",
            json!({ "grant": grant, "autoExtend": true }),
            "WRONG_TENANT_KIND",
        ),
        (tailspin.clone(), "registerCustomer", register.clone(), "WRONG_TENANT_KIND"),
        (without_mfa(world.operator()), "registerCustomer", register.clone(), "MFA_REQUIRED"),
    ] {
        let payload = world.act(&person, mutation, input).await;
        assert_eq!(refusal_of(&payload), "FORBIDDEN", "{person:?} {mutation}");
        let given = &payload["userErrors"][0]["reasons"][0];
        assert_eq!(given["code"], reason, "{person:?} {mutation}");
        assert!(given["remedy"].is_string());
    }
    // Refusals are counted; the log of changes does not have them.
    let metrics = world.metrics().await.text;
    assert!(
        metrics.lines().any(|line| {
            line.starts_with("copartner_refused_mutations_total")
                && line.contains("acceptRelationshipRequest")
                && line.contains("FORBIDDEN")
        }),
        "{metrics}"
    );
    assert_eq!(log(&world, &tailspin).await, ["RELATIONSHIP_REQUEST_CREATED"]);
    // An application of the partner needs no second factor, having none.
    world.done(&application(tailspin), "terminateGrant", terminate).await;
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
async fn a_rehearsal_answers_as_the_real_call_and_changes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let open = request(&world, &world.tailspin(), asked()).await;
    let fabrikams = api_id(GRANT, world.facts.grants[0].id);
    let unassign = json!({ "grant": fabrikams, "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT" });
    let before = log(&world, &world.contoso()).await;
    for (person, mutation, input) in [
        (
            world.contoso(),
            "acceptRelationshipRequest",
            json!({ "request": { "id": open }, "roles": ["GLOBAL_READER"] }),
        ),
        (world.contoso(), "narrowGrant", json!({ "grant": fabrikams, "endsAt": days(10) })),
        (world.fabrikam(), "unassignAccess", unassign),
        (world.contoso(), "terminateGrant", json!({ "grant": fabrikams })),
    ] {
        let mut dry = input.clone();
        dry["validateOnly"] = json!(true);
        dry["idempotencyKey"] = json!(mutation);
        let mut rehearsed = world.done(&person, mutation, dry).await;
        assert_eq!(log(&world, &world.contoso()).await.len(), before.len(), "{mutation}");
        assert_eq!(world.read(&world.fabrikam(), CONTOSO_SEEN).await["subscriptions"]["totalCount"], 3);
        // The real one, on a copy of the same state: everything is the same but the new grant's id.
        let mut real = input;
        real["idempotencyKey"] = json!(mutation);
        if mutation == "narrowGrant" {
            // Left out, so that the next one finds the grant as it was.
            real["validateOnly"] = json!(true);
        }
        if mutation == "unassignAccess" {
            continue;
        }
        let mut done = world.done(&person, mutation, real).await;
        if mutation == "acceptRelationshipRequest" {
            rehearsed["grant"]["id"] = Value::Null;
            done["grant"]["id"] = Value::Null;
            world
                .done(&world.contoso(), "terminateGrant", json!({ "grant": latest_grant(&world).await }))
                .await;
            assert_eq!(rehearsed, done, "{mutation}");
            return finish(world, &fabrikams).await;
        }
        assert_eq!(rehearsed, done, "{mutation}");
    }
}

async fn latest_grant(world: &World) -> Value {
    let data = world.read(&world.tailspin(), "{ grants(first: 1) { nodes { id } } }").await;
    data["grants"]["nodes"][0]["id"].clone()
}

/// Rehearses and then does what changes one grant.
async fn finish(world: World, grant: &str) {
    for (person, mutation, input) in [
        (world.contoso(), "narrowGrant", json!({ "grant": grant, "endsAt": days(10) })),
        (
            world.fabrikam(),
            "unassignAccess",
            json!({ "grant": grant, "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT" }),
        ),
        (world.contoso(), "terminateGrant", json!({ "grant": grant })),
    ] {
        let mut dry = input.clone();
        dry["validateOnly"] = json!(true);
        let rehearsed = world.done(&person, mutation, dry).await;
        let before = log(&world, &world.contoso()).await.len();
        let done = world.done(&person, mutation, input).await;
        assert_eq!(rehearsed, done, "{mutation}");
        assert_eq!(log(&world, &world.contoso()).await.len(), before + 1, "{mutation}");
    }
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
    let refused = world.ask(&world.tailspin(), query, json!({ "all": too_many })).await;
    assert_eq!(refused.code(), "GRAPHQL_VALIDATION_FAILED", "{}", refused.text);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_renewal_leaves_no_minute_without_access_and_none_with_more(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.grants[0].ends_at = days(20);
    let world = World::of(backend, facts).await;
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    let old = api_id(GRANT, world.facts.grants[0].id);
    let renew = json!({ "grant": old, "duration": "P60D", "message": "Shall we go on?" });
    let renewal = world.done(&fabrikam, "renewGrant", renew).await["request"]["id"].clone();
    let accepted =
        world.done(&contoso, "acceptRelationshipRequest", json!({ "request": { "id": renewal } })).await;
    assert_eq!(accepted["grant"]["startsAt"], at(days(20)));
    assert_eq!(accepted["grant"]["endsAt"], at(days(80)));
    assert_eq!(
        accepted["grant"]["assignments"],
        json!([{ "assignee": "ADMIN_AGENT", "roles": ["BILLING_ADMINISTRATOR"] }])
    );
    let query =
        "{ customer(by: { domain: \"contoso.example\" }) { viewerAccess { grants { id } expiresAt } } }";
    for (moment, grant) in [
        (days(20) - TimeDelta::milliseconds(1), &json!(old)),
        (days(20), &accepted["grant"]["id"]),
        (days(80) - TimeDelta::milliseconds(1), &accepted["grant"]["id"]),
    ] {
        world.clock.set(moment);
        let seen = world.read(&fabrikam, query).await;
        assert_eq!(seen["customer"]["viewerAccess"]["grants"], json!([{ "id": grant }]), "{moment}");
    }
    world.clock.set(days(80));
    assert!(world.read(&fabrikam, query).await["customer"].is_null());
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn auto_extension_is_the_partners_to_ask_and_the_customers_to_take_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (tailspin, contoso) = (world.tailspin(), world.contoso());
    let mut input = asked();
    input["autoExtend"] = json!(true);
    let grant = json!(related(&world, input).await);
    let switch = |on: bool| json!({ "grant": grant, "autoExtend": on });
    // One that goes on by itself has no end to continue from.
    let renew = json!({ "grant": grant, "duration": "P60D" });
    assert_eq!(world.refusal(&tailspin, "renewGrant", renew).await, "INVALID");
    for on in [false, true] {
        let set = world.done(&tailspin, "setGrantAutoExtend", switch(on)).await;
        assert_eq!(set["grant"]["autoExtend"], on);
        let again = world.act(&tailspin, "setGrantAutoExtend", switch(on)).await;
        assert_eq!(refusal_of(&again), "ILLEGAL_TRANSITION");
        let reason = if on { "GRANT_EXTENDS_ITSELF" } else { "GRANT_DOES_NOT_EXTEND" };
        assert_eq!(again["userErrors"][0]["reasons"][0]["code"], reason);
    }
    // What the partner could switch on again, the customer takes back though it is off.
    let mut other = asked();
    (other["displayName"], other["autoExtend"]) = (json!("Other"), json!(true));
    let other = json!(related(&world, other).await);
    let switch_other = |on: bool| json!({ "grant": other, "autoExtend": on });
    world.done(&tailspin, "setGrantAutoExtend", switch_other(false)).await;
    world.done(&contoso, "setGrantAutoExtend", switch_other(false)).await;
    let on = world.refusal(&tailspin, "setGrantAutoExtend", switch_other(true)).await;
    assert_eq!(on, "WIDENING_FORBIDDEN");
    world.done(&contoso, "terminateGrant", json!({ "grant": other })).await;
    let told = log(&world, &contoso).await.len();
    // It has extended itself by the clock when it is switched off: the end is the next one.
    world.clock.set(days(100));
    let off = world.done(&contoso, "setGrantAutoExtend", switch(false)).await;
    assert_eq!(off["grant"]["endsAt"], at(days(270)));
    assert_eq!(world.refusal(&tailspin, "setGrantAutoExtend", switch(true)).await, "WIDENING_FORBIDDEN");
    assert_eq!(world.refusal(&contoso, "setGrantAutoExtend", switch(false)).await, "ILLEGAL_TRANSITION");
    let kinds = log(&world, &contoso).await;
    assert_eq!(kinds[3..5], ["GRANT_NARROWED", "GRANT_EXTENDED"], "what was refused is not told");
    assert_eq!(kinds[told..], ["GRANT_NARROWED"]);
    world.clock.set(days(270) - TimeDelta::milliseconds(1));
    assert_eq!(world.read(&tailspin, CONTOSO_SEEN).await["customer"]["name"], "Contoso");
    world.clock.set(days(270));
    assert!(world.read(&tailspin, CONTOSO_SEEN).await["customer"].is_null());
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn the_timer_writes_each_thing_down_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.grants[0].ends_at = days(40);
    facts.grants[1].auto_extend = true;
    facts.grants[1].ends_at = days(5);
    facts.requests.push(crate::facts::Request {
        id: id("request"),
        partner: FABRIKAM,
        customer: Some(CONTOSO),
        name: "More".to_owned(),
        invitation: None,
        expires_at: days(3),
    });
    facts.requests.push(crate::facts::Request {
        id: id("invitation"),
        partner: FABRIKAM,
        customer: None,
        name: "Anyone".to_owned(),
        invitation: Some("an-invitation-of-256-bits-in-as-many-words-as-it-takes".to_owned()),
        expires_at: days(3),
    });
    let world = World::of(backend, facts).await;
    let other = world.another_store().await;
    for day in 0..=45 {
        // Two servers do what is due, at once.
        let (one, two) = tokio::join!(tick(&world.store, days(day)), tick(&other, days(day)));
        one.unwrap();
        two.unwrap();
    }
    world.clock.set(days(45));
    let query = "{ events(last: 100) { nodes { kind actor { kind subject } changes { field after } subject { id } } } }";
    let told = world.read(&world.contoso(), query).await;
    let grant = |n: usize| api_id(GRANT, world.facts.grants[n].id);
    let told: Vec<_> = told["events"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|event| {
            assert_eq!(event["actor"], json!({ "kind": null, "subject": null }));
            let subject = event["subject"]["id"].as_str().unwrap();
            let whose = [("old", grant(0)), ("extending", grant(1))];
            let whose = whose.iter().find(|(_, id)| id == subject).map_or("request", |(name, _)| *name);
            let change = event["changes"].as_array().unwrap().last().unwrap();
            format!("{whose} {} {}", event["kind"].as_str().unwrap(), change["after"].as_str().unwrap())
        })
        .collect();
    let extended = format!("extending GRANT_EXTENDED {}", at(days(185)));
    assert_eq!(
        told,
        [
            "extending GRANT_EXPIRING 7",
            "request RELATIONSHIP_REQUEST_EXPIRED EXPIRED",
            "extending GRANT_EXPIRING 1",
            &extended,
            "old GRANT_EXPIRING 30",
            "old GRANT_EXPIRING 7",
            "old GRANT_EXPIRING 1",
            "old GRANT_EXPIRED EXPIRED",
        ]
    );
    // The open invitation is nobody's but the partner's.
    let own = log(&world, &world.fabrikam()).await;
    assert_eq!(own.iter().filter(|kind| *kind == "RELATIONSHIP_REQUEST_EXPIRED").count(), 2);
    world.verify_log().await;
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
async fn a_grant_says_what_is_amiss_with_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut facts = Facts::cast();
    facts.grants[0].ends_at = days(30);
    facts.grant(CONTOSO, FABRIKAM).assignments.clear();
    facts.grant(CONTOSO, FABRIKAM).ends_at = days(30) + TimeDelta::milliseconds(1);
    facts.grant(CONTOSO, FABRIKAM).is_terminated = true;
    let extending = facts.grant(CONTOSO, FABRIKAM);
    (extending.ends_at, extending.auto_extend) = (days(3), true);
    let world = World::of(backend, facts).await;
    let healths = async |person: &Person| {
        let data = world.read(person, "{ grants(first: 50) { nodes { id health } } }").await;
        let nodes = data["grants"]["nodes"].as_array().unwrap().clone();
        // The filter finds what the field says.
        for health in ["NO_ASSIGNMENT", "EXPIRES_SOON", "ENDS_WITHOUT_RENEWAL"] {
            let query = format!("{{ grants(filter: {{ health: [{health}] }}) {{ nodes {{ id }} }} }}");
            let found = world.read(person, &query).await;
            let found = found["grants"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone());
            let said =
                nodes.iter().filter(|node| node["health"].as_array().unwrap().contains(&json!(health)));
            assert_eq!(
                found.collect::<Vec<_>>(),
                said.map(|node| node["id"].clone()).collect::<Vec<_>>(),
                "{health}"
            );
        }
        let of = |n: usize| {
            let id = api_id(GRANT, world.facts.grants[n].id);
            nodes.iter().find(|node| node["id"] == id).map(|node| node["health"].clone()).unwrap_or_default()
        };
        [0, 3, 4, 5, 6].map(of)
    };
    let none = json!([]);
    let soon = json!(["EXPIRES_SOON", "ENDS_WITHOUT_RENEWAL"]);
    for party in [world.fabrikam(), world.contoso()] {
        let expected = [soon.clone(), json!(["NO_ASSIGNMENT"]), none.clone(), none.clone(), none.clone()];
        assert_eq!(healths(&party).await, expected);
    }
    // The operator does not know who holds what.
    assert_eq!(healths(&world.operator()).await[1], none);
    let renew = json!({ "grant": api_id(GRANT, world.facts.grants[0].id), "duration": "P60D" });
    world.done(&world.fabrikam(), "renewGrant", renew).await;
    assert_eq!(healths(&world.fabrikam()).await[0], json!(["EXPIRES_SOON"]));
    world.clock.set(days(30));
    assert_eq!(healths(&world.fabrikam()).await[0], none);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_security_group_is_the_same_however_its_id_is_written(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let grant = related(&world, asked()).await;
    let group: Uuid = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee".parse().unwrap();
    let forms = [
        group.to_string().to_uppercase(),
        group.to_string(),
        format!("{{{group}}}"),
        group.simple().to_string(),
        group.urn().to_string(),
    ];
    let member = Person { groups: vec![group], roles: Vec::new(), ..world.tailspin() };
    let assignment = |assignee: &str| json!({ "assigneeKind": "SECURITY_GROUP", "assignee": assignee, "roles": ["GLOBAL_READER"] });
    for written in &forms {
        let assign = json!({ "grant": grant, "assignment": assignment(written) });
        let assigned = world.done(&world.tailspin(), "assignAccess", assign).await;
        let assignees: Vec<_> = assigned["grant"]["assignments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|held| held["assignee"].clone())
            .collect();
        assert_eq!(assignees, [json!("ADMIN_AGENT"), json!(group)], "{written}");
        assert_eq!(world.read(&member, CONTOSO_SEEN).await["customer"]["name"], "Contoso");
    }
    for written in &forms {
        let unassign = json!({ "grant": grant, "assigneeKind": "SECURITY_GROUP", "assignee": written });
        world.done(&world.tailspin(), "unassignAccess", unassign).await;
        assert!(world.read(&member, CONTOSO_SEEN).await["customer"].is_null());
        let assign = json!({ "grant": grant, "assignment": assignment(&forms[0]) });
        world.done(&world.tailspin(), "assignAccess", assign).await;
    }
    for other in [format!("+{group}"), format!(" {group}"), format!("{{{group}")] {
        let assign = json!({ "grant": grant, "assignment": assignment(&other) });
        assert_eq!(world.refusal(&world.tailspin(), "assignAccess", assign).await, "INVALID", "{other}");
    }
    // Two ways to write it are one assignee.
    let mut twice = asked();
    twice["displayName"] = json!("Twice");
    twice["assignments"] = json!([assignment(&forms[0]), assignment(&forms[1])]);
    assert_eq!(world.refusal(&world.tailspin(), "requestRelationship", twice.clone()).await, "INVALID");
    twice["assignments"] = json!([assignment(&forms[0])]);
    let accept = json!({ "request": { "id": request(&world, &world.tailspin(), twice).await } });
    let accepted = world.done(&world.contoso(), "acceptRelationshipRequest", accept).await;
    assert_eq!(accepted["grant"]["assignments"][0]["assignee"], json!(group));
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_changes_nothing_is_no_event(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::cast(backend).await;
    let mut input = asked();
    input["roles"] = json!(["GLOBAL_READER", "LICENSE_ADMINISTRATOR", "BILLING_ADMINISTRATOR"]);
    let grant = related(&world, input).await;
    let before = log(&world, &world.contoso()).await.len();
    for roles in [
        json!(["GLOBAL_READER", "LICENSE_ADMINISTRATOR", "BILLING_ADMINISTRATOR"]),
        json!(["BILLING_ADMINISTRATOR", "GLOBAL_READER", "LICENSE_ADMINISTRATOR"]),
    ] {
        let all = json!({ "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT", "roles": roles });
        let same = json!({ "grant": grant, "assignment": all });
        assert_eq!(world.done(&world.tailspin(), "assignAccess", same).await["grant"]["version"], 1);
        let same = json!({ "grant": grant, "roles": roles, "endsAt": days(90) });
        let narrowed = world.done(&world.contoso(), "narrowGrant", same).await;
        assert_eq!(
            (&narrowed["grant"]["version"], &narrowed["impact"]["permissionsLost"]),
            (&json!(1), &json!([]))
        );
    }
    assert_eq!(log(&world, &world.contoso()).await.len(), before);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn another_end_is_warned_of_anew(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut facts = Facts::cast();
    (facts.grants[0].auto_extend, facts.grants[0].ends_at) = (true, days(5));
    let world = World::of(backend, facts).await;
    // Warned of the end at which it extends itself; and the timer is late when that is switched off.
    tick(&world.store, days(4)).await.unwrap();
    world.clock.set(days(6));
    let off = json!({ "grant": api_id(GRANT, world.facts.grants[0].id), "autoExtend": false });
    let off = world.done(&world.contoso(), "setGrantAutoExtend", off).await;
    assert_eq!(off["grant"]["endsAt"], at(days(185)));
    tick(&world.store, days(156)).await.unwrap();
    let kinds = log(&world, &world.contoso()).await;
    assert_eq!(kinds, ["GRANT_EXPIRING", "GRANT_NARROWED", "GRANT_EXPIRING"]);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn clouds_know_nothing_of_each_other(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut facts = Facts::cast();
    facts.more = vec![
        json!({ "type": "customer", "tenantId": id("Government"), "name": "Government", "domain": "gov.example",
            "country": "US", "cloud": "US_GOVERNMENT", "createdAt": days(-9) }),
    ];
    let world = World::of(backend, facts).await;
    let government = Person::of(id("Government"), TenantRole::CustomerAdministrator);
    let mut unknown = asked();
    unknown["customer"] = json!({ "domain": "nowhere.example" });
    let mut there = asked();
    there["customer"] = json!({ "domain": "gov.example" });
    let ask = async |input: &Value| world.act(&world.tailspin(), "requestRelationship", input.clone()).await;
    assert_eq!(ask(&there).await, ask(&unknown).await, "the same bytes as for a tenant that nobody is");
    let open = json!({ "displayName": "Come in", "roles": ["GLOBAL_READER"], "duration": "P30D" });
    let open = world.done(&world.tailspin(), "requestRelationship", open).await;
    let accept = json!({ "request": { "invitation": open["invitation"] } });
    assert_eq!(world.refusal(&government, "acceptRelationshipRequest", accept).await, "CLOUD_MISMATCH");
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
    let many = json!({ "requests": [
        { "customer": { "domain": "contoso.example" }, "displayName": "Fine", "roles": ["GLOBAL_READER"], "duration": "P1D" },
        { "customer": { "tenantId": id("Northwind Traders") }, "displayName": "Not", "roles": ["GLOBAL_READER"], "duration": "P1D" },
    ] });
    let many = world.done(&world.tailspin(), "requestRelationships", many).await;
    assert!(many["results"][0]["request"]["id"].is_string(), "{many:#}");
    let query = "{ events(filter: { kind: [RELATIONSHIP_REQUEST_REFUSED] }) { nodes { actor { subject } changes { field after } } } }";
    let told = |tenant: &str| json!({ "actor": { "subject": "someone" }, "changes": [{ "field": "tenantId", "after": id(tenant) }] });
    // A repeat under a key asks nothing, and so tells nothing.
    let expected = if many["results"][1]["userErrors"][0]["code"] == code {
        json!([told("Northwind Traders"), told("Fabrikam")])
    } else {
        json!([told("Fabrikam")])
    };
    for reader in [world.operator(), world.tailspin()] {
        assert_eq!(world.read(&reader, query).await["events"]["nodes"], expected);
    }
    for other in [world.fabrikam(), world.northwind(), world.contoso()] {
        assert_eq!(world.read(&other, query).await["events"]["nodes"], json!([]));
    }
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_is_open_and_who_is_assigned_has_bounds(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let named = |name: usize| {
        let mut input = asked();
        input["displayName"] = json!(format!("Request {name}"));
        input
    };
    let mut open = Vec::new();
    for n in 0..10 {
        open.push(request(&world, &world.tailspin(), named(n)).await);
    }
    let ask = "requestRelationship";
    assert_eq!(world.refusal(&world.tailspin(), ask, named(10)).await, "LIMIT_EXCEEDED");
    // Others are not counted, and what is decided is not open.
    request(&world, &world.northwind(), named(0)).await;
    world.done(&world.tailspin(), "withdrawRelationshipRequest", json!({ "request": open[0] })).await;
    request(&world, &world.tailspin(), named(10)).await;
    assert_eq!(world.refusal(&world.tailspin(), ask, named(11)).await, "LIMIT_EXCEEDED");
    // Neither is what has run out, whether or not that was written down.
    world.clock.set(days(30));
    request(&world, &world.tailspin(), named(12)).await;

    let assignees: Vec<_> = (0..100)
        .map(|n| json!({ "assigneeKind": "SECURITY_GROUP", "assignee": Uuid::from_u128(n), "roles": ["GLOBAL_READER"] }))
        .collect();
    let mut input = named(13);
    input["assignments"] = json!(assignees);
    let request = request(&world, &world.tailspin(), input).await;
    let query = "query($id: ID!) { relationshipRequest(by: { id: $id }) { assignments { assignee roles } } }";
    for (reader, number) in [(world.contoso(), 100), (world.tailspin(), 100), (world.operator(), 0)] {
        let seen = world.ask(&reader, query, json!({ "id": request })).await.data();
        let seen = seen["relationshipRequest"]["assignments"].as_array().unwrap().clone();
        assert_eq!(seen.len(), number, "what is accepted is shown before");
    }
    let accept = json!({ "request": { "id": request } });
    let grant =
        world.done(&world.contoso(), "acceptRelationshipRequest", accept).await["grant"]["id"].clone();
    let assign = |assignee: Value, kind: &str| json!({ "grant": grant, "assignment": { "assigneeKind": kind, "assignee": assignee, "roles": ["GLOBAL_READER"] } });
    let one_more = assign(json!("SALES_AGENT"), "TENANT_ROLE");
    assert_eq!(world.refusal(&world.tailspin(), "assignAccess", one_more).await, "LIMIT_EXCEEDED");
    let again = assign(json!(Uuid::from_u128(1)), "SECURITY_GROUP");
    world.done(&world.tailspin(), "assignAccess", again).await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_renewal_gives_nothing_back_that_was_narrowed_while_it_was_open(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let grant = related(&world, asked()).await;
    let renew = json!({ "grant": grant, "duration": "P90D" });
    let renewal = world.done(&world.tailspin(), "renewGrant", renew).await["request"]["id"].clone();
    let narrow = json!({ "grant": grant, "roles": ["GLOBAL_READER"] });
    world.done(&world.contoso(), "narrowGrant", narrow).await;
    let accept = "acceptRelationshipRequest";
    let all = json!({ "request": { "id": renewal }, "roles": ["BILLING_ADMINISTRATOR", "GLOBAL_READER"] });
    assert_eq!(world.refusal(&world.contoso(), accept, all).await, "ROLES_NOT_SUBSET");
    let accepted = world.done(&world.contoso(), accept, json!({ "request": { "id": renewal } })).await;
    assert_eq!(accepted["grant"]["roles"], json!(["GLOBAL_READER"]));
    assert_eq!(
        accepted["grant"]["assignments"],
        json!([{ "assignee": "ADMIN_AGENT", "roles": ["GLOBAL_READER"] }])
    );
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_key_remembers_nobody_elses_answer_and_no_lack_of_rights(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let mut input = asked();
    input["idempotencyKey"] = json!("mine");
    let nobody = Person { roles: Vec::new(), subject: "nobody", ..world.tailspin() };
    let ask = "requestRelationship";
    assert_eq!(world.refusal(&nobody, ask, input.clone()).await, "FORBIDDEN");
    let first = world.done(&world.tailspin(), ask, input.clone()).await;
    assert_eq!(
        world.done(&world.tailspin(), ask, input.clone()).await["request"]["id"],
        first["request"]["id"]
    );
    assert_eq!(world.refusal(&nobody, ask, input.clone()).await, "FORBIDDEN");
    let colleague = Person { subject: "a colleague", ..world.tailspin() };
    assert_eq!(world.refusal(&colleague, ask, input.clone()).await, "DUPLICATE_REQUEST");

    // A second factor helps, under the same key, and so does what is there by now.
    let grant = related(&world, {
        input["displayName"] = json!("Other");
        input["idempotencyKey"] = json!("2");
        input
    })
    .await;
    let end = json!({ "grant": grant, "idempotencyKey": "end" });
    let without = Person { mfa: false, ..world.tailspin() };
    assert_eq!(world.refusal(&without, "terminateGrant", end.clone()).await, "FORBIDDEN");
    world.done(&world.tailspin(), "terminateGrant", end).await;
    let mut late = asked();
    late["customer"] = json!({ "domain": "late.example" });
    late["idempotencyKey"] = json!("late");
    assert_eq!(world.refusal(&world.tailspin(), ask, late.clone()).await, "NOT_FOUND");
    let customer =
        json!({ "tenantId": id("Late"), "name": "Late", "domain": "late.example", "country": "NL" });
    world.done(&world.operator(), "registerCustomer", customer).await;
    world.done(&world.tailspin(), ask, late).await;
    world.end().await;
}
