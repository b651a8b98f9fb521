//! Who has webhooks, where they may be, and what is told of them.

use entity::TenantRole;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::register;
use crate::outside::Outside;
use crate::world::{Backend, EVENT, Person, WEBHOOK, World, api_id};

const URL: &str = "https://hooks.example.com/a-path-that-is-a-secret?token=hidden";

#[rstest]
#[tokio::test]
async fn administrators_register_webhooks_and_are_told_their_secrets_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let query = "{ webhooks { totalCount nodes { id url description kinds status roles groups createdBy secretRotatedAt
        previousSecretEndsAt failingSince version deliveries { totalCount } } } }";
    let people = [world.fabrikam(), world.contoso(), world.operator()];
    for person in &people {
        let mut input = json!({ "url": URL, "description": "Billing", "kinds": ["SUBSCRIPTION_RESIZED", "GRANT_ACTIVATED",
            "SUBSCRIPTION_RESIZED"], "idempotencyKey": "one" });
        let first = world.done(person, "registerWebhook", input.clone()).await;
        let secret = first["secret"].as_str().unwrap();
        assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
        let again = world.done(person, "registerWebhook", input.clone()).await;
        assert_eq!(again, json!({ "webhook": first["webhook"], "secret": null, "userErrors": [] }));
        input["idempotencyKey"] = json!("two");
        let other = world.done(person, "registerWebhook", input).await;
        assert_ne!(other["secret"], first["secret"]);
        world.done(person, "removeWebhook", json!({ "webhook": other["webhook"]["id"] })).await;
        let list = world.read(person, query).await["webhooks"].take();
        assert_eq!(list["totalCount"], 1, "each tenant has its own: {list}");
        let own = &list["nodes"][0];
        assert_eq!(
            (&own["url"], &own["kinds"]),
            (&json!(URL), &json!(["GRANT_ACTIVATED", "SUBSCRIPTION_RESIZED"]))
        );
        assert_eq!((&own["status"], &own["version"]), (&json!("ENABLED"), &json!(1)));
        assert_eq!(own["roles"].as_array().unwrap().len(), 1);
        // Whoever is no administrator of the tenant neither sees nor does anything.
        let others = Person { roles: vec![TenantRole::HelpdeskAgent], ..person.clone() };
        assert_eq!(world.read(&others, query).await["webhooks"], json!({ "totalCount": 0, "nodes": [] }));
        let by_id = "query($id: ID!) { node(id: $id) { id } webhookDeliveries(webhook: $id) { totalCount } }";
        let hidden = world.query(&others, by_id, json!({ "id": own["id"] })).await.data();
        assert_eq!(hidden, json!({ "node": null, "webhookDeliveries": { "totalCount": 0 } }));
        assert_eq!(world.refusal(&others, "registerWebhook", json!({ "url": URL })).await, "FORBIDDEN");
        let weak = Person { mfa: false, ..person.clone() };
        assert_eq!(world.refusal(&weak, "registerWebhook", json!({ "url": URL })).await, "FORBIDDEN");
    }
    // What a secret is made of is not in the database; its parts are there, and are no secret.
    let rows = Outside::of(&world.database).await.rows("SELECT url, origin, status FROM webhook").await;
    assert_eq!(rows.len(), people.len());
    assert!(rows.iter().all(|row| row[1] == "https://hooks.example.com"), "{rows:?}");
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn anothers_webhook_and_event_are_refused_as_those_that_do_not_exist(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (foreign, own) =
        (register(&world, &world.contoso(), URL).await.id, register(&world, &world.tailspin(), URL).await.id);
    let of_contoso = world.read(&world.contoso(), "{ events(first: 1) { nodes { id } } }").await;
    let of_tailspin = world.read(&world.tailspin(), "{ events(first: 1) { nodes { id } } }").await;
    let event = |events: &Value| events["events"]["nodes"][0]["id"].clone();
    let random = json!(api_id(WEBHOOK, Uuid::from_u128(7)));
    for person in [world.tailspin(), world.fabrikam(), world.operator()] {
        for (mutation, mut input) in [
            ("updateWebhook", json!({ "status": "DISABLED" })),
            ("rotateWebhookSecret", json!({ "overlapHours": 0 })),
            ("replayWebhook", json!({ "from": event(&of_contoso) })),
            ("removeWebhook", json!({})),
        ] {
            let mut answers = Vec::new();
            for id in [&foreign, &random, &json!("garbage")] {
                input["webhook"] = id.clone();
                answers.push(world.mutate(&person, mutation, input.clone()).await);
            }
            assert_eq!(answers[0]["userErrors"][0]["code"], "NOT_FOUND", "{mutation}");
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{mutation}: {answers:?}");
        }
    }
    for only in [false, true] {
        let mut answers = Vec::new();
        for from in [event(&of_contoso), json!(api_id(EVENT, Uuid::from_u128(7))), json!("garbage")] {
            let replay = json!({ "webhook": own, "from": from, "only": only });
            answers.push(world.mutate(&world.tailspin(), "replayWebhook", replay).await);
        }
        assert_eq!(answers[0]["userErrors"][0]["path"], json!(["input", "from"]));
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    }
    let replay = json!({ "webhook": own, "from": event(&of_tailspin) });
    world.done(&world.tailspin(), "replayWebhook", replay).await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_webhook_is_on_the_internet_or_where_the_operator_lets_it_be(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let fabrikam = world.fabrikam();
    let kept = register(&world, &fabrikam, "http://127.0.0.1:9/hook").await;
    for url in [
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://2852039166/",
        "https://0xa9fea9fe/",
        "https://0251.0376.0251.0376/",
        "https://10.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://10.0.0.1./",
        "https://user:password@hooks.example.com/",
        "http://hooks.example.com:0/",
        "http://8.8.8.8/",
        "ftp://hooks.example.com/",
        "hooks.example.com",
        "https://hooks.example.com/#fragment",
    ] {
        let registered = world.mutate(&fabrikam, "registerWebhook", json!({ "url": url })).await;
        let error = &registered["userErrors"][0];
        assert_eq!((&error["code"], &error["path"]), (&json!("INVALID"), &json!(["input", "url"])), "{url}");
        let change = json!({ "webhook": kept.id, "url": url });
        assert_eq!(world.refusal(&fabrikam, "updateWebhook", change).await, "INVALID", "{url}");
    }
    // All mistakes are told at once.
    let wrong = json!({ "url": "http://8.8.8.8/", "description": " ", "kinds": [] });
    let wrong = world.mutate(&fabrikam, "registerWebhook", wrong).await;
    assert_eq!(wrong["userErrors"].as_array().unwrap().len(), 3, "{wrong:#}");
    let rotate = json!({ "webhook": kept.id, "overlapHours": 169 });
    assert_eq!(world.refusal(&fabrikam, "rotateWebhookSecret", rotate).await, "INVALID");
    // A tenant has ten.
    for _ in 1..10 {
        register(&world, &fabrikam, URL).await;
    }
    assert_eq!(world.refusal(&fabrikam, "registerWebhook", json!({ "url": URL })).await, "LIMIT_EXCEEDED");
    register(&world, &world.northwind(), URL).await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn the_log_tells_of_webhooks_and_not_of_their_secrets(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    for person in [world.fabrikam(), world.contoso()] {
        let hook = register(&world, &person, URL).await;
        let before = world.read(&person, "{ events(first: 1) { nodes { id } } }").await;
        let from = &before["events"]["nodes"][0]["id"];
        let change = json!({ "webhook": hook.id, "url": "https://other.example.com/also?a=secret", "expectedVersion": 1,
            "description": "Ours", "kinds": ["GRANT_EXPIRED"] });
        world.done(&person, "updateWebhook", change).await;
        let rotated = json!({ "webhook": hook.id, "overlapHours": 0, "expectedVersion": 2 });
        let rotated = world.done(&person, "rotateWebhookSecret", rotated).await;
        assert_ne!(rotated["secret"], hook.secret.as_str());
        assert_eq!(rotated["webhook"]["previousSecretEndsAt"], Value::Null);
        world.done(&person, "replayWebhook", json!({ "webhook": hook.id, "from": from })).await;
        let stale = json!({ "webhook": hook.id, "expectedVersion": 1 });
        assert_eq!(world.refusal(&person, "removeWebhook", stale).await, "VERSION_CONFLICT");
        world.done(&person, "removeWebhook", json!({ "webhook": hook.id, "idempotencyKey": "gone" })).await;
        let again = world
            .done(&person, "removeWebhook", json!({ "webhook": hook.id, "idempotencyKey": "gone" }))
            .await;
        assert_eq!(again["webhook"], Value::Null);
        assert_eq!(world.refusal(&person, "removeWebhook", json!({ "webhook": hook.id })).await, "NOT_FOUND");
    }
    let query = "{ eventFeed { nodes { kind changes { field before after } customer { name } partner { name } subject { id } } } }";
    let told = async |person: &Person| world.read(person, query).await["eventFeed"]["nodes"].take();
    let (fabrikam, contoso, operator) =
        (told(&world.fabrikam()).await, told(&world.contoso()).await, told(&world.operator()).await);
    for (told, customer, partner) in [
        (&fabrikam, Value::Null, json!({ "name": "Fabrikam" })),
        (&contoso, json!({ "name": "Contoso" }), Value::Null),
        (&operator, Value::Null, json!({ "name": "Fabrikam" })),
    ] {
        let kinds: Vec<_> =
            told.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
        let all = ["REGISTERED", "UPDATED", "SECRET_ROTATED", "REPLAYED", "REMOVED"];
        assert_eq!(kinds, all.map(|kind| format!("WEBHOOK_{kind}")));
        assert_eq!(
            told[1]["changes"][0],
            json!({ "field": "origin", "before": "https://hooks.example.com",
            "after": "https://other.example.com" })
        );
        assert_eq!(
            told[1]["changes"][1],
            json!({ "field": "kinds", "before": null, "after": "GRANT_EXPIRED" })
        );
        assert_eq!((&told[0]["customer"], &told[0]["partner"]), (&customer, &partner));
        for secret in ["hidden", "a-path", "whsec", "also", "Ours"] {
            assert!(!told.to_string().contains(secret), "{secret} is in {told}");
        }
    }
    for stranger in [world.northwind(), world.tailspin(), world.customer(1)] {
        assert_eq!(told(&stranger).await, json!([]));
    }
    world.verify_log().await;
    world.end().await;
}
