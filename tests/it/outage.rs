//! While the database is away the server says so, and all is well again when it is back.

use reqwest::Method;
use sea_orm::sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use serde_json::json;

use crate::world::{Backend, World, postgres_url};

/// Lets nobody connect to the database any more, and throws out whoever is connected; or lets them in again.
async fn allow(world: &World, is_open: bool) {
    let url = postgres_url(&world.database);
    let name = url::Url::parse(&url).unwrap().path().trim_start_matches('/').to_owned();
    let server = std::env::var("COPARTNER_TEST_POSTGRES").unwrap();
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let allow = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {is_open}");
    connection.execute(AssertSqlSafe(allow)).await.unwrap();
    if !is_open {
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        connection.execute(AssertSqlSafe(end)).await.unwrap();
    }
}

#[tokio::test]
async fn an_outage_is_told_and_survived() {
    let world = World::cast(Backend::Postgres).await;
    let query = "{ customers { nodes { name } } }";
    let before = world.read(&world.fabrikam(), query).await;
    allow(&world, false).await;
    let away = world.ask(&world.fabrikam(), query, json!({})).await;
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
