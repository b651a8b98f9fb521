//! What receivers answer beside a status: it is let go by, however much it is.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::receiver::{Receiver, Reply};
use super::{Hook, deliveries, subscription, until};
use crate::program::Program;
use crate::world::{Backend, World};

/// How much more memory may be in use.
const MOST: u64 = 5 * 1_024 * 1_024;

/// How many events there are for each webhook.
const EVENTS: usize = 10;

/// Has this many things happen, each at its own quantity.
async fn happen(world: &World, url: &str, first: usize) {
    for quantity in first..first + EVENTS {
        let input = json!({ "subscription": subscription(world, 0), "quantity": quantity });
        let done = world.mutate_at(url, &world.fabrikam(), "resizeSubscription", input).await;
        assert_eq!(done["userErrors"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_receiver_answers_takes_no_memory_however_much_it_is() {
    let world = World::cast(Backend::Postgres).await;
    world.clock.set(copartner::clock::now());
    let mut command = Program::serving(&world, &world.database);
    let settings = [("ALLOWED_NETWORKS", "127.0.0.0/8"), ("ALLOW_HTTP", "true"), ("TIMEOUT_SECONDS", "10")];
    for (name, value) in settings {
        command.env(format!("COPARTNER_WEBHOOKS__{name}"), value);
    }
    let program = Program::start(&mut command);
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![0; 10 * 1_024 * 1_024]).unwrap();
    let packed: std::sync::Arc<[u8]> = packed.finish().unwrap().into();
    let receiver = Receiver::replying(move |received| match received.path.as_str() {
        "/endless" => Reply::Endless(200),
        "/endless-refusal" => Reply::Endless(500),
        "/packed" => Reply::Packed(std::sync::Arc::clone(&packed)),
        _ => Reply::Status(200),
    })
    .await;
    let contoso = world.contoso();
    let register = async |path: &str| {
        let hook = json!({ "url": format!("{}{path}", receiver.url), "kinds": ["SUBSCRIPTION_RESIZED"] });
        let hook = world.mutate_at(&program.url, &contoso, "registerWebhook", hook).await;
        Hook { id: hook["webhook"]["id"].clone(), secret: String::new() }
    };
    // What it takes to deliver anything.
    for path in ["/1", "/2", "/3"] {
        register(path).await;
    }
    happen(&world, &program.url, 20).await;
    receiver.gets(3 * EVENTS).await;
    let before = program.memory();
    let taken = [register("/endless").await, register("/packed").await];
    let refused = register("/endless-refusal").await;
    happen(&world, &program.url, 20 + EVENTS).await;
    let told = async |hook: &Hook| -> Vec<(Value, Value)> {
        let told = deliveries(&world, &contoso, hook).await;
        told.iter().map(|one| (one["status"].clone(), one["responseStatus"].clone())).collect()
    };
    for hook in taken {
        until("all are delivered", async || told(&hook).await.len() == EVENTS).await;
        assert!(told(&hook).await.iter().all(|one| *one == (json!("DELIVERED"), json!(200))));
    }
    until("it is refused", async || told(&refused).await == [(json!("RETRYING"), json!(500))]).await;
    let grown = program.peak().saturating_sub(before);
    assert!(grown < MOST, "{grown} bytes");
    // What the system keeps for a connection is more than what is read.
    let each = receiver.endless_bytes() / (EVENTS + 1);
    assert!(each < 16 * 1_024 * 1_024, "{each} bytes");
    world.end().await;
}
