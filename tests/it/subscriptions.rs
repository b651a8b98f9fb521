//! What partners do with what they sold: bought, changed, ended, renewed by the clock, and told by the log.

use chrono::TimeDelta;
use copartner::timer::tick;
use entity::TenantRole;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use crate::facts::{CONTOSO, FABRIKAM, Facts, Instant, NORTHWIND, days, id, noon};
use crate::world::{Backend, Person, SUBSCRIPTION, World, api_id};

const MILLISECOND: TimeDelta = TimeDelta::milliseconds(1);

fn shown(instant: Instant) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

async fn offer(world: &World) -> Value {
    let offers = world.read(&world.fabrikam(), "{ offers(first: 1) { nodes { id } } }").await;
    offers["offers"]["nodes"][0]["id"].clone()
}

/// What Fabrikam buys for Contoso.
async fn order(world: &World) -> Value {
    json!({ "customer": { "domain": "contoso.example" }, "offer": offer(world).await, "quantity": 10, "term": "P1M",
        "billingCycle": "MONTHLY" })
}

async fn purchase(world: &World) -> Value {
    let order = order(world).await;
    world.done(&world.fabrikam(), "purchaseSubscription", order).await["subscription"].take()
}

/// Each event about a subscription, the oldest first, as someone sees it.
async fn log(world: &World, person: &Person, id: &Value) -> Vec<Value> {
    let query =
        "query($id: ID!) { events(last: 100, filter: { subject: $id }) { nodes { kind actor { subject }
        changes { field before after } grant { id } subscriptionsUnchanged occurredAt } } }";
    let data = world.ask(person, query, json!({ "id": id })).await.data();
    data["events"]["nodes"].as_array().unwrap().iter().rev().cloned().collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

#[rstest]
#[tokio::test]
async fn a_partner_buys_administers_and_cancels(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    let mut rehearsed = order(&world).await;
    rehearsed["validateOnly"] = json!(true);
    let would_be = world.done(&fabrikam, "purchaseSubscription", rehearsed).await;
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
        let found = world.ask(person, seen, json!({ "id": id })).await.data();
        let expected =
            json!({ "partnerOfRecord": { "name": "Fabrikam" }, "customer": { "name": "Contoso" } });
        assert_eq!(found["subscription"], expected);
    }
    for stranger in [world.northwind(), world.tailspin(), world.operator()] {
        let found = world.ask(&stranger, seen, json!({ "id": id })).await.data();
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
    let rehearsal = done("cancelSubscription", json!({ "validateOnly": true })).await;
    assert_eq!(rehearsal["status"], "CANCELLED");
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
                world.act(&person, mutation, input).await
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
    let stranger = world.act(&world.tailspin(), "purchaseSubscription", ordered.clone()).await;
    ordered["customer"] = json!({ "domain": "nowhere.example" });
    assert_eq!(stranger, world.act(&world.tailspin(), "purchaseSubscription", ordered).await);
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
        let payload = world.act(person, mutation, input.clone()).await;
        let error = &payload["userErrors"][0];
        assert_eq!(error["reasons"][0]["code"].as_str(), expected, "{person:?} {mutation} {payload}");
        assert_eq!(error["code"].as_str(), expected.map(|_| "FORBIDDEN"));
    }
    // To cancel, a user needs a second factor; an application has none to give.
    let bought = world.done(&member, "purchaseSubscription", order).await;
    let cancel = json!({ "subscription": bought["subscription"]["id"] });
    let without = Person { mfa: false, ..member.clone() };
    let payload = world.act(&without, "cancelSubscription", cancel.clone()).await;
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
    let data = world.ask(&person, explain, json!({ "id": contoso["customer"]["id"] })).await.data();
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
        let payload = world.act(&fabrikam, "purchaseSubscription", input).await;
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
    let payload = world.act(&fabrikam, "scheduleSubscriptionNextTerm", next).await;
    assert_eq!(payload["userErrors"][0]["code"], "QUANTITY_OUT_OF_RANGE");
    assert_eq!(payload["userErrors"][0]["path"], json!(["input", "nextTerm", "quantity"]));
    world.end().await;
}

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
    let before = world.ask(&fabrikam, look, ids.clone()).await.data();
    assert_eq!(
        (&before["nodes"][0]["quantity"], &before["nodes"][1]["status"]),
        (&json!(10), &json!("ACTIVE"))
    );
    assert_eq!(before["expired"]["totalCount"], 0);
    // Nobody has written it down yet, and everyone sees it.
    world.clock.set(end);
    let after = world.ask(&fabrikam, look, ids.clone()).await.data();
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
    let payload = world.act(&fabrikam, "renameSubscription", rename).await;
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

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_who_resize_at_once_none_is_lost(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const CLIENTS: i32 = 64;
    let world = World::cast(backend).await;
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    let id = purchase(&world).await["id"].clone();
    let resize = async |quantity: i32, version: Option<i32>| {
        let input = json!({ "subscription": id, "quantity": quantity, "expectedVersion": version });
        world.act(&fabrikam, "resizeSubscription", input).await
    };
    // All decide about the same version: one is served, and the others are told what it is now.
    let mut version = 1;
    for round in 0..3_i32 {
        let answers = join_all((0..CLIENTS).map(|n| resize(20 + 64 * round + n, Some(version)))).await;
        let won: Vec<_> = answers.iter().filter(|answer| answer["subscription"].is_object()).collect();
        assert_eq!(won.len(), 1, "round {round}");
        version += 1;
        assert_eq!(won[0]["subscription"]["version"], version);
        for lost in answers.iter().filter(|answer| answer["subscription"].is_null()) {
            assert_eq!(lost["userErrors"][0]["code"], "VERSION_CONFLICT");
            assert_eq!(lost["userErrors"][0]["currentVersion"], version);
        }
        let quantity = "query($id: ID!) { subscription(id: $id) { quantity } }";
        let stored = world.ask(&fabrikam, quantity, json!({ "id": id })).await.data();
        assert_eq!(stored["subscription"]["quantity"], won[0]["subscription"]["quantity"]);
    }
    // Each reads, adds one and tries again when it was outrun: every one of them counts.
    let start =
        world.ask(&fabrikam, "query($id: ID!) { subscription(id: $id) { quantity } }", json!({ "id": id }));
    let start = start.await.data()["subscription"]["quantity"].as_i64().unwrap();
    let add = async || loop {
        let query = "query($id: ID!) { subscription(id: $id) { quantity version } }";
        let read = world.ask(&fabrikam, query, json!({ "id": id })).await.data()["subscription"].take();
        let quantity = i32::try_from(read["quantity"].as_i64().unwrap()).unwrap() + 1;
        let version = i32::try_from(read["version"].as_i64().unwrap()).unwrap();
        let answer = resize(quantity, Some(version)).await;
        if answer["subscription"].is_object() {
            break;
        }
        assert_eq!(answer["userErrors"][0]["code"], "VERSION_CONFLICT");
    };
    join_all((0..16).map(|_| add())).await;
    let end =
        world.ask(&fabrikam, "query($id: ID!) { subscription(id: $id) { quantity } }", json!({ "id": id }));
    assert_eq!(end.await.data()["subscription"]["quantity"], start + 16);
    // Without versions each is served in its turn, and the log has all of them, one upon the other.
    let before = log(&world, &contoso, &id).await.len();
    let quantities: Vec<i32> = (0..CLIENTS).map(|n| 220 + n).collect();
    let answers = join_all(quantities.iter().map(|quantity| resize(*quantity, None))).await;
    assert!(answers.iter().all(|answer| answer["userErrors"] == json!([])), "{answers:#?}");
    let events = log(&world, &contoso, &id).await.split_off(before);
    assert_eq!(events.len(), quantities.len());
    let mut told: Vec<(String, String)> = Vec::new();
    for event in &events {
        let change = &event["changes"][0];
        assert_eq!(change["field"], "quantity");
        let value = |side: &str| change[side].as_str().unwrap().to_owned();
        told.push((value("before"), value("after")));
    }
    let mut after: Vec<i32> = told.iter().map(|(_, after)| after.parse().unwrap()).collect();
    after.sort_unstable();
    assert_eq!(after, quantities);
    // Requests that arrive in one millisecond have one instant; the chain has their order.
    let chained = chain_of(&world, &contoso, CLIENTS).await;
    for (earlier, later) in chained.iter().zip(chained.iter().skip(1)) {
        assert_eq!(earlier.1, later.0, "{chained:?}");
    }
    world.verify_log().await;
    world.end().await;
}

/// The last changes of quantity in the order of the chain.
async fn chain_of(world: &World, person: &Person, most: i32) -> Vec<(String, String)> {
    let query = format!(
        "{{ events(first: {most}, filter: {{ kind: [SUBSCRIPTION_RESIZED] }}) {{ nodes {{ sequence changes {{ before after }} }} }} }}"
    );
    let data = world.read(person, &query).await;
    let mut nodes = data["events"]["nodes"].as_array().unwrap().clone();
    nodes.sort_by_key(|node| node["sequence"].as_i64());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    nodes
        .iter()
        .map(|node| (text(&node["changes"][0]["before"]), text(&node["changes"][0]["after"])))
        .collect()
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

#[rstest]
#[tokio::test]
async fn the_log_of_a_subscription_is_for_those_who_may_read_it_or_did_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    let assign =
        |assignee: &str, role| crate::facts::Assignment { assignee: assignee.to_owned(), roles: vec![role] };
    facts.grants[0].roles = vec!["BILLING_ADMINISTRATOR", "LICENSE_ADMINISTRATOR", "GLOBAL_READER"];
    facts.grants[0].assignments = vec![
        assign("ADMIN_AGENT", "BILLING_ADMINISTRATOR"),
        assign("SALES_AGENT", "LICENSE_ADMINISTRATOR"),
        assign("HELPDESK_AGENT", "GLOBAL_READER"),
    ];
    let world = World::of(backend, facts).await;
    let tenant = world.facts.partners[FABRIKAM].tenant;
    let admin = Person { subject: "admin", ..world.fabrikam() };
    let sales = Person { subject: "sales", ..Person::of(tenant, TenantRole::SalesAgent) };
    let support = Person { subject: "support", ..Person::of(tenant, TenantRole::HelpdeskAgent) };
    let bought = world.done(&admin, "purchaseSubscription", order(&world).await).await["subscription"].take();
    let id = bought["id"].clone();
    world.done(&sales, "resizeSubscription", json!({ "subscription": id, "quantity": 11 })).await;
    let both = ["SUBSCRIPTION_PURCHASED", "SUBSCRIPTION_RESIZED"];
    for (person, told) in [
        (&admin, &both[..]),
        (&support, &both),
        (&world.contoso(), &both),
        (&sales, &both[1..]),
        (&Person { subject: "another", ..sales.clone() }, &[]),
        (&world.northwind(), &[]),
        (&world.operator(), &[]),
    ] {
        assert_eq!(kinds(&log(&world, person, &id).await), told, "{person:?}");
        // Below the subscription as in the list of all, and by its id.
        let query = "query($id: ID!) { subscription(id: $id) { events { totalCount nodes { id } } } }";
        let below = world.ask(person, query, json!({ "id": id })).await.data()["subscription"].take();
        if below.is_object() {
            assert_eq!(below["events"]["totalCount"], told.len());
        }
        let contoso = world.ask(&world.contoso(), query, json!({ "id": id })).await.data();
        for (event, kind) in
            contoso["subscription"]["events"]["nodes"].as_array().unwrap().iter().rev().zip(both)
        {
            let node =
                world.ask(person, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": event["id"] }));
            assert_eq!(node.await.data()["node"].is_object(), told.contains(&kind), "{person:?} {kind}");
        }
    }
    // A customer's log is closed to whoever may not read events there, and its other fields are not.
    let query = "{ customer(by: { domain: \"contoso.example\" }) { name subscriptions { totalCount } events { totalCount } } }";
    let answer = world.ask(&sales, query, json!({})).await;
    let json = answer.json();
    assert_eq!(json["data"]["customer"]["subscriptions"]["totalCount"], 4);
    assert!(json["data"]["customer"]["events"].is_null());
    assert_eq!(json["errors"][0]["path"], json!(["customer", "events"]));
    assert_eq!(json["errors"][0]["extensions"]["reasons"][0]["code"], "PERMISSION_NOT_GRANTED");
    // What was seen goes with the grant.
    let grant = api_id(crate::world::GRANT, world.facts.grants[0].id);
    world.done(&world.contoso(), "terminateGrant", json!({ "grant": grant })).await;
    for person in [&admin, &support, &sales] {
        assert_eq!(kinds(&log(&world, person, &id).await), [""; 0]);
    }
    assert_eq!(kinds(&log(&world, &world.contoso(), &id).await), both);
    world.end().await;
}
