//! Each tenant has its share of a server: points, which fill steadily, and operations at once.

use copartner::http::{RateMode, RateSettings, RateState};
use futures_util::future::join_all;
use reqwest::header::HeaderMap;
use rstest::rstest;
use serde_json::json;

use crate::live::{EVENTS, Socket};
use crate::outside::Outside;
use crate::webhooks::until;
use crate::world::{Answer, Backend, Person, World};

const SMALL: RateSettings = RateSettings {
    mode: RateMode::Enforce,
    points: 100,
    window_seconds: 60,
    state: RateState::Server,
    operations_at_once: 1_000,
    server_operations_at_once: 1_000,
    bulkhead_points: 1_000,
};

/// It costs 52, and finds one customer.
const PAGE: &str = "{ customers(first: 50) { nodes { name } } rateLimit { cost limit remaining resetsAt } }";

/// It costs some two thousand points, and so runs in the bulkhead; it reads by more statements than the bulkhead has connections.
pub const DEAR: &str = "{ one: subscriptions(first: 200) { nodes { id customer { name } offer { name } } }
    two: subscriptions(first: 199) { nodes { id customer { name } offer { name } } }
    three: subscriptions(first: 198) { nodes { id customer { name } offer { name } } }
    four: subscriptions(first: 197) { nodes { id customer { name } offer { name } } } }";

/// What a header of this name says of the policy: its parameters, by a structured field's rules (RFC 9651) as far as they are
/// used here.
fn parameters(headers: &HeaderMap, name: &str) -> Vec<(String, String)> {
    let value = headers[name].to_str().unwrap();
    let parameters = value.strip_prefix("\"points\";").unwrap_or_else(|| panic!("{value}"));
    let parameter = |one: &str| {
        let (key, value) = one.split_once('=').unwrap();
        (key.to_owned(), value.to_owned())
    };
    parameters.split(';').map(parameter).collect()
}

/// One of them, which is a number.
fn number(headers: &HeaderMap, name: &str, key: &str) -> u64 {
    let parameters = parameters(headers, name);
    parameters.iter().find(|(own, _)| own == key).unwrap().1.parse().unwrap()
}

async fn ask(world: &World, url: &str, person: &Person, query: &str) -> Answer {
    world.query_at(url, person, json!({ "query": query })).await
}

/// Asks until it is refused.
async fn exhaust(world: &World, url: &str, person: &Person) -> Answer {
    for _ in 0..200 {
        let answer = ask(world, url, person, PAGE).await;
        if answer.status != 200 {
            return answer;
        }
    }
    panic!("nothing is refused");
}

#[rstest]
#[tokio::test]
async fn whoever_has_used_its_share_is_told_when_there_is_more_and_others_go_on(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let server = world.server_with_rate(SMALL).await;
    let url = format!("http://{}", server.address);
    let (fabrikam, northwind) = (world.fabrikam(), world.northwind());
    let first = ask(&world, &url, &fabrikam, PAGE).await;
    assert_eq!(parameters(&first.headers, "ratelimit-policy")[0], ("q".to_owned(), "100".to_owned()));
    assert_eq!(number(&first.headers, "ratelimit-policy", "w"), 60);
    assert_eq!(number(&first.headers, "ratelimit", "r"), 48, "all that it may cost, before it is answered");
    assert_eq!(number(&first.headers, "ratelimit", "t"), 32);
    assert_eq!(first.json()["extensions"]["cost"], 52);
    let limit = first.data()["rateLimit"].take();
    let resets_at: entity::Instant = serde_json::from_value(limit["resetsAt"].clone()).unwrap();
    assert_eq!((&limit["cost"], &limit["limit"], &limit["remaining"]), (&json!(52), &json!(100), &json!(48)));
    assert_eq!(resets_at, world.clock.now() + chrono::TimeDelta::seconds(32));
    // What was not read was given back.
    let second = ask(&world, &url, &fabrikam, PAGE).await;
    assert_eq!(
        (second.status, number(&second.headers, "ratelimit", "r")),
        (200, 46),
        "its tenant and a customer were found"
    );
    let refused = exhaust(&world, &url, &fabrikam).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "RATE_LIMITED"), "{}", refused.text);
    let seconds = number(&refused.headers, "ratelimit", "t");
    assert!((1..=60).contains(&seconds));
    assert_eq!(refused.headers["retry-after"], seconds.to_string());
    assert_eq!(refused.json()["errors"][0]["extensions"]["retryAfter"], seconds);
    assert_eq!(refused.json().get("data"), None);
    assert_eq!(ask(&world, &url, &northwind, PAGE).await.status, 200, "another tenant has its own");
    let almost = i64::try_from(seconds).unwrap() - 1;
    let before = world.clock.now();
    world.clock.set(before + chrono::TimeDelta::seconds(almost));
    assert_eq!(ask(&world, &url, &fabrikam, PAGE).await.status, 429);
    world.clock.set(before + chrono::TimeDelta::seconds(almost + 1));
    assert_eq!(ask(&world, &url, &fabrikam, PAGE).await.status, 200, "when it was said");
    server.stop().await;
    world.end().await;
}

#[tokio::test]
async fn what_writes_pays_for_each_of_its_parts_and_gets_nothing_back() {
    let world = World::cast(Backend::Sqlite).await;
    let server = world.server_with_rate(SMALL).await;
    let url = format!("http://{}", server.address);
    let subscription = crate::live::sold(&world, 0);
    let rename = |n: usize| {
        format!(
            "m{n}: renameSubscription(input: {{ subscription: \"{subscription}\", friendlyName: \"N{n}\" }}) {{
                userErrors {{ code }} }}"
        )
    };
    let three = format!("mutation {{ {} }}", (0..3).map(rename).collect::<String>());
    let answer = ask(&world, &url, &world.fabrikam(), &three).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let cost = answer.json()["extensions"]["cost"].as_u64().unwrap();
    assert!((34..=100).contains(&cost), "{cost}: ten for each, and what is selected");
    let mut left = 100 - cost;
    while left >= cost {
        left -= cost;
        assert_eq!(ask(&world, &url, &world.fabrikam(), &three).await.status, 200);
    }
    let refused = ask(&world, &url, &world.fabrikam(), &three).await;
    assert_eq!(refused.status, 429, "nothing was given back");
    assert_eq!(number(&refused.headers, "ratelimit", "r"), left);
    server.stop().await;
    world.end().await;
}

#[tokio::test]
async fn where_it_is_only_measured_nobody_is_refused() {
    let world = World::cast(Backend::Sqlite).await;
    let settings = RateSettings { mode: RateMode::Measure, points: 1, operations_at_once: 1, ..SMALL };
    let server = world.server_with_rate(settings).await;
    let url = format!("http://{}", server.address);
    for _ in 0..5 {
        let answer = ask(&world, &url, &world.fabrikam(), PAGE).await;
        assert_eq!(answer.status, 200);
        assert_eq!(number(&answer.headers, "ratelimit", "r"), 0);
        assert!(number(&answer.headers, "ratelimit", "t") <= 60);
    }
    server.stop().await;
    world.end().await;
}

#[tokio::test]
async fn on_a_socket_what_is_too_much_is_refused_and_its_siblings_go_on() {
    let world = World::cast(Backend::Sqlite).await;
    let server = world.server_with_rate(SMALL).await;
    let url = format!("http://{}", server.address);
    let fabrikam = world.fabrikam();
    let mut socket = Socket::at(&url, &world.token(&fabrikam)).await;
    socket.subscribe("live", EVENTS, json!({})).await;
    socket.opened().await;
    exhaust(&world, &url, &fabrikam).await;
    for (id, document) in [("query", PAGE), ("stream", EVENTS)] {
        // A stream costs less: until there is too little for that, too.
        let refused = loop {
            socket.subscribe(id, document, json!({})).await;
            let said = if document == EVENTS {
                // It says nothing when it is opened.
                socket.say(json!({ "type": "complete", "id": id })).await;
                socket.say(json!({ "type": "ping" })).await;
                socket.next().await
            } else {
                socket.next().await
            };
            if said["type"] == "error" {
                break said;
            }
        };
        assert_eq!(refused["id"], id);
        assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
        assert!(refused["payload"][0]["extensions"]["retryAfter"].as_u64().unwrap() > 0);
        if document == EVENTS {
            assert_eq!(socket.next().await["type"], "pong");
        }
    }
    crate::live::resize(&world, &fabrikam, 0, 40).await;
    assert_eq!(socket.event("live").await["changes"][0]["after"], "40");
    server.stop().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_runs_no_more_at_once_than_its_share() {
    let world = World::cast(Backend::Postgres).await;
    let settings = RateSettings { points: 1_000_000, operations_at_once: 2, ..SMALL };
    let server = world.server_with_rate(settings).await;
    let url = format!("http://{}", server.address);
    let outside = Outside::of(&world.database).await;
    outside.run("BEGIN; LOCK TABLE subscription IN ACCESS EXCLUSIVE MODE").await;
    let watcher = Outside::of(&world.database).await;
    let fabrikam = world.fabrikam();
    let waits = "{ subscriptions { totalCount } }";
    let waiting =
        async { tokio::join!(ask(&world, &url, &fabrikam, waits), ask(&world, &url, &fabrikam, waits)) };
    let meanwhile = async {
        let viewer = "{ viewer { kind } }";
        until("two are running", async || watcher.waiting().await == 2).await;
        let refused = ask(&world, &url, &fabrikam, viewer).await;
        assert_eq!(refused.headers["retry-after"], "1");
        assert_eq!(ask(&world, &url, &world.contoso(), viewer).await.status, 200);
        outside.run("COMMIT").await;
    };
    let ((first, second), ()) = tokio::join!(waiting, meanwhile);
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(ask(&world, &url, &fabrikam, "{ viewer { kind } }").await.status, 200);
    assert_eq!(first.data(), second.data());
    server.stop().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dear_operations_keep_nobody_waiting_and_each_tenants_run_one_after_another() {
    let world = World::cast(Backend::Postgres).await;
    let outside = Outside::of(&world.database).await;
    outside.run("BEGIN; LOCK TABLE subscription IN ACCESS EXCLUSIVE MODE").await;
    let watcher = Outside::of(&world.database).await;
    let dear = async |person: Person| ask(&world, &world.url, &person, DEAR).await;
    let fabrikams = join_all((0..20).map(|_| dear(world.fabrikam())));
    let waiting = async { tokio::join!(fabrikams, dear(world.northwind())) };
    let meanwhile = async {
        until("the bulkhead's connections wait", async || watcher.waiting().await == 2).await;
        // More than the worker's connections are asked for, and the tenant itself is not kept waiting either.
        for person in [world.northwind(), world.contoso(), world.fabrikam()] {
            let at_once = ask(&world, &world.url, &person, "{ relationshipRequests { totalCount } }").await;
            assert_eq!(at_once.status, 200, "{}", at_once.text);
            assert_eq!(watcher.waiting().await, 2);
        }
        outside.run("COMMIT").await;
    };
    let ((fabrikams, northwinds), ()) = tokio::join!(waiting, meanwhile);
    let first = fabrikams[0].data();
    assert!(!first["one"]["nodes"].as_array().unwrap().is_empty());
    assert!(fabrikams.iter().all(|answer| answer.data() == first), "the same for all");
    assert_ne!(northwinds.data(), first, "each sees its own");
    let counted = fabrikams[0].json()["extensions"]["cost"].as_u64().unwrap();
    assert!(counted >= RateSettings::default().bulkhead_points, "{counted}");
    world.end().await;
}

#[tokio::test]
async fn what_does_not_pass_the_gate_costs_a_point_and_is_not_read_without_one() {
    let world = World::cast(Backend::Sqlite).await;
    let server = world.server_with_rate(RateSettings { points: 5, ..SMALL }).await;
    let url = format!("http://{}", server.address);
    let fabrikam = world.fabrikam();
    for _ in 0..5 {
        assert_eq!(ask(&world, &url, &fabrikam, "{ nothing }").await.status, 422);
    }
    for unread in ["{ nothing }", "{", "{ viewer { kind } }"] {
        let refused = ask(&world, &url, &fabrikam, unread).await;
        assert_eq!((refused.status, refused.code().as_str()), (429, "RATE_LIMITED"), "{}", refused.text);
        assert_eq!(refused.headers["retry-after"], "12");
    }
    assert_eq!(ask(&world, &url, &world.northwind(), "{ viewer { kind } }").await.status, 200);
    // What passes the gate and is not run costs one, too: here a live operation for one answer.
    let tailspin = world.tailspin();
    for _ in 0..5 {
        assert_eq!(ask(&world, &url, &tailspin, EVENTS).await.status, 406);
    }
    assert_eq!(ask(&world, &url, &tailspin, EVENTS).await.status, 429);
    server.stop().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_cannot_do_too_it_says_at_once_and_its_health_is_told_meanwhile() {
    let world = World::cast(Backend::Postgres).await;
    let settings = RateSettings { mode: RateMode::Measure, server_operations_at_once: 2, ..SMALL };
    let server = world.server_with_rate(settings).await;
    let url = format!("http://{}", server.address);
    let outside = Outside::of(&world.database).await;
    outside.run("BEGIN; LOCK TABLE subscription IN ACCESS EXCLUSIVE MODE").await;
    let watcher = Outside::of(&world.database).await;
    let (fabrikam, northwind) = (world.fabrikam(), world.northwind());
    let waits = "{ subscriptions { totalCount } }";
    let waiting =
        async { tokio::join!(ask(&world, &url, &fabrikam, waits), ask(&world, &url, &northwind, waits)) };
    let meanwhile = async {
        let viewer = "{ viewer { kind } }";
        until("two are running", async || watcher.waiting().await == 2).await;
        let shed = ask(&world, &url, &world.contoso(), viewer).await;
        assert_eq!((shed.status, shed.code().as_str()), (503, "UNAVAILABLE"), "{}", shed.text);
        assert_eq!(shed.headers["retry-after"], "1");
        let mut socket = Socket::at(&url, &world.token(&fabrikam)).await;
        socket.subscribe("one", viewer, json!({})).await;
        assert_eq!(socket.next().await["payload"][0]["extensions"]["code"], "UNAVAILABLE");
        for health in ["healthz", "readyz"] {
            assert_eq!(reqwest::get(format!("{url}/{health}")).await.unwrap().status(), 200);
        }
        outside.run("COMMIT").await;
    };
    let ((first, second), ()) = tokio::join!(waiting, meanwhile);
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(ask(&world, &url, &fabrikam, "{ viewer { kind } }").await.status, 200);
    server.stop().await;
    world.end().await;
}

/// Three servers, 64 clients, and nothing comes back, for the clock stands still.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_count_together_let_exactly_as_much_through_as_one() {
    const POINTS: u64 = 1_000;
    let world = World::cast(Backend::Postgres).await;
    let shared = RateSettings { points: POINTS, state: RateState::Database, ..SMALL };
    let mut servers = Vec::new();
    for _ in 0..3 {
        servers.push(world.server_with_rate(shared.clone()).await);
    }
    let urls: Vec<String> = servers.iter().map(|server| format!("http://{}", server.address)).collect();
    let fabrikam = world.fabrikam();
    // A mutation, which gets nothing back.
    let write = "mutation { renameSubscription(input: { subscription: \"x\", friendlyName: \"N\" }) {
        userErrors { code } } }";
    let first = ask(&world, &urls[0], &fabrikam, write).await;
    let cost = first.json()["extensions"]["cost"].as_u64().unwrap();
    let client = async |n: usize| {
        let mut accepted = 0;
        loop {
            let answer = ask(&world, &urls[n % urls.len()], &fabrikam, write).await;
            match answer.status {
                200 => accepted += 1,
                429 => return accepted,
                other => panic!("{other}: {}", answer.text),
            }
        }
    };
    let accepted: u64 = 1 + join_all((0..64).map(client)).await.into_iter().sum::<u64>();
    assert!(accepted * cost <= POINTS && accepted * cost > POINTS - cost, "{accepted} of {cost} points each");
    let left = POINTS - accepted * cost;
    for url in &urls {
        let refused = ask(&world, url, &fabrikam, write).await;
        assert_eq!(number(&refused.headers, "ratelimit", "r"), left, "each server knows what is left");
        assert_eq!(
            ask(&world, url, &world.northwind(), PAGE).await.status,
            200,
            "another tenant has its own"
        );
    }
    // What comes back comes for all of them together.
    let seconds = i64::try_from(((cost - left) * 60).div_ceil(POINTS)).unwrap();
    world.clock.set(world.clock.now() + chrono::TimeDelta::seconds(seconds));
    assert_eq!(ask(&world, &urls[1], &fabrikam, write).await.status, 200);
    assert_eq!(ask(&world, &urls[2], &fabrikam, write).await.status, 429);
    for server in servers {
        server.stop().await;
    }
    world.end().await;
}

#[tokio::test]
async fn what_was_not_read_is_given_back_to_the_bucket_of_all_servers() {
    let world = World::cast(Backend::Postgres).await;
    let shared = RateSettings { state: RateState::Database, ..SMALL };
    let (one, other) = (world.server_with_rate(shared.clone()).await, world.server_with_rate(shared).await);
    let [one_url, other_url] = [&one, &other].map(|server| format!("http://{}", server.address));
    let fabrikam = world.fabrikam();
    let left = async |url: &str| {
        let answer = ask(&world, url, &fabrikam, PAGE).await;
        (answer.status, number(&answer.headers, "ratelimit", "r"))
    };
    assert_eq!(left(&one_url).await, (200, 48));
    assert_eq!(left(&one_url).await, (200, 46), "its tenant and a customer were found");
    // What the first server will give back it tells when it takes again.
    assert_eq!(left(&other_url).await, (429, 46));
    let (status, _) = left(&one_url).await;
    assert_eq!(status, 200);
    one.stop().await;
    other.stop().await;
    world.end().await;
}
