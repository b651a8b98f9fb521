//! Actions on a subscription.

use std::collections::BTreeSet;

use entity::TenantRole;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rstest::rstest;
use serde_json::{Value, json};

use super::{GROUP, agree, random_facts};
use crate::facts::FABRIKAM;
use crate::world::{Backend, Person, World};

/// What an action is called and asked for.
fn act_of(action: &str, row: &Value) -> (&'static str, Value) {
    let (quantity, id) = (row["quantity"].as_i64().unwrap(), row["id"].clone());
    match action {
        "RENAME" => ("renameSubscription", json!({ "subscription": id, "friendlyName": "Another name" })),
        "INCREASE" => ("resizeSubscription", json!({ "subscription": id, "quantity": quantity + 1 })),
        "DECREASE" => ("resizeSubscription", json!({ "subscription": id, "quantity": quantity - 1 })),
        "SUSPEND" => ("suspendSubscription", json!({ "subscription": id, "reason": "OTHER" })),
        "REACTIVATE" => ("reactivateSubscription", json!({ "subscription": id })),
        "CANCEL" => ("cancelSubscription", json!({ "subscription": id, "validateOnly": true })),
        "SET_AUTO_RENEW" => (
            "setSubscriptionAutoRenew",
            json!({ "subscription": id, "autoRenew": row["autoRenew"] == false }),
        ),
        "SCHEDULE_NEXT_TERM" => (
            "scheduleSubscriptionNextTerm",
            json!({ "subscription": id, "nextTerm": { "quantity": 7, "term": "P1Y", "billingCycle": "ANNUAL" } }),
        ),
        _ => panic!("{action} is no action"),
    }
}

#[rstest]
#[tokio::test]
async fn what_is_available_on_a_subscription_is_what_its_mutations_do(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(Some(1), None)] seed: Option<u64>,
) {
    let is_known = seed.is_some();
    let seed = seed.unwrap_or_else(rand::random);
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let world = World::of(backend, random_facts(&mut random)).await;
    let tenant = world.facts.partners[FABRIKAM].tenant;
    let without = |person: Person| Person { mfa: false, ..person };
    let people = [
        world.fabrikam(),
        without(world.fabrikam()),
        Person { is_application: true, ..without(world.fabrikam()) },
        Person::of(tenant, TenantRole::SalesAgent),
        Person { groups: vec![GROUP], ..Person::of(tenant, TenantRole::HelpdeskAgent) },
        Person { groups: vec![GROUP], ..without(Person::of(tenant, TenantRole::SalesAgent)) },
        world.contoso(),
    ];
    let mut reasons = BTreeSet::new();
    let mut tried = 0;
    for person in people {
        let list = world.read(&person, "{ subscriptions(first: 200) { nodes { id } } }").await;
        for node in list["subscriptions"]["nodes"].as_array().unwrap() {
            let look = "query($id: ID!) { subscription(id: $id) { id status quantity autoRenew
                availableActions { action available reasons { code message remedy } } } }";
            let mut n = 0;
            loop {
                // Each is decided about as it is by then.
                let row =
                    world.query(&person, look, json!({ "id": node["id"] })).await.data()["subscription"]
                        .take();
                let Some(said) = row["availableActions"].get(n) else { break };
                let (mutation, input) = act_of(said["action"].as_str().unwrap(), &row);
                let done = world.mutate(&person, mutation, input).await;
                reasons.extend(agree(said, &done, &format!("seed {seed}, {person:?}, {row}")));
                tried += 1;
                n += 1;
            }
            assert_eq!(n, 8);
        }
    }
    if is_known {
        assert!(tried > 100, "hardly anything was tried");
        let all = [
            "CANCELLATION_WINDOW_CLOSED",
            "MFA_REQUIRED",
            "PERMISSION_NOT_GRANTED",
            "QUANTITY_AT_LIMIT",
            "SUBSCRIPTION_CANCELLED",
            "SUBSCRIPTION_NOT_ACTIVE",
            "SUBSCRIPTION_NOT_SUSPENDED",
            "TENANT_ROLE_MISSING",
            "TERM_ENDED",
            "WRONG_TENANT_KIND",
        ];
        assert_eq!(reasons.iter().map(String::as_str).collect::<Vec<_>>(), all);
    }
    world.end().await;
}
