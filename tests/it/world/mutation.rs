//! What is asked of mutations, and how one was refused.

use serde_json::{Value, json};

/// The text of a mutation with one variable, its input.
pub fn text_of(mutation: &str) -> String {
    let type_name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    format!(
        "mutation($input: {type_name}!) {{ it: {mutation}(input: $input) {{ {} userErrors {{ code message path \
         currentVersion reasons {{ code message remedy }} }} }} }}",
        payload_of(mutation)
    )
}

/// What is asked of each mutation's payload.
fn payload_of(mutation: &str) -> &'static str {
    const GRANT: &str =
        "grant { id status version roles startsAt endsAt autoExtend assignments { assignee roles } }";
    match mutation {
        "requestRelationship" | "renewGrant" => {
            "request { id status version roles duration assignments { assignee roles } } invitation invitationUrl"
        }
        "requestRelationships" => {
            "results { request { id status } invitation userErrors { code message path } }"
        }
        "withdrawRelationshipRequest" | "declineRelationshipRequest" => {
            "request { id status version declineReason }"
        }
        "acceptRelationshipRequest" => {
            "grant { id status version roles startsAt endsAt autoExtend assignments { assignee roles } } \
             request { id status version }"
        }
        "narrowGrant" | "terminateGrant" | "unassignAccess" => {
            "grant { id status version roles startsAt endsAt autoExtend assignments { assignee roles } } \
             impact { assignmentsEnded { assignee roles } permissionsLost subscriptionsHidden subscriptionsChanged }"
        }
        "assignAccess" | "setGrantAutoExtend" => GRANT,
        "purchaseSubscription"
        | "renameSubscription"
        | "resizeSubscription"
        | "suspendSubscription"
        | "reactivateSubscription"
        | "cancelSubscription"
        | "setSubscriptionAutoRenew"
        | "scheduleSubscriptionNextTerm" => {
            "subscription { id status friendlyName quantity term billingCycle autoRenew suspensionReasons startsAt \
             termEndsAt cancellableUntil nextTerm { quantity term billingCycle } version }"
        }
        "registerWebhook" | "rotateWebhookSecret" => {
            "webhook { id url description kinds status version previousSecretEndsAt } secret"
        }
        "updateWebhook" | "replayWebhook" | "removeWebhook" => {
            "webhook { id url description kinds status version }"
        }
        "forceTerminateGrant" => {
            "grant { id status version roles assignments { assignee } } impact { permissionsLost }"
        }
        "suspendTenant" | "reinstateTenant" | "closeTenant" | "updateTenantProfile" => {
            "tenant { ... on Partner { id name status statusReason statusSince version } \
             ... on Customer { id name domain country status statusReason version } }"
        }
        "trustIssuer" | "revokeIssuer" => {
            "issuer { name tenantId audience algorithms fromConfiguration usableKeys revokedAt }"
        }
        "revokeCredential" => "credential { issuer kind value revokedAt }",
        "registerPartner" => "partner { id name }",
        "registerCustomer" => "customer { id name }",
        "upsertOffer" => "offer { id name maxQuantity }",
        _ => panic!("{mutation} is not a mutation"),
    }
}

/// The code of a payload that was refused once, with words that say what to do.
pub fn refusal_of(payload: &Value) -> String {
    let errors = payload["userErrors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{payload:#}");
    assert!(errors[0]["message"].as_str().unwrap().ends_with('.'), "{payload:#}");
    let objects = payload.as_object().unwrap().iter().filter(|(name, _)| *name != "userErrors");
    assert!(objects.clone().all(|(_, value)| value.is_null() || *value == json!([])), "{payload:#}");
    errors[0]["code"].as_str().unwrap().to_owned()
}
