//! Invisible and absent are one: a foreign id and a random one get the same bytes.

use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::facts::Facts;
use crate::facts::{CONTOSO, Request, days, id};
use crate::world::{Answer, Backend, GRANT, REQUEST, SUBSCRIPTION, World, api_id};

const CUSTOMER: u8 = 2;

/// An answer without what may differ: the id of the request.
fn bytes(answer: &Answer) -> (u16, String) {
    (answer.status, answer.text.replace(answer.id(), "request"))
}

#[rstest]
#[tokio::test]
async fn a_stranger_gets_for_contoso_what_it_gets_for_a_random_id(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.requests.push(Request {
        id: id("request"),
        partner: 0,
        customer: Some(CONTOSO),
        name: "Mail".to_owned(),
        invitation: None,
        expires_at: days(20),
    });
    let world = World::of(backend, facts).await;
    let contoso = world.read(&world.contoso(), "{ viewer { customer { id } } }").await;
    let contoso = contoso["viewer"]["customer"]["id"].as_str().unwrap().to_owned();
    let ids = [
        (contoso, api_id(CUSTOMER, Uuid::from_u128(7))),
        (api_id(SUBSCRIPTION, world.facts.subscriptions[0].id), api_id(SUBSCRIPTION, Uuid::from_u128(7))),
        (api_id(GRANT, world.facts.grants[0].id), api_id(GRANT, Uuid::from_u128(7))),
        (api_id(REQUEST, world.facts.requests[0].id), api_id(REQUEST, Uuid::from_u128(7))),
    ];
    let ways = [
        "query($id: ID!) { node(id: $id) { id __typename } }",
        "query($id: ID!) { nodes(ids: [$id, $id]) { id } }",
        "query($id: ID!) { customer(by: { id: $id }) { id name subscriptions { totalCount } grants { totalCount } } }",
        "query($id: ID!) { subscription(id: $id) { id } }",
        "query($id: ID!) { grant(id: $id) { id } }",
        "query($id: ID!) { relationshipRequest(by: { id: $id }) { id } }",
        "query($id: ID!) { subscriptions(filter: { customer: $id }) { totalCount nodes { id } } }",
        "query($id: ID!) { grants(filter: { customer: $id }) { totalCount nodes { id } } }",
        "query($id: ID!) { relationshipRequests(filter: { customer: $id }) { totalCount nodes { id } } }",
    ];
    let tailspin = world.tailspin();
    for (foreign, random) in &ids {
        for way in ways {
            let of_foreign = world.ask(&tailspin, way, json!({ "id": foreign })).await;
            let of_random = world.ask(&tailspin, way, json!({ "id": random })).await;
            assert_eq!(bytes(&of_foreign), bytes(&of_random), "{way}");
            assert_eq!(of_foreign.line()["statements"], of_random.line()["statements"], "{way}");
        }
    }
    for (key, foreign, random) in [
        ("domain", json!("contoso.example"), json!("nowhere.example")),
        ("tenantId", json!(id("Contoso")), json!(Uuid::from_u128(7))),
    ] {
        let ask = async |value: &Value| {
            let query = format!("{{ customer(by: {{ {key}: {value} }}) {{ id name }} }}");
            bytes(&world.ask(&tailspin, &query, json!({})).await)
        };
        assert_eq!(ask(&foreign).await, ask(&random).await);
    }
    // The same questions are answered for those who may ask.
    let fabrikam =
        world.read(&world.fabrikam(), "{ customer(by: { domain: \"CONTOSO.example\" }) { name } }").await;
    assert_eq!(fabrikam["customer"]["name"], "Contoso");
    let everything = world.read(
        &tailspin,
        "{ customers { nodes { name } } subscriptions { nodes { friendlyName partnerOfRecord { name } } }
           grants { nodes { customer { name } } } partners { nodes { name } } }",
    );
    let everything = everything.await.to_string();
    for name in ["Contoso", "Fabrikam", "Northwind"] {
        assert!(!everything.contains(name), "{everything}");
    }
    assert!(everything.contains("Adatum"));
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn partners_of_one_customer_do_not_see_each_other(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let query = "{ customer(by: { domain: \"contoso.example\" }) { name
        partners { totalCount nodes { name } }
        grants { totalCount nodes { partner { name } } }
        subscriptions { totalCount nodes { friendlyName partnerOfRecord { name } } } } }";
    for (own, other, sold) in [(world.fabrikam(), "Northwind", 3), (world.northwind(), "Fabrikam", 2)] {
        let data = world.read(&own, query).await;
        assert!(!data.to_string().contains(other), "{data:#}");
        assert_eq!(data["customer"]["subscriptions"]["totalCount"], sold);
        assert_eq!(data["customer"]["grants"]["totalCount"], 1);
        assert_eq!(data["customer"]["partners"]["totalCount"], 1);
    }
    let all = world.read(&world.contoso(), query).await;
    assert_eq!(all["customer"]["subscriptions"]["totalCount"], 5);
    assert_eq!(all["customer"]["partners"]["totalCount"], 2);
    world.end().await;
}
