//! A body that takes its time: what it asks for is judged and done when it is there.

use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::facts::{Facts, Instant, days, noon};
use crate::world::{Backend, SUBSCRIPTION, World, api_id};

/// Sends the head of a renaming by Fabrikam, and its body when the clock shows `then`: the status and the answer.
async fn renamed_slowly(world: &World, then: Instant) -> (u16, Value) {
    let rename = "mutation($i: RenameSubscriptionInput!) {
        renameSubscription(input: $i) { subscription { updatedAt } userErrors { code } } }";
    let subscription = api_id(SUBSCRIPTION, world.facts.subscriptions[0].id);
    let variables = json!({ "i": { "subscription": subscription, "friendlyName": "Late" } });
    let body = json!({ "query": rename, "variables": variables }).to_string();
    let mut stream = TcpStream::connect(world.url.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        world.token(&world.fabrikam()),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    // The world's server has one thread: when this is answered, it has looked at the head, and waits for the body.
    world.read(&world.northwind(), "{ viewer { kind } }").await;
    world.clock.set(then);
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(Duration::from_secs(10), stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

#[rstest]
#[tokio::test]
async fn nothing_is_done_by_a_grant_that_ended_while_the_body_was_on_its_way(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.grants[0].ends_at = noon() + TimeDelta::minutes(5);
    let world = World::of(backend, facts).await;
    let (status, answer) = renamed_slowly(&world, noon() + TimeDelta::minutes(5)).await;
    assert_eq!(status, 200);
    assert_eq!(answer["data"]["renameSubscription"]["userErrors"][0]["code"], "NOT_FOUND", "{answer}");
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_is_done_is_dated_when_all_of_it_was_there(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let then = noon() + TimeDelta::minutes(5);
    let (_, answer) = renamed_slowly(&world, then).await;
    let shown = then.to_rfc3339_opts(SecondsFormat::Millis, true);
    assert_eq!(answer["data"]["renameSubscription"]["subscription"]["updatedAt"], shown, "{answer}");
    let log = "{ events(first: 1, filter: { kind: [SUBSCRIPTION_RENAMED] }) { nodes { occurredAt } } }";
    let log = world.read(&world.contoso(), log).await;
    assert_eq!(log["events"]["nodes"][0]["occurredAt"], shown);
    world.end().await;
}

#[tokio::test]
async fn a_token_that_ran_out_while_the_body_was_on_its_way_is_none() {
    let world = World::cast(Backend::Sqlite).await;
    // It is good for a day and a minute of leeway.
    let (status, answer) = renamed_slowly(&world, days(1) + TimeDelta::seconds(59)).await;
    assert_eq!(status, 200, "{answer}");
    world.clock.set(noon());
    let (status, answer) = renamed_slowly(&world, days(1) + TimeDelta::seconds(60)).await;
    assert_eq!(status, 401);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    world.end().await;
}
