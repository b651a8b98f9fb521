//! What a webhook is sent, and that it can be trusted.

use chrono::TimeDelta;
use copartner::clock;
use rstest::rstest;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use super::receiver::{Receiver, Reply};
use super::{deliveries, register, resize, until, worker};
use crate::facts::id;
use crate::world::{Backend, Person, World};

/// The log as someone reads it over the API, in the form in which webhooks are sent it.
async fn log(world: &World, person: &Person) -> Vec<Value> {
    let query = "{ eventFeed(first: 200) { nodes { id kind occurredAt actor { kind tenantId subject isApplication }
        customer { tenantId } partner { id } subject { id __typename } changes { field before after } grant { id } } } }";
    let mut data = world.read(person, query).await;
    let Value::Array(nodes) = data["eventFeed"]["nodes"].take() else { panic!("{data}") };
    nodes
}

/// The same without the customer, which the API names by its tenant.
fn without_customer(mut event: Value) -> Value {
    event["customer"] = json!(event["customer"].is_object());
    event
}

#[rstest]
#[tokio::test]
async fn a_webhook_is_sent_what_its_tenant_may_see_and_nothing_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let receiver = Receiver::willing().await;
    let people = [
        ("/fabrikam", world.fabrikam()),
        ("/northwind", world.northwind()),
        ("/tailspin", world.tailspin()),
        ("/contoso", world.contoso()),
        ("/adatum", world.customer(1)),
        ("/operator", world.operator()),
    ];
    // What was before concerns none of them.
    resize(&world, &world.fabrikam(), 0, 40).await;
    for (path, person) in &people {
        register(&world, person, &format!("{}{path}", receiver.url)).await;
    }
    let worker = worker(&world);
    for (person, subscription) in [(world.fabrikam(), 0), (world.northwind(), 3), (world.tailspin(), 5)] {
        resize(&world, &person, subscription, 41).await;
    }
    let asked = json!({ "customer": { "domain": "contoso.example" }, "displayName": "More", "roles": ["GLOBAL_READER"],
        "duration": "P30D" });
    let asked = world.done(&world.tailspin(), "requestRelationship", asked).await;
    let accept = json!({ "request": { "id": asked["request"]["id"] } });
    world.done(&world.contoso(), "acceptRelationshipRequest", accept).await;
    let lamna = json!({ "tenantId": id("Lamna"), "partnerNumber": "77", "name": "Lamna", "kind": "ADVISOR" });
    world.done(&world.operator(), "registerPartner", lamna).await;
    for (path, person) in &people {
        let log = log(&world, person).await;
        let begins = log.iter().position(|event| {
            event["kind"] == "WEBHOOK_REGISTERED" && {
                // The operator reads of the partners' webhooks too.
                *path != "/operator" || event["actor"]["kind"] == "OPERATOR"
            }
        });
        let expected = &log[begins.unwrap()..];
        until(path, async || receiver.at_path(path).len() >= expected.len()).await;
        let received = receiver.at_path(path);
        assert_eq!(received.len(), expected.len(), "{path}");
        for (received, expected) in received.iter().zip(expected) {
            let body = received.json();
            let mut data = body["data"].clone();
            if let Some(subject) = data["subject"].as_object_mut() {
                let name = subject.remove("type").unwrap();
                subject.insert("__typename".to_owned(), name);
            }
            assert_eq!(without_customer(data), without_customer(expected.clone()), "{path}");
            assert_eq!((&body["type"], &body["timestamp"]), (&expected["kind"], &expected["occurredAt"]));
            assert_eq!(received.id(), expected["id"].as_str().unwrap());
            assert!(!received.id().contains('.'));
            let text = String::from_utf8_lossy(&received.body);
            assert!(!text.contains("sequence") && !text.contains("hash"), "{text}");
        }
        let text: String =
            received.iter().map(|one| String::from_utf8_lossy(&one.body).into_owned()).collect();
        for (other, _) in people.iter().filter(|(other, _)| other != path) {
            assert!(!text.contains(other), "{path} is told of {other}");
        }
    }
    worker.stop().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_message_is_signed_and_the_library_of_standard_webhooks_takes_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    world.clock.set(clock::now());
    let receiver = Receiver::willing().await;
    let hook = register(&world, &world.contoso(), &format!("{}/hook", receiver.url)).await;
    let worker = worker(&world);
    let received = receiver.gets(1).await.remove(0);
    let headers = received.headers.iter().map(|(name, value)| {
        (
            name.parse::<reqwest::header::HeaderName>().unwrap(),
            value.parse::<reqwest::header::HeaderValue>().unwrap(),
        )
    });
    let headers = headers.collect();
    Webhook::new(&hook.secret).unwrap().verify(&received.body, &headers).unwrap();
    assert_eq!(received.header("content-type"), "application/json");
    assert_eq!(received.header("user-agent"), format!("copartner/{}", env!("CARGO_PKG_VERSION")));
    let of_another = register(&world, &world.contoso(), &format!("{}/other", receiver.url)).await.secret;
    Webhook::new(&of_another).unwrap().verify(&received.body, &headers).unwrap_err();
    worker.stop().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn an_attempt_its_repeat_and_a_replay_are_the_same_message(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let is_down = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let down = std::sync::Arc::clone(&is_down);
    let receiver = Receiver::replying(move |_| {
        Reply::Status(if down.load(std::sync::atomic::Ordering::SeqCst) { 500 } else { 200 })
    })
    .await;
    let contoso = world.contoso();
    let hook = register(&world, &contoso, &receiver.url).await;
    let worker = worker(&world);
    receiver.gets(1).await;
    is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    let name = "Müller & Söhne \"1.0\" 🦀 9007199254740993 \u{1f468}\u{200d}\u{1f469} </script>";
    let rename = json!({ "subscription": super::subscription(&world, 0), "friendlyName": name });
    world.done(&world.fabrikam(), "renameSubscription", rename).await;
    receiver.gets(2).await;
    until("it has failed", async || deliveries(&world, &contoso, &hook).await.len() == 2).await;
    // It is tried again when its time has come: with the same id, at another time.
    world.clock.set(world.clock.now() + TimeDelta::hours(6));
    is_down.store(false, std::sync::atomic::Ordering::SeqCst);
    let received = receiver.gets(3).await;
    let (first, second) = (&received[1], &received[2]);
    assert_eq!(first.json()["data"]["changes"][0]["after"], name);
    assert_eq!((first.id(), &first.body), (second.id(), &second.body));
    let seconds = |one: &super::receiver::Received| one.header("webhook-timestamp").parse::<i64>().unwrap();
    assert_eq!(seconds(second) - seconds(first), 6 * 60 * 60);
    assert!(first.is_signed_by(&hook.secret) && second.is_signed_by(&hook.secret));
    let told = async || deliveries(&world, &contoso, &hook).await.pop().unwrap();
    until("it is delivered", async || told().await["status"] == "DELIVERED").await;
    assert_eq!(told().await["attempts"], 2);
    // So is a replay, of this one and of all since.
    for only in [true, false] {
        let before = receiver.count();
        let replay = json!({ "webhook": hook.id, "from": second.id(), "only": only });
        world.done(&contoso, "replayWebhook", replay).await;
        let received = receiver.gets(before + if only { 2 } else { 3 }).await;
        // The replay is told itself; of all since there is the one replay before.
        let again = received[before..].iter().find(|one| one.id() == second.id()).unwrap();
        assert_eq!(again.body, second.body);
        assert!(again.is_signed_by(&hook.secret));
    }
    worker.stop().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn both_secrets_sign_until_the_old_ones_end(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let receiver = Receiver::willing().await;
    let contoso = world.contoso();
    let first = register(&world, &contoso, &receiver.url).await;
    let worker = worker(&world);
    let newest = async |count: usize| receiver.gets(count).await.pop().unwrap();
    let rotate = async |hours: i32| {
        let rotate = json!({ "webhook": first.id, "overlapHours": hours });
        world.done(&contoso, "rotateWebhookSecret", rotate).await["secret"].as_str().unwrap().to_owned()
    };
    assert!(newest(1).await.is_signed_by(&first.secret));
    let second = rotate(2).await;
    let told = newest(2).await;
    assert_eq!(told.kind(), "WEBHOOK_SECRET_ROTATED");
    assert!(told.is_signed_by(&first.secret) && told.is_signed_by(&second));
    assert_eq!(told.header("webhook-signature").split(' ').count(), 2);
    // A delivery from before its end, made again after it, is signed by what signs then.
    world.clock.set(world.clock.now() + TimeDelta::hours(2));
    let replay = json!({ "webhook": first.id, "from": told.id(), "only": true });
    world.done(&contoso, "replayWebhook", replay).await;
    for one in &receiver.gets(4).await[2..] {
        assert!(!one.is_signed_by(&first.secret) && one.is_signed_by(&second));
    }
    // In an emergency the old one ends at once.
    let third = rotate(0).await;
    let told = newest(5).await;
    assert!(!told.is_signed_by(&second) && told.is_signed_by(&third));
    // Of three, the two newest.
    let fourth = rotate(24).await;
    let told = newest(6).await;
    assert!(!told.is_signed_by(&second) && told.is_signed_by(&third) && told.is_signed_by(&fourth));
    worker.stop().await;
    world.end().await;
}
