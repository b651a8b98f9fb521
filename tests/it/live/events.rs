//! Server-sent events: what stands on the wire, and how a stream is resumed.

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use super::event_stream::{EventStream, request, request_at};
use super::{EVENTS, feed, resize};
use crate::outside::Outside;
use crate::world::{Backend, World};

#[rstest]
#[case::nothing(None)]
#[case::gzip(Some("gzip"))]
#[case::brotli(Some("br"))]
#[case::anything(Some("*"))]
#[tokio::test]
async fn events_come_at_once_and_as_they_are(#[case] coding: Option<&str>) {
    let world = World::cast(Backend::Sqlite).await;
    let mut request = request(&world, &world.fabrikam(), &json!({}));
    if let Some(coding) = coding {
        request = request.header("accept-encoding", coding);
    }
    let mut stream = EventStream::open(request).await;
    let headers = stream.response.headers();
    assert_eq!(headers["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-store, no-transform");
    assert_eq!(headers["x-accel-buffering"], "no");
    assert!(!headers.contains_key("content-encoding"));
    // Before anything has happened.
    let first = stream.block().await.unwrap();
    let retry: u32 = first.strip_prefix("retry: ").unwrap().trim_end_matches("\n:").parse().unwrap();
    assert!((1_000..5_000).contains(&retry));
    resize(&world, &world.fabrikam(), 0, 80).await;
    let (id, result) = stream.event().await;
    assert_eq!(result["data"]["events"]["id"], id.as_str());
    assert_eq!(result["data"]["events"]["changes"][0]["after"], "80");
    world.end().await;
}

#[tokio::test]
async fn a_quiet_stream_has_comments_which_have_no_id() {
    let world = World::cast(Backend::Sqlite).await;
    let live = copartner::http::LiveSettings { heartbeat_seconds: 1, ..Default::default() };
    let server = world.server_with_live(live).await;
    let url = format!("http://{}", server.address);
    let mut stream = EventStream::open(request_at(&world, &url, &world.fabrikam(), EVENTS)).await;
    stream.block().await;
    for _ in 0..2 {
        assert_eq!(stream.block().await.unwrap(), ":");
    }
    // A stream that is cut has no `complete`: its client comes back.
    tokio::join!(server.stop(), async { assert_eq!(stream.block().await, None) });
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_a_browser_remembers_wins_over_what_it_asked_for(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let fabrikam = world.fabrikam();
    for quantity in 1..=4 {
        resize(&world, &fabrikam, 0, 50 + quantity).await;
    }
    let feed = feed(&world, &fabrikam).await;
    let [.., second, third, fourth] = &feed[..] else { panic!() };
    let mut stream = EventStream::open(request(&world, &fabrikam, &json!({ "after": second }))).await;
    assert_eq!(&stream.event().await.0, third);
    let again = request(&world, &fabrikam, &json!({ "after": second })).header("last-event-id", third);
    let mut stream = EventStream::open(again).await;
    assert_eq!(&stream.event().await.0, fourth);
    // None that was made up, or is someone else's, and never from the beginning.
    resize(&world, &world.northwind(), 3, 60).await;
    let foreign = super::feed(&world, &world.northwind()).await.pop().unwrap();
    for id in [foreign.as_str(), &third[..10], "0"] {
        let answer = world.send(request(&world, &fabrikam, &json!({})).header("last-event-id", id)).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_REQUEST"), "{}", answer.text);
    }
    world.end().await;
}

#[tokio::test]
async fn a_stream_completes_with_a_reason_when_the_token_expires_although_events_come() {
    let world = World::cast(Backend::Sqlite).await;
    let token = world.token_for(&world.fabrikam(), Duration::from_secs(2));
    let body = json!({ "query": EVENTS }).to_string();
    let request =
        world.request(Method::POST, "/graphql").bearer_auth(token).header("accept", "text/event-stream");
    let mut stream = EventStream::open(request.header("content-type", "application/json").body(body)).await;
    resize(&world, &world.fabrikam(), 0, 80).await;
    let (last, _) = stream.event().await;
    world.clock.set(world.clock.now() + chrono::TimeDelta::seconds(3));
    resize(&world, &world.fabrikam(), 0, 81).await;
    let (id, result) = stream.event().await;
    assert_eq!(id, "", "it is no event of the log");
    let error = &result["errors"][0]["extensions"];
    assert_eq!((&error["code"], &error["reason"]), (&json!("STREAM_ENDED"), &json!("TOKEN_EXPIRED")));
    assert_eq!(error["lastEventId"], last.as_str());
    assert_eq!(stream.block().await.unwrap(), "event: complete\ndata:");
    assert_eq!(stream.block().await, None);
    world.end().await;
}

#[tokio::test]
async fn who_takes_events_gets_any_operation_so_and_who_does_not_gets_no_live_one() {
    let world = World::cast(Backend::Sqlite).await;
    let ask = |accept: &str, query: &str| {
        let request = world.request(Method::POST, "/graphql").bearer_auth(world.token(&world.fabrikam()));
        let body = json!({ "query": query }).to_string();
        world.send(request.header("content-type", "application/json").header("accept", accept).body(body))
    };
    let answer = ask("text/event-stream", "{ viewer { kind } }").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.text,
        "event: next\ndata: {\"data\":{\"viewer\":{\"kind\":\"PARTNER\"}},\"extensions\":{\"cost\":1}}\n\n\
         event: complete\ndata:\n\n"
    );
    // What several clients accept for anything that they ask.
    let answer = ask("application/graphql-response+json, text/event-stream", "{ viewer { kind } }").await;
    assert_eq!(answer.json()["data"]["viewer"]["kind"], "PARTNER");
    let answer = ask("text/event-stream", "{ nothing }").await;
    assert_eq!((answer.status, answer.code().as_str()), (422, "GRAPHQL_VALIDATION_FAILED"));
    let answer = ask("application/json", "subscription { events { id } }").await;
    assert_eq!((answer.status, answer.code().as_str()), (406, "BAD_REQUEST"));
    assert!(answer.text.contains("text/event-stream"));
    world.end().await;
}

#[tokio::test]
async fn streams_beyond_the_tenants_bound_are_refused_with_words() {
    let world = World::cast(Backend::Sqlite).await;
    let live = copartner::http::LiveSettings { streams_per_tenant: 1, ..Default::default() };
    let server = world.server_with_live(live).await;
    let url = format!("http://{}", server.address);
    let ask = || request_at(&world, &url, &world.fabrikam(), EVENTS);
    let first = EventStream::open(ask()).await;
    let answer = world.send(ask()).await;
    assert_eq!((answer.status, answer.code().as_str()), (429, "RATE_LIMITED"), "{}", answer.text);
    drop(first);
    server.stop().await;
    world.end().await;
}

/// Has each statement that reads customers take longer than a heartbeat.
const SLOW_CUSTOMERS: &str = "
    ALTER TABLE customer RENAME TO customer_itself;
    CREATE FUNCTION slowly() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
    BEGIN PERFORM pg_sleep(1.5); RETURN true; END $$;
    CREATE VIEW customer AS SELECT * FROM customer_itself WHERE (SELECT slowly())";

#[tokio::test]
async fn an_event_that_takes_longer_than_a_heartbeat_to_be_shown_comes_once_and_in_order() {
    let world = World::cast(Backend::Postgres).await;
    let live = copartner::http::LiveSettings { heartbeat_seconds: 1, ..Default::default() };
    let server = world.server_with_live(live).await;
    let url = format!("http://{}", server.address);
    let slow = "subscription { events { id changes { after } customer { name } } }";
    let mut stream = EventStream::open(request_at(&world, &url, &world.fabrikam(), slow)).await;
    stream.block().await;
    Outside::of(&world.database).await.run(SLOW_CUSTOMERS).await;
    for quantity in 20..22 {
        resize(&world, &world.fabrikam(), 0, quantity).await;
    }
    let mut shown = Vec::new();
    for quantity in 20..22 {
        let mut blocks = vec![stream.block().await.unwrap()];
        while blocks.last().unwrap() == ":" && blocks.len() < 20 {
            blocks.push(stream.block().await.unwrap());
        }
        assert!(blocks.len() > 1, "there are heartbeats while it is shown");
        let event = blocks.pop().unwrap();
        assert!(
            event.contains(&format!(r#"[{{"after":"{quantity}"}}],"customer":{{"name":"Contoso"}}"#)),
            "{event}"
        );
        shown.push(event.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned());
    }
    for _ in 0..2 {
        assert_eq!(stream.block().await.unwrap(), ":");
    }
    assert_eq!(shown, feed(&world, &world.fabrikam()).await);
    server.stop().await;
    world.end().await;
}
