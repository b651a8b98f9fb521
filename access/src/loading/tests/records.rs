//! Records to load, spelled as in a file.

use entity::GrantStatus;
use serde_json::{Value, json};

use domain::record::Record;

/// A tenant, an id: short numbers, told apart.
pub(super) fn id(n: u32) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

pub(super) fn record(value: Value) -> Record {
    serde_json::from_value(value).unwrap()
}

pub(super) fn partner(n: u32) -> Record {
    record(json!({
        "type": "partner", "tenantId": id(n), "partnerNumber": n.to_string(), "name": format!("Partner {n}"),
        "kind": "DIRECT_RESELLER",
    }))
}

pub(super) fn customer(n: u32) -> Record {
    record(json!({
        "type": "customer", "tenantId": id(n), "name": format!("Customer {n}"), "domain": format!("c{n}.example"),
        "country": "NL",
    }))
}

pub(super) fn offer() -> Record {
    record(json!({
        "type": "offer", "sku": "SUITE", "name": "Suite", "publisher": "Paperlark", "minQuantity": 1,
        "maxQuantity": 300, "terms": ["P1M", "P1Y"], "billingCycles": ["MONTHLY"],
    }))
}

/// A grant from two months ago until two months on.
pub(super) fn grant(n: u32, partner: u32, customer: u32, status: GrantStatus) -> Record {
    let ended = (status == GrantStatus::Terminated).then_some("2026-06-14T00:00:00Z");
    record(json!({
        "type": "grant", "id": id(n), "partner": id(partner), "customer": id(customer), "displayName": "Care",
        "roles": ["GLOBAL_READER"], "status": status, "startsAt": "2026-04-15T00:00:00Z",
        "endsAt": "2026-08-15T00:00:00Z", "terminatedAt": ended,
        "assignments": [{"assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT", "roles": ["GLOBAL_READER"]}],
    }))
}

pub(super) fn subscription(n: u32, partner: u32, customer: u32, quantity: u32) -> Record {
    record(json!({
        "type": "subscription", "id": id(n), "customer": id(customer), "partnerOfRecord": id(partner),
        "offer": "SUITE", "friendlyName": format!("Suite {quantity}"), "status": "ACTIVE", "quantity": quantity,
        "term": "P1Y", "billingCycle": "MONTHLY", "autoRenew": true, "startsAt": "2026-01-01T00:00:00Z",
        "termEndsAt": "2027-01-01T00:00:00Z",
    }))
}
