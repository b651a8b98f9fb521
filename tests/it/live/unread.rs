//! A client that does not read: what it costs the others, and what it misses.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::socket::{Socket, handshake, narrow};
use super::{EVENTS, feed, resize_at};
use crate::program::Program;
use crate::world::{Backend, World};

/// Shows some sixteen kilobytes of each event.
const DEAR: &str = "subscription { events { id subject { ... on RelationshipRequest { a: message b: message c: message \
    d: message e: message f: message g: message h: message } } } }";

/// How much more memory may be in use.
const MOST: u64 = 10 * 1_024 * 1_024;

/// A hundred events, and how long after their commit the last of them has come.
async fn hundred(world: &World, url: &str, socket: &mut Socket) -> Duration {
    let open = |n: usize| {
        json!({ "displayName": n.to_string(), "message": "x".repeat(2_000), "roles": ["GLOBAL_READER"],
        "duration": "P30D" })
    };
    let many = json!({ "requests": (0..100).map(open).collect::<Vec<_>>() });
    let tailspin = world.tailspin();
    let acting = async {
        let done = world.mutate_at(url, &tailspin, "requestRelationships", many).await;
        assert!(done["results"].as_array().unwrap().iter().all(|one| one["userErrors"] == json!([])));
        Instant::now()
    };
    let reading = async {
        for _ in 0..100 {
            socket.event("1").await;
        }
        Instant::now()
    };
    let (done, read) = tokio::join!(acting, reading);
    read.saturating_duration_since(done)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_stops_reading_takes_little_memory_delays_nobody_and_misses_nothing() {
    let world = World::cast(Backend::Postgres).await;
    world.clock.set(copartner::clock::now());
    let program =
        Program::start(Program::serving(&world, &world.database).env("COPARTNER_LIVE__WRITE_SECONDS", "100"));
    let (url, tailspin) = (&program.url, world.tailspin());
    let token = world.token(&tailspin);
    let mut well = Socket::at(url, &token).await;
    well.subscribe("1", EVENTS, json!({})).await;
    well.opened().await;
    let mut stopped = Socket::over(narrow(url).await, handshake(url)).await.unwrap();
    stopped.acknowledged(&token).await;
    stopped.subscribe("1", DEAR, json!({})).await;
    stopped.opened().await;
    let mut told = Vec::new();
    for quantity in 20..23 {
        resize_at(&world, url, &tailspin, (5, quantity)).await;
        well.event("1").await;
        told.push(stopped.event("1").await["id"].as_str().unwrap().to_owned());
    }
    // From here on it does not read, nor does one that sees the head of an answer only. What the server needs for many events anyhow it has taken
    // after some of them.
    let mut never = narrow(url).await;
    let body = json!({ "query": DEAR }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    never.write_all(request.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    never.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    for _ in 0..5 {
        hundred(&world, url, &mut well).await;
    }
    let before = program.memory();
    let mut late = Vec::new();
    for _ in 0..20 {
        late.push(hundred(&world, url, &mut well).await);
    }
    // A machine that has other things to do keeps some of them waiting.
    late.sort_unstable();
    assert!(late[10] < Duration::from_secs(1), "{late:?}");
    let grown = program.peak() - before;
    assert!(grown < MOST, "{grown} bytes");
    drop((stopped, never));
    let mut resumed = Socket::at(url, &token).await;
    resumed.subscribe("1", EVENTS, json!({ "after": told.last() })).await;
    let whole = feed(&world, &tailspin).await;
    while told.len() < whole.len() {
        told.push(resumed.event("1").await["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(told, whole);
    resumed.opened().await;
    world.end().await;
}
