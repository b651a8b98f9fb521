//! A subscription from its purchase to its cancellation, and what a repeated purchase is.

use rstest::rstest;
use serde_json::{Value, json};

use super::{kinds, log, order, purchase, shown};
use crate::facts::{NORTHWIND, days, noon};
use crate::world::{Backend, World, api_id};

#[rstest]
#[tokio::test]
async fn a_partner_buys_administers_and_cancels(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    let mut dry = order(&world).await;
    dry["validateOnly"] = json!(true);
    let would_be = world.done(&fabrikam, "purchaseSubscription", dry).await;
    assert_eq!(would_be["subscription"]["status"], "ACTIVE");
    let counted = "{ subscriptions { totalCount } events { totalCount } }";
    let before = world.read(&contoso, counted).await;
    assert_eq!(
        (&before["subscriptions"]["totalCount"], &before["events"]["totalCount"]),
        (&json!(5), &json!(0))
    );

    let bought = purchase(&world).await;
    let id = bought["id"].clone();
    assert_eq!(
        bought,
        json!({ "id": id, "status": "ACTIVE", "friendlyName": "Suite 0", "quantity": 10, "term": "P1M",
            "billingCycle": "MONTHLY", "autoRenew": true, "suspensionReasons": [], "startsAt": shown(noon()),
            "termEndsAt": "2026-07-15T12:00:00.000Z", "cancellableUntil": shown(days(7)), "nextTerm": null,
            "version": 1 })
    );
    // It is its partner's and its customer's from then on, and nobody else's.
    let seen = "query($id: ID!) { subscription(id: $id) { partnerOfRecord { name } customer { name } } }";
    for person in [&fabrikam, &contoso] {
        let found = world.query(person, seen, json!({ "id": id })).await.data();
        let expected =
            json!({ "partnerOfRecord": { "name": "Fabrikam" }, "customer": { "name": "Contoso" } });
        assert_eq!(found["subscription"], expected);
    }
    for stranger in [world.northwind(), world.tailspin(), world.operator()] {
        let found = world.query(&stranger, seen, json!({ "id": id })).await.data();
        assert!(found["subscription"].is_null());
        assert_eq!(log(&world, &stranger, &id).await, [Value::Null; 0]);
    }

    let named = |more: Value| {
        let mut input = json!({ "subscription": id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let done =
        async |mutation, more| world.done(&fabrikam, mutation, named(more)).await["subscription"].take();
    assert_eq!(done("renameSubscription", json!({ "friendlyName": "Mail" })).await["friendlyName"], "Mail");
    assert_eq!(done("resizeSubscription", json!({ "quantity": 12 })).await["quantity"], 12);
    assert_eq!(
        done("resizeSubscription", json!({ "quantity": 4, "expectedVersion": 3 })).await["version"],
        4
    );
    let suspended = done("suspendSubscription", json!({ "reason": "FRAUD" })).await;
    assert_eq!(
        (&suspended["status"], &suspended["suspensionReasons"]),
        (&json!("SUSPENDED"), &json!(["FRAUD"]))
    );
    assert_eq!(done("reactivateSubscription", json!({})).await["status"], "ACTIVE");
    assert_eq!(done("setSubscriptionAutoRenew", json!({ "autoRenew": false })).await["autoRenew"], false);
    let next = json!({ "quantity": 3, "term": "P1Y", "billingCycle": "ANNUAL" });
    let scheduled = done("scheduleSubscriptionNextTerm", json!({ "nextTerm": next })).await;
    assert_eq!(scheduled["nextTerm"], next);
    assert!(done("scheduleSubscriptionNextTerm", json!({ "nextTerm": null })).await["nextTerm"].is_null());
    // What changes nothing is no change.
    let version = done("scheduleSubscriptionNextTerm", json!({})).await["version"].clone();
    assert_eq!(version, 9);
    let would_be = done("cancelSubscription", json!({ "validateOnly": true })).await;
    assert_eq!(would_be["status"], "CANCELLED");
    assert_eq!(done("renameSubscription", json!({ "friendlyName": "Mail" })).await["version"], version);
    assert_eq!(done("cancelSubscription", json!({})).await["status"], "CANCELLED");

    let events = log(&world, &contoso, &id).await;
    assert_eq!(
        kinds(&events),
        [
            "SUBSCRIPTION_PURCHASED",
            "SUBSCRIPTION_RENAMED",
            "SUBSCRIPTION_RESIZED",
            "SUBSCRIPTION_RESIZED",
            "SUBSCRIPTION_SUSPENDED",
            "SUBSCRIPTION_REACTIVATED",
            "SUBSCRIPTION_AUTO_RENEW_CHANGED",
            "SUBSCRIPTION_NEXT_TERM_SCHEDULED",
            "SUBSCRIPTION_NEXT_TERM_SCHEDULED",
            "SUBSCRIPTION_CANCELLED",
        ]
    );
    assert_eq!(events, log(&world, &fabrikam, &id).await);
    let grant = api_id(crate::world::GRANT, world.facts.grants[0].id);
    assert!(events.iter().all(|event| event["grant"]["id"] == grant.as_str()), "{events:#?}");
    assert!(events.iter().all(|event| event["subscriptionsUnchanged"].is_null()));
    let change = |event: usize, field: &str| {
        let changes = events[event]["changes"].as_array().unwrap();
        let change = changes.iter().find(|change| change["field"] == field).unwrap();
        (change["before"].clone(), change["after"].clone())
    };
    assert_eq!(change(0, "offer"), (Value::Null, json!("SKU-0")));
    assert_eq!(change(2, "quantity"), (json!("10"), json!("12")));
    assert_eq!(change(4, "suspensionReasons"), (Value::Null, json!("FRAUD")));
    assert_eq!(change(7, "nextTerm.term"), (Value::Null, json!("P1Y")));
    assert_eq!(change(9, "status"), (json!("ACTIVE"), json!("CANCELLED")));
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_repeat_under_a_key_buys_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::cast(backend).await;
    let fabrikam = world.fabrikam();
    let mut order = order(&world).await;
    order["idempotencyKey"] = json!("order 1");
    let first = world.done(&fabrikam, "purchaseSubscription", order.clone()).await;
    assert_eq!(world.done(&fabrikam, "purchaseSubscription", order.clone()).await, first);
    let count = world.read(&world.contoso(), "{ subscriptions { totalCount } }").await;
    assert_eq!(count["subscriptions"]["totalCount"], 6);
    // Another's key of the same words is another key.
    world.done(&world.northwind(), "purchaseSubscription", order.clone()).await;
    order["quantity"] = json!(11);
    assert_eq!(world.refusal(&fabrikam, "purchaseSubscription", order).await, "IDEMPOTENCY_KEY_REUSED");
    let sold = world.facts.subscriptions.iter().filter(|sold| sold.partner == NORTHWIND).count();
    let count = world.read(&world.northwind(), "{ subscriptions { totalCount } }").await;
    assert_eq!(count["subscriptions"]["totalCount"], sold + 1);
    world.end().await;
}
