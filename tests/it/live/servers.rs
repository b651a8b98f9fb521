//! Several servers on one database: what is done at one is told at all, whatever breaks in between.

use std::collections::HashMap;

use rstest::rstest;
use serde_json::json;

use super::socket::Socket;
use super::{EVENTS, feed, resize, resize_at};
use crate::outside::Outside;
use crate::program::Program;
use crate::world::{Backend, World};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_made_at_one_server_is_delivered_at_another(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let other = world.another_server().await;
    let url = format!("http://{}", other.address);
    let people = [world.fabrikam(), world.northwind(), world.contoso(), world.tailspin()];
    let mut sockets = Vec::new();
    for n in 0..24 {
        let mut socket = Socket::at(&url, &world.token(&people[n % people.len()])).await;
        socket.subscribe("1", EVENTS, json!({})).await;
        socket.opened().await;
        sockets.push(socket);
    }
    for quantity in 10..13 {
        resize(&world, &world.fabrikam(), 0, quantity).await;
        resize(&world, &world.northwind(), 3, quantity).await;
    }
    resize(&world, &world.tailspin(), 5, 13).await;
    // Sooner than the other server would look by itself.
    let notified = tokio::time::Instant::now() + std::time::Duration::from_secs(3);
    for (n, socket) in sockets.iter_mut().enumerate() {
        let expected: &[&str] = match n % people.len() {
            0 | 1 => &["10", "11", "12"],
            2 => &["10", "10", "11", "11", "12", "12"],
            _ => &["13"],
        };
        for quantity in expected {
            let event = tokio::time::timeout_at(notified, socket.event("1")).await.unwrap();
            assert_eq!(event["changes"][0]["after"], *quantity);
        }
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(socket.next().await["type"], "pong");
    }
    other.stop().await;
    world.end().await;
}

/// How many connections of the world's database listen.
const LISTENERS: &str = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_has_one_connection_that_listens_however_many_streams_it_has() {
    let world = World::cast(Backend::Postgres).await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        let mut socket = Socket::of(&world, &world.fabrikam()).await;
        socket.subscribe("1", EVENTS, json!({})).await;
        socket.opened().await;
        sockets.push(socket);
    }
    let outside = Outside::of(&world.database).await;
    assert_eq!(outside.rows(&format!("SELECT count(*) {LISTENERS}")).await, [["1"]]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_while_the_connection_that_listens_breaks_again_and_again() {
    let world = World::cast(Backend::Postgres).await;
    let other = world.another_server().await;
    let mut socket = Socket::at(&format!("http://{}", other.address), &world.token(&world.fabrikam())).await;
    socket.subscribe("1", EVENTS, json!({})).await;
    socket.opened().await;
    let outside = Outside::of(&world.database).await;
    for quantity in 10..25 {
        outside.run(&format!("SELECT pg_terminate_backend(pid) {LISTENERS}")).await;
        resize(&world, &world.fabrikam(), 0, quantity).await;
    }
    for quantity in 10..25 {
        assert_eq!(socket.event("1").await["changes"][0]["after"], quantity.to_string());
    }
    other.stop().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_all_connections_to_the_database_are_cut_each_stream_equals_the_log() {
    let world = World::cast(Backend::Postgres).await;
    let mut sockets = HashMap::new();
    for (name, person) in [("fabrikam", world.fabrikam()), ("contoso", world.contoso())] {
        let mut socket = Socket::of(&world, &person).await;
        socket.subscribe("1", EVENTS, json!({})).await;
        socket.opened().await;
        sockets.insert(name, socket);
    }
    let outside = Outside::of(&world.database).await;
    for quantity in 10..20 {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
            AND pid <> pg_backend_pid()";
        outside.run(cut).await;
        // The act itself may meet the cut, and is then done again.
        let input = json!({ "subscription": super::sold(&world, 0), "quantity": quantity });
        while world
            .attempt_at(&world.url, &world.fabrikam(), "resizeSubscription", input.clone())
            .await
            .status
            != 200
        {}
    }
    let whole = feed(&world, &world.contoso()).await;
    for socket in sockets.values_mut() {
        for id in &whole {
            assert_eq!(socket.event("1").await["id"], id.as_str());
        }
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_stream_goes_on_at_another_server_where_it_was_left(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let first = world.another_server().await;
    let first_url = format!("http://{}", first.address);
    let mut socket = Socket::at(&first_url, &world.token(&world.contoso())).await;
    socket.subscribe("1", EVENTS, json!({})).await;
    socket.opened().await;
    resize_at(&world, &first_url, &world.fabrikam(), (0, 50)).await;
    let last = socket.event("1").await;
    first.stop().await;
    for quantity in 51..55 {
        resize(&world, &world.fabrikam(), 0, quantity).await;
    }
    let mut socket = Socket::of(&world, &world.contoso()).await;
    socket.subscribe("1", EVENTS, json!({ "after": last["id"] })).await;
    for quantity in 51..55 {
        assert_eq!(socket.event("1").await["changes"][0]["after"], quantity.to_string());
    }
    world.end().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_loses_no_stream_its_events(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    // The program looks at the real clock.
    world.clock.set(copartner::clock::now());
    let (mut first, second) = (Program::over(&world), Program::over(&world));
    let mut socket = Socket::at(&first.url, &world.token(&world.contoso())).await;
    socket.subscribe("1", EVENTS, json!({})).await;
    socket.opened().await;
    // Made by another process, of which SQLite brings no word.
    for quantity in 50..55 {
        resize_at(&world, &second.url, &world.fabrikam(), (0, quantity)).await;
    }
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(socket.event("1").await["id"].as_str().unwrap().to_owned());
    }
    first.kill();
    for quantity in 55..60 {
        resize_at(&world, &second.url, &world.fabrikam(), (0, quantity)).await;
    }
    let mut socket = Socket::at(&second.url, &world.token(&world.contoso())).await;
    socket.subscribe("1", EVENTS, json!({ "after": told.last() })).await;
    while told.len() < 10 {
        told.push(socket.event("1").await["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(told, feed(&world, &world.contoso()).await);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_told_to_stop_tells_its_sockets_and_ends() {
    let world = World::cast(Backend::Sqlite).await;
    world.clock.set(copartner::clock::now());
    let mut program =
        Program::start(Program::serving(&world, &world.database).env("COPARTNER_HTTP__DRAIN_SECONDS", "1"));
    let mut sockets = Vec::new();
    for _ in 0..8 {
        let mut socket = Socket::at(&program.url, &world.token(&world.contoso())).await;
        socket.subscribe("1", EVENTS, json!({})).await;
        sockets.push(socket);
    }
    program.signal("TERM");
    for socket in sockets {
        assert_eq!(socket.closed().await.0, 1001);
    }
    assert!(program.ended().success());
    world.end().await;
}
