//! Receivers that do not take what they are sent.

use std::sync::{Arc, Mutex};

use access::LogKey;
use chrono::{DateTime, TimeDelta, Utc};
use copartner::key_file;
use copartner::webhook::{Courier, Pace, Worker};
use rstest::rstest;
use serde_json::{Value, json};

use super::receiver::{Receiver, Reply};
use super::{deliveries, register, resize, until, worker};
use crate::world::{Backend, World, webhooks};

fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[rstest]
#[tokio::test]
async fn what_a_receiver_never_takes_is_parked_after_a_day_and_the_next_ones_follow_in_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let begun = world.clock.now();
    let poison = Arc::new(Mutex::new(true));
    let refuses = Arc::clone(&poison);
    let receiver = Receiver::replying(move |received| {
        let is_poison = received.json()["data"]["changes"][0]["after"] == "50";
        Reply::Status(if is_poison && *refuses.lock().unwrap() { 400 } else { 200 })
    })
    .await;
    let contoso = world.contoso();
    let hook = register(&world, &contoso, &receiver.url).await;
    let worker = worker(&world);
    receiver.gets(1).await;
    for quantity in [50, 51, 52] {
        resize(&world, &world.fabrikam(), 0, quantity).await;
    }
    let mut attempts = 1;
    let parked = loop {
        until("an attempt", async || {
            deliveries(&world, &contoso, &hook).await.get(1).is_some_and(|one| one["attempts"] == attempts)
        })
        .await;
        let told = deliveries(&world, &contoso, &hook).await;
        let one = told[1].clone();
        if one["status"] == "PARKED" {
            break one;
        }
        // What stands behind it waits.
        assert_eq!((told.len(), &one["status"], &one["failure"]), (2, &json!("RETRYING"), &json!("STATUS")));
        assert_eq!(one["responseStatus"], 400);
        let next = instant(&one["nextAttemptAt"]);
        let query = json!({ "id": hook.id });
        let failing = world.query(
            &contoso,
            "query($id: ID!) { node(id: $id) { ... on Webhook { failingSince } } }",
            query,
        );
        assert_eq!(instant(&failing.await.data()["node"]["failingSince"]), begun);
        world.clock.set(next);
        attempts += 1;
    };
    assert!(attempts >= 12, "{attempts} attempts");
    assert!(
        world.clock.now() - begun > TimeDelta::hours(15) && world.clock.now() - begun <= TimeDelta::hours(24)
    );
    assert_eq!(parked["nextAttemptAt"], Value::Null);
    let received = receiver.gets(1 + usize::try_from(attempts).unwrap() + 2).await;
    let quantities: Vec<_> =
        received.iter().rev().take(3).map(|one| one.json()["data"]["changes"][0]["after"].clone()).collect();
    assert_eq!(quantities, ["52", "51", "50"]);
    until("the rest", async || deliveries(&world, &contoso, &hook).await.len() == 4).await;
    let query = "query($id: ID!) { webhookDeliveries(webhook: $id, filter: { status: [PARKED] }) { totalCount nodes { messageId } } }";
    let listed = world.query(&contoso, query, json!({ "id": hook.id })).await.data();
    assert_eq!(
        listed["webhookDeliveries"],
        json!({ "totalCount": 1, "nodes": [{ "messageId": parked["messageId"] }] })
    );
    // It can be sent again, alone, with its own id: once, and parked again while it is refused.
    for (is_refused, status) in [(true, "PARKED"), (false, "DELIVERED")] {
        *poison.lock().unwrap() = is_refused;
        let before = receiver.count();
        let replay = json!({ "webhook": hook.id, "from": parked["messageId"], "only": true });
        world.done(&contoso, "replayWebhook", replay).await;
        let received = receiver.gets(before + 2).await;
        assert_eq!(received[before].id(), parked["messageId"].as_str().unwrap());
        assert_eq!(received[before + 1].kind(), "WEBHOOK_REPLAYED", "it keeps nothing waiting");
        until(status, async || {
            let told = deliveries(&world, &contoso, &hook).await;
            told.iter().any(|one| one["messageId"] == parked["messageId"] && one["status"] == status)
        })
        .await;
    }
    worker.stop().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let inner = Receiver::willing().await;
    let contoso = world.contoso();
    let worker = worker(&world);
    for status in [301, 302, 303, 307, 308] {
        let lines = format!("location: {}/inner\r\n", inner.url);
        let receiver = Receiver::replying(move |_| Reply::With(status, lines.clone())).await;
        let hook = register(&world, &contoso, &receiver.url).await;
        until("an attempt", async || !deliveries(&world, &contoso, &hook).await.is_empty()).await;
        let told = deliveries(&world, &contoso, &hook).await.remove(0);
        assert_eq!((&told["failure"], &told["responseStatus"]), (&json!("STATUS"), &json!(status)));
        world.done(&contoso, "removeWebhook", json!({ "webhook": hook.id })).await;
    }
    assert_eq!(inner.connections(), 0);
    worker.stop().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_receiver_may_ask_for_time_within_bounds(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let contoso = world.contoso();
    let worker = worker(&world);
    for (asked, from, until_) in [("120", 120, 120), ("1000000000", 3_600, 3_600), ("soon", 3, 7)] {
        let lines = format!("retry-after: {asked}\r\n");
        let receiver = Receiver::replying(move |_| Reply::With(503, lines.clone())).await;
        let hook = register(&world, &contoso, &receiver.url).await;
        until("an attempt", async || !deliveries(&world, &contoso, &hook).await.is_empty()).await;
        let told = deliveries(&world, &contoso, &hook).await.remove(0);
        let wait = (instant(&told["nextAttemptAt"]) - instant(&told["lastAttemptAt"])).num_seconds();
        assert!((from..=until_).contains(&wait), "{asked}: {wait}");
        world.done(&contoso, "removeWebhook", json!({ "webhook": hook.id })).await;
    }
    worker.stop().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_receiver_that_is_gone_is_left_alone_until_someone_enables_it_and_then_misses_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let status = Arc::new(Mutex::new(410));
    let answers = Arc::clone(&status);
    let receiver = Receiver::replying(move |_| Reply::Status(*answers.lock().unwrap())).await;
    let contoso = world.contoso();
    let hook = register(&world, &contoso, &receiver.url).await;
    let worker = worker(&world);
    let is = async |status: &str| {
        let list = world.read(&contoso, "{ webhooks { nodes { status } } }").await;
        list["webhooks"]["nodes"][0]["status"] == status
    };
    until("it is disabled", async || is("DISABLED").await).await;
    let newest = "{ events(first: 1) { nodes { kind actor { kind subject isApplication } changes { field after } } } }";
    let told = world.read(&contoso, newest).await["events"]["nodes"][0].take();
    assert_eq!(told["kind"], "WEBHOOK_UPDATED");
    assert_eq!(told["changes"], json!([{ "field": "status", "after": "DISABLED" }]));
    assert!(told["actor"]["subject"].as_str().unwrap().starts_with("webhook:"), "{told}");
    assert_eq!((&told["actor"]["kind"], &told["actor"]["isApplication"]), (&json!("CUSTOMER"), &json!(true)));
    resize(&world, &world.fabrikam(), 0, 60).await;
    assert_eq!(receiver.count(), 1);
    *status.lock().unwrap() = 200;
    world.done(&contoso, "updateWebhook", json!({ "webhook": hook.id, "status": "ENABLED" })).await;
    let received = receiver.gets(5).await;
    let kinds: Vec<_> = received[1..].iter().map(super::receiver::Received::kind).collect();
    assert_eq!(kinds, ["WEBHOOK_REGISTERED", "WEBHOOK_UPDATED", "SUBSCRIPTION_RESIZED", "WEBHOOK_UPDATED"]);
    worker.stop().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn whoever_does_not_answer_in_time_is_given_up_whatever_it_does(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let contoso = world.contoso();
    let worker = worker(&world);
    // It accepts, and says nothing, also where TLS is to begin.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stalled = format!("https://127.0.0.1:{}", silent.local_addr().unwrap().port());
    let receivers =
        [Receiver::replying(|_| Reply::Hang).await, Receiver::replying(|_| Reply::DripHead).await];
    let urls = [receivers[0].url.clone(), receivers[1].url.clone(), stalled];
    let mut hooks = Vec::new();
    for url in urls {
        hooks.push(register(&world, &contoso, &url).await);
    }
    for hook in &hooks {
        until("an attempt", async || !deliveries(&world, &contoso, hook).await.is_empty()).await;
        let told = deliveries(&world, &contoso, hook).await.remove(0);
        assert_eq!((&told["failure"], &told["responseStatus"]), (&json!("TIMEOUT"), &Value::Null));
        world.done(&contoso, "removeWebhook", json!({ "webhook": hook.id })).await;
    }
    // What its head has said counts, however long its body goes on.
    for reply in [Reply::DripBody, Reply::Endless(200)] {
        let receiver = Receiver::replying(move |_| reply.clone()).await;
        let hook = register(&world, &contoso, &receiver.url).await;
        until("an attempt", async || !deliveries(&world, &contoso, &hook).await.is_empty()).await;
        let told = deliveries(&world, &contoso, &hook).await.remove(0);
        assert_eq!((&told["status"], &told["responseStatus"]), (&json!("DELIVERED"), &json!(200)));
        world.done(&contoso, "removeWebhook", json!({ "webhook": hook.id })).await;
    }
    worker.stop().await;
    world.end().await;
}

/// Secrets are made of the log's key: where that was replaced, nothing is sent that nobody could verify.
#[rstest]
#[tokio::test]
async fn without_the_key_of_its_secret_a_webhook_is_sent_nothing_until_it_has_another(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let receiver = Receiver::willing().await;
    let contoso = world.contoso();
    let hook = register(&world, &contoso, &receiver.url).await;
    let path = world.directory.path().join("log-key.pem");
    std::fs::remove_file(&path).unwrap();
    let key = LogKey::from(key_file::open_or_make(&path).unwrap());
    world.store.sign_log_anew(&key).await.unwrap();
    let server = world.another_server().await;
    let store = world.another_store().await;
    let pace = Pace { rest: std::time::Duration::from_millis(5), ..Pace::default() };
    let worker = Worker::start(store, world.clock.clone(), Courier::new(&webhooks()).unwrap(), pace);
    until("an attempt", async || !deliveries(&world, &contoso, &hook).await.is_empty()).await;
    let told = deliveries(&world, &contoso, &hook).await.remove(0);
    assert_eq!((&told["status"], &told["failure"]), (&json!("RETRYING"), &json!("SECRET_LOST")));
    assert_eq!(receiver.connections(), 0);
    let rotate = json!({ "webhook": hook.id, "overlapHours": 24 });
    let url = format!("http://{}", server.address);
    let rotated = world.mutate_at(&url, &contoso, "rotateWebhookSecret", rotate).await;
    assert_eq!(
        rotated["webhook"]["previousSecretEndsAt"],
        Value::Null,
        "the old one cannot be made any more"
    );
    for one in receiver.gets(2).await {
        assert!(one.is_signed_by(rotated["secret"].as_str().unwrap()) && !one.is_signed_by(&hook.secret));
    }
    worker.stop().await;
    server.stop().await;
    world.end().await;
}
