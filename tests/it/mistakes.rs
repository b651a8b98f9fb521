//! A form marks every field that is wrong: all mistakes of one input are told at once, each at its place.

use rstest::rstest;
use serde_json::{Value, json};

use crate::facts::{FABRIKAM, days, id};
use crate::world::{Backend, GRANT, Person, World, api_id};

/// The code and the path of each mistake, without `input`, in the order of their paths.
fn mistakes(payload: &Value) -> Vec<String> {
    let mistake = |error: &Value| {
        let path: Vec<_> =
            error["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap().to_owned()).collect();
        assert_eq!(path[0], "input", "{error}");
        assert!(error["message"].as_str().unwrap().ends_with('.'), "{error}");
        format!("{} {}", path[1..].join("."), error["code"].as_str().unwrap())
    };
    let mut told: Vec<_> = payload["userErrors"].as_array().unwrap().iter().map(mistake).collect();
    told.sort_unstable();
    told
}

async fn told(world: &World, person: &Person, mutation: &str, input: Value) -> Vec<String> {
    let payload = world.mutate(person, mutation, input.clone()).await;
    let first = mistakes(&payload);
    // The repeat under a key has the same answer.
    let mut keyed = input;
    keyed["idempotencyKey"] = json!(uuid::Uuid::now_v7());
    for _ in 0..2 {
        assert_eq!(mistakes(&world.mutate(person, mutation, keyed.clone()).await), first, "{mutation}");
    }
    first
}

/// A request with a mistake in every field.
fn wrong() -> Value {
    json!({ "customer": { "domain": "contoso.example" }, "displayName": " ", "message": " ",
        "roles": ["GLOBAL_ADMINISTRATOR"], "autoExtend": true, "duration": "P0D", "validFor": "P91D", "assignments": [
            { "assigneeKind": "TENANT_ROLE", "assignee": "SALES_AGENT", "roles": ["GLOBAL_ADMINISTRATOR"] },
            { "assigneeKind": "SECURITY_GROUP", "assignee": "x", "roles": [], "label": " " },
            { "assigneeKind": "TENANT_ROLE", "assignee": "SALES_AGENT", "roles": ["GLOBAL_READER"] },
        ] })
}

const WRONG: [&str; 10] = [
    "assignments.1.assignee INVALID",
    "assignments.1.label INVALID",
    "assignments.1.roles INVALID",
    "assignments.2.assignee INVALID",
    "assignments.2.roles INVALID",
    "autoExtend AUTO_EXTEND_FORBIDDEN_ROLE",
    "displayName INVALID",
    "duration DURATION_OUT_OF_RANGE",
    "message INVALID",
    "validFor DURATION_OUT_OF_RANGE",
];

#[rstest]
#[tokio::test]
async fn all_mistakes_of_a_relationships_form_are_told_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (tailspin, contoso) = (world.tailspin(), world.contoso());
    assert_eq!(told(&world, &tailspin, "requestRelationship", wrong()).await, WRONG);
    // In bulk each says which element it is in, and a good one beside it is made.
    let good = json!({ "customer": { "domain": "contoso.example" }, "displayName": "Good", "duration": "P30D",
        "roles": ["BILLING_ADMINISTRATOR", "GLOBAL_READER"] });
    let mut nobody = good.clone();
    nobody["customer"] = json!({ "id": "garbage" });
    let many = json!({ "requests": [good, wrong(), nobody] });
    let many = world.done(&tailspin, "requestRelationships", many).await;
    let request = many["results"][0]["request"]["id"].clone();
    assert!(request.is_string());
    assert_eq!(mistakes(&many["results"][1]), WRONG.map(|mistake| format!("requests.1.{mistake}")));
    assert_eq!(mistakes(&many["results"][2]), ["requests.2.customer NOT_FOUND"]);
    let accept = json!({ "request": { "id": request }, "roles": ["DIRECTORY_READER"], "duration": "P31D",
        "autoExtend": true });
    let wide = ["autoExtend WIDENING_FORBIDDEN", "duration WIDENING_FORBIDDEN", "roles ROLES_NOT_SUBSET"];
    assert_eq!(told(&world, &contoso, "acceptRelationshipRequest", accept).await, wide);
    let grant = api_id(GRANT, world.facts.grants[0].id);
    let narrow = json!({ "grant": grant, "roles": ["GLOBAL_READER", "DIRECTORY_READER"], "endsAt": days(9_000),
        "autoExtend": true });
    let wide = ["autoExtend WIDENING_FORBIDDEN", "endsAt WIDENING_FORBIDDEN", "roles ROLES_NOT_SUBSET"];
    assert_eq!(told(&world, &contoso, "narrowGrant", narrow.clone()).await, wide);
    let assign = json!({ "grant": grant, "assignment": { "assigneeKind": "SECURITY_GROUP", "assignee": "x",
        "roles": ["DIRECTORY_READER"], "label": " " } });
    let wrong =
        ["assignment.assignee INVALID", "assignment.label INVALID", "assignment.roles ROLES_NOT_SUBSET"];
    assert_eq!(told(&world, &world.fabrikam(), "assignAccess", assign).await, wrong);
    let renew = json!({ "grant": grant, "duration": "P0D", "validFor": "P91D", "message": " " });
    let wrong = ["duration DURATION_OUT_OF_RANGE", "message INVALID", "validFor DURATION_OUT_OF_RANGE"];
    assert_eq!(told(&world, &world.fabrikam(), "renewGrant", renew).await, wrong);
    // What the state refuses is told alone.
    world.done(&contoso, "terminateGrant", json!({ "grant": grant })).await;
    assert_eq!(told(&world, &contoso, "narrowGrant", narrow).await, ["grant GRANT_NOT_ACTIVE"]);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn all_mistakes_of_a_purchase_and_of_a_registration_are_told_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (fabrikam, operator) = (world.fabrikam(), world.operator());
    let monthly = json!({ "sku": "MONTHLY", "name": "Mail", "publisher": "Litware", "minQuantity": 1, "maxQuantity": 9,
        "terms": ["P1M"], "billingCycles": ["MONTHLY"] });
    let offer = world.done(&operator, "upsertOffer", monthly).await["offer"]["id"].clone();
    let mut order = json!({ "customer": { "domain": "contoso.example" }, "offer": offer, "quantity": 10, "term": "P3Y",
        "billingCycle": "ANNUAL", "friendlyName": " " });
    let wrong = [
        "billingCycle TERM_NOT_OFFERED",
        "friendlyName INVALID",
        "quantity QUANTITY_OUT_OF_RANGE",
        "term TERM_NOT_OFFERED",
    ];
    assert_eq!(told(&world, &fabrikam, "purchaseSubscription", order.clone()).await, wrong);
    order.as_object_mut().unwrap().extend([
        ("quantity".to_owned(), json!(1)),
        ("term".to_owned(), json!("P1M")),
        ("billingCycle".to_owned(), json!("MONTHLY")),
        ("friendlyName".to_owned(), json!("Mail")),
    ]);
    let bought = world.done(&fabrikam, "purchaseSubscription", order).await;
    let schedule = json!({ "subscription": bought["subscription"]["id"],
        "nextTerm": { "quantity": 10, "term": "P3Y", "billingCycle": "ANNUAL" } });
    let wrong = [
        "nextTerm.billingCycle TERM_NOT_OFFERED",
        "nextTerm.quantity QUANTITY_OUT_OF_RANGE",
        "nextTerm.term TERM_NOT_OFFERED",
    ];
    assert_eq!(told(&world, &fabrikam, "scheduleSubscriptionNextTerm", schedule).await, wrong);
    for (mutation, input, wrong) in [
        (
            "registerPartner",
            json!({ "tenantId": id("new"), "partnerNumber": " ", "name": " ", "kind": "ADVISOR" }),
            vec!["name INVALID", "partnerNumber INVALID"],
        ),
        (
            "registerCustomer",
            json!({ "tenantId": id("new"), "name": " ", "domain": "Nowhere", "country": "nl" }),
            vec!["country INVALID", "domain INVALID", "name INVALID"],
        ),
        // What is taken is told when the rest is right.
        (
            "registerCustomer",
            json!({ "tenantId": world.facts.partners[FABRIKAM].tenant, "name": "New", "domain": "new.example", "country": "NL" }),
            vec!["tenantId PARTNER_CANNOT_BE_CUSTOMER"],
        ),
        (
            "upsertOffer",
            json!({ "sku": " ", "name": " ", "publisher": " ", "minQuantity": 0, "maxQuantity": -1, "terms": [],
                "billingCycles": [] }),
            vec![
                "billingCycles INVALID",
                "maxQuantity INVALID",
                "minQuantity INVALID",
                "name INVALID",
                "publisher INVALID",
                "sku INVALID",
                "terms INVALID",
            ],
        ),
    ] {
        assert_eq!(told(&world, &operator, mutation, input).await, wrong, "{mutation}");
    }
    world.end().await;
}
