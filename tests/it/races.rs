//! Many at once: exactly one wins, and a repeat is a repeat.

use std::sync::atomic::{AtomicBool, Ordering};

use access::View;
use copartner::command::{ExpireRequest, RunOptions, run};
use copartner::import::{Options, import};
use entity::RequestId;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use crate::facts::{CONTOSO, FABRIKAM, Facts, days, noon};
use crate::world::{Backend, GRANT, Person, World, api_id, row};

/// Whether a decision was made; if not, it says that another was.
fn won(payload: &Value) -> bool {
    let code = payload["userErrors"][0]["code"].as_str();
    assert!(matches!(code, None | Some("REQUEST_NOT_OPEN" | "REQUEST_EXPIRED")), "{payload:#}");
    code.is_none()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_four_decisions_exactly_one_is_made(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const ROUNDS: usize = 1_000;
    const AT_ONCE: usize = 8;
    let world = World::of(backend, Facts::cast()).await;
    let (tailspin, contoso) = (world.tailspin(), world.contoso());
    let ask = async || {
        let requests: Vec<_> = (0..AT_ONCE)
            .map(|n| {
                json!({ "customer": { "domain": "contoso.example" }, "displayName": n.to_string(),
                    "roles": ["GLOBAL_READER"], "duration": "P30D", "validFor": "P1D" })
            })
            .collect();
        let payload = world.done(&tailspin, "requestRelationships", json!({ "requests": requests })).await;
        let results = payload["results"].as_array().unwrap();
        results.iter().map(|result| result["request"]["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let decide = async |timer: &View, id: &str, place: usize| match place {
        0 => won(&world
            .mutate(&contoso, "acceptRelationshipRequest", json!({ "request": { "id": id } }))
            .await),
        1 => won(&world
            .mutate(&contoso, "declineRelationshipRequest", json!({ "request": { "id": id } }))
            .await),
        2 => won(&world.mutate(&tailspin, "withdrawRelationshipRequest", json!({ "request": id })).await),
        _ => {
            // The others come over HTTP: so as not to be there before all of them, the timer takes as long a way.
            world.read(&tailspin, "{ viewer { partner { name } } }").await;
            // None is left to expire when another was faster.
            run(timer, ExpireRequest(RequestId(row(id))), RunOptions::default()).await.is_ok_and(|done| done)
        }
    };
    let mut winners = [0; 4];
    for n in 0..ROUNDS / AT_ONCE {
        let day = i64::try_from(n).unwrap();
        world.clock.set(days(day));
        let ids = ask().await;
        // The parties decide in the last instant of each request, the timer in the one after it.
        world.clock.set(days(day + 1) - chrono::TimeDelta::milliseconds(1));
        let timer = world.store.seen_by_the_timer(days(day + 1));
        let all: Vec<_> = ids.iter().flat_map(|id| (0..4).map(move |place| (id, (place + n) % 4))).collect();
        let outcomes = join_all(all.iter().map(|(id, place)| decide(&timer, id, *place))).await;
        for (id, places) in ids.iter().zip(all.iter().zip(outcomes).collect::<Vec<_>>().chunks(4)) {
            let won: Vec<_> = places.iter().filter(|(_, won)| *won).map(|((_, place), _)| *place).collect();
            assert_eq!(won.len(), 1, "{id} was decided by {won:?}");
            winners[won[0]] += 1;
        }
    }
    println!("{backend:?}: accepted, declined, withdrawn, expired: {winners:?}");
    assert!(winners.iter().filter(|won| **won > 0).count() > 1, "nobody raced: {winners:?}");
    // One decision and one event for each, whoever made it.
    let query = "query($kind: [EventKind!]) { events(filter: { kind: $kind }) { totalCount } }";
    let count = async |kinds: Value| {
        world.query(&contoso, query, json!({ "kind": kinds })).await.data()["events"]["totalCount"]
            .as_u64()
            .unwrap()
    };
    for (place, kind) in ["ACCEPTED", "DECLINED", "WITHDRAWN", "EXPIRED"].into_iter().enumerate() {
        assert_eq!(count(json!([format!("RELATIONSHIP_REQUEST_{kind}")])).await, winners[place], "{kind}");
    }
    assert_eq!(winners.iter().sum::<u64>(), ROUNDS as u64);
    assert_eq!(count(json!(["GRANT_ACTIVATED"])).await, winners[0]);
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_has_one_effect_and_one_answer_across_servers(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, Facts::cast()).await;
    let other = world.another_server().await;
    let urls = [world.url.clone(), format!("http://{}", other.address)];
    let tailspin = world.tailspin();
    for n in 0..10 {
        let input = json!({ "customer": { "domain": "contoso.example" }, "displayName": format!("Request {n}"),
            "roles": ["GLOBAL_READER"], "duration": "P30D", "idempotencyKey": format!("key {n}") });
        let send =
            |place: usize| world.mutate_at(&urls[place % 2], &tailspin, "requestRelationship", input.clone());
        let answers = join_all((0..4).map(send)).await;
        assert!(
            answers.iter().all(|answer| answer == &answers[0] && answer["request"]["id"].is_string()),
            "{answers:#?}"
        );
        assert_eq!(send(0).await, answers[0]);
    }
    let list = world.read(&tailspin, "{ relationshipRequests { totalCount } events { totalCount } }").await;
    assert_eq!(
        (&list["relationshipRequests"]["totalCount"], &list["events"]["totalCount"]),
        (&json!(10), &json!(10))
    );
    // A refusal is an answer too; another input is refused, and so is another mutation.
    let refused = json!({ "customer": { "domain": "adatum.example" }, "displayName": "No", "roles": ["GLOBAL_READER"],
        "duration": "P731D", "idempotencyKey": "refused" });
    let too_long = "DURATION_OUT_OF_RANGE";
    for _ in 0..2 {
        assert_eq!(world.refusal(&tailspin, "requestRelationship", refused.clone()).await, too_long);
    }
    let mut other_input = refused.clone();
    other_input["displayName"] = json!("Another");
    assert_eq!(
        world.refusal(&tailspin, "requestRelationship", other_input.clone()).await,
        "IDEMPOTENCY_KEY_REUSED"
    );
    let other_act = json!({ "request": "x", "idempotencyKey": "key 0" });
    let withdraw = "withdrawRelationshipRequest";
    assert_eq!(world.refusal(&tailspin, withdraw, other_act).await, "NOT_FOUND");
    let request = world.read(&tailspin, "{ relationshipRequests(first: 1) { nodes { id } } }").await;
    let request = &request["relationshipRequests"]["nodes"][0]["id"];
    let other_act = json!({ "request": request, "idempotencyKey": "key 0" });
    assert_eq!(world.refusal(&tailspin, withdraw, other_act).await, "IDEMPOTENCY_KEY_REUSED");
    // Keys are a principal's own, and forgotten after a day.
    let northwinds = json!({ "customer": { "domain": "contoso.example" }, "displayName": "Ours", "roles": ["GLOBAL_READER"],
        "duration": "P30D", "idempotencyKey": "key 0" });
    world.done(&world.northwind(), "requestRelationship", northwinds).await;
    world.clock.set(noon() + chrono::TimeDelta::hours(24));
    assert_eq!(world.refusal(&tailspin, "requestRelationship", other_input).await, too_long);
    other.stop().await;
    world.end().await;
}

/// An import holds what it writes until its end; acts hold their customer, and some hold several.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imports_and_acts_wait_for_each_other_and_none_fails(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let lines = world.facts.lines();
    let is_over = AtomicBool::new(false);
    let imports = async {
        for n in 0..8 {
            // Everything is another than before: each row is written, in an order of the file's own.
            let lines: Vec<_> = lines.lines().map(|line| renamed(line, n)).collect();
            let store = world.another_store().await;
            let text = lines.join("\n");
            let options = Options { keep_good: false, at: world.clock.now() };
            let report = import(&store, text.as_bytes(), options, |_| ()).await.unwrap();
            // Someone may have changed a grant at this moment: then the whole import says so and writes nothing.
            let outrun = |bad: &copartner::import::EntryError| bad.reason.contains("at this moment");
            assert!(report.errors.iter().all(outrun), "{:?}", report.errors);
            store.close().await;
        }
        is_over.store(true, Ordering::SeqCst);
    };
    let acts = (0..6).map(async |n| {
        let person = if n % 2 == 0 { world.tailspin() } else { world.northwind() };
        let mut done = 0;
        for round in 0.. {
            if is_over.load(Ordering::SeqCst) {
                break;
            }
            let name = format!("{n} {round}");
            let one = |domain: &str| {
                json!({ "customer": { "domain": domain }, "displayName": name, "roles": ["GLOBAL_READER"],
                    "duration": "P30D" })
            };
            let domains = if n < 3 {
                ["contoso.example", "adatum.example"]
            } else {
                ["adatum.example", "contoso.example"]
            };
            let asked = json!({ "requests": domains.map(one) });
            let asked = world.done(&person, "requestRelationships", asked).await;
            for result in asked["results"].as_array().unwrap() {
                assert_eq!(result["userErrors"], json!([]), "{asked:#}");
                let withdraw = json!({ "request": result["request"]["id"] });
                world.done(&person, "withdrawRelationshipRequest", withdraw).await;
            }
            done += 1;
        }
        assert!(done > 0);
    });
    tokio::join!(imports, join_all(acts));
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_changes_to_one_version_of_a_grant_exactly_one_is_made(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, Facts::cast()).await;
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    let grant = api_id(GRANT, world.facts.grants[0].id);
    let change = async |person: &Person, mutation: &str, mut input: Value, version: i32| {
        input["grant"] = json!(grant);
        input["expectedVersion"] = json!(version);
        let payload = world.mutate(person, mutation, input).await;
        let error = &payload["userErrors"][0];
        if !error.is_null() {
            let expected = (json!("VERSION_CONFLICT"), json!(version + 1));
            assert_eq!((error["code"].clone(), error["currentVersion"].clone()), expected, "{payload:#}");
        }
        error.is_null()
    };
    let group = |name: &str| {
        json!({ "assignment": { "assigneeKind": "SECURITY_GROUP", "assignee": crate::facts::id(name),
            "roles": ["BILLING_ADMINISTRATOR"] } })
    };
    for round in 0..20_i32 {
        let version = round + 1;
        let ends_at = days(300 - i64::from(round));
        let won = tokio::join!(
            change(&fabrikam, "assignAccess", group(&format!("one {round}")), version),
            change(&contoso, "narrowGrant", json!({ "endsAt": ends_at }), version),
            change(&fabrikam, "assignAccess", group(&format!("two {round}")), version),
        );
        let won = [won.0, won.1, won.2];
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "round {round}: {won:?}");
    }
    let events = world.read(&contoso, "{ events(first: 100) { totalCount } }").await;
    assert_eq!(events["events"]["totalCount"], 20);
    world.verify_log().await;
    world.end().await;
}

/// What is changed without a lock is changed as though everyone had waited for each other: each change is one entry of
/// the one chain, and none follows the end of the grant that permits it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_changes_at_one_customer_are_one_chain_and_end_with_the_grant(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const ROUNDS: i32 = 8;
    let mut facts = Facts::cast();
    for n in 0..6 {
        facts.sell(CONTOSO, FABRIKAM, &format!("Shared {n}"));
    }
    let world = World::of(backend, facts).await;
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    let list = "{ customer(by: { domain: \"contoso.example\" }) { subscriptions { nodes { id version } } } }";
    let read = async || world.read(&fabrikam, list).await["customer"]["subscriptions"]["nodes"].clone();
    let before = read().await.as_array().unwrap().clone();
    assert!(before.len() >= 6);
    let resize = async |subscription: &Value, round: i32| {
        let input = json!({ "subscription": subscription["id"], "quantity": 100 + round });
        world.mutate(&fabrikam, "resizeSubscription", input).await
    };
    for round in 0..ROUNDS {
        let payloads = join_all(before.iter().map(|subscription| resize(subscription, round))).await;
        for payload in payloads {
            assert_eq!(payload["subscription"]["quantity"], 100 + round, "{payload:#}");
        }
    }
    for (before, after) in before.iter().zip(read().await.as_array().unwrap()) {
        assert_eq!(after["version"], before["version"].as_i64().unwrap() + i64::from(ROUNDS));
    }
    let resized = "{ events(first: 1, filter: { kind: [SUBSCRIPTION_RESIZED] }) { totalCount } }";
    let told = world.read(&contoso, resized).await;
    assert_eq!(told["events"]["totalCount"], before.len() * usize::try_from(ROUNDS).unwrap());

    // The grant ends while changes are under way: those before it are made, those after it are not.
    let grant = api_id(GRANT, world.facts.grants[0].id);
    let end = world.mutate(&contoso, "terminateGrant", json!({ "grant": grant }));
    let (payloads, ended) =
        tokio::join!(join_all(before.iter().map(|subscription| resize(subscription, ROUNDS))), end);
    assert!(ended["grant"].is_object(), "{ended:#}");
    let made = payloads.iter().filter(|payload| payload["subscription"].is_object()).count();
    let codes: Vec<_> =
        payloads.iter().filter_map(|payload| payload["userErrors"][0]["code"].as_str()).collect();
    assert!(codes.iter().all(|code| *code == "NOT_FOUND"), "{codes:?}");
    assert_eq!(made + codes.len(), before.len());
    let log = "{ events(first: 200, orderBy: { field: OCCURRED_AT, direction: DESC }) { nodes { kind } } feed: events(first: 1) { totalCount } }";
    let told = world.read(&contoso, log).await;
    let kinds: Vec<_> =
        told["events"]["nodes"].as_array().unwrap().iter().map(|node| node["kind"].clone()).collect();
    assert_eq!(
        told["feed"]["totalCount"],
        before.len() * usize::try_from(ROUNDS).unwrap() + made + 1,
        "{kinds:?}"
    );
    world.verify_log().await;
    world.end().await;
}

/// The record with other words in it, by which nothing is found.
fn renamed(line: &str, n: usize) -> String {
    let mut record: Value = serde_json::from_str(line).unwrap();
    for field in ["friendlyName", "country"] {
        if let Some(Value::String(text)) = record.get_mut(field) {
            *text = if field == "country" { ["NL", "DE"][n % 2].to_owned() } else { format!("Renamed {n}") };
        }
    }
    record.to_string()
}
