//! Who may not do what with a subscription, and what no one may.

use entity::TenantRole;
use rstest::rstest;
use serde_json::json;

use super::{MILLISECOND, order, purchase};
use crate::facts::{CONTOSO, FABRIKAM, Facts, days, id};
use crate::world::{Backend, Person, SUBSCRIPTION, World, api_id};

#[rstest]
#[tokio::test]
async fn a_partner_touches_nothing_that_another_sold(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (foreign, random) = (world.facts.subscriptions[0].id, id("nothing"));
    let acts = [
        ("renameSubscription", json!({ "friendlyName": "Mine" })),
        ("resizeSubscription", json!({ "quantity": 7 })),
        ("suspendSubscription", json!({ "reason": "OTHER" })),
        ("reactivateSubscription", json!({})),
        ("cancelSubscription", json!({})),
        ("setSubscriptionAutoRenew", json!({ "autoRenew": false })),
        ("scheduleSubscriptionNextTerm", json!({ "nextTerm": null })),
    ];
    let all = "{ subscriptions { nodes { id friendlyName quantity status autoRenew version updatedAt } } events { totalCount } }";
    let before = world.read(&world.contoso(), all).await;
    for (mutation, more) in acts {
        for person in [world.northwind(), world.tailspin()] {
            let ask = async |id| {
                let mut input = more.clone();
                input["subscription"] = json!(api_id(SUBSCRIPTION, id));
                world.mutate(&person, mutation, input).await
            };
            let (of_foreign, of_random) = (ask(foreign).await, ask(random).await);
            assert_eq!(of_foreign, of_random, "{mutation}");
            assert_eq!(of_foreign["userErrors"][0]["code"], "NOT_FOUND", "{mutation}");
        }
        for other in [world.contoso(), world.operator()] {
            let mut input = more.clone();
            input["subscription"] = json!(api_id(SUBSCRIPTION, foreign));
            assert_eq!(world.refusal(&other, mutation, input).await, "FORBIDDEN");
        }
    }
    // Nor does a stranger buy for a customer, or find out whether there is one.
    let mut ordered = order(&world).await;
    let stranger = world.mutate(&world.tailspin(), "purchaseSubscription", ordered.clone()).await;
    ordered["customer"] = json!({ "domain": "nowhere.example" });
    assert_eq!(stranger, world.mutate(&world.tailspin(), "purchaseSubscription", ordered).await);
    assert_eq!(stranger["userErrors"][0]["code"], "NOT_FOUND");
    assert_eq!(world.read(&world.contoso(), all).await, before);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn roles_decide_who_may_buy_resize_and_manage(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    let group = id("group");
    let assign =
        |assignee: &str, role| crate::facts::Assignment { assignee: assignee.to_owned(), roles: vec![role] };
    // Two grants: what is held through either counts.
    facts.grants[0].roles = vec!["LICENSE_ADMINISTRATOR", "GLOBAL_READER"];
    facts.grants[0].assignments =
        vec![assign("SALES_AGENT", "LICENSE_ADMINISTRATOR"), assign("ADMIN_AGENT", "GLOBAL_READER")];
    let second = facts.grant(CONTOSO, FABRIKAM);
    second.assignments = vec![assign(&group.to_string(), "BILLING_ADMINISTRATOR")];
    let world = World::of(backend, facts).await;
    let tenant = world.facts.partners[FABRIKAM].tenant;
    let sales = Person::of(tenant, TenantRole::SalesAgent);
    let member = Person { groups: vec![group], ..sales.clone() };
    let helpdesk = Person { groups: vec![group], ..Person::of(tenant, TenantRole::HelpdeskAgent) };
    let reader = Person::of(tenant, TenantRole::AdminAgent);
    let subscription = api_id(SUBSCRIPTION, world.facts.subscriptions[0].id);
    let resize = json!({ "subscription": subscription, "quantity": 50 });
    let rename = json!({ "subscription": subscription, "friendlyName": "Renamed" });
    let order = order(&world).await;
    for (person, mutation, input, expected) in [
        (&reader, "resizeSubscription", &resize, Some("PERMISSION_NOT_GRANTED")),
        (&reader, "purchaseSubscription", &order, Some("PERMISSION_NOT_GRANTED")),
        (&helpdesk, "renameSubscription", &rename, Some("TENANT_ROLE_MISSING")),
        (&sales, "renameSubscription", &rename, Some("PERMISSION_NOT_GRANTED")),
        (&sales, "purchaseSubscription", &order, Some("PERMISSION_NOT_GRANTED")),
        (&sales, "resizeSubscription", &resize, None),
        (&member, "renameSubscription", &rename, None),
        (&member, "purchaseSubscription", &order, None),
    ] {
        let payload = world.mutate(person, mutation, input.clone()).await;
        let error = &payload["userErrors"][0];
        assert_eq!(error["reasons"][0]["code"].as_str(), expected, "{person:?} {mutation} {payload}");
        assert_eq!(error["code"].as_str(), expected.map(|_| "FORBIDDEN"));
    }
    // To cancel, a user needs a second factor; an application has none to give.
    let bought = world.done(&member, "purchaseSubscription", order).await;
    let cancel = json!({ "subscription": bought["subscription"]["id"] });
    let without = Person { mfa: false, ..member.clone() };
    let payload = world.mutate(&without, "cancelSubscription", cancel.clone()).await;
    assert_eq!(payload["userErrors"][0]["reasons"][0]["code"], "MFA_REQUIRED");
    let application = Person { is_application: true, ..without };
    assert_eq!(
        world.done(&application, "cancelSubscription", cancel).await["subscription"]["status"],
        "CANCELLED"
    );
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn an_advisor_sells_nothing(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut facts = Facts::cast();
    let advisor = id("Advisor");
    facts
        .more
        .push(json!({ "type": "partner", "tenantId": advisor, "partnerNumber": "77", "name": "Advisor",
        "kind": "ADVISOR", "createdAt": days(-1) }));
    facts.more.push(json!({ "type": "grant", "id": id("advice"), "partner": advisor, "customer": id("Contoso"),
        "displayName": "Advice", "roles": ["BILLING_ADMINISTRATOR"], "startsAt": days(-1), "endsAt": days(300),
        "createdAt": days(-1), "assignments": [{ "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT",
            "roles": ["BILLING_ADMINISTRATOR"] }] }));
    let world = World::of(backend, facts).await;
    let person = Person::of(advisor, TenantRole::AdminAgent);
    let order = order(&world).await;
    assert_eq!(world.refusal(&person, "purchaseSubscription", order).await, "ADVISOR_CANNOT_SELL");
    let explain = "query($id: ID!) { explainAccess(target: $id, permission: SUBSCRIPTION_PURCHASE) { allowed
        checks { name passed reason { code } } } }";
    let contoso = world.read(&person, "{ customer(by: { domain: \"contoso.example\" }) { id } }").await;
    let data = world.query(&person, explain, json!({ "id": contoso["customer"]["id"] })).await.data();
    assert_eq!(data["explainAccess"]["allowed"], false);
    let failed: Vec<_> = data["explainAccess"]["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["passed"] == false)
        .map(|check| (check["name"].clone(), check["reason"]["code"].clone()))
        .collect();
    assert_eq!(failed, [(json!("tenant"), json!("ADVISOR_CANNOT_SELL"))]);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_is_bought_is_within_the_offer_and_the_window(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let fabrikam = world.fabrikam();
    let order = order(&world).await;
    for (field, value, code, path) in [
        ("quantity", json!(0), "QUANTITY_OUT_OF_RANGE", "quantity"),
        ("quantity", json!(301), "QUANTITY_OUT_OF_RANGE", "quantity"),
        ("term", json!("P3Y"), "TERM_NOT_OFFERED", "term"),
        ("billingCycle", json!("TRIENNIAL"), "TERM_NOT_OFFERED", "billingCycle"),
        ("friendlyName", json!(" "), "INVALID", "friendlyName"),
        ("offer", json!("x"), "NOT_FOUND", "offer"),
    ] {
        let mut input = order.clone();
        input[field] = value;
        let payload = world.mutate(&fabrikam, "purchaseSubscription", input).await;
        assert_eq!(crate::world::refusal_of(&payload), code);
        assert_eq!(payload["userErrors"][0]["path"], json!(["input", path]));
    }
    let bought = purchase(&world).await;
    let resize = |quantity: i32| json!({ "subscription": bought["id"], "quantity": quantity });
    let cancel = json!({ "subscription": bought["id"] });
    world.clock.set(days(7) - MILLISECOND);
    assert_eq!(world.done(&fabrikam, "resizeSubscription", resize(9)).await["subscription"]["quantity"], 9);
    world.clock.set(days(7));
    for (mutation, input, code) in [
        ("resizeSubscription", resize(8), "REDUCTION_WINDOW_CLOSED"),
        ("resizeSubscription", resize(301), "QUANTITY_OUT_OF_RANGE"),
        ("cancelSubscription", cancel.clone(), "CANCELLATION_WINDOW_CLOSED"),
    ] {
        assert_eq!(world.refusal(&fabrikam, mutation, input).await, code);
    }
    assert_eq!(
        world.done(&fabrikam, "resizeSubscription", resize(300)).await["subscription"]["quantity"],
        300
    );
    // A next term is checked like a purchase, and the error says where in it.
    let next = json!({ "subscription": bought["id"], "nextTerm": { "quantity": 0, "term": "P1Y", "billingCycle": "ANNUAL" } });
    let payload = world.mutate(&fabrikam, "scheduleSubscriptionNextTerm", next).await;
    assert_eq!(payload["userErrors"][0]["code"], "QUANTITY_OUT_OF_RANGE");
    assert_eq!(payload["userErrors"][0]["path"], json!(["input", "nextTerm", "quantity"]));
    world.end().await;
}
