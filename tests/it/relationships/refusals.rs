//! Each code with which an act on a relationship is refused, who may act at all, and the bounds of what is asked for.

use entity::TenantRole;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{CONTOSO_SEEN, asked, log, related, request};
use crate::facts::{ADATUM, Facts, days, id};
use crate::world::{Backend, GRANT, Person, REQUEST, World, api_id, refusal_of};

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
    let conflict = world.mutate(&contoso, accept, conflict).await;
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
        let payload = world.mutate(&person, mutation, input).await;
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
    let ask =
        async |input: &Value| world.mutate(&world.tailspin(), "requestRelationship", input.clone()).await;
    assert_eq!(ask(&there).await, ask(&unknown).await, "the same bytes as for a tenant that nobody is");
    let open = json!({ "displayName": "Come in", "roles": ["GLOBAL_READER"], "duration": "P30D" });
    let open = world.done(&world.tailspin(), "requestRelationship", open).await;
    let accept = json!({ "request": { "invitation": open["invitation"] } });
    assert_eq!(world.refusal(&government, "acceptRelationshipRequest", accept).await, "CLOUD_MISMATCH");
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
        let seen = world.query(&reader, query, json!({ "id": request })).await.data();
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
