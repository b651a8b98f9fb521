//! Webhooks: who has them, what they are sent, when, and where they cannot lead. Receivers are on this machine, in a network that the
//! worlds let through.

mod bodies;
mod delivering;
mod failing;
mod guarding;
mod receiver;
mod registering;
mod returning;
mod revoking;
mod sharing;

use std::time::{Duration, Instant};

use copartner::webhook::{Courier, Pace, Worker};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::world::{Person, SUBSCRIPTION, World, api_id, webhooks};

pub use receiver::{Received, Receiver};

/// A webhook as its administrator knows it.
#[derive(Clone, Debug)]
pub struct Hook {
    pub id: Value,
    pub secret: String,
}

/// Registers a webhook.
pub async fn register(world: &World, person: &Person, url: &str) -> Hook {
    let payload = world.done(person, "registerWebhook", json!({ "url": url })).await;
    Hook { id: payload["webhook"]["id"].clone(), secret: payload["secret"].as_str().unwrap().to_owned() }
}

/// Serves a world's webhooks, and looks often whether there is something to do.
pub fn worker(world: &World) -> Worker {
    let pace = Pace { rest: Duration::from_millis(5), ..Pace::default() };
    Worker::start(world.store.clone(), world.clock.clone(), Courier::new(&webhooks()).unwrap(), pace)
}

/// Waits until it is so; what it takes is no time that a test counts on.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// The deliveries of a webhook, the oldest first.
pub async fn deliveries(world: &World, person: &Person, hook: &Hook) -> Vec<Value> {
    let query = "query($id: ID!) { webhookDeliveries(webhook: $id, last: 200) { nodes { messageId event { id kind } status
        attempts firstAttemptAt lastAttemptAt nextAttemptAt responseStatus failure } } }";
    let mut data = world.query(person, query, json!({ "id": hook.id })).await.data();
    let Value::Array(mut nodes) = data["webhookDeliveries"]["nodes"].take() else { panic!("{data}") };
    nodes.reverse();
    nodes
}

/// One of the world's subscriptions, by its API's id.
pub fn subscription(world: &World, index: usize) -> String {
    api_id(SUBSCRIPTION, world.facts.subscriptions[index].id)
}

/// Something that happens.
pub async fn resize(world: &World, person: &Person, index: usize, quantity: i32) {
    let input = json!({ "subscription": subscription(world, index), "quantity": quantity });
    world.done(person, "resizeSubscription", input).await;
}
