//! Streams on which nothing happens, behind something that cuts what is quiet.

use std::time::Duration;

use copartner::http::LiveSettings;
use serde_json::json;
use tokio::time::{Instant, timeout, timeout_at};

use super::event_stream::{EventStream, request_at};
use super::relay::{Relay, Watched};
use super::socket::Socket;
use super::{EVENTS, resize};
use crate::world::{Backend, World};

/// Some times longer than what is quiet is left alone.
const LONG: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_quiet_socket_outlives_what_cuts_either_direction_that_is_quiet() {
    let world = World::cast(Backend::Sqlite).await;
    let server = world.server_with_live(LiveSettings { ping_seconds: 1, ..LiveSettings::default() }).await;
    let relay = Relay::before(server.address, Watched::Both).await;
    let mut socket = Socket::at(&relay.url, &world.token(&world.fabrikam())).await;
    socket.subscribe("1", EVENTS, json!({})).await;
    socket.opened().await;
    // It reads meanwhile, and so answers pings.
    let silence = timeout(LONG, socket.next()).await;
    assert!(silence.is_err(), "{silence:?}");
    resize(&world, &world.fabrikam(), 0, 20).await;
    assert_eq!(socket.event("1").await["changes"][0]["after"], "20");
    assert_eq!(relay.cuts(), 0);
    server.stop().await;
    world.end().await;
}

#[tokio::test]
async fn the_server_is_never_quiet_on_an_event_stream() {
    let world = World::cast(Backend::Sqlite).await;
    let live = LiveSettings { heartbeat_seconds: 1, ..LiveSettings::default() };
    let server = world.server_with_live(live).await;
    let relay = Relay::before(server.address, Watched::Servers).await;
    let mut stream = EventStream::open(request_at(&world, &relay.url, &world.fabrikam(), EVENTS)).await;
    assert!(stream.block().await.unwrap().starts_with("retry: "));
    let end = Instant::now() + LONG;
    while let Ok(block) = timeout_at(end, stream.block()).await {
        assert_eq!(block.as_deref(), Some(":"));
    }
    resize(&world, &world.fabrikam(), 0, 20).await;
    assert_eq!(stream.event().await.1["data"]["events"]["changes"][0]["after"], "20");
    assert_eq!(relay.cuts(), 0);
    server.stop().await;
    world.end().await;
}
