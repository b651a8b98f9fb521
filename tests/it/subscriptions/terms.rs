//! Terms that start, renew and end by the clock.

use chrono::TimeDelta;
use copartner::timer::tick;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::json;

use super::{MILLISECOND, kinds, log, purchase, shown};
use crate::facts::{Facts, Instant, days, id, noon};
use crate::world::{Backend, SUBSCRIPTION, World, api_id};

#[rstest]
#[tokio::test]
async fn a_term_ends_by_the_clock_whether_or_not_the_timer_was_there(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    let (renewing, ending) = (purchase(&world).await, purchase(&world).await);
    let next = json!({ "quantity": 3, "term": "P1Y", "billingCycle": "ANNUAL" });
    let schedule = json!({ "subscription": renewing["id"], "nextTerm": next });
    world.done(&fabrikam, "scheduleSubscriptionNextTerm", schedule).await;
    let off = json!({ "subscription": ending["id"], "autoRenew": false });
    world.done(&fabrikam, "setSubscriptionAutoRenew", off).await;
    let end: Instant = "2026-07-15T12:00:00Z".parse().unwrap();
    let look = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on CustomerSubscription { status quantity term termEndsAt
        cancellableUntil nextTerm { quantity } version } }
        active: subscriptions(filter: { status: [ACTIVE] }) { totalCount }
        expired: subscriptions(filter: { status: [EXPIRED] }) { totalCount } }";
    let ids = json!({ "ids": [renewing["id"], ending["id"]] });
    world.clock.set(end - MILLISECOND);
    let before = world.query(&fabrikam, look, ids.clone()).await.data();
    assert_eq!(
        (&before["nodes"][0]["quantity"], &before["nodes"][1]["status"]),
        (&json!(10), &json!("ACTIVE"))
    );
    assert_eq!(before["expired"]["totalCount"], 0);
    // Nobody has written it down yet, and everyone sees it.
    world.clock.set(end);
    let after = world.query(&fabrikam, look, ids.clone()).await.data();
    let window = "2026-07-22T12:00:00.000Z";
    let renewed = json!({ "status": "ACTIVE", "quantity": 3, "term": "P1Y", "termEndsAt": "2027-07-15T12:00:00.000Z",
        "cancellableUntil": window, "nextTerm": null, "version": 2 });
    assert_eq!(after["nodes"][0], renewed);
    assert_eq!(after["nodes"][1]["status"], "EXPIRED");
    assert_eq!((&after["active"]["totalCount"], &after["expired"]["totalCount"]), (&json!(4), &json!(1)));
    // Whoever acts first writes it down first; the window of the new term is open.
    let resize = json!({ "subscription": renewing["id"], "quantity": 2, "expectedVersion": 2 });
    let resized = world.done(&fabrikam, "resizeSubscription", resize).await["subscription"].take();
    assert_eq!((&resized["quantity"], &resized["version"]), (&json!(2), &json!(4)));
    let rename = json!({ "subscription": ending["id"], "friendlyName": "Too late" });
    let payload = world.mutate(&fabrikam, "renameSubscription", rename).await;
    assert_eq!(payload["userErrors"][0]["code"], "ILLEGAL_TRANSITION");
    assert_eq!(payload["userErrors"][0]["reasons"][0]["code"], "TERM_ENDED");

    let tally = tick(&world.store, end + TimeDelta::minutes(1)).await.unwrap();
    assert_eq!(tally.subscriptions, 1);
    assert_eq!(tick(&world.store, end + TimeDelta::minutes(1)).await.unwrap().subscriptions, 0);
    let events = log(&world, &contoso, &renewing["id"]).await;
    let told = [
        "SUBSCRIPTION_PURCHASED",
        "SUBSCRIPTION_NEXT_TERM_SCHEDULED",
        "SUBSCRIPTION_RENEWED",
        "SUBSCRIPTION_RESIZED",
    ];
    assert_eq!(kinds(&events), told);
    assert!(events[2]["actor"]["subject"].is_null() && events[2]["grant"].is_null());
    let events = log(&world, &contoso, &ending["id"]).await;
    let told = ["SUBSCRIPTION_PURCHASED", "SUBSCRIPTION_AUTO_RENEW_CHANGED", "SUBSCRIPTION_EXPIRED"];
    assert_eq!(kinds(&events), told);
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_servers_tell_once_that_a_term_ends_and_renew_it_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.more.push(json!({ "type": "subscription", "id": id("to come"), "customer": id("Contoso"),
        "partnerOfRecord": id("Fabrikam"), "offer": "SKU-0", "friendlyName": "To come", "status": "PENDING",
        "quantity": 1, "term": "P1M", "billingCycle": "MONTHLY", "autoRenew": true, "startsAt": days(2),
        "termEndsAt": days(33), "createdAt": days(-1) }));
    let world = World::of(backend, facts).await;
    let contoso = world.contoso();
    let bought = purchase(&world).await;
    let stores = [world.store.clone(), world.store.sibling().unwrap(), world.store.clone()];
    let mut written = 0;
    // Beside these two, the terms of the cast end in 265 days.
    for hours in (0..24 * 40).step_by(6) {
        let at = noon() + TimeDelta::hours(hours);
        let tallies = join_all(stores.iter().map(|store| tick(store, at))).await;
        written += tallies.into_iter().map(|tally| tally.unwrap().subscriptions).sum::<usize>();
    }
    assert_eq!(written, 5);
    world.clock.set(days(40));
    let events = log(&world, &contoso, &bought["id"]).await;
    let told = ["SUBSCRIPTION_PURCHASED", "SUBSCRIPTION_RENEWAL_UPCOMING", "SUBSCRIPTION_RENEWED"];
    assert_eq!(kinds(&events), told);
    assert_eq!(events[1]["changes"], json!([{ "field": "daysLeft", "before": null, "after": "7" }]));
    assert_eq!(events[1]["occurredAt"], "2026-07-08T12:00:00.000Z");
    let events = log(&world, &contoso, &json!(api_id(SUBSCRIPTION, id("to come")))).await;
    let told = ["SUBSCRIPTION_STARTED", "SUBSCRIPTION_RENEWAL_UPCOMING", "SUBSCRIPTION_RENEWED"];
    assert_eq!(kinds(&events), told);
    assert_eq!(events[0]["occurredAt"], shown(days(2)));
    world.verify_log().await;
    world.end().await;
}
