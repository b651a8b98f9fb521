//! What is said to be available is what can be done: for every viewer, every object of random worlds and every action.

mod beginning;
mod relationship;
mod subscription;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::facts::{Assignment, CONTOSO, FABRIKAM, Facts, days, id};

const GROUP: Uuid = Uuid::from_u128(0x6_0000_0000);
const ROLES: [&str; 5] = [
    "GLOBAL_ADMINISTRATOR",
    "BILLING_ADMINISTRATOR",
    "LICENSE_ADMINISTRATOR",
    "GLOBAL_READER",
    "SERVICE_SUPPORT_ADMINISTRATOR",
];

/// Two customers of Fabrikam, who delegate random roles to random people, and have bought anything in any state.
fn random_facts(random: &mut StdRng) -> Facts {
    let mut facts = Facts::cast();
    facts.subscriptions.clear();
    for customer in [CONTOSO, crate::facts::ADATUM] {
        let grant = facts.grant(customer, FABRIKAM);
        grant.roles = ROLES.to_vec();
        let assignees = ["ADMIN_AGENT", "SALES_AGENT", "HELPDESK_AGENT", &GROUP.to_string()];
        let count = random.random_range(2..=4);
        grant.assignments = assignees
            .sample(random, count)
            .map(|assignee| (*assignee).to_owned())
            .collect::<Vec<_>>()
            .into_iter()
            .map(|assignee| Assignment { assignee, roles: vec![*ROLES.choose(random).unwrap()] })
            .collect();
    }
    // The first grant of the cast is Fabrikam's at Contoso, for whoever is an ADMIN_AGENT.
    for n in 0..14 {
        let status =
            *["PENDING", "ACTIVE", "ACTIVE", "SUSPENDED", "EXPIRED", "CANCELLED"].choose(random).unwrap();
        let starts_at = if status == "PENDING" { days(random.random_range(-1..3)) } else { days(-20) };
        let ends_at = match status {
            "EXPIRED" => days(-1),
            "PENDING" => days(30),
            // Some terms are over, and nobody has written that down.
            _ => days(random.random_range(-9..30)),
        };
        let window = starts_at + chrono::TimeDelta::days(random.random_range(1..40));
        let mut line = json!({ "type": "subscription", "id": id(&format!("random {n}")),
            "customer": id(if random.random_bool(0.7) { "Contoso" } else { "Adatum" }), "partnerOfRecord": id("Fabrikam"),
            "offer": "SKU-0", "friendlyName": format!("Product {n}"), "status": status,
            "quantity": *[1, 5, 300].choose(random).unwrap(), "term": "P1M", "billingCycle": "MONTHLY",
            "autoRenew": random.random_bool(0.5), "startsAt": starts_at, "termEndsAt": ends_at,
            "createdAt": days(-20) });
        if random.random_bool(0.8) {
            line["cancellableUntil"] = json!(window.min(ends_at));
        }
        if status == "SUSPENDED" {
            line["suspensionReasons"] = json!(["FRAUD"]);
        }
        facts.more.push(line);
    }
    facts
}

/// Holds what was said against what was done; gives the reason back.
fn agree(said: &Value, done: &Value, context: &str) -> Option<String> {
    let errors = done["userErrors"].as_array().unwrap();
    assert_eq!(said["available"] == true, errors.is_empty(), "{context}: {said} but {done}");
    assert_eq!(said["reasons"] == json!([]), errors.is_empty(), "{context}: {said}");
    let error = errors.first()?;
    assert_eq!(said["reasons"][0], error["reasons"][0], "{context}: {said} but {done}");
    Some(error["reasons"][0]["code"].as_str().unwrap().to_owned())
}
