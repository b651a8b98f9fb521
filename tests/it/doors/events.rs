//! Ways to events.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rstest::rstest;
use serde_json::{Value, json};

use super::{agree, random_facts, viewers};
use crate::live::{EVENTS, Socket, listening};
use crate::world::{Backend, Person, World};

/// Events, whose world is made by acting in it: what the customers read is all there is about relationships, and each
/// partner reads of it what names itself.
#[rstest]
#[tokio::test]
async fn every_door_to_an_event_says_what_the_oracle_says(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, random_facts(&mut StdRng::seed_from_u64(4))).await;
    let mut streams = Vec::new();
    for person in viewers(&world) {
        streams.push(listening(&world, &person).await);
    }
    let mut acts = 0;
    for (partner, customer) in (0..4).flat_map(|partner| (0..5).map(move |customer| (partner, customer))) {
        let tenant = world.facts.customers[customer].tenant;
        let asked = json!({ "customer": { "tenantId": tenant }, "displayName": "Door", "roles": ["GLOBAL_READER"],
            "duration": "P30D" });
        let made = world.done(&world.partner(partner), "requestRelationship", asked).await;
        let id = &made["request"]["id"];
        acts += 1;
        if (partner + customer) % 2 == 0 {
            let accept = json!({ "request": { "id": id } });
            world.done(&world.customer(customer), "acceptRelationshipRequest", accept).await;
            acts += 2;
        } else {
            world
                .done(&world.partner(partner), "withdrawRelationshipRequest", json!({ "request": id }))
                .await;
            acts += 1;
        }
    }
    // Every event, with the partner and the customer that it names.
    let mut all = Vec::new();
    for customer in 0..5 {
        let query = "{ events(first: 200) { nodes { id subject { id
            ... on RelationshipRequest { partner { tenantId } } ... on DelegatedAdminGrant { partner { tenantId } } } } } }";
        let data = world.read(&world.customer(customer), query).await;
        for node in data["events"]["nodes"].as_array().unwrap() {
            let partner = node["subject"]["partner"]["tenantId"].as_str().unwrap().to_owned();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            all.push((text(&node["id"]), text(&node["subject"]["id"]), partner, customer));
        }
    }
    assert_eq!(all.len(), acts);
    for (person, mut stream) in viewers(&world).into_iter().zip(streams) {
        names_its_own(&world, &person, &all).await;
        let tenant = person.tenant.to_string();
        let sees = |event: &(String, String, String, usize)| {
            event.2 == tenant || world.facts.customers[event.3].tenant.to_string() == tenant
        };
        let expected = all.iter().map(|event| (event.0.clone(), sees(event))).collect();
        agree(&world, &person, "events", None, &expected).await;
        // The feed has the same, in another order.
        let feed = world.read(&person, "{ eventFeed(first: 200) { totalCount nodes { id } } }").await;
        let mut found: Vec<_> =
            feed["eventFeed"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
        let mut seen: Vec<_> = all.iter().filter(|event| sees(event)).map(|event| json!(event.0)).collect();
        assert_eq!(feed["eventFeed"]["totalCount"], seen.len(), "{person:?}");
        // A stream that was open all the while was told the same, in the feed's order, and nothing else.
        for id in &found {
            assert_eq!(stream.event("1").await["id"], *id, "{person:?}");
        }
        stream.opened().await;
        // So is one that goes on after any of them.
        if let [first, rest @ ..] = &found[..] {
            let mut resumed = Socket::of(&world, &person).await;
            resumed.subscribe("1", EVENTS, json!({ "after": first })).await;
            for id in rest {
                assert_eq!(resumed.event("1").await["id"], *id, "{person:?}");
            }
            resumed.opened().await;
        }
        seen.sort_by_key(ToString::to_string);
        found.sort_by_key(ToString::to_string);
        assert_eq!(found, seen, "{person:?}");
        for (id, subject, ..) in all.iter().step_by(7) {
            let query = "query($subject: ID!) { events(first: 50, filter: { subject: $subject }) { totalCount nodes { id } } }";
            let found =
                world.query(&person, query, json!({ "subject": subject })).await.data()["events"].take();
            let of_subject = all.iter().filter(|event| event.1 == *subject && sees(event)).count();
            assert_eq!(found["totalCount"], of_subject, "{person:?} {subject}");
            let is_found = found["nodes"].as_array().unwrap().iter().any(|node| node["id"] == id.as_str());
            assert_eq!(is_found, all.iter().any(|event| event.0 == *id && sees(event)), "{person:?} {id}");
        }
        // Below each customer that is seen: the same, or null where EVENT_READ is missing.
        let query = "{ customers(first: 5) { nodes { tenantId viewerAccess { permissions }
            events(first: 200) { totalCount nodes { id } } } } }";
        let answer = world.query(&person, query, json!({})).await.json();
        for node in answer["data"]["customers"]["nodes"].as_array().unwrap() {
            let may_read =
                node["viewerAccess"]["permissions"].as_array().unwrap().contains(&json!("EVENT_READ"));
            assert_eq!(node["events"].is_null(), !may_read, "{person:?} {node}");
            if may_read {
                let of_customer = |event: &&(String, String, String, usize)| {
                    node["tenantId"] == world.facts.customers[event.3].tenant.to_string() && sees(event)
                };
                assert_eq!(
                    node["events"]["totalCount"],
                    all.iter().filter(of_customer).count(),
                    "{person:?}"
                );
            }
        }
    }
    world.end().await;
}

/// An event names its own customer and partner, to whoever reads it.
async fn names_its_own(world: &World, person: &Person, all: &[(String, String, String, usize)]) {
    let query = "{ events(first: 200) { nodes { id customer { tenantId name } partner { tenantId } } } }";
    for node in world.read(person, query).await["events"]["nodes"].as_array().unwrap() {
        let (.., partner, customer) = all.iter().find(|event| node["id"] == event.0.as_str()).unwrap();
        let customer = &world.facts.customers[*customer];
        assert_eq!(node["customer"], json!({ "tenantId": customer.tenant, "name": customer.name }));
        assert_eq!(node["partner"], json!({ "tenantId": partner }), "{person:?}");
    }
}
