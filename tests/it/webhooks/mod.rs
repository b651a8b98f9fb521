//! Webhooks: who has them, what they are sent, when, and where they cannot lead. Receivers are on this machine, in a network that the
//! worlds let through.

mod registering;

use serde_json::{Value, json};

use crate::world::{Person, World};

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
