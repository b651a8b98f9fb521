//! Several servers, and many webhooks.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use copartner::webhook::{Courier, Pace, WebhookSettings, Worker};
use rstest::rstest;
use serde_json::json;

use super::receiver::{Receiver, Reply};
use super::{register, resize, until};
use crate::outside::Outside;
use crate::world::{Backend, World, webhooks};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_servers_make_a_thousand_deliveries_each_once_and_in_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const HOOKS: usize = 5;
    let world = World::cast(backend).await;
    let receiver = Receiver::willing().await;
    let tailspin = world.tailspin();
    for n in 0..HOOKS {
        let url = format!("{}/{n}", receiver.url);
        let hook = json!({ "url": url, "kinds": ["RELATIONSHIP_REQUEST_CREATED"] });
        world.done(&tailspin, "registerWebhook", hook).await;
    }
    let mut workers = Vec::new();
    for _ in 0..3 {
        let store = world.another_store().await;
        let pace = Pace { rest: Duration::from_millis(5), of_tenant: 5, ..Pace::default() };
        workers.push(Worker::start(store, world.clock.clone(), Courier::new(&webhooks()).unwrap(), pace));
    }
    for round in 0..2 {
        let open = |n: usize| json!({ "displayName": format!("{round} {n}"), "roles": ["GLOBAL_READER"], "duration": "P30D" });
        let many = json!({ "requests": (0..100).map(open).collect::<Vec<_>>() });
        world.done(&tailspin, "requestRelationships", many).await;
    }
    receiver.gets(200 * HOOKS).await;
    for worker in workers {
        worker.stop().await;
    }
    assert_eq!(receiver.count(), 200 * HOOKS);
    let feed = "query($after: String) { eventFeed(first: 200, after: $after, filter: { kind: [RELATIONSHIP_REQUEST_CREATED] }) {
        nodes { id } } }";
    let feed = world.query(&tailspin, feed, json!({})).await.data();
    let expected: Vec<_> = feed["eventFeed"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    for n in 0..HOOKS {
        let received = receiver.at_path(&format!("/{n}"));
        let ids: Vec<_> = received.iter().map(super::receiver::Received::id).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 200);
        assert_eq!(ids, expected, "/{n}");
    }
    world.end().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receivers_that_hang_keep_nobody_else_waiting(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let hanging = Receiver::replying(|_| Reply::Hang).await;
    let healthy = Receiver::willing().await;
    let (tailspin, fabrikam) = (world.tailspin(), world.fabrikam());
    // Each hangs for longer than this test takes.
    let settings = WebhookSettings { timeout_seconds: 60, endpoints_per_tenant: 20, ..webhooks() };
    let server = world.server_with_webhooks(&settings).await;
    let url = format!("http://{}", server.address);
    for n in 0..20 {
        let hook = json!({ "url": format!("{}/{n}", hanging.url) });
        let registered = world.mutate_at(&url, &tailspin, "registerWebhook", hook).await;
        assert_eq!(registered["userErrors"], json!([]));
    }
    let pace = Pace { rest: Duration::from_millis(5), slots: 6, ..Pace::default() };
    let worker =
        Worker::start(world.store.clone(), world.clock.clone(), Courier::new(&settings).unwrap(), pace);
    // Of one tenant, no more than its share.
    until("four hang", async || hanging.count() == 4).await;
    register(&world, &fabrikam, &healthy.url).await;
    healthy.gets(1).await;
    let mut late = Vec::new();
    for (quantity, before) in (50..70).zip(1..) {
        resize(&world, &fabrikam, 0, quantity).await;
        let committed = Instant::now();
        let received = healthy.gets(before + 1).await;
        late.push(received[before].at.saturating_duration_since(committed));
    }
    assert_most_are_quick(late);
    assert_eq!(hanging.count(), 4);
    drop(worker);
    server.stop().await;
    world.end().await;
}

/// Of twenty that have come so long after their commits, nineteen were there within a second.
fn assert_most_are_quick(mut late: Vec<Duration>) {
    late.sort_unstable();
    let most = late[late.len() * 19 / 20 - 1];
    assert!(most < Duration::from_secs(1), "{most:?}");
}

/// Has what was resized happen ten thousand times more, past the server.
async fn happens_ten_thousand_times(world: &World, backend: Backend) {
    let id = if backend == Backend::Sqlite { "randomblob(16)" } else { "gen_random_uuid()" };
    let copied =
        "kind, occurred_at, actor_kind, actor_tenant_id, actor_subject, actor_is_application, subject_id,
        grant_id, changes, previous_hash, hash, hash_version";
    let copy = format!(
        "WITH RECURSIVE copy (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < 10000)
        INSERT INTO event (id, customer_id, partner_id, sequence, {copied})
        SELECT {id}, customer_id, partner_id, sequence + 1000000 + n, {copied} FROM event, copy
        WHERE kind = 'SUBSCRIPTION_RESIZED'"
    );
    Outside::of(&world.database).await.run(&copy).await;
    world.store.place_events().await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_deliveries_that_wait_keep_nobody_elses_waiting(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const ROUNDS: i32 = 20;
    let world = World::cast(backend).await;
    let people = [world.tailspin(), world.fabrikam(), world.contoso()];
    let [tailspin, fabrikam, _] = &people;
    let hanging = Receiver::replying(|_| Reply::Hang).await;
    register(&world, tailspin, &hanging.url).await;
    resize(&world, tailspin, 5, 20).await;
    happens_ten_thousand_times(&world, backend).await;
    let healthy = Receiver::willing().await;
    for (n, person) in people.iter().enumerate() {
        for hook in 0..3 {
            let hook =
                json!({ "url": format!("{}/{n}/{hook}", healthy.url), "kinds": ["SUBSCRIPTION_RESIZED"] });
            world.done(person, "registerWebhook", hook).await;
        }
    }
    let settings = WebhookSettings { timeout_seconds: 60, ..webhooks() };
    let pace = Pace { rest: Duration::from_millis(5), ..Pace::default() };
    let worker =
        Worker::start(world.store.clone(), world.clock.clone(), Courier::new(&settings).unwrap(), pace);
    until("one hangs", async || hanging.count() == 1).await;
    let mut late = Vec::new();
    for quantity in 21..21 + ROUNDS {
        let before = healthy.count();
        for (person, subscription, hooks) in [(tailspin, 5, 3), (fabrikam, 0, 6)] {
            resize(&world, person, subscription, quantity).await;
            let committed = Instant::now();
            let before = if hooks == 6 { before + 3 } else { before };
            let received = healthy.gets(before + hooks).await;
            late.extend(received[before..].iter().map(|one| one.at.saturating_duration_since(committed)));
        }
    }
    assert_eq!((late.len(), hanging.count()), (180, 1));
    assert_most_are_quick(late);
    drop(worker);
    world.end().await;
}

/// Whoever has a webhook and comes to be served by another server, because one is gone, gets again what was under way.
#[rstest]
#[tokio::test]
async fn what_a_server_that_died_was_sending_is_sent_by_another(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let is_first = std::sync::atomic::AtomicBool::new(true);
    let receiver = Receiver::replying(move |_| {
        if is_first.swap(false, std::sync::atomic::Ordering::SeqCst) {
            Reply::Hang
        } else {
            Reply::Status(200)
        }
    })
    .await;
    register(&world, &world.contoso(), &receiver.url).await;
    let dying = super::worker(&world);
    receiver.gets(1).await;
    drop(dying);
    let other = super::worker(&world);
    // The lease of the dead one has to run out.
    world.clock.set(world.clock.now() + chrono::TimeDelta::seconds(5));
    let received = receiver.gets(2).await;
    assert_eq!(received[0].id(), received[1].id());
    other.stop().await;
    world.end().await;
}
