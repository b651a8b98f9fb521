//! The log in the order of its commits: whoever follows it reads every entry once, in order, however others write.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::facts::{ADATUM, Facts};
use crate::outside::Outside;
use crate::world::{Backend, Person, World, text_of};

const FEED: &str = "query($after: String, $filter: EventFilter) { it: eventFeed(first: 7, after: $after, filter: $filter) { \
    nodes { id kind occurredAt sequence subject { id } } edges { cursor } pageInfo { endCursor hasNextPage } } }";

/// Someone who follows the feed, and what it has read.
struct Follower {
    person: Person,
    cursor: Value,
    read: Vec<Value>,
}

impl Follower {
    fn new(person: Person) -> Self {
        Self { person, cursor: Value::Null, read: Vec::new() }
    }

    /// Reads on to the end as it is now.
    async fn catch_up(&mut self, world: &World) {
        loop {
            let page =
                world.query(&self.person, FEED, json!({ "after": self.cursor })).await.data()["it"].take();
            self.read.extend(page["nodes"].as_array().unwrap().iter().cloned());
            if !page["pageInfo"]["endCursor"].is_null() {
                self.cursor = page["pageInfo"]["endCursor"].clone();
            }
            if page["pageInfo"]["hasNextPage"] == false {
                return;
            }
        }
    }

    fn ids(&self) -> Vec<&str> {
        self.read.iter().map(|event| event["id"].as_str().unwrap()).collect()
    }

    fn kinds(&self) -> Vec<&str> {
        self.read.iter().map(|event| event["kind"].as_str().unwrap()).collect()
    }
}

/// All that someone may see of the log, by its other list.
async fn all(world: &World, person: &Person) -> HashSet<String> {
    let mut ids = HashSet::new();
    let mut after = Value::Null;
    loop {
        let query = "query($after: String) { events(first: 200, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }";
        let page = world.query(person, query, json!({ "after": after })).await.data()["events"].take();
        ids.extend(
            page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()),
        );
        if page["pageInfo"]["hasNextPage"] == false {
            return ids;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// How many requests each writer makes and takes back. `COPARTNER_TEST_FEED_ROUNDS` makes it a long test.
fn rounds() -> usize {
    std::env::var("COPARTNER_TEST_FEED_ROUNDS").map_or(6, |rounds| rounds.parse().unwrap())
}

/// Does something with a body of which the end comes late, when others have begun and ended.
async fn slowly(world: &World, url: &str, person: &Person, input: Value) -> Value {
    let address = url.strip_prefix("http://").unwrap();
    let body =
        json!({ "query": text_of("requestRelationship"), "variables": { "input": input } }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        world.token(person),
        body.len()
    );
    let mut connection = TcpStream::connect(address).await.unwrap();
    let (early, late) = body.split_at(10);
    connection.write_all(format!("{head}{early}").as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(30)).await;
    connection.write_all(late.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    let (_, json) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str::<Value>(json).unwrap()["data"]["it"].take()
}

/// Asks and takes back, again and again, at one of the servers.
async fn work(world: &World, url: &str, person: &Person, name: String) {
    for n in 0..rounds() {
        let domain = if n % 2 == 0 { "contoso.example" } else { "adatum.example" };
        let input = json!({ "customer": { "domain": domain }, "displayName": format!("{name} {n}"),
            "roles": ["GLOBAL_READER"], "duration": "P30D" });
        let asked = match n % 3 {
            0 => slowly(world, url, person, input).await,
            _ => world.mutate_at(url, person, "requestRelationship", input).await,
        };
        let input = json!({ "request": asked["request"]["id"] });
        world.mutate_at(url, person, "withdrawRelationshipRequest", input).await;
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_reads_every_entry_once_and_in_order_while_two_servers_write(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let other = world.another_server().await;
    let urls = [world.url.clone(), format!("http://{}", other.address)];
    let people = [world.fabrikam(), world.northwind(), world.tailspin()];
    let is_over = AtomicBool::new(false);
    let writers = async {
        let workers = (0..16).map(|n| work(&world, &urls[n % 2], &people[n % 3], format!("worker {n}")));
        join_all(workers).await;
        is_over.store(true, Ordering::SeqCst);
    };
    let mut followers = [
        Follower::new(world.contoso()),
        Follower::new(world.fabrikam()),
        Follower::new(world.tailspin()),
        Follower::new(world.operator()),
    ];
    let following = async {
        while !is_over.load(Ordering::SeqCst) {
            for follower in &mut followers {
                follower.catch_up(&world).await;
            }
        }
    };
    tokio::join!(writers, following);
    for follower in &mut followers {
        follower.catch_up(&world).await;
        let ids = follower.ids();
        let set: HashSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(set.len(), ids.len(), "an entry was read twice");
        assert_eq!(set, all(&world, &follower.person).await, "an entry was never read");
    }
    // Of one customer: in the order of its chain, whose instants never go back.
    let chain: Vec<_> = followers[0].read.iter().map(|event| event["sequence"].as_i64().unwrap()).collect();
    assert_eq!(chain.len(), rounds().div_ceil(2) * 16 * 2);
    println!("{backend:?}: {} entries were followed", 16 * 2 * rounds());
    assert!(chain.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{chain:?}");
    let instants: Vec<_> =
        followers[0].read.iter().map(|event| event["occurredAt"].as_str().unwrap()).collect();
    assert!(instants.is_sorted());
    // A partner learns nothing of its place among others.
    assert!(followers[1].read.iter().all(|event| event["sequence"].is_null()));
    other.stop().await;
    world.verify_log().await;
    world.end().await;
}

/// A number that is taken before the commit would put the slow one before the cursor.
#[tokio::test]
async fn what_is_committed_late_appears_late() {
    let world = World::cast(Backend::Postgres).await;
    let ask = async |domain: &str, name: &str| {
        let input = json!({ "customer": { "domain": domain }, "displayName": name, "roles": ["GLOBAL_READER"],
            "duration": "P30D" });
        world.done(&world.tailspin(), "requestRelationship", input).await;
    };
    ask("contoso.example", "first").await;
    let slow = Outside::of(&world.database).await;
    let columns = "partner_id, sequence + 1, 'RELATIONSHIP_REQUEST_WITHDRAWN', occurred_at, actor_kind, actor_tenant_id, \
        actor_subject, actor_is_application, subject_id, grant_id, changes, subscriptions_before, subscriptions_after, \
        previous_hash, hash, hash_version";
    let late = format!(
        "INSERT INTO event (id, customer_id, partner_id, sequence, kind, occurred_at, actor_kind, actor_tenant_id, \
         actor_subject, actor_is_application, subject_id, grant_id, changes, subscriptions_before, subscriptions_after, \
         previous_hash, hash, hash_version) SELECT gen_random_uuid(), customer_id, {columns} FROM event \
         WHERE kind = 'RELATIONSHIP_REQUEST_CREATED'"
    );
    slow.run("BEGIN").await;
    slow.run(&late).await;
    ask("adatum.example", "second").await;

    let mut tailspin = Follower::new(world.tailspin());
    tailspin.catch_up(&world).await;
    assert_eq!(tailspin.kinds(), ["RELATIONSHIP_REQUEST_CREATED"; 2], "nobody waits for the slow one");
    slow.run("COMMIT").await;
    tailspin.catch_up(&world).await;
    assert_eq!(tailspin.kinds()[2..], ["RELATIONSHIP_REQUEST_WITHDRAWN"]);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_cursor_of_the_feed_is_the_viewers_own_and_an_empty_page_has_none(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, Facts::cast()).await;
    for name in ["one", "two"] {
        let input = json!({ "customer": { "domain": "contoso.example" }, "displayName": name,
            "roles": ["GLOBAL_READER"], "duration": "P30D" });
        world.done(&world.tailspin(), "requestRelationship", input).await;
    }
    let page = |answer: crate::world::Answer| answer.data()["it"].take();
    let first = page(world.query(&world.tailspin(), FEED, json!({})).await);
    let cursor = first["edges"][0]["cursor"].clone();
    let rest = page(world.query(&world.tailspin(), FEED, json!({ "after": cursor })).await);
    assert_eq!(rest["nodes"].as_array().unwrap().len(), 1);
    let end =
        page(world.query(&world.tailspin(), FEED, json!({ "after": rest["pageInfo"]["endCursor"] })).await);
    assert_eq!(end["nodes"], json!([]));
    assert_eq!(end["pageInfo"], json!({ "endCursor": null, "hasNextPage": false }));

    // Another tenant, another filter, another list: not a cursor of theirs.
    for other in [world.fabrikam(), world.contoso(), world.operator()] {
        assert_eq!(world.query(&other, FEED, json!({ "after": cursor })).await.code(), "BAD_REQUEST");
    }
    let filter = json!({ "kind": ["GRANT_ACTIVATED"] });
    let answer = world.query(&world.tailspin(), FEED, json!({ "after": cursor, "filter": filter })).await;
    assert_eq!(answer.code(), "BAD_REQUEST");
    let list = "query($after: String) { events(after: $after) { totalCount } }";
    assert_eq!(world.query(&world.tailspin(), list, json!({ "after": cursor })).await.code(), "BAD_REQUEST");

    // A stranger sees nothing of it, whatever it filters by.
    let seen: HashMap<_, _> = [world.fabrikam(), world.customer(ADATUM), world.operator()]
        .into_iter()
        .map(|person| (person.tenant, person))
        .collect();
    for stranger in seen.values() {
        assert_eq!(page(world.query(stranger, FEED, json!({})).await)["nodes"], json!([]));
    }
    world.end().await;
}
