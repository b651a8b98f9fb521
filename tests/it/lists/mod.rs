//! What narrows and orders lists: each filter leaves what it says of what the viewer sees, each order is what it says,
//! and nothing of what others have is in either.

mod customers;
mod relationships;
mod subscriptions;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::doors::random_facts;
use crate::facts::{Facts, days};

/// A random world whose subscriptions differ in all that they are filtered by; some start, renew or end while nobody
/// writes it down.
fn facts(seed: u64) -> Facts {
    let mut facts = random_facts(&mut StdRng::seed_from_u64(seed));
    for (i, sold) in facts.subscriptions.iter_mut().enumerate() {
        let is_over = sold.status == "CANCELLED";
        sold.also = match i % 6 {
            0 => json!({ "cancellableUntil": days(50) }),
            1 => {
                json!({ "term": "P1M", "billingCycle": "MONTHLY", "startsAt": days(-10), "termEndsAt": days(20),
                "cancellableUntil": days(-3), "autoRenew": true })
            }
            2 if !is_over => {
                json!({ "termEndsAt": days(30), "autoRenew": true, "cancellableUntil": days(-93),
                "nextTerm": { "quantity": 9, "term": "P1M", "billingCycle": "MONTHLY" } })
            }
            3 => json!({ "status": "PENDING", "startsAt": days(10), "termEndsAt": days(375),
                "suspensionReasons": [] }),
            4 => json!({ "termEndsAt": days(25), "autoRenew": false }),
            _ => json!({}),
        };
    }
    facts
}

fn ids(list: &Value) -> Vec<Value> {
    list["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect()
}
