//! What hostile hands send: it is refused, and the server goes on.

use std::time::Duration;

use copartner::http::LiveSettings;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::socket::Socket;
use super::{EVENTS, resize};
use crate::world::{Backend, World};

/// That the server answers someone else as though nothing were.
async fn answers(world: &World) {
    let mut socket = Socket::of(world, &world.contoso()).await;
    socket.subscribe("1", "{ viewer { kind } }", json!({})).await;
    assert_eq!(socket.result("1").await["data"]["viewer"]["kind"], "CUSTOMER");
}

#[tokio::test]
async fn messages_that_are_too_large_too_deep_or_no_text_are_refused() {
    let world = World::cast(Backend::Sqlite).await;
    let huge = format!(r#"{{"type":"ping","payload":{{"x":"{}"}}}}"#, "x".repeat(300 * 1024));
    let deep =
        format!(r#"{{"type":"ping","payload":{{"x":{}1{}}}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    for (message, code) in [
        (Message::text(huge), 1009),
        (Message::text(deep), 4400),
        (Message::binary(vec![0_u8; 10]), 4400),
        (Message::text("x".repeat(1_000)), 4400),
    ] {
        // Before it is known who it is, and after.
        let mut socket = Socket::silent(&world.url).await;
        socket.send(message.clone()).await;
        assert_eq!(socket.closed().await.0, code);
        let mut socket = Socket::of(&world, &world.fabrikam()).await;
        socket.send(message).await;
        assert_eq!(socket.closed().await.0, code);
        answers(&world).await;
    }
    world.end().await;
}

#[tokio::test]
async fn a_message_may_come_in_pieces_but_not_without_end() {
    let world = World::cast(Backend::Sqlite).await;
    let mut socket = Socket::of(&world, &world.fabrikam()).await;
    let text = br#"{"type":"ping"}"#;
    for (n, byte) in text.iter().enumerate() {
        let kind = if n == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(vec![*byte], OpCode::Data(kind), n + 1 == text.len());
        socket.send(Message::Frame(frame)).await;
    }
    assert_eq!(socket.next().await["type"], "pong");
    for n in 0..40 {
        let kind = if n == 0 { Data::Text } else { Data::Continue };
        socket.send(Message::Frame(Frame::message(vec![b' '; 10 * 1024], OpCode::Data(kind), false))).await;
    }
    assert_eq!(socket.closed().await.0, 1009);
    answers(&world).await;
    world.end().await;
}

#[tokio::test]
async fn ten_thousand_operations_on_one_socket_are_refused_cheaply() {
    let world = World::cast(Backend::Sqlite).await;
    let mut socket = Socket::of(&world, &world.fabrikam()).await;
    for n in 0..100 {
        socket.subscribe(&format!("open {n}"), EVENTS, json!({})).await;
    }
    let (mut refused, rounds) = (0, 10_000);
    for n in 0..rounds {
        socket.subscribe(&n.to_string(), EVENTS, json!({})).await;
        // As a client that reads while it writes.
        let next = socket.next().await;
        assert_eq!(next["type"], "error", "{next}");
        assert_eq!(next["payload"][0]["extensions"]["code"], "RATE_LIMITED");
        refused += 1;
    }
    assert_eq!(refused, rounds);
    resize(&world, &world.fabrikam(), 0, 99).await;
    for _ in 0..100 {
        assert_eq!(socket.next().await["type"], "next");
    }
    answers(&world).await;
    world.end().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_told_so_and_harms_nobody() {
    let world = World::cast(Backend::Sqlite).await;
    let live = LiveSettings { write_seconds: 1, ..LiveSettings::default() };
    let server = world.server_with_live(live).await;
    let url = format!("http://{}", server.address);
    let mut deaf = Socket::at(&url, &world.token(&world.contoso())).await;
    let mut well = Socket::at(&url, &world.token(&world.contoso())).await;
    well.subscribe("1", EVENTS, json!({})).await;
    deaf.subscribe("live", EVENTS, json!({})).await;
    // Answers that fill what the system keeps for a connection.
    let long =
        "{ __schema { types { name description fields { name description args { name description } } } } }";
    for n in 0..90 {
        deaf.subscribe(&n.to_string(), long, json!({})).await;
    }
    resize(&world, &world.fabrikam(), 0, 33).await;
    assert_eq!(well.event("1").await["changes"][0]["after"], "33");
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let mut is_told = false;
    loop {
        let next = deaf.next_or_closed().await;
        match next {
            Ok(message) if message["id"] == "live" && message["payload"]["errors"].is_array() => {
                assert_eq!(message["payload"]["errors"][0]["extensions"]["reason"], "SLOW_CONSUMER");
                is_told = true;
            }
            Ok(_) => {}
            Err((code, reason)) => {
                assert_eq!(code, 1013, "{reason}");
                break;
            }
        }
    }
    assert!(is_told);
    server.stop().await;
    world.end().await;
}
