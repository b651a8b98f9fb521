//! While the database is away, busy or read-only the server says so, and all is well again when that is over.

use std::time::Duration;

use access::{Database, StoreOptions};
use copartner::http::Running;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::outside::Outside;
use crate::world::{Answer, Backend, World, options, postgres_url};

/// Lets nobody connect to the database any more, and throws out whoever is connected; or lets them in again.
async fn allow(world: &World, is_open: bool) {
    let url = postgres_url(&world.database);
    let name = Url::parse(&url).unwrap().path().trim_start_matches('/').to_owned();
    let server = std::env::var("COPARTNER_TEST_POSTGRES").unwrap();
    let connection = Outside::postgres(&server).await;
    let allow = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {is_open}");
    connection.run(&allow).await;
    if !is_open {
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        connection.run(&end).await;
    }
}

#[tokio::test]
async fn an_outage_is_told_and_survived() {
    let world = World::cast(Backend::Postgres).await;
    let query = "{ customers { nodes { name } } }";
    let before = world.read(&world.fabrikam(), query).await;
    allow(&world, false).await;
    let away = world.query(&world.fabrikam(), query, json!({})).await;
    assert_eq!((away.status, away.code().as_str()), (503, "UNAVAILABLE"), "{}", away.text);
    assert!(away.text.contains("cannot be reached"));
    assert!(
        !away.text.contains("terminat") && !away.text.contains("world_"),
        "no database text: {}",
        away.text
    );
    assert_eq!(away.headers["retry-after"], "1");
    assert_eq!(world.send(world.request(Method::GET, "/readyz")).await.status, 503);
    assert_eq!(world.send(world.request(Method::GET, "/healthz")).await.status, 200);
    allow(&world, true).await;
    assert_eq!(world.send(world.request(Method::GET, "/readyz")).await.status, 200);
    assert_eq!(world.read(&world.fabrikam(), query).await, before);
    world.end().await;
}

/// An answer that says that the database is unavailable, in these words.
fn told(answer: &Answer, words: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (503, "UNAVAILABLE"), "{}", answer.text);
    assert_eq!(answer.headers["retry-after"], "1");
    assert!(answer.text.contains(words), "{}", answer.text);
}

/// Holds what whoever acts at Contoso holds.
const HOLD_CONTOSO: &str = "SELECT sequence FROM chain WHERE customer_id = (SELECT id FROM customer WHERE name = 'Contoso') FOR UPDATE";

/// What Tailspin asks Contoso for.
fn asked() -> Value {
    json!({ "customer": { "domain": "contoso.example" }, "displayName": Uuid::now_v7(), "roles": ["GLOBAL_READER"],
        "duration": "P30D" })
}

/// A server that waits less than others, and its URL.
async fn impatient(world: &World, database: Database) -> (Running, String) {
    let options =
        StoreOptions { database, acquire_timeout: Duration::from_millis(300), ..options(&world.database) };
    let server = world.server_with(options).await;
    let url = format!("http://{}", server.address);
    (server, url)
}

/// Tailspin asks, until the answer is a request, or the server says these words.
async fn ask_until(world: &World, url: &str, words: Option<&str>) -> Answer {
    // A connection that has died is found out by whoever uses it; there are but a few.
    for _ in 0..16 {
        let answer = world.attempt_at(url, &world.tailspin(), "requestRelationship", asked()).await;
        if answer.status == 200 || words.is_some_and(|words| answer.text.contains(words)) {
            return answer;
        }
        told(&answer, "The database");
    }
    panic!("the server does not come to {words:?}");
}

async fn by_hand(world: &World, sql: String) {
    let connection = Outside::of(&world.database).await;
    connection.run("SET default_transaction_read_only = off").await;
    connection.run(&sql).await;
}

#[rstest]
#[tokio::test]
async fn what_someone_else_holds_for_too_long_is_told(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (server, url) = impatient(&world, world.database.clone()).await;
    let attempt = async || world.attempt_at(&url, &world.tailspin(), "requestRelationship", asked()).await;
    let other = Outside::of(&world.database).await;
    match backend {
        Backend::Sqlite => other.run("BEGIN IMMEDIATE").await,
        Backend::Postgres => {
            other.run("BEGIN").await;
            other.run(HOLD_CONTOSO).await;
        }
    }
    let answer = attempt().await;
    other.run("ROLLBACK").await;
    told(&answer, "The database is busy");
    let done = attempt().await.data();
    assert_eq!(done["it"]["userErrors"], json!([]));
    let list =
        world.read(&world.tailspin(), "{ relationshipRequests { totalCount } events { totalCount } }").await;
    assert_eq!(list, json!({ "relationshipRequests": { "totalCount": 1 }, "events": { "totalCount": 1 } }));
    server.stop().await;
    world.end().await;
}

#[tokio::test]
async fn a_database_that_can_only_be_read_is_told_and_survived() {
    let world = World::cast(Backend::Postgres).await;
    let name = Url::parse(&postgres_url(&world.database)).unwrap().path().trim_start_matches('/').to_owned();
    let set = async |is_read_only: bool| {
        by_hand(
            &world,
            format!(
                "ALTER DATABASE {name} SET default_transaction_read_only = {is_read_only};
                 SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ),
        )
        .await;
    };
    set(true).await;
    let words = "cannot be written to right now";
    told(&ask_until(&world, &world.url, Some(words)).await, words);
    assert_eq!(world.read(&world.tailspin(), "{ events { totalCount } }").await["events"]["totalCount"], 0);
    let readiness = world.send(world.request(Method::GET, "/readyz")).await;
    assert_eq!(
        (readiness.status, &readiness.json()["reason"]),
        (503, &json!("the database cannot be written to"))
    );
    set(false).await;
    ask_until(&world, &world.url, None).await.data();
    assert_eq!(world.send(world.request(Method::GET, "/readyz")).await.status, 200);
    world.end().await;
}

#[tokio::test]
async fn a_database_that_takes_no_more_connections_is_told_and_survived() {
    let world = World::cast(Backend::Postgres).await;
    // A superuser is always let in.
    let role = format!("guest_{}", Uuid::now_v7().simple());
    by_hand(&world, format!("CREATE ROLE {role} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}"))
        .await;
    let mut database = Url::parse(&postgres_url(&world.database)).unwrap();
    database.set_username(&role).unwrap();
    let (server, url) = impatient(&world, Database::Postgres(database.into())).await;
    ask_until(&world, &url, None).await.data();
    by_hand(
        &world,
        format!(
            "ALTER ROLE {role} CONNECTION LIMIT 0;
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'"
        ),
    )
    .await;
    for _ in 0..4 {
        let answer = world.attempt_at(&url, &world.tailspin(), "requestRelationship", asked()).await;
        told(&answer, "The database");
    }
    by_hand(&world, format!("ALTER ROLE {role} CONNECTION LIMIT -1")).await;
    ask_until(&world, &url, None).await.data();
    server.stop().await;
    by_hand(&world, format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    world.end().await;
}

#[tokio::test]
async fn of_two_that_wait_for_each_other_the_server_begins_again() {
    let world = World::cast(Backend::Postgres).await;
    let database = postgres_url(&world.database);
    let withdraw = async |request: &Value| {
        let input = json!({ "request": request });
        world.attempt_at(&world.url, &world.tailspin(), "withdrawRelationshipRequest", input).await
    };
    let request =
        async || world.done(&world.tailspin(), "requestRelationship", asked()).await["request"]["id"].take();
    let undisturbed = withdraw(&request().await).await;

    let contested = request().await;
    let other = Outside::postgres(&database).await;
    other.run("BEGIN").await;
    other.run("SELECT id FROM relationship_request WHERE status = 'OPEN' FOR UPDATE").await;
    let cross = async {
        let witness = Outside::postgres(&database).await;
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                     AND wait_event_type = 'Lock'";
        while witness.rows(waits).await[0][0] == "0" {
            tokio::task::yield_now().await;
        }
        // Now the server waits for the request, and this for the customer's chain, which the server holds. Whoever has waited
        // for a second finds out, and gives way.
        other.run(HOLD_CONTOSO).await;
        other.run("ROLLBACK").await;
    };
    let (withdrawn, ()) = tokio::join!(withdraw(&contested), cross);
    assert_eq!(withdrawn.data()["it"]["request"]["status"], "WITHDRAWN");
    assert!(withdrawn.statements() > undisturbed.statements(), "nothing was done twice");
    let events = "{ events(filter: { kind: [RELATIONSHIP_REQUEST_WITHDRAWN] }) { totalCount } }";
    assert_eq!(world.read(&world.contoso(), events).await["events"]["totalCount"], 2);
    world.end().await;
}
