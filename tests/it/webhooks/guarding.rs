//! Tenants choose addresses, and learn nothing by them of what is inside.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use copartner::webhook::{Courier, Looking, Lookup, Pace, WebhookSettings, Worker};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::receiver::{Received, Receiver, Reply};
use super::{deliveries, register, resize, until};
use crate::program::Program;
use crate::world::{Backend, World, webhooks};

/// Answers as it is told, once after the other.
struct Told(Mutex<Vec<Vec<IpAddr>>>);

impl Lookup for Told {
    fn look_up(&self, _: &str) -> Looking {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(
            async move { if answer.is_empty() { Err(io::Error::other("no such name")) } else { Ok(answer) } },
        )
    }
}

/// Lets one address of this machine through, and takes names to lead where they are told.
fn worker(world: &World, answers: &[&[&str]]) -> Worker {
    let answers = answers.iter().map(|all| all.iter().map(|one| one.parse().unwrap()).collect()).collect();
    let settings =
        WebhookSettings { allowed_networks: vec!["127.0.0.2".to_owned().try_into().unwrap()], ..webhooks() };
    let lookup: Arc<dyn Lookup> = Arc::new(Told(Mutex::new(answers)));
    let courier = Courier::looking_up_by(&lookup, &settings).unwrap();
    let pace = Pace { rest: Duration::from_millis(5), ..Pace::default() };
    Worker::start(world.store.clone(), world.clock.clone(), courier, pace)
}

/// Two receivers at one port: where the guard lets one through, and where it does not.
async fn pair() -> (Receiver, Receiver) {
    loop {
        let closing = |_: &Received| Reply::With(200, "connection: close\r\n".to_owned());
        let outer = Receiver::at("127.0.0.2:0", closing).await;
        // Someone else may have the port there.
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", outer.port)).await {
            return (outer, Receiver::listening(listener, |_| Reply::Status(200)));
        }
    }
}

/// What a tenant is told of a delivery that was not made, but for when.
fn said(delivery: &Value) -> Value {
    json!([delivery["status"], delivery["attempts"], delivery["failure"], delivery["responseStatus"]])
}

#[rstest]
#[tokio::test]
async fn a_name_that_comes_to_lead_inside_leads_nowhere(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (outer, inner) = pair().await;
    let contoso = world.contoso();
    let hook = register(&world, &contoso, &format!("http://hooks.contoso.example:{}", outer.port)).await;
    let worker = worker(
        &world,
        &[&["127.0.0.2"], &["127.0.0.1"], &["127.0.0.2", "127.0.0.1"], &["::ffff:127.0.0.1"], &[]],
    );
    outer.gets(1).await;
    resize(&world, &world.fabrikam(), 0, 50).await;
    for attempts in 1..5 {
        until("an attempt", async || {
            deliveries(&world, &contoso, &hook).await.get(1).is_some_and(|one| one["attempts"] == attempts)
        })
        .await;
        let told = deliveries(&world, &contoso, &hook).await;
        assert_eq!(said(&told[1]), json!(["RETRYING", attempts, "UNREACHABLE", null]));
        world.clock.set(told[1]["nextAttemptAt"].as_str().unwrap().parse().unwrap());
    }
    // Nor does a replay.
    let first = outer.received()[0].id().to_owned();
    let replay = json!({ "webhook": hook.id, "from": first, "only": true });
    world.done(&contoso, "replayWebhook", replay).await;
    until("the replay", async || {
        let told = deliveries(&world, &contoso, &hook).await;
        told.iter().any(|one| one["messageId"] == first.as_str() && one["status"] == "PARKED")
    })
    .await;
    assert_eq!((inner.connections(), outer.count()), (0, 1));
    worker.stop().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_is_barred_and_what_does_not_answer_are_told_alike(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let contoso = world.contoso();
    // Inside, and let through when they were registered, but not by the server that sends; nobody listens; no TLS there.
    let inner = Receiver::willing().await;
    let outer = Receiver::at("127.0.0.2:0", |_| Reply::Status(200)).await;
    let closed = TcpListener::bind("127.0.0.2:0").await.unwrap().local_addr().unwrap();
    let urls = [
        inner.url.clone(),
        format!("http://{closed}"),
        format!("https://{closed}"),
        format!("https://127.0.0.2:{}", outer.port),
        "http://barred.contoso.example".to_owned(),
    ];
    let mut hooks = Vec::new();
    for url in &urls {
        hooks.push(register(&world, &contoso, url).await);
    }
    let worker = worker(&world, &[&["127.0.0.1"]]);
    for hook in &hooks {
        until("an attempt", async || !deliveries(&world, &contoso, hook).await.is_empty()).await;
        let told = deliveries(&world, &contoso, hook).await;
        assert_eq!(said(&told[0]), json!(["RETRYING", 1, "UNREACHABLE", null]));
    }
    assert_eq!(inner.connections(), 0);
    assert_eq!(outer.count(), 0);
    worker.stop().await;
    world.end().await;
}

/// The program itself sends, past any proxy that its environment names.
#[rstest]
#[tokio::test]
async fn no_proxy_of_the_environment_is_asked(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    world.clock.set(copartner::clock::now());
    let (receiver, proxy) = (Receiver::willing().await, Receiver::willing().await);
    let mut command = Program::serving(&world, &world.database);
    command.env("COPARTNER_HTTP__DRAIN_SECONDS", "0");
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, &proxy.url);
    }
    command
        .env("COPARTNER_WEBHOOKS__ALLOWED_NETWORKS", "127.0.0.0/8")
        .env("COPARTNER_WEBHOOKS__ALLOW_HTTP", "true");
    let mut program = Program::start(&mut command);
    let hook = json!({ "url": receiver.url });
    let hook = world.mutate_at(&program.url, &world.contoso(), "registerWebhook", hook).await;
    let received = receiver.gets(1).await;
    assert!(received[0].is_signed_by(hook["secret"].as_str().unwrap()));
    assert_eq!(proxy.connections(), 0);
    program.signal("TERM");
    assert!(program.ended().success());
    world.end().await;
}
