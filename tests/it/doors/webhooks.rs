//! Ways to webhooks, and to what became of their deliveries.

use entity::TenantRole;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rstest::rstest;
use serde_json::json;

use super::{agree, random_facts, viewers};
use crate::outside::Outside;
use crate::world::{Backend, Person, World};

/// Whoever sees a webhook is an administrator of its tenant.
fn administers(person: &Person, owner: &Person) -> bool {
    let is_administrator = person.roles.iter().any(|role| match role {
        TenantRole::AdminAgent | TenantRole::CustomerAdministrator | TenantRole::Operator => true,
        TenantRole::SalesAgent | TenantRole::HelpdeskAgent | TenantRole::CustomerReader => false,
    });
    is_administrator && person.tenant == owner.tenant
}

#[rstest]
#[tokio::test]
async fn every_door_to_a_webhook_says_what_the_oracle_says(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, random_facts(&mut StdRng::seed_from_u64(5))).await;
    let partners = (0..4).map(|partner| world.partner(partner));
    let customers = (0..5).map(|customer| world.customer(customer));
    let owners: Vec<_> = partners.chain(customers).chain([world.operator()]).collect();
    let mut hooks = Vec::new();
    for (n, owner) in owners.iter().enumerate() {
        for _ in 0..=n % 2 {
            let made =
                world.done(owner, "registerWebhook", json!({ "url": "https://hooks.example.com" })).await;
            hooks.push((made["webhook"]["id"].as_str().unwrap().to_owned(), owner));
        }
    }
    // Each was sent its own registration.
    let sent = "INSERT INTO webhook_delivery (id, webhook_id, event_id, position, status, attempts, first_attempt_at,
            last_attempt_at)
        SELECT w.id, w.id, e.id, 1, 'DELIVERED', 1, e.occurred_at, e.occurred_at
        FROM webhook w JOIN event e ON e.subject_id = w.id";
    Outside::of(&world.database).await.run(sent).await;
    for person in viewers(&world).iter().chain(&owners) {
        let expected = hooks.iter().map(|(id, owner)| (id.clone(), administers(person, owner))).collect();
        agree(&world, person, "webhooks", None, &expected).await;
        for (id, owner) in &hooks {
            let query = "query($id: ID!) { webhookDeliveries(webhook: $id) { totalCount nodes { messageId } }
                node(id: $id) { ... on Webhook { deliveries { totalCount } } } }";
            let data = world.query(person, query, json!({ "id": id })).await.data();
            let count = i32::from(administers(person, owner));
            assert_eq!(data["webhookDeliveries"]["totalCount"], count, "{person:?} {id}");
            assert_eq!(
                data["webhookDeliveries"]["nodes"].as_array().unwrap().len(),
                usize::try_from(count).unwrap()
            );
            assert_eq!(data["node"].is_null(), count == 0);
        }
    }
    world.end().await;
}
