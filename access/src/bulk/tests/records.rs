//! Records to load.

use domain::{
    assignment::Assignment, customer::CustomerRecord, grant::GrantRecord, offer::OfferRecord,
    partner::PartnerRecord, subscription::SubscriptionRecord,
};
use entity::{
    AssigneeKind, BillingCycle, Cloud, DelegatedRole, GrantId, GrantStatus, Instant, PartnerKind,
    SubscriptionId, SubscriptionStatus, TenantId, Term,
};
use uuid::Uuid;

use super::super::AnyRecord;

/// A tenant, an id: short numbers, told apart.
pub(crate) fn id(n: u32) -> Uuid {
    Uuid::parse_str(&format!("00000000-0000-4000-8000-{n:012}")).unwrap()
}

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

pub(crate) fn partner(n: u32) -> AnyRecord {
    AnyRecord::Partner(PartnerRecord {
        tenant_id: TenantId(id(n)),
        partner_number: n.to_string(),
        name: format!("Partner {n}"),
        kind: PartnerKind::DirectReseller,
        cloud: Cloud::Public,
        created_at: None,
    })
}

pub(crate) fn customer(n: u32) -> AnyRecord {
    AnyRecord::Customer(CustomerRecord {
        tenant_id: TenantId(id(n)),
        name: format!("Customer {n}"),
        domain: format!("c{n}.example"),
        country: "NL".to_owned(),
        cloud: Cloud::Public,
        created_at: None,
    })
}

pub(crate) fn offer() -> AnyRecord {
    AnyRecord::Offer(OfferRecord {
        sku: "SUITE".to_owned(),
        name: "Suite".to_owned(),
        publisher: "Paperlark".to_owned(),
        min_quantity: 1,
        max_quantity: 300,
        terms: Vec::from([Term::P1M, Term::P1Y]),
        billing_cycles: Vec::from([BillingCycle::Monthly]),
        created_at: None,
    })
}

/// A grant from two months ago until two months on.
pub(crate) fn grant(n: u32, partner: u32, customer: u32, status: GrantStatus) -> AnyRecord {
    let roles = Vec::from([DelegatedRole::GlobalReader]);
    AnyRecord::Grant(GrantRecord {
        id: GrantId(id(n)),
        partner: TenantId(id(partner)),
        customer: TenantId(id(customer)),
        display_name: "Care".to_owned(),
        roles: roles.clone(),
        status,
        starts_at: instant("2026-04-15T00:00:00Z"),
        ends_at: instant("2026-08-15T00:00:00Z"),
        auto_extend: false,
        terminated_at: (status == GrantStatus::Terminated).then(|| instant("2026-06-14T00:00:00Z")),
        terminated_by: None,
        termination_reason: None,
        assignments: Some(Vec::from([Assignment {
            assignee_kind: AssigneeKind::TenantRole,
            assignee: "ADMIN_AGENT".to_owned(),
            roles,
            label: None,
        }])),
        created_at: None,
    })
}

pub(crate) fn subscription(n: u32, partner: u32, customer: u32, quantity: i32) -> AnyRecord {
    AnyRecord::Subscription(SubscriptionRecord {
        id: SubscriptionId(id(n)),
        customer: TenantId(id(customer)),
        partner_of_record: TenantId(id(partner)),
        offer: "SUITE".to_owned(),
        friendly_name: format!("Suite {quantity}"),
        status: SubscriptionStatus::Active,
        suspension_reasons: Vec::new(),
        quantity,
        term: Term::P1Y,
        billing_cycle: BillingCycle::Monthly,
        auto_renew: true,
        starts_at: instant("2026-01-01T00:00:00Z"),
        term_ends_at: instant("2027-01-01T00:00:00Z"),
        cancellable_until: None,
        next_term: None,
        created_at: None,
    })
}
