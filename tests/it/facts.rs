//! What is in a world, as plain data: written as lines for the import, and read by the oracle.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

pub type Instant = DateTime<Utc>;

/// The instant at which worlds begin: all others are told from it.
pub fn noon() -> Instant {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

pub fn days(n: i64) -> Instant {
    noon() + TimeDelta::days(n)
}

/// A stable id from a name.
pub fn id(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
}

#[derive(Clone, Debug)]
pub struct Partner {
    pub tenant: Uuid,
    pub name: String,
}

#[derive(Clone, Debug)]
pub struct Customer {
    pub tenant: Uuid,
    pub name: String,
}

#[derive(Clone, Debug)]
pub struct Subscription {
    pub id: Uuid,
    /// Indices into the world's customers and partners.
    pub customer: usize,
    pub partner: usize,
    pub name: String,
    pub status: &'static str,
    pub quantity: i32,
    pub offer: usize,
    /// Members of the line that are different, or besides.
    pub also: Value,
}

#[derive(Clone, Debug)]
pub struct Assignment {
    pub assignee: String,
    pub roles: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Grant {
    pub id: Uuid,
    pub customer: usize,
    pub partner: usize,
    pub starts_at: Instant,
    pub ends_at: Instant,
    pub auto_extend: bool,
    pub is_terminated: bool,
    pub roles: Vec<&'static str>,
    pub assignments: Vec<Assignment>,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub id: Uuid,
    pub partner: usize,
    pub customer: Option<usize>,
    pub name: String,
    pub invitation: Option<String>,
    pub expires_at: Instant,
}

#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub partners: Vec<Partner>,
    pub customers: Vec<Customer>,
    pub offers: usize,
    pub subscriptions: Vec<Subscription>,
    pub grants: Vec<Grant>,
    pub requests: Vec<Request>,
    /// Lines for the import that no oracle reads.
    pub more: Vec<Value>,
}

/// Every role that can be delegated.
pub const ROLES: [&str; 6] = [
    "GLOBAL_ADMINISTRATOR",
    "BILLING_ADMINISTRATOR",
    "LICENSE_ADMINISTRATOR",
    "SERVICE_SUPPORT_ADMINISTRATOR",
    "GLOBAL_READER",
    "DIRECTORY_READER",
];

pub const FABRIKAM: usize = 0;
pub const NORTHWIND: usize = 1;
pub const TAILSPIN: usize = 2;
pub const CONTOSO: usize = 0;
pub const ADATUM: usize = 1;
pub const OPERATOR: Uuid = Uuid::from_u128(0x0a11_0000_0000_4000_8000_0000_0000_0001);

impl Facts {
    /// The cast: Contoso, shared by Fabrikam and Northwind; Tailspin, a stranger to it with Adatum as its customer.
    pub fn cast() -> Self {
        let mut facts = Self { offers: 3, ..Self::default() };
        for name in ["Fabrikam", "Northwind Traders", "Tailspin Toys"] {
            facts.partners.push(Partner { tenant: id(name), name: name.to_owned() });
        }
        for name in ["Contoso", "Adatum"] {
            facts.customers.push(Customer { tenant: id(name), name: name.to_owned() });
        }
        for (customer, partner, n) in [(CONTOSO, FABRIKAM, 3), (CONTOSO, NORTHWIND, 2), (ADATUM, TAILSPIN, 2)]
        {
            facts.grant(customer, partner);
            for i in 0..n {
                facts.sell(customer, partner, &format!("{} {i}", facts.partners[partner].name.clone()));
            }
        }
        facts
    }

    /// A grant in force for a year, with every role for whoever is an `ADMIN_AGENT`.
    pub fn grant(&mut self, customer: usize, partner: usize) -> &mut Grant {
        let roles = vec!["BILLING_ADMINISTRATOR"];
        self.grants.push(Grant {
            id: id(&format!("grant {}", self.grants.len())),
            customer,
            partner,
            starts_at: days(-30),
            ends_at: days(335),
            auto_extend: false,
            is_terminated: false,
            roles: roles.clone(),
            assignments: vec![Assignment { assignee: "ADMIN_AGENT".to_owned(), roles }],
        });
        self.grants.last_mut().unwrap()
    }

    pub fn sell(&mut self, customer: usize, partner: usize, name: &str) -> &mut Subscription {
        let n = self.subscriptions.len();
        self.subscriptions.push(Subscription {
            id: id(&format!("subscription {n}")),
            customer,
            partner,
            name: name.to_owned(),
            status: "ACTIVE",
            quantity: 1 + i32::try_from(n % 7).unwrap(),
            offer: n % self.offers,
            also: json!({}),
        });
        self.subscriptions.last_mut().unwrap()
    }

    /// The facts as lines for the import.
    pub fn lines(&self) -> String {
        let mut lines = String::new();
        let mut line = |value: Value| writeln!(lines, "{value}").unwrap();
        for (i, Partner { tenant, name }) in self.partners.iter().enumerate() {
            line(
                json!({ "type": "partner", "tenantId": tenant, "partnerNumber": format!("{}", 4_000_000 + i),
                "name": name, "kind": "DIRECT_RESELLER", "createdAt": days(-400) }),
            );
        }
        for (i, Customer { tenant, name }) in self.customers.iter().enumerate() {
            let domain = format!("{}.example", name.to_lowercase().replace(' ', "-"));
            line(
                json!({ "type": "customer", "tenantId": tenant, "name": name, "domain": domain, "country": "NL",
                "createdAt": days(-300 + i64::try_from(i % 5).unwrap()) }),
            );
        }
        for i in 0..self.offers {
            line(json!({ "type": "offer", "sku": format!("SKU-{i}"), "name": format!("Suite {i}"),
                "publisher": "Litware", "minQuantity": 1, "maxQuantity": 300, "terms": ["P1M", "P1Y"],
                "billingCycles": ["MONTHLY", "ANNUAL"], "createdAt": days(-400) }));
        }
        for grant in &self.grants {
            let assignments: Vec<_> = grant
                .assignments
                .iter()
                .map(|Assignment { assignee, roles }| {
                    let is_group = assignee.parse::<Uuid>().is_ok();
                    let kind = if is_group { "SECURITY_GROUP" } else { "TENANT_ROLE" };
                    json!({ "assigneeKind": kind, "assignee": assignee, "roles": roles })
                })
                .collect();
            let mut value = json!({ "type": "grant", "id": grant.id, "partner": self.partners[grant.partner].tenant,
                "customer": self.customers[grant.customer].tenant, "displayName": "Administration",
                "roles": grant.roles, "startsAt": grant.starts_at, "endsAt": grant.ends_at,
                "autoExtend": grant.auto_extend, "assignments": assignments,
                "createdAt": grant.starts_at.min(days(-1)) });
            if grant.is_terminated {
                value["status"] = json!("TERMINATED");
                value["terminatedAt"] = json!(grant.starts_at);
                value["terminatedBy"] = json!("CUSTOMER");
            }
            line(value);
        }
        for request in &self.requests {
            let mut value = json!({ "type": "relationshipRequest", "id": request.id,
                "partner": self.partners[request.partner].tenant, "displayName": request.name,
                "roles": ["GLOBAL_READER"], "duration": "P90D", "message": "Please.",
                "expiresAt": request.expires_at, "createdAt": days(-5) });
            if let Some(customer) = request.customer {
                value["customer"] = json!(self.customers[customer].tenant);
            }
            if let Some(secret) = &request.invitation {
                value["invitation"] = json!(secret);
            }
            line(value);
        }
        for (i, subscription) in self.subscriptions.iter().enumerate() {
            let i = i64::try_from(i).unwrap();
            let mut value = json!({ "type": "subscription", "id": subscription.id,
                "customer": self.customers[subscription.customer].tenant,
                "partnerOfRecord": self.partners[subscription.partner].tenant,
                "offer": format!("SKU-{}", subscription.offer), "friendlyName": subscription.name,
                "status": subscription.status, "quantity": subscription.quantity, "term": "P1Y",
                "billingCycle": "ANNUAL", "autoRenew": i % 2 == 0, "startsAt": days(-100),
                "termEndsAt": days(265 + i % 11), "createdAt": days(-100 + i % 9) });
            if subscription.status == "SUSPENDED" {
                value["suspensionReasons"] = json!(["NON_PAYMENT"]);
            }
            for (member, other) in subscription.also.as_object().unwrap() {
                value[member] = other.clone();
            }
            line(value);
        }
        for value in &self.more {
            line(value.clone());
        }
        lines
    }
}
