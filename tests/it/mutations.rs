//! Every mutation, with an input that changes something. The access matrix spoils each input so that nothing changes; dry
//! runs do each mutation twice, the second time in earnest.

use serde_json::{Value, json};

use crate::facts::id;

/// What the inputs are about, by the API's ids: null where a mutation needs none of it.
#[derive(Default)]
pub struct Subjects {
    pub request: Value,
    pub grant: Value,
    pub subscription: Value,
    pub offer: Value,
    pub webhook: Value,
    pub event: Value,
    /// A partner or a customer.
    pub tenant: Value,
}

impl Subjects {
    /// Every mutation, in the order of the access matrix. What can be switched stands here twice.
    pub fn mutations(&self) -> [(&'static str, Value); 36] {
        let Self { request, grant, subscription, offer, webhook, event, tenant } = self;
        let contoso = json!({ "domain": "contoso.example" });
        let asked = |name: &str| json!({ "customer": contoso, "displayName": name, "roles": ["GLOBAL_READER"], "duration": "P30D" });
        let next = json!({ "quantity": 9, "term": "P1Y", "billingCycle": "ANNUAL" });
        [
            ("requestRelationship", asked("More")),
            ("requestRelationships", json!({ "requests": [asked("Two"), asked("Three"), asked("Four")] })),
            ("withdrawRelationshipRequest", json!({ "request": request })),
            ("acceptRelationshipRequest", json!({ "request": { "id": request } })),
            ("declineRelationshipRequest", json!({ "request": { "id": request }, "reason": "No." })),
            ("renewGrant", json!({ "grant": grant, "duration": "P30D" })),
            (
                "assignAccess",
                json!({ "grant": grant, "assignment": { "assigneeKind": "TENANT_ROLE", "assignee": "HELPDESK_AGENT",
                    "roles": ["GLOBAL_READER"] } }),
            ),
            (
                "unassignAccess",
                json!({ "grant": grant, "assigneeKind": "TENANT_ROLE", "assignee": "HELPDESK_AGENT" }),
            ),
            ("narrowGrant", json!({ "grant": grant, "roles": ["GLOBAL_READER"] })),
            ("setGrantAutoExtend", json!({ "grant": grant, "autoExtend": true })),
            ("setGrantAutoExtend", json!({ "grant": grant, "autoExtend": false })),
            ("terminateGrant", json!({ "grant": grant, "reason": "Thank you." })),
            ("forceTerminateGrant", json!({ "grant": grant, "reason": "By order of a court." })),
            (
                "purchaseSubscription",
                json!({ "customer": contoso, "offer": offer, "quantity": 5, "term": "P1Y", "billingCycle": "ANNUAL" }),
            ),
            ("renameSubscription", json!({ "subscription": subscription, "friendlyName": "Mail" })),
            ("resizeSubscription", json!({ "subscription": subscription, "quantity": 6 })),
            ("suspendSubscription", json!({ "subscription": subscription, "reason": "OTHER" })),
            ("reactivateSubscription", json!({ "subscription": subscription })),
            ("cancelSubscription", json!({ "subscription": subscription })),
            ("setSubscriptionAutoRenew", json!({ "subscription": subscription, "autoRenew": false })),
            ("scheduleSubscriptionNextTerm", json!({ "subscription": subscription, "nextTerm": next })),
            (
                "registerPartner",
                json!({ "tenantId": id("Lamna"), "partnerNumber": "77", "name": "Lamna", "kind": "ADVISOR" }),
            ),
            (
                "registerCustomer",
                json!({ "tenantId": id("Proseware"), "name": "Proseware", "domain": "proseware.example", "country": "NL" }),
            ),
            (
                "upsertOffer",
                json!({ "sku": "NEW", "name": "Suite", "publisher": "Litware", "minQuantity": 1, "maxQuantity": 300,
                    "terms": ["P1Y"], "billingCycles": ["ANNUAL"] }),
            ),
            ("suspendTenant", json!({ "tenant": tenant, "reason": "It did not pay." })),
            ("reinstateTenant", json!({ "tenant": tenant })),
            ("updateTenantProfile", json!({ "tenant": tenant, "name": "Renamed" })),
            ("closeTenant", json!({ "tenant": tenant, "reason": "It is dissolved." })),
            (
                "trustIssuer",
                json!({ "issuer": "https://login.example.org", "tenantId": id("Lamna"), "audience": ["api://copartner"],
                    "jwksUrl": "https://login.example.org/keys" }),
            ),
            (
                "revokeIssuer",
                json!({ "issuer": format!("urn:copartner:development:{}", id("Lamna")), "reason": "It was broken into." }),
            ),
            (
                "revokeCredential",
                json!({ "issuer": "urn:copartner:development:{tenantid}", "token": "1", "reason": "It was stolen." }),
            ),
            (
                "registerWebhook",
                json!({ "url": "https://hooks.example.com/copartner?token=secret", "kinds": ["GRANT_ACTIVATED"] }),
            ),
            ("updateWebhook", json!({ "webhook": webhook, "status": "DISABLED", "kinds": null })),
            ("rotateWebhookSecret", json!({ "webhook": webhook, "overlapHours": 1 })),
            ("replayWebhook", json!({ "webhook": webhook, "from": event })),
            ("removeWebhook", json!({ "webhook": webhook })),
        ]
    }

    /// The input of one mutation.
    pub fn input(&self, mutation: &str) -> Value {
        self.mutations().into_iter().find(|(name, _)| *name == mutation).unwrap().1
    }
}
