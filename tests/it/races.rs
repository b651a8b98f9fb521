//! Many at once: exactly one wins, and a repeat is a repeat.

use copartner::command::{ExpireRequest, How, run};
use entity::RequestId;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use crate::facts::{Facts, days, noon};
use crate::world::{Backend, World, row};

/// Whether a decision was made; if not, it says that another was.
fn won(payload: &Value) -> bool {
    let code = payload["userErrors"][0]["code"].as_str();
    assert!(matches!(code, None | Some("REQUEST_NOT_OPEN" | "REQUEST_EXPIRED")), "{payload:#}");
    code.is_none()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_four_decisions_exactly_one_is_made(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const ROUNDS: usize = 1_000;
    let world = World::of(backend, Facts::cast()).await;
    let (tailspin, contoso) = (world.tailspin(), world.contoso());
    // The parties decide in the last instant of each request, the timer in the one after it.
    let mut ids = Vec::new();
    for portion in 0..ROUNDS / 100 {
        let requests: Vec<_> = (0..100)
            .map(|n| {
                json!({ "customer": { "domain": "contoso.example" }, "displayName": format!("{portion} {n}"),
                    "roles": ["GLOBAL_READER"], "duration": "P30D", "validFor": "P1D" })
            })
            .collect();
        let payload = world.done(&tailspin, "requestRelationships", json!({ "requests": requests })).await;
        let results = payload["results"].as_array().unwrap();
        ids.extend(results.iter().map(|result| result["request"]["id"].as_str().unwrap().to_owned()));
    }
    world.clock.set(days(1) - chrono::TimeDelta::milliseconds(1));
    let timer = world.store.seen_by_the_timer(days(1));
    let decide = async |id: &str, place: usize| match place {
        0 => won(&world.act(&contoso, "acceptRelationshipRequest", json!({ "request": { "id": id } })).await),
        1 => {
            won(&world.act(&contoso, "declineRelationshipRequest", json!({ "request": { "id": id } })).await)
        }
        2 => won(&world.act(&tailspin, "withdrawRelationshipRequest", json!({ "request": id })).await),
        _ => {
            // The others come over HTTP: so as not to be there before all of them, the timer takes as long a way.
            world.read(&tailspin, "{ viewer { partner { name } } }").await;
            // None is left to expire when another was faster.
            run(&timer, ExpireRequest(RequestId(row(id))), How::default()).await.is_ok_and(|done| done)
        }
    };
    let mut winners = [0; 4];
    for (n, ids) in ids.chunks(8).enumerate() {
        let all: Vec<_> = ids.iter().flat_map(|id| (0..4).map(move |place| (id, (place + n) % 4))).collect();
        let outcomes = join_all(all.iter().map(|(id, place)| decide(id, *place))).await;
        for (id, places) in ids.iter().zip(all.iter().zip(outcomes).collect::<Vec<_>>().chunks(4)) {
            let won: Vec<_> = places.iter().filter(|(_, won)| *won).map(|((_, place), _)| *place).collect();
            assert_eq!(won.len(), 1, "{id} was decided by {won:?}");
            winners[won[0]] += 1;
        }
    }
    println!("{backend:?}: accepted, declined, withdrawn, expired: {winners:?}");
    assert!(winners.iter().filter(|won| **won > 0).count() > 1, "nobody raced: {winners:?}");
    // One decision and one event for each, whoever made it.
    let query = "query($kind: [EventKind!]) { events(filter: { kind: $kind }) { totalCount } }";
    let count = async |kinds: Value| {
        world.ask(&contoso, query, json!({ "kind": kinds })).await.data()["events"]["totalCount"]
            .as_u64()
            .unwrap()
    };
    for (place, kind) in ["ACCEPTED", "DECLINED", "WITHDRAWN", "EXPIRED"].into_iter().enumerate() {
        assert_eq!(count(json!([format!("RELATIONSHIP_REQUEST_{kind}")])).await, winners[place], "{kind}");
    }
    assert_eq!(winners.iter().sum::<u64>(), ROUNDS as u64);
    assert_eq!(count(json!(["GRANT_ACTIVATED"])).await, winners[0]);
    assert_eq!(world.store.verify_log().await.unwrap().breaks, []);
    world.end().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_has_one_effect_and_one_answer_across_servers(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, Facts::cast()).await;
    let other = world.another_server().await;
    let urls = [world.url.clone(), format!("http://{}", other.address)];
    let tailspin = world.tailspin();
    for n in 0..50 {
        let input = json!({ "customer": { "domain": "contoso.example" }, "displayName": format!("Request {n}"),
            "roles": ["GLOBAL_READER"], "duration": "P30D", "idempotencyKey": format!("key {n}") });
        let send =
            |place: usize| world.act_at(&urls[place % 2], &tailspin, "requestRelationship", input.clone());
        let answers = join_all((0..4).map(send)).await;
        assert!(
            answers.iter().all(|answer| answer == &answers[0] && answer["request"]["id"].is_string()),
            "{answers:#?}"
        );
        assert_eq!(send(0).await, answers[0]);
    }
    let list = world.read(&tailspin, "{ relationshipRequests { totalCount } events { totalCount } }").await;
    assert_eq!(
        (&list["relationshipRequests"]["totalCount"], &list["events"]["totalCount"]),
        (&json!(50), &json!(50))
    );
    // A refusal is an answer too; another input is refused, and so is another mutation.
    let refused = json!({ "customer": { "domain": "nowhere.example" }, "displayName": "No", "roles": ["GLOBAL_READER"],
        "duration": "P30D", "idempotencyKey": "refused" });
    for _ in 0..2 {
        assert_eq!(world.refusal(&tailspin, "requestRelationship", refused.clone()).await, "NOT_FOUND");
    }
    let mut other_input = refused.clone();
    other_input["displayName"] = json!("Another");
    assert_eq!(
        world.refusal(&tailspin, "requestRelationship", other_input.clone()).await,
        "IDEMPOTENCY_KEY_REUSED"
    );
    let other_act = json!({ "request": "x", "idempotencyKey": "key 0" });
    let withdraw = "withdrawRelationshipRequest";
    assert_eq!(world.refusal(&tailspin, withdraw, other_act).await, "NOT_FOUND");
    let request = world.read(&tailspin, "{ relationshipRequests(first: 1) { nodes { id } } }").await;
    let request = &request["relationshipRequests"]["nodes"][0]["id"];
    let other_act = json!({ "request": request, "idempotencyKey": "key 0" });
    assert_eq!(world.refusal(&tailspin, withdraw, other_act).await, "IDEMPOTENCY_KEY_REUSED");
    // Keys are a tenant's own, and forgotten after a day.
    let northwinds = json!({ "customer": { "domain": "contoso.example" }, "displayName": "Ours", "roles": ["GLOBAL_READER"],
        "duration": "P30D", "idempotencyKey": "key 0" });
    world.done(&world.northwind(), "requestRelationship", northwinds).await;
    world.clock.set(noon() + chrono::TimeDelta::hours(24));
    assert_eq!(world.refusal(&tailspin, "requestRelationship", other_input).await, "NOT_FOUND");
    other.stop().await;
    world.end().await;
}
