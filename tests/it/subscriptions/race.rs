//! Many who resize one subscription at once.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use super::{log, purchase};
use crate::world::{Backend, Person, World};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_who_resize_at_once_none_is_lost(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const CLIENTS: i32 = 64;
    let world = World::cast(backend).await;
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    let id = purchase(&world).await["id"].clone();
    let resize = async |quantity: i32, version: Option<i32>| {
        let input = json!({ "subscription": id, "quantity": quantity, "expectedVersion": version });
        world.mutate(&fabrikam, "resizeSubscription", input).await
    };
    // All decide about the same version: one is served, and the others are told what it is now.
    let mut version = 1;
    for round in 0..3_i32 {
        let answers = join_all((0..CLIENTS).map(|n| resize(20 + 64 * round + n, Some(version)))).await;
        let won: Vec<_> = answers.iter().filter(|answer| answer["subscription"].is_object()).collect();
        assert_eq!(won.len(), 1, "round {round}");
        version += 1;
        assert_eq!(won[0]["subscription"]["version"], version);
        for lost in answers.iter().filter(|answer| answer["subscription"].is_null()) {
            assert_eq!(lost["userErrors"][0]["code"], "VERSION_CONFLICT");
            assert_eq!(lost["userErrors"][0]["currentVersion"], version);
        }
        let quantity = "query($id: ID!) { subscription(id: $id) { quantity } }";
        let stored = world.query(&fabrikam, quantity, json!({ "id": id })).await.data();
        assert_eq!(stored["subscription"]["quantity"], won[0]["subscription"]["quantity"]);
    }
    // Each reads, adds one and tries again when it was outrun: every one of them counts.
    let start =
        world.query(&fabrikam, "query($id: ID!) { subscription(id: $id) { quantity } }", json!({ "id": id }));
    let start = start.await.data()["subscription"]["quantity"].as_i64().unwrap();
    let add = async || loop {
        let query = "query($id: ID!) { subscription(id: $id) { quantity version } }";
        let read = world.query(&fabrikam, query, json!({ "id": id })).await.data()["subscription"].take();
        let quantity = i32::try_from(read["quantity"].as_i64().unwrap()).unwrap() + 1;
        let version = i32::try_from(read["version"].as_i64().unwrap()).unwrap();
        let answer = resize(quantity, Some(version)).await;
        if answer["subscription"].is_object() {
            break;
        }
        assert_eq!(answer["userErrors"][0]["code"], "VERSION_CONFLICT");
    };
    join_all((0..16).map(|_| add())).await;
    let end =
        world.query(&fabrikam, "query($id: ID!) { subscription(id: $id) { quantity } }", json!({ "id": id }));
    assert_eq!(end.await.data()["subscription"]["quantity"], start + 16);
    // Without versions each is served in its turn, and the log has all of them, one upon the other.
    let before = log(&world, &contoso, &id).await.len();
    let quantities: Vec<i32> = (0..CLIENTS).map(|n| 220 + n).collect();
    let answers = join_all(quantities.iter().map(|quantity| resize(*quantity, None))).await;
    assert!(answers.iter().all(|answer| answer["userErrors"] == json!([])), "{answers:#?}");
    let events = log(&world, &contoso, &id).await.split_off(before);
    assert_eq!(events.len(), quantities.len());
    let mut told: Vec<(String, String)> = Vec::new();
    for event in &events {
        let change = &event["changes"][0];
        assert_eq!(change["field"], "quantity");
        let value = |side: &str| change[side].as_str().unwrap().to_owned();
        told.push((value("before"), value("after")));
    }
    let mut after: Vec<i32> = told.iter().map(|(_, after)| after.parse().unwrap()).collect();
    after.sort_unstable();
    assert_eq!(after, quantities);
    // Requests that arrive in one millisecond have one instant; the chain has their order.
    let chained = chain_of(&world, &contoso, CLIENTS).await;
    for (earlier, later) in chained.iter().zip(chained.iter().skip(1)) {
        assert_eq!(earlier.1, later.0, "{chained:?}");
    }
    world.verify_log().await;
    world.end().await;
}

/// The last changes of quantity in the order of the chain.
async fn chain_of(world: &World, person: &Person, most: i32) -> Vec<(String, String)> {
    let query = format!(
        "{{ events(first: {most}, filter: {{ kind: [SUBSCRIPTION_RESIZED] }}) {{ nodes {{ sequence changes {{ before after }} }} }} }}"
    );
    let data = world.read(person, &query).await;
    let mut nodes = data["events"]["nodes"].as_array().unwrap().clone();
    nodes.sort_by_key(|node| node["sequence"].as_i64());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    nodes
        .iter()
        .map(|node| (text(&node["changes"][0]["before"]), text(&node["changes"][0]["after"])))
        .collect()
}
