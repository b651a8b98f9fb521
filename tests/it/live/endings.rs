//! How a stream ends of which nobody asked that, and with which reason.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use super::socket::Socket;
use super::{EVENTS, feed, resize, sold};
use crate::world::{Backend, World};

#[rstest]
#[tokio::test]
async fn a_stream_of_a_customer_ends_with_the_last_grant_there(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let fabrikam = world.fabrikam();
    let customer = world
        .read(&fabrikam, "{ customer(by: { domain: \"contoso.example\" }) { id } grants { nodes { id } } }")
        .await;
    let mut socket = Socket::of(&world, &fabrikam).await;
    socket
        .subscribe("customer", EVENTS, json!({ "filter": { "customer": customer["customer"]["id"] } }))
        .await;
    socket.subscribe("subject", EVENTS, json!({ "filter": { "subject": sold(&world, 0) } })).await;
    socket
        .subscribe("grant", EVENTS, json!({ "filter": { "subject": customer["grants"]["nodes"][0]["id"] } }))
        .await;
    socket.subscribe("all", EVENTS, json!({})).await;
    socket.opened().await;
    let input = json!({ "grant": customer["grants"]["nodes"][0]["id"] });
    world.done(&world.contoso(), "terminateGrant", input).await;
    let mut said: Vec<(String, Value)> = Vec::new();
    for _ in 0..9 {
        let next = socket.next().await;
        said.push((next["id"].as_str().unwrap().to_owned(), next));
    }
    let of = |id: &str| said.iter().filter(|(own, _)| own == id).map(|(_, next)| next).collect::<Vec<_>>();
    let reason = |next: &Value| next["payload"]["errors"][0]["extensions"]["reason"].clone();
    let terminated = |next: &Value| next["payload"]["data"]["events"]["kind"] == "GRANT_TERMINATED";
    let [event, end, complete] = of("customer")[..] else { panic!("{said:?}") };
    assert!(terminated(event));
    assert_eq!((reason(end), &complete["type"]), (json!("ACCESS_ENDED"), &json!("complete")));
    assert_eq!(
        end["payload"]["errors"][0]["extensions"]["lastEventId"],
        event["payload"]["data"]["events"]["id"]
    );
    let [end, complete] = of("subject")[..] else { panic!("{said:?}") };
    assert_eq!((reason(end), &complete["type"]), (json!("ACCESS_ENDED"), &json!("complete")));
    let [event, end, _] = of("grant")[..] else { panic!("{said:?}") };
    assert!(terminated(event));
    assert_eq!(reason(end), "SUBJECT_ENDED");
    let [event] = of("all")[..] else { panic!("{said:?}") };
    assert!(terminated(event));
    // What is narrowed to nothing goes on, with what its viewer still sees.
    let asked = json!({ "customer": { "domain": "contoso.example" }, "displayName": "Again", "roles": ["GLOBAL_READER"],
        "duration": "P30D" });
    world.done(&fabrikam, "requestRelationship", asked).await;
    assert_eq!(socket.event("all").await["kind"], "RELATIONSHIP_REQUEST_CREATED");
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_stream_of_what_has_come_to_its_end_ends_with_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let asked = json!({ "customer": { "domain": "adatum.example" }, "displayName": "Door", "roles": ["GLOBAL_READER"],
        "duration": "P30D" });
    let made = world.done(&world.fabrikam(), "requestRelationship", asked).await;
    let id = &made["request"]["id"];
    let mut socket = Socket::of(&world, &world.fabrikam()).await;
    socket.subscribe("1", EVENTS, json!({ "filter": { "subject": id } })).await;
    socket.opened().await;
    world.done(&world.fabrikam(), "withdrawRelationshipRequest", json!({ "request": id })).await;
    let event = socket.event("1").await;
    assert_eq!(event["kind"], "RELATIONSHIP_REQUEST_WITHDRAWN");
    assert_eq!(socket.end("1").await, ("SUBJECT_ENDED".to_owned(), event["id"].clone()));
    // At once for who comes after the end, and after what it has missed for who was away.
    socket.subscribe("2", EVENTS, json!({ "filter": { "subject": id } })).await;
    assert_eq!(socket.end("2").await, ("SUBJECT_ENDED".to_owned(), Value::Null));
    let created = feed(&world, &world.fabrikam()).await[0].clone();
    let missed =
        json!({ "filter": { "subject": id, "kind": ["RELATIONSHIP_REQUEST_CREATED"] }, "after": created });
    socket.subscribe("3", EVENTS, missed).await;
    assert_eq!(socket.end("3").await, ("SUBJECT_ENDED".to_owned(), Value::Null));
    socket.subscribe("4", EVENTS, json!({ "filter": { "subject": id }, "after": created })).await;
    assert_eq!(socket.event("4").await, event);
    assert_eq!(socket.end("4").await, ("SUBJECT_ENDED".to_owned(), event["id"].clone()));
    world.end().await;
}

#[tokio::test]
async fn a_stream_of_a_time_that_is_long_over_ends_at_once() {
    let world = World::cast(Backend::Sqlite).await;
    let mut socket = Socket::of(&world, &world.fabrikam()).await;
    let hour = chrono::TimeDelta::hours(1);
    let range = json!({ "from": world.clock.now() - hour * 2, "until": world.clock.now() - hour });
    socket.subscribe("1", EVENTS, json!({ "filter": { "occurredAt": range } })).await;
    assert_eq!(socket.end("1").await, ("RANGE_ENDED".to_owned(), Value::Null));
    world.end().await;
}

#[tokio::test]
async fn a_socket_is_closed_when_its_token_expires_and_a_fresh_one_keeps_it_open() {
    let world = World::cast(Backend::Sqlite).await;
    let short = |person| world.token_for(person, Duration::from_secs(2));
    let fabrikam = world.fabrikam();
    let mut idle = Socket::at(&world.url, &short(&fabrikam)).await;
    idle.subscribe("1", EVENTS, json!({})).await;
    let mut renewed = Socket::at(&world.url, &short(&fabrikam)).await;
    renewed.subscribe("1", EVENTS, json!({})).await;
    let fresh = format!("Bearer {}", world.token(&fabrikam));
    renewed.say(json!({ "type": "ping", "payload": { "authorization": fresh } })).await;
    assert_eq!(renewed.next().await, json!({ "type": "pong" }), "the token is not sent back");
    let mut taken = Socket::at(&world.url, &short(&fabrikam)).await;
    let other = format!("Bearer {}", world.token(&world.northwind()));
    taken.say(json!({ "type": "ping", "payload": { "authorization": other } })).await;
    assert_eq!(taken.closed().await.0, 4403, "a socket is one principal's");
    world.clock.set(world.clock.now() + chrono::TimeDelta::seconds(3));
    let (code, reason) = idle.closed().await;
    assert_eq!(code, 4403);
    assert!(reason.contains("expired"), "{reason}");
    resize(&world, &fabrikam, 0, 70).await;
    assert_eq!(renewed.event("1").await["changes"][0]["after"], "70");
    world.end().await;
}

#[tokio::test]
async fn a_server_that_stops_tells_its_sockets_to_go_elsewhere() {
    let world = World::cast(Backend::Sqlite).await;
    let server = world.another_server().await;
    let mut socket = Socket::at(&format!("http://{}", server.address), &world.token(&world.fabrikam())).await;
    socket.subscribe("1", EVENTS, json!({})).await;
    let waiting = Socket::silent(&format!("http://{}", server.address)).await;
    tokio::join!(server.stop(), async {
        assert_eq!(socket.closed().await.0, 1001);
        assert_eq!(waiting.closed().await.0, 1001);
    });
    world.end().await;
}
