//! graphql-transport-ws, to the letter: what is said when, and with which code a socket is closed.

use std::time::Duration;

use copartner::http::LiveSettings;
use rstest::rstest;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::socket::{Socket, handshake, open, refused};
use super::{EVENTS, resize};
use crate::world::{Backend, World};

/// The code with which a socket is closed that was acknowledged and says this.
async fn closed_for(world: &World, message: Message) -> u16 {
    let mut socket = Socket::of(world, &world.fabrikam()).await;
    socket.send(message).await;
    let (code, reason) = socket.closed().await;
    assert!(!reason.is_empty());
    code
}

#[tokio::test]
async fn each_breach_of_the_protocol_has_its_code() {
    let world = World::cast(Backend::Sqlite).await;
    let quick = world.server_with_live(LiveSettings { init_seconds: 1, ..LiveSettings::default() }).await;
    let silent = Socket::silent(&format!("http://{}", quick.address)).await;
    assert_eq!(silent.closed().await, (4408, "Connection initialisation timeout".to_owned()));

    let mut early = Socket::silent(&world.url).await;
    early.subscribe("1", "{ viewer { tenantId } }", json!({})).await;
    assert_eq!(early.closed().await, (4401, "Unauthorized".to_owned()));

    let mut twice = Socket::of(&world, &world.fabrikam()).await;
    twice.init(&world.token(&world.fabrikam())).await;
    assert_eq!(twice.closed().await, (4429, "Too many initialisation requests".to_owned()));

    let mut repeated = Socket::of(&world, &world.fabrikam()).await;
    repeated.subscribe("same", EVENTS, json!({})).await;
    repeated.subscribe("same", EVENTS, json!({})).await;
    assert_eq!(repeated.closed().await, (4409, "Subscriber for same already exists".to_owned()));

    for token in ["", "rubbish", &world.token(&world.fabrikam())[..200]] {
        let mut stranger = Socket::silent(&world.url).await;
        stranger.init(token).await;
        assert_eq!(stranger.closed().await.0, 4403, "{token}");
    }
    let mut nobody = Socket::silent(&world.url).await;
    nobody.say(json!({ "type": "connection_init" })).await;
    assert_eq!(nobody.closed().await.0, 4403);
    let mut unregistered = Socket::silent(&world.url).await;
    unregistered
        .init(
            &world.token(&crate::world::Person::of(uuid::Uuid::from_u128(1), entity::TenantRole::AdminAgent)),
        )
        .await;
    let (code, reason) = unregistered.closed().await;
    assert_eq!(code, 4403);
    assert!(reason.contains("not registered"), "{reason}");

    let mut other = handshake(&world.url);
    other.headers_mut().insert("sec-websocket-protocol", "graphql-ws".parse().unwrap());
    // The client itself ends the handshake, because the server chooses none of its protocols.
    assert!(open(other).await.is_err());
    let mut none = handshake(&world.url);
    none.headers_mut().remove("sec-websocket-protocol");
    assert_eq!(open(none).await.unwrap().closed().await.0, 4406);
    quick.stop().await;
    world.end().await;
}

#[rstest]
#[case::no_json("{")]
#[case::no_object("[]")]
#[case::no_type(r#"{"id":"1"}"#)]
#[case::a_type_of_the_older_protocol(r#"{"type":"start","id":"1","payload":{"query":"{ __typename }"}}"#)]
#[case::a_type_that_the_server_sends(r#"{"type":"connection_ack"}"#)]
#[case::no_id(r#"{"type":"subscribe","payload":{"query":"{ __typename }"}}"#)]
#[case::an_empty_id(r#"{"type":"subscribe","id":"","payload":{"query":"{ __typename }"}}"#)]
#[case::an_id_that_is_a_number(r#"{"type":"subscribe","id":1,"payload":{"query":"{ __typename }"}}"#)]
#[case::no_payload(r#"{"type":"subscribe","id":"1"}"#)]
#[case::no_query(r#"{"type":"subscribe","id":"1","payload":{}}"#)]
#[case::variables_that_are_a_list(
    r#"{"type":"subscribe","id":"1","payload":{"query":"{ __typename }","variables":[]}}"#
)]
#[case::a_payload_that_is_text(r#"{"type":"ping","payload":"x"}"#)]
#[case::a_member_twice(r#"{"type":"ping","type":"pong"}"#)]
#[case::complete_without_id(r#"{"type":"complete"}"#)]
#[tokio::test]
async fn what_is_no_message_closes_the_socket(#[case] text: &str) {
    let world = World::cast(Backend::Sqlite).await;
    assert_eq!(closed_for(&world, Message::text(text)).await, 4400);
    world.end().await;
}

#[tokio::test]
async fn queries_and_mutations_pass_the_same_gate_and_the_same_permits() {
    let world = World::cast(Backend::Sqlite).await;
    let mut socket = Socket::of(&world, &world.fabrikam()).await;
    let query = "{ customers { nodes { name } } }";
    socket.subscribe("q", query, json!({})).await;
    assert_eq!(socket.result("q").await["data"], world.read(&world.fabrikam(), query).await);
    assert_eq!(socket.next().await, json!({ "id": "q", "type": "complete" }));
    // The id is free again.
    let input = json!({ "subscription": super::sold(&world, 0), "quantity": 9 });
    let mutation = "mutation($input: ResizeSubscriptionInput!) { it: resizeSubscription(input: $input) { \
        subscription { quantity } userErrors { code } } }";
    socket.subscribe("q", mutation, json!({ "input": input })).await;
    assert_eq!(socket.result("q").await["data"]["it"]["subscription"]["quantity"], 9);
    socket.next().await;
    // Someone else's.
    let input = json!({ "subscription": super::sold(&world, 3), "quantity": 9 });
    socket.subscribe("n", mutation, json!({ "input": input })).await;
    assert_eq!(socket.result("n").await["data"]["it"]["userErrors"][0]["code"], "NOT_FOUND");
    socket.next().await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { a: events { id } b: events { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { events(filter: { subject: \"x\" }) { id } }", "BAD_REQUEST"),
    ] {
        socket.subscribe("e", query, json!({})).await;
        let error = socket.next().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("e")), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code, "{error}");
        assert!(error["payload"][0]["extensions"]["requestId"].is_string());
    }
    let hash = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "00" } } });
    socket.say(json!({ "id": "p", "type": "subscribe", "payload": hash })).await;
    assert_eq!(socket.next().await["type"], "error");
    world.end().await;
}

#[tokio::test]
async fn a_ping_is_answered_and_a_pong_is_not() {
    let world = World::cast(Backend::Sqlite).await;
    let mut socket = Socket::silent(&world.url).await;
    socket.say(json!({ "type": "ping", "payload": { "before": "init" } })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong", "payload": { "before": "init" } }));
    socket.init(&world.token(&world.fabrikam())).await;
    let ack = socket.next().await;
    assert_eq!(ack["type"], "connection_ack");
    assert!(ack["payload"]["expiresAt"].is_string());
    socket.say(json!({ "type": "pong" })).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong" }));
    world.end().await;
}

#[tokio::test]
async fn what_is_completed_is_heard_of_no_more_and_its_id_is_free() {
    let world = World::cast(Backend::Sqlite).await;
    let mut socket = Socket::of(&world, &world.fabrikam()).await;
    socket.subscribe("a", EVENTS, json!({})).await;
    socket.subscribe("b", EVENTS, json!({})).await;
    socket.say(json!({ "id": "a", "type": "complete" })).await;
    socket.say(json!({ "id": "unknown", "type": "complete" })).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await["type"], "pong");
    resize(&world, &world.fabrikam(), 0, 20).await;
    socket.event("b").await;
    socket.subscribe("a", EVENTS, json!({})).await;
    socket.say(json!({ "id": "b", "type": "complete" })).await;
    // By the time that a query is answered the stream that was asked for before it is open.
    socket.subscribe("q", "{ viewer { tenantId } }", json!({})).await;
    socket.result("q").await;
    socket.next().await;
    resize(&world, &world.fabrikam(), 0, 21).await;
    socket.event("a").await;
    world.end().await;
}

#[tokio::test]
async fn more_operations_than_a_socket_may_have_are_refused_one_by_one() {
    let world = World::cast(Backend::Sqlite).await;
    let live = LiveSettings { operations_per_socket: 2, streams_per_tenant: 3, ..LiveSettings::default() };
    let server = world.server_with_live(live).await;
    let url = format!("http://{}", server.address);
    let mut socket = Socket::at(&url, &world.token(&world.fabrikam())).await;
    for id in ["a", "b", "c"] {
        socket.subscribe(id, EVENTS, json!({})).await;
    }
    let error = socket.next().await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("c")));
    assert_eq!(error["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    // The tenant has a bound over all of its sockets; the siblings go on.
    let mut other = Socket::at(&url, &world.token(&world.fabrikam())).await;
    other.subscribe("d", EVENTS, json!({})).await;
    other.subscribe("e", EVENTS, json!({})).await;
    let error = other.next().await;
    assert_eq!(error["payload"][0]["extensions"]["code"], "RATE_LIMITED", "{error}");
    assert!(error["payload"][0]["message"].as_str().unwrap().contains("3 live operations"));
    resize(&world, &world.fabrikam(), 0, 22).await;
    let first = socket.next().await;
    let second = socket.next().await;
    let mut ids = [first["id"].as_str().unwrap(), second["id"].as_str().unwrap()];
    ids.sort_unstable();
    assert_eq!(ids, ["a", "b"]);
    server.stop().await;
    world.end().await;
}

#[tokio::test]
async fn a_page_of_another_origin_opens_no_socket() {
    let world = World::cast(Backend::Sqlite).await;
    let with_origin = |origin: &str| {
        let mut request = handshake(&world.url);
        request.headers_mut().insert("origin", origin.parse().unwrap());
        request
    };
    for origin in
        ["https://evil.example", "null", "http://127.0.0.1:1", &format!("{}.evil.example", world.url)]
    {
        assert_eq!(refused(with_origin(origin)).await, 403, "{origin}");
    }
    open(with_origin(&world.url)).await.unwrap();
    // A token in the address would be in logs.
    let mut request = handshake(&world.url);
    *request.uri_mut() =
        format!("{}/graphql?token={}", world.url.replace("http", "ws"), world.token(&world.fabrikam()))
            .parse()
            .unwrap();
    assert_eq!(refused(request).await, 400);
    world.end().await;
}

#[tokio::test]
async fn sockets_that_say_nothing_are_few_for_one_address_and_for_one_tenant() {
    let world = World::cast(Backend::Sqlite).await;
    let live = LiveSettings { waiting_per_address: 2, connections_per_tenant: 2, ..LiveSettings::default() };
    let server = world.server_with_live(live).await;
    let url = format!("http://{}", server.address);
    let first = Socket::silent(&url).await;
    let second = Socket::silent(&url).await;
    assert_eq!(refused(handshake(&url)).await, 429);
    drop(first);
    // Its place is free as soon as the server has noticed.
    let mut third = loop {
        match open(handshake(&url)).await {
            Ok(socket) => break socket,
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    };
    third.init(&world.token(&world.fabrikam())).await;
    assert_eq!(third.next().await["type"], "connection_ack");
    let _fourth = Socket::at(&url, &world.token(&world.fabrikam())).await;
    let mut fifth = Socket::silent(&url).await;
    fifth.init(&world.token(&world.fabrikam())).await;
    assert_eq!(fifth.closed().await.0, 1013);
    let _other_tenant = Socket::at(&url, &world.token(&world.contoso())).await;
    drop(second);
    server.stop().await;
    world.end().await;
}

#[tokio::test]
async fn a_socket_that_gives_no_sign_of_life_is_let_go() {
    let world = World::cast(Backend::Sqlite).await;
    let server = world.server_with_live(LiveSettings { ping_seconds: 1, ..LiveSettings::default() }).await;
    let url = format!("http://{}", server.address);
    // Whoever reads answers pings, and lives on for as long as it likes.
    let mut alive = Socket::at(&url, &world.token(&world.fabrikam())).await;
    let mut dead = Socket::at(&url, &world.token(&world.fabrikam())).await;
    dead.subscribe("1", EVENTS, json!({})).await;
    let silence = tokio::time::timeout(Duration::from_millis(3_500), alive.next()).await;
    assert!(silence.is_err(), "{silence:?}");
    alive.say(json!({ "type": "ping" })).await;
    assert_eq!(alive.next().await, json!({ "type": "pong" }));
    // The other has not read, so that it has not answered, and was let go without a word.
    dead.cut().await;
    server.stop().await;
    world.end().await;
}
