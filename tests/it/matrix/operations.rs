//! What is asked, about Contoso: every read and every mutation, in words for the page.

use serde_json::{Value, json};

use super::cell::Shown;
use crate::mutations::Subjects;

/// What the page groups operations by, in its order.
pub const NOUNS: [&str; 11] = [
    "Customers",
    "Subscriptions",
    "Grants and access assignments",
    "Relationship requests",
    "Partners and offers",
    "The log of changes",
    "Questions about access",
    "The person who asks, and objects by their ids",
    "Webhooks",
    "Tenants",
    "Issuers and their tokens",
];

/// A field of the schema that reads.
pub struct Read {
    pub name: &'static str,
    pub query: &'static str,
    /// What of the answer the page shows.
    pub shown: Shown,
}

const fn read(name: &'static str, query: &'static str, shown: Shown) -> Read {
    Read { name, query, shown }
}

/// Every root field that reads, and fields below objects that have a rule of their own.
pub const READS: [Read; 30] = [
    read("viewer", "viewer { kind }", Shown::Object),
    read("node", "node(id: $subscription) { id }", Shown::Object),
    read("nodes", "nodes(ids: [$subscription, $grant, $request]) { id }", Shown::Count("")),
    read("customer", "customer(by: { domain: \"contoso.example\" }) { name }", Shown::Object),
    read("customers", "customers { totalCount nodes { name } }", Shown::Count("/nodes")),
    read(
        "Customer.subscriptions",
        "customer(by: { domain: \"contoso.example\" }) { subscriptions { totalCount } }",
        Shown::Number("/subscriptions/totalCount"),
    ),
    read(
        "Customer.subscriptionCounts",
        "customer(by: { domain: \"contoso.example\" }) { subscriptionCounts { status count } }",
        Shown::Number("/subscriptionCounts/1/count"),
    ),
    read(
        "Customer.grants",
        "customer(by: { domain: \"contoso.example\" }) { grants { totalCount } }",
        Shown::Number("/grants/totalCount"),
    ),
    read("subscription", "subscription(id: $subscription) { friendlyName }", Shown::Object),
    read("subscriptions", "subscriptions { totalCount }", Shown::Number("/totalCount")),
    read("subscriptionCounts", "subscriptionCounts { status count }", Shown::Number("/1/count")),
    read("grant", "grant(id: $grant) { displayName assignments { assignee } }", Shown::Object),
    read("grants", "grants { totalCount }", Shown::Number("/totalCount")),
    read(
        "relationshipRequest",
        "relationshipRequest(by: { id: $request }) { displayName message }",
        Shown::Object,
    ),
    read("relationshipRequests", "relationshipRequests { totalCount }", Shown::Number("/totalCount")),
    read("partners", "partners { nodes { name } }", Shown::Count("/nodes")),
    read("offers", "offers { totalCount }", Shown::Number("/totalCount")),
    read("events", "events { totalCount nodes { kind sequence } }", Shown::Count("/nodes")),
    read("eventFeed", "eventFeed { totalCount nodes { kind sequence } }", Shown::Count("/nodes")),
    read(
        "Customer.events",
        "customer(by: { domain: \"contoso.example\" }) { events { totalCount } }",
        Shown::Number("/events/totalCount"),
    ),
    read(
        "explainAccess",
        "explainAccess(target: $subscription, permission: SUBSCRIPTION_MANAGE) { allowed }",
        Shown::Answer("/allowed"),
    ),
    read(
        "accessReview",
        "accessReview { partners { partner { name } permissions subscriptionCount } }",
        Shown::Count("/partners"),
    ),
    read(
        "CustomerSubscription.availableActions",
        "subscription(id: $subscription) { availableActions { action reasons { code } } }",
        Shown::Actions,
    ),
    read(
        "Customer.availableActions",
        "customer(by: { domain: \"contoso.example\" }) { availableActions { action reasons { code } } }",
        Shown::Actions,
    ),
    read(
        "Viewer.availableActions",
        "viewer { availableActions { action reasons { code } } }",
        Shown::Actions,
    ),
    read(
        "DelegatedAdminGrant.availableActions",
        "grant(id: $grant) { availableActions { action reasons { code } } }",
        Shown::Actions,
    ),
    read("rateLimit", "rateLimit { cost limit }", Shown::Object),
    read("issuers", "issuers { name tenantId fromConfiguration revokedAt }", Shown::Count("")),
    read("webhooks", "webhooks { totalCount nodes { url status } }", Shown::Number("/totalCount")),
    read(
        "webhookDeliveries",
        "webhookDeliveries(webhook: $webhook) { totalCount nodes { status attempts } }",
        Shown::Number("/totalCount"),
    ),
];

/// The noun of an operation, and what it does in words.
pub fn described(operation: &str) -> (&'static str, &'static str) {
    let (noun, words) = match operation {
        "viewer" => (7, "Learn who one is to the server"),
        "node" => (7, "Fetch the subscription by its id alone"),
        "nodes" => (7, "Fetch the subscription, the grant and the request by their ids at once"),
        "customer" => (0, "See Contoso"),
        "customers" => (0, "List customers"),
        "Customer.subscriptions" => (1, "List Contoso's subscriptions"),
        "Customer.subscriptionCounts" => (1, "Count Contoso's active subscriptions"),
        "Customer.grants" => (2, "List Contoso's grants"),
        "subscription" => (1, "See a subscription that Fabrikam sold to Contoso"),
        "subscriptions" => (1, "List subscriptions of all customers"),
        "subscriptionCounts" => (1, "Count active subscriptions of all customers"),
        "grant" => (2, "See Contoso's grant to Fabrikam, and to whom it is assigned"),
        "grants" => (2, "List grants of all customers"),
        "relationshipRequest" => (3, "See Fabrikam's request to Contoso, and its message"),
        "relationshipRequests" => (3, "List requests"),
        "partners" => (4, "List partners"),
        "offers" => (4, "List offers"),
        "events" => (5, "Read the log, with each entry's place in the chain"),
        "eventFeed" => (5, "Follow the log, with each entry's place in the chain"),
        "Subscription.events" => (
            5,
            "Hear of a change of the subscription, a request to Contoso and a change of an offer as they happen",
        ),
        "Customer.events" => (5, "Read the log below Contoso"),
        "explainAccess" => (6, "Ask whether one may manage the subscription"),
        "accessReview" => (6, "Ask which partners can do what at one's own tenant"),
        "CustomerSubscription.availableActions" => (1, "Ask what can be done with the subscription"),
        "Customer.availableActions" => (0, "Ask what can be begun at Contoso"),
        "Viewer.availableActions" => (7, "Ask what can be begun without any object"),
        "DelegatedAdminGrant.availableActions" => (2, "Ask what can be done with the grant"),
        "requestRelationship" => (3, "Ask Contoso for a relationship"),
        "requestRelationships" => (3, "Ask many customers at once"),
        "withdrawRelationshipRequest" => (3, "Take Fabrikam's request back"),
        "acceptRelationshipRequest" => (3, "Accept Fabrikam's request"),
        "declineRelationshipRequest" => (3, "Decline Fabrikam's request"),
        "renewGrant" => (2, "Ask to renew Contoso's grant to Fabrikam"),
        "assignAccess" => (2, "Assign roles of the grant to people of one's own tenant"),
        "unassignAccess" => (2, "End an assignment"),
        "narrowGrant" => (2, "Narrow the grant"),
        "setGrantAutoExtend true" => (2, "Let the grant extend itself"),
        "setGrantAutoExtend false" => (2, "Let the grant no longer extend itself"),
        "terminateGrant" => (2, "End the grant"),
        "forceTerminateGrant" => (2, "End a grant of others"),
        "suspendTenant" => (9, "Let nobody of Northwind in for now"),
        "reinstateTenant" => (9, "Let Northwind in again"),
        "updateTenantProfile" => (9, "Correct Northwind's name"),
        "closeTenant" => (9, "Let nobody of Northwind in any more"),
        "purchaseSubscription" => (1, "Buy for Contoso"),
        "renameSubscription" => (1, "Rename the subscription"),
        "resizeSubscription" => (1, "Change the subscription's quantity"),
        "suspendSubscription" => (1, "Suspend the subscription"),
        "reactivateSubscription" => (1, "Let the subscription run again"),
        "cancelSubscription" => (1, "Cancel the subscription"),
        "setSubscriptionAutoRenew" => (1, "Say whether the subscription renews itself"),
        "scheduleSubscriptionNextTerm" => (1, "Schedule the subscription's next term"),
        "registerPartner" => (4, "Register a partner"),
        "registerCustomer" => (0, "Register a customer"),
        "upsertOffer" => (4, "Make or change an offer"),
        "rateLimit" => (7, "Learn what one's tenant has left of its share"),
        "issuers" => (10, "See whose tokens are accepted"),
        "trustIssuer" => (10, "Trust another issuer"),
        "revokeIssuer" => (10, "Trust an issuer no more"),
        "revokeCredential" => (10, "Revoke a token, a principal's tokens or a key"),
        "webhooks" => (8, "List one's own webhooks: Fabrikam has one"),
        "webhookDeliveries" => (8, "See what became of the deliveries to Fabrikam's webhook"),
        "registerWebhook" => (8, "Have one's own events sent somewhere"),
        "updateWebhook" => (8, "Change Fabrikam's webhook"),
        "rotateWebhookSecret" => (8, "Give Fabrikam's webhook another secret"),
        "replayWebhook" => (8, "Have Fabrikam's webhook send again"),
        "removeWebhook" => (8, "Remove Fabrikam's webhook"),
        _ => panic!("{operation} is not described"),
    };
    (NOUNS[noun], words)
}

/// Every mutation, as it is tried: with an input that is refused last of all, for its version or its bounds, so that whoever may
/// act gets that refusal and nothing changes.
pub fn spoiled(about: &Subjects) -> Vec<(String, &'static str, Value)> {
    let spoil = |(mutation, mut input): (&'static str, Value)| {
        let mut title = mutation.to_owned();
        if mutation == "setGrantAutoExtend" {
            title = format!("{mutation} {}", input["autoExtend"]);
        }
        let (member, value) = match mutation {
            "requestRelationship" | "renewGrant" => ("duration", json!("P0D")),
            "requestRelationships" => ("requests", json!([])),
            "purchaseSubscription" => ("quantity", json!(0)),
            "registerPartner" | "registerCustomer" | "upsertOffer" => ("name", json!("")),
            "registerWebhook" => ("description", json!("")),
            "trustIssuer" => ("audience", json!([])),
            "revokeIssuer" | "revokeCredential" => ("reason", json!("")),
            _ => ("expectedVersion", json!(0)),
        };
        input[member] = value;
        (title, mutation, input)
    };
    about.mutations().into_iter().map(spoil).collect()
}
