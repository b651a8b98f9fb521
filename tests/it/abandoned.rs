//! What nobody waits for any more ends in the database too, and leaves nothing behind.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use crate::live::sold;
use crate::outside::Outside;
use crate::rate::DEAR;
use crate::webhooks::until;
use crate::world::{Answer, Backend, World};

const READ: &str = "{ subscriptions { totalCount } }";

fn rename(world: &World) -> String {
    let subscription = sold(world, 0);
    format!(
        "mutation {{ renameSubscription(input: {{ subscription: \"{subscription}\", friendlyName: \"Late\" }}) {{
            subscription {{ friendlyName }} userErrors {{ code }} }} }}"
    )
}

async fn ask(world: &World, url: &str, query: &str) -> Answer {
    world.query_at(url, &world.fabrikam(), json!({ "query": query })).await
}

/// Holds what whoever reads or writes subscriptions waits for.
async fn held(world: &World) -> Outside {
    let outside = Outside::of(&world.database).await;
    outside.run("BEGIN; LOCK TABLE subscription IN ACCESS EXCLUSIVE MODE").await;
    outside
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_asked_for_that_has_left_is_not_worked_on() {
    let world = World::cast(Backend::Postgres).await;
    let holder = held(&world).await;
    let outside = Outside::of(&world.database).await;
    for operation in [READ, &rename(&world), DEAR, DEAR] {
        let request = ask(&world, &world.url, operation);
        let until_it_waits = until("it waits", async || outside.waiting().await > 0);
        tokio::select! {
            _ = request => panic!("nothing can be answered"),
            () = until_it_waits => (),
        }
        until("its statement has ended", async || outside.waiting().await == 0).await;
    }
    holder.run("COMMIT").await;
    let name = format!(
        "{{ node(id: \"{}\") {{ ... on CustomerSubscription {{ friendlyName }} }} }}",
        sold(&world, 0)
    );
    let name = world.read(&world.fabrikam(), &name).await;
    assert_ne!(name["node"]["friendlyName"], "Late", "nothing was done");
    world.verify_log().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_longer_than_a_request_may_is_given_up_in_the_database_too() {
    let world = World::cast(Backend::Postgres).await;
    let server = world.server_with_patience(1).await;
    let url = format!("http://{}", server.address);
    let holder = held(&world).await;
    let outside = Outside::of(&world.database).await;
    for operation in [READ, &rename(&world), DEAR, DEAR] {
        let answer = timeout(Duration::from_secs(10), ask(&world, &url, operation)).await.unwrap();
        assert_eq!((answer.status, answer.code().as_str()), (503, "TIMEOUT"), "{}", answer.text);
        until("its statement has ended", async || outside.waiting().await == 0).await;
    }
    holder.run("COMMIT").await;
    assert_eq!(ask(&world, &url, READ).await.status, 200);
    server.stop().await;
    world.end().await;
}
