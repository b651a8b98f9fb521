//! A server that is killed in the middle of its work leaves no half of anything, and loses nothing that it has said.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use rand::RngExt;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::facts::Facts;
use crate::program::Program;
use crate::world::{Backend, Person, World};

/// How often the server is killed, on each database.
const ROUNDS: usize = 100;

/// What the server has acknowledged: requests, and whether it was their acceptance.
#[derive(Default)]
struct Acknowledged {
    acts: Mutex<Vec<(String, bool)>>,
    more: Notify,
}

impl Acknowledged {
    fn add(&self, request: &str, is_accepted: bool) {
        self.acts.lock().unwrap().push((request.to_owned(), is_accepted));
        self.more.notify_one();
    }

    fn number(&self) -> usize {
        self.acts.lock().unwrap().len()
    }

    async fn reach(&self, number: usize) {
        while self.number() < number {
            self.more.notified().await;
        }
    }
}

/// Asks and accepts, again and again, until the server is gone.
async fn work(world: &World, url: &str, name: &str, acknowledged: &Acknowledged) {
    let client = reqwest::Client::new();
    let send = async |person: &Person, query: &str, input: Value| -> Option<Value> {
        let body = json!({ "query": query, "variables": { "input": input } });
        let request = client.post(format!("{url}/graphql")).bearer_auth(world.token(person));
        let request = request.header("content-type", "application/json").body(body.to_string());
        let text = request.send().await.ok()?.text().await.ok()?;
        serde_json::from_str(&text).ok()
    };
    for n in 0.. {
        let input = json!({ "customer": { "domain": "contoso.example" }, "displayName": format!("{name} {n}"),
            "roles": ["GLOBAL_READER", "LICENSE_ADMINISTRATOR"], "duration": "P30D" });
        let query = "mutation($input: RequestRelationshipInput!) { it: requestRelationship(input: $input) { request { id } } }";
        let Some(answer) = send(&world.tailspin(), query, input).await else { return };
        let Some(request) = answer["data"]["it"]["request"]["id"].as_str() else {
            // Too many are open, of servers that were killed before they were accepted.
            let query =
                "{ list: relationshipRequests(first: 50, filter: { status: [OPEN] }) { nodes { id } } }";
            let Some(open) = send(&world.tailspin(), query, Value::Null).await else { return };
            for request in open["data"]["list"]["nodes"].as_array().into_iter().flatten() {
                let query = "mutation($input: WithdrawRelationshipRequestInput!) { it: withdrawRelationshipRequest(input: $input) { request { id } } }";
                send(&world.tailspin(), query, json!({ "request": request["id"] })).await;
            }
            continue;
        };
        acknowledged.add(request, false);
        let input = json!({ "request": { "id": request } });
        let query = "mutation($input: AcceptRelationshipRequestInput!) { it: acceptRelationshipRequest(input: $input) { grant { id } } }";
        let Some(answer) = send(&world.contoso(), query, input).await else { return };
        if answer["data"]["it"]["grant"].is_object() {
            acknowledged.add(request, true);
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_keeps_what_it_acknowledged(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = Arc::new(World::of(backend, Facts::cast()).await);
    // The program looks at the real clock.
    world.clock.set(copartner::clock::now());
    let acknowledged = Arc::new(Acknowledged::default());
    for round in 0..ROUNDS {
        let mut program = Program::over(&world);
        let url = program.url.clone();
        // After so many acknowledgements, and a moment that is long enough for some work to have begun.
        let (number, moment) = (rand::rng().random_range(1..5), rand::rng().random_range(0..8));
        let number = acknowledged.number() + number;
        let workers = (0..3).map(|n| {
            let (world, url, acknowledged) = (world.clone(), url.clone(), acknowledged.clone());
            async move { work(&world, &url, &format!("{round} {n}"), &acknowledged).await }
        });
        let kill = async {
            acknowledged.reach(number).await;
            tokio::time::sleep(Duration::from_millis(moment)).await;
            program.kill();
        };
        tokio::join!(join_all(workers), kill);
    }
    let acknowledged = Arc::into_inner(acknowledged).unwrap().acts.into_inner().unwrap();
    assert!(acknowledged.iter().any(|(_, is_accepted)| *is_accepted), "nothing was accepted");

    let world = Arc::into_inner(world).unwrap();
    world.clock.set(copartner::clock::now());
    world.verify_log().await;
    // Every request is whole: an accepted one has its grant, with its roles, its assignments and both events.
    let mut found = std::collections::HashMap::new();
    let mut after = Value::Null;
    loop {
        let query = "query($after: String) { list: relationshipRequests(first: 100, after: $after) {
            nodes { id status roles grant { status roles assignments { roles } } }
            pageInfo { hasNextPage endCursor } } }";
        let page =
            world.query(&world.tailspin(), query, json!({ "after": after })).await.data()["list"].take();
        for node in page["nodes"].as_array().unwrap() {
            let roles = json!(["LICENSE_ADMINISTRATOR", "GLOBAL_READER"]);
            assert_eq!(node["roles"], roles, "{node}");
            let is_accepted = node["status"] == "ACCEPTED";
            let grant = json!({ "status": "ACTIVE", "roles": roles, "assignments": [{ "roles": roles }] });
            assert_eq!(node["grant"], if is_accepted { grant } else { Value::Null }, "{node}");
            found.insert(node["id"].as_str().unwrap().to_owned(), is_accepted);
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    for (request, is_accepted) in &acknowledged {
        let kept = found.get(request).unwrap_or_else(|| panic!("{request} was acknowledged and is lost"));
        assert!(*kept || !is_accepted, "the acceptance of {request} was acknowledged and is lost");
    }
    let accepted = found.values().filter(|is_accepted| **is_accepted).count();
    let count = async |kind: &str| {
        let query = format!("{{ events(filter: {{ kind: [{kind}] }}) {{ totalCount }} }}");
        usize::try_from(world.read(&world.contoso(), &query).await["events"]["totalCount"].as_u64().unwrap())
            .unwrap()
    };
    assert_eq!(count("RELATIONSHIP_REQUEST_CREATED").await, found.len());
    assert_eq!(count("RELATIONSHIP_REQUEST_ACCEPTED").await, accepted);
    assert_eq!(count("GRANT_ACTIVATED").await, accepted);
    world.end().await;
}
