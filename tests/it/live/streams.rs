//! What a stream delivers: to whom, in which order, and from where on.

use std::time::{Duration, Instant};

use access::StoreOptions;
use rstest::rstest;
use serde_json::{Value, json};

use super::{EVENTS, Socket, feed, listening, resize, sold};
use crate::facts::{ADATUM, FABRIKAM, Facts};
use crate::outside::Outside;
use crate::world::{Backend, Person, World, options};
use entity::TenantRole;

#[rstest]
#[tokio::test]
async fn an_event_reaches_its_parties_and_nobody_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let people = [world.fabrikam(), world.northwind(), world.tailspin(), world.contoso(), world.operator()];
    let mut sockets = Vec::new();
    for person in &people {
        let mut socket = Socket::of(&world, person).await;
        socket.subscribe("1", EVENTS, json!({})).await;
        socket.opened().await;
        sockets.push(socket);
    }
    resize(&world, &world.fabrikam(), 0, 30).await;
    resize(&world, &world.northwind(), 3, 31).await;
    let offer = json!({ "sku": "SKU-9", "name": "Suite 9", "publisher": "Litware", "minQuantity": 1,
        "maxQuantity": 5, "terms": ["P1M"], "billingCycles": ["MONTHLY"] });
    world.done(&world.operator(), "upsertOffer", offer).await;
    resize(&world, &world.tailspin(), 5, 32).await;
    let [fabrikam, northwind, tailspin, contoso, operator] = &mut sockets[..] else { unreachable!() };
    let seen = |event: &Value| (event["kind"].clone(), event["changes"][0]["after"].clone());
    let resized = |quantity: &str| (json!("SUBSCRIPTION_RESIZED"), json!(quantity));
    let first = fabrikam.event("1").await;
    assert_eq!(seen(&first), resized("30"));
    assert_eq!(first["subject"]["id"], sold(&world, 0));
    assert_eq!(first["sequence"], Value::Null, "a partner is not told how much others do");
    let first = northwind.event("1").await;
    assert_eq!(seen(&first), resized("31"));
    assert_eq!(seen(&tailspin.event("1").await), resized("32"));
    let (first, second) = (contoso.event("1").await, contoso.event("1").await);
    assert_eq!((seen(&first), seen(&second)), (resized("30"), resized("31")));
    assert_eq!(second["sequence"].as_i64(), first["sequence"].as_i64().map(|place| place + 1));
    assert_eq!(operator.event("1").await["kind"], "OFFER_CHANGED");
    // Nothing came besides: the next thing that each hears is the answer to what it asks now.
    for socket in &mut sockets {
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(socket.next().await["type"], "pong");
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_was_missed_is_replayed_and_the_live_part_joins_without_gap_or_repeat(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    resize(&world, &world.fabrikam(), 0, 100).await;
    let first = feed(&world, &world.fabrikam()).await.pop().unwrap();
    // More than is read at once.
    for quantity in 101..=230 {
        resize(&world, &world.fabrikam(), 0, quantity).await;
    }
    let mut socket = Socket::of(&world, &world.fabrikam()).await;
    socket.subscribe("1", EVENTS, json!({ "after": first })).await;
    let writing = async {
        for quantity in 231..=260 {
            resize(&world, &world.fabrikam(), 0, quantity).await;
        }
    };
    let reading = async {
        for quantity in 101..=260 {
            let event = socket.event("1").await;
            assert_eq!(event["changes"][0]["after"], quantity.to_string());
        }
    };
    tokio::join!(writing, reading);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn whoever_subscribes_while_others_commit_misses_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    resize(&world, &world.fabrikam(), 0, 50).await;
    for round in 0..30 {
        let last = feed(&world, &world.fabrikam()).await.pop().unwrap();
        let mut socket = Socket::of(&world, &world.fabrikam()).await;
        let quantity = 60 + round;
        let subscribing = async {
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            socket.subscribe("1", EVENTS, json!({ "after": last })).await;
            socket.event("1").await
        };
        let fabrikam = world.fabrikam();
        let (event, ()) = tokio::join!(subscribing, resize(&world, &fabrikam, 0, quantity));
        assert_eq!(event["changes"][0]["after"], quantity.to_string());
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(socket.next().await["type"], "pong", "it comes once");
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_stream_is_narrowed_as_the_list_is(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::cast(backend).await;
    let contoso = world.contoso();
    let read = world.read(&contoso, "{ viewer { customer { id } } partners { nodes { id name } } }").await;
    let fabrikam = &read["partners"]["nodes"][0]["id"];
    let customer = &read["viewer"]["customer"]["id"];
    let filters = [
        json!({ "kind": ["SUBSCRIPTION_RESIZED"] }),
        json!({ "kind": [] }),
        json!({ "customer": customer }),
        json!({ "partner": fabrikam }),
        json!({ "subject": sold(&world, 3) }),
        json!({ "actor": "someone" }),
        json!({ "actor": "nobody" }),
        json!({ "occurredAt": { "from": world.clock.now() } }),
        json!({ "occurredAt": { "from": world.clock.now(), "until": world.clock.now() + chrono::TimeDelta::hours(1) } }),
        json!({ "kind": ["SUBSCRIPTION_RENAMED"], "partner": fabrikam }),
    ];
    resize(&world, &world.fabrikam(), 1, 9).await;
    let last = feed(&world, &contoso).await.pop().unwrap();
    // Each filter twice: on a stream that is there before the events are, and on one that replays them.
    let mut live = Socket::of(&world, &contoso).await;
    for (n, filter) in filters.iter().enumerate() {
        live.subscribe(&n.to_string(), EVENTS, json!({ "filter": filter })).await;
    }
    live.opened().await;
    resize(&world, &world.fabrikam(), 0, 40).await;
    resize(&world, &world.northwind(), 3, 41).await;
    let name = json!({ "subscription": sold(&world, 0), "friendlyName": "Anew" });
    world.done(&world.fabrikam(), "renameSubscription", name).await;
    let feed = feed(&world, &contoso).await;
    let since = feed.iter().position(|id| *id == last).unwrap() + 1;
    let mut expected = Vec::new();
    for filter in &filters {
        let query = "query($filter: EventFilter) { events(filter: $filter) { nodes { id } } }";
        let listed =
            world.query(&contoso, query, json!({ "filter": filter })).await.data()["events"]["nodes"].take();
        let is_listed =
            |id: &&String| listed.as_array().unwrap().iter().any(|node| node["id"] == id.as_str());
        expected.push(feed[since..].iter().filter(is_listed).cloned().collect::<Vec<_>>());
    }
    let mut came = vec![Vec::new(); filters.len()];
    while came.iter().map(Vec::len).sum::<usize>() < expected.iter().map(Vec::len).sum::<usize>() {
        let next = live.next().await;
        let n: usize = next["id"].as_str().unwrap().parse().unwrap();
        came[n].push(next["payload"]["data"]["events"]["id"].as_str().unwrap().to_owned());
    }
    live.opened().await;
    assert_eq!(came, expected);
    for (filter, expected) in filters.iter().zip(expected) {
        let mut replaying = Socket::of(&world, &contoso).await;
        replaying.subscribe("1", EVENTS, json!({ "filter": filter, "after": last })).await;
        for id in expected {
            assert_eq!(replaying.event("1").await["id"], id.as_str(), "{filter}");
        }
        replaying.opened().await;
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn only_an_event_of_ones_own_tenant_is_gone_on_after(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    resize(&world, &world.northwind(), 3, 40).await;
    resize(&world, &world.fabrikam(), 0, 41).await;
    let foreign = feed(&world, &world.northwind()).await.pop().unwrap();
    let own = feed(&world, &world.fabrikam()).await.pop().unwrap();
    let mut socket = Socket::of(&world, &world.fabrikam()).await;
    let random = crate::world::api_id(7, uuid::Uuid::now_v7());
    let mut messages = Vec::new();
    for after in [foreign.as_str(), random.as_str(), &own[..own.len() - 1], "", "rubbish", &sold(&world, 0)] {
        socket.subscribe("1", EVENTS, json!({ "after": after })).await;
        let error = socket.next().await;
        assert_eq!(error["type"], "error", "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], "BAD_REQUEST");
        messages.push(error["payload"][0]["message"].clone());
    }
    assert_eq!(messages[0], messages[1], "someone else's is as one that is not there");
    // One that was seen and is not seen any more is good: it is where the stream was left.
    let blind = Person { roles: vec![TenantRole::HelpdeskAgent], ..world.fabrikam() };
    let mut socket = Socket::of(&world, &blind).await;
    socket.subscribe("1", EVENTS, json!({ "after": own })).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await["type"], "pong");
    world.end().await;
}

/// Has each act with an idempotency key wait just before its commit, while someone holds the lock 42.
const COMMITS_WAIT: &str = "
    CREATE FUNCTION wait_before_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NEW; END $$;
    CREATE TRIGGER waits_before_commit BEFORE UPDATE ON idempotency_record
        FOR EACH ROW EXECUTE FUNCTION wait_before_commit();
    SELECT pg_advisory_lock(42)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_act_that_commits_late_is_told_late_and_is_told() {
    let mut facts = Facts::cast();
    facts.grant(ADATUM, FABRIKAM);
    facts.sell(ADATUM, FABRIKAM, "Suite");
    let world = World::of(Backend::Postgres, facts).await;
    let (fabrikam, elsewhere) = (world.fabrikam(), world.facts.subscriptions.len() - 1);
    let mut live = listening(&world, &fabrikam).await;
    let outside = Outside::of(&world.database).await;
    outside.run(COMMITS_WAIT).await;
    let input = json!({ "subscription": sold(&world, 0), "quantity": 90, "idempotencyKey": "late" });
    let late = world.done(&fabrikam, "resizeSubscription", input);
    let others = async {
        // It has written all that it writes.
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
        while outside.rows(waits).await != [["1"]] {
            tokio::task::yield_now().await;
        }
        world.clock.set(world.clock.now() + chrono::TimeDelta::minutes(1));
        resize(&world, &fabrikam, elsewhere, 91).await;
        let early = live.event("1").await;
        assert_eq!(early["changes"][0]["after"], "91");
        let mut resumed = Socket::of(&world, &fabrikam).await;
        resumed.subscribe("1", EVENTS, json!({ "after": early["id"] })).await;
        resumed.opened().await;
        outside.run("SELECT pg_advisory_unlock(42)").await;
        resumed
    };
    let (_, mut resumed) = tokio::join!(late, others);
    for socket in [&mut live, &mut resumed] {
        assert_eq!(socket.event("1").await["changes"][0]["after"], "90");
        socket.opened().await;
    }
    world.end().await;
}

/// Longer than anyone who reads the feed waits for anything.
const HELD: Duration = Duration::from_secs(7);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_act_is_told_however_long_its_transaction_was_open() {
    let mut facts = Facts::cast();
    facts.grant(ADATUM, FABRIKAM);
    facts.sell(ADATUM, FABRIKAM, "Suite");
    let world = World::of(Backend::Postgres, facts).await;
    let (fabrikam, elsewhere) = (world.fabrikam(), world.facts.subscriptions.len() - 1);
    // One that lets its transactions wait for a lock for so long.
    let time = Duration::from_secs(25);
    let patient = StoreOptions { acquire_timeout: time, statement_timeout: time, ..options(&world.database) };
    let patient = world.server_with(patient).await;
    let url = format!("http://{}", patient.address);
    let mut live = listening(&world, &fabrikam).await;
    let outside = Outside::of(&world.database).await;
    outside.run(COMMITS_WAIT).await;
    let input = json!({ "subscription": sold(&world, 0), "quantity": 90, "idempotencyKey": "late" });
    let late = world.mutate_at(&url, &fabrikam, "resizeSubscription", input);
    let others = async {
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
        while outside.rows(waits).await != [["1"]] {
            tokio::task::yield_now().await;
        }
        let (begun, mut told) = (Instant::now(), Vec::new());
        while begun.elapsed() < HELD {
            // By the world's clock it is open for hours; and readers look at the feed again and again.
            world.clock.set(world.clock.now() + chrono::TimeDelta::hours(1));
            resize(&world, &fabrikam, elsewhere, 100 + told.len()).await;
            told.push(live.event("1").await["id"].clone());
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let mut resumed = Socket::of(&world, &fabrikam).await;
        resumed.subscribe("1", EVENTS, json!({ "after": told.last() })).await;
        resumed.opened().await;
        outside.run("SELECT pg_advisory_unlock(42)").await;
        (resumed, told)
    };
    let (done, (mut resumed, mut told)) = tokio::join!(late, others);
    assert_eq!(done["userErrors"], json!([]));
    for socket in [&mut live, &mut resumed] {
        let event = socket.event("1").await;
        assert_eq!(event["changes"][0]["after"], "90");
        socket.opened().await;
        told.push(event["id"].clone());
    }
    told.pop();
    assert_eq!(feed(&world, &fabrikam).await, told);
    patient.stop().await;
    world.end().await;
}
