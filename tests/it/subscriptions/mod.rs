//! What partners do with what they sold: bought, changed, ended, renewed by the clock, and told by the log.

mod life;
mod log;
mod race;
mod refusals;
mod terms;
mod written;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::facts::Instant;
use crate::world::{Person, World};

const MILLISECOND: TimeDelta = TimeDelta::milliseconds(1);

fn shown(instant: Instant) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

async fn offer(world: &World) -> Value {
    let offers = world.read(&world.fabrikam(), "{ offers(first: 1) { nodes { id } } }").await;
    offers["offers"]["nodes"][0]["id"].clone()
}

/// What Fabrikam buys for Contoso.
async fn order(world: &World) -> Value {
    json!({ "customer": { "domain": "contoso.example" }, "offer": offer(world).await, "quantity": 10, "term": "P1M",
        "billingCycle": "MONTHLY" })
}

async fn purchase(world: &World) -> Value {
    let order = order(world).await;
    world.done(&world.fabrikam(), "purchaseSubscription", order).await["subscription"].take()
}

/// Each event about a subscription, the oldest first, as someone sees it.
async fn log(world: &World, person: &Person, id: &Value) -> Vec<Value> {
    let query =
        "query($id: ID!) { events(last: 100, filter: { subject: $id }) { nodes { kind actor { subject }
        changes { field before after } grant { id } subscriptionsUnchanged occurredAt } } }";
    let data = world.query(person, query, json!({ "id": id })).await.data();
    data["events"]["nodes"].as_array().unwrap().iter().rev().cloned().collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["kind"].as_str().unwrap()).collect()
}
