//! Lives in which every mutation of the API is done, and which leave nothing open: any number of them can be lived in
//! one world.

use serde_json::{Value, json};

use super::plan::{Faults, Plan};
use super::trial::Trial;
use crate::facts::id;
use crate::world::{CUSTOMER, EVENT, GRANT, OFFER, REQUEST, SUBSCRIPTION, WEBHOOK};

/// What Contoso is asked for.
fn asked(name: &str, roles: &[&str]) -> Value {
    json!({ "customer": { "domain": "contoso.example" }, "displayName": name, "roles": roles, "duration": "P90D" })
}

/// Fabrikam may sell to Contoso from now on.
pub async fn prepare(trial: &mut Trial<'_, impl Faults>) {
    let (world, url) = (trial.world, trial.program.url.clone());
    let asked = asked("Sales", &["BILLING_ADMINISTRATOR"]);
    let payload = world.mutate_at(&url, &world.fabrikam(), "requestRelationship", asked).await;
    let accept = json!({ "request": { "id": payload["request"]["id"] } });
    let payload = world.mutate_at(&url, &world.contoso(), "acceptRelationshipRequest", accept).await;
    assert_eq!(payload["grant"]["status"], "ACTIVE", "{payload:#}");
}

/// A life of one kind, which needs none of the others.
#[derive(Clone, Copy, Debug)]
pub enum Life {
    /// Requests, what becomes of them, and a grant from its beginning to its end.
    Relationship,
    /// A subscription.
    Sale,
    /// Tenants and an offer, of which later lives sell.
    Registration,
    /// A webhook, which is sent nothing: the program of these tests has no worker for them.
    Webhook,
}

impl Life {
    pub const ALL: [Self; 4] = [Self::Registration, Self::Sale, Self::Relationship, Self::Webhook];

    /// Lives it, by a name of its own, while something goes wrong.
    pub async fn live<F: Faults>(self, trial: &mut Trial<'_, F>, name: &str, plan: Option<Plan<F::Fault>>) {
        trial.begin(format!("{self:?}-{name}").to_lowercase(), plan);
        match self {
            Self::Relationship => {
                ask(trial).await;
                administer(trial).await;
            }
            Self::Sale => sell(trial).await,
            Self::Registration => register(trial).await,
            Self::Webhook => have_events_sent(trial).await,
        }
    }
}

/// What Tailspin asks for.
fn wanted(trial: &Trial<'_, impl Faults>, name: &str) -> Value {
    let mut wanted = asked(&trial.name(name), &["GLOBAL_READER", "LICENSE_ADMINISTRATOR"]);
    wanted["autoExtend"] = json!(true);
    wanted
}

async fn ask(trial: &mut Trial<'_, impl Faults>) {
    let (tailspin, contoso) = (trial.world.tailspin(), trial.world.contoso());
    let input = wanted(trial, "one");
    trial.mutate(&tailspin, "requestRelationship", input).await;
    let request = trial.newest(REQUEST).await;
    trial.refused(&tailspin, "withdrawRelationshipRequest", json!({ "request": request })).await;
    trial.mutate(&tailspin, "withdrawRelationshipRequest", json!({ "request": request })).await;
    let input = json!({ "requests": [wanted(trial, "two")] });
    trial.mutate(&tailspin, "requestRelationships", input).await;
    let request = json!({ "request": { "id": trial.newest(REQUEST).await }, "reason": "No." });
    trial.mutate(&contoso, "declineRelationshipRequest", request).await;
    let input = wanted(trial, "three");
    trial.mutate(&tailspin, "requestRelationship", input).await;
    let accept = json!({ "request": { "id": trial.newest(REQUEST).await } });
    trial.dry_run(&contoso, "acceptRelationshipRequest", accept.clone()).await;
    trial.mutate(&contoso, "acceptRelationshipRequest", accept).await;
}

/// The grant that came of the last request.
async fn administer(trial: &mut Trial<'_, impl Faults>) {
    let (tailspin, contoso) = (trial.world.tailspin(), trial.world.contoso());
    let grant = trial.newest(GRANT).await;
    let group = id("group");
    let assignment =
        json!({ "assigneeKind": "SECURITY_GROUP", "assignee": group, "roles": ["LICENSE_ADMINISTRATOR"] });
    trial.mutate(&tailspin, "assignAccess", json!({ "grant": grant, "assignment": assignment })).await;
    let unassign = json!({ "grant": grant, "assigneeKind": "SECURITY_GROUP", "assignee": group });
    trial.dry_run(&tailspin, "unassignAccess", unassign.clone()).await;
    trial.mutate(&tailspin, "unassignAccess", unassign).await;
    trial.mutate(&tailspin, "setGrantAutoExtend", json!({ "grant": grant, "autoExtend": false })).await;
    trial.mutate(&tailspin, "renewGrant", json!({ "grant": grant, "duration": "P90D" })).await;
    let request = trial.newest(REQUEST).await;
    trial.mutate(&tailspin, "withdrawRelationshipRequest", json!({ "request": request })).await;
    let narrow = json!({ "grant": grant, "roles": ["GLOBAL_READER"] });
    trial.dry_run(&contoso, "narrowGrant", narrow.clone()).await;
    trial.mutate(&contoso, "narrowGrant", narrow).await;
    trial.refused(&contoso, "terminateGrant", json!({ "grant": grant })).await;
    trial.dry_run(&contoso, "terminateGrant", json!({ "grant": grant })).await;
    trial.mutate(&contoso, "terminateGrant", json!({ "grant": grant, "reason": "Thank you." })).await;
    let input = wanted(trial, "four");
    trial.mutate(&tailspin, "requestRelationship", input).await;
    let accept = json!({ "request": { "id": trial.newest(REQUEST).await } });
    trial.mutate(&contoso, "acceptRelationshipRequest", accept).await;
    let end = json!({ "grant": trial.newest(GRANT).await, "reason": "By order of a court." });
    let operator = trial.world.operator();
    trial.mutate(&operator, "forceTerminateGrant", end).await;
}

async fn sell(trial: &mut Trial<'_, impl Faults>) {
    let fabrikam = trial.world.fabrikam();
    let purchase = json!({ "customer": { "domain": "contoso.example" }, "offer": trial.newest(OFFER).await,
        "quantity": 5, "term": "P1Y", "billingCycle": "ANNUAL" });
    trial.dry_run(&fabrikam, "purchaseSubscription", purchase.clone()).await;
    trial.mutate(&fabrikam, "purchaseSubscription", purchase).await;
    let it = trial.newest(SUBSCRIPTION).await;
    let rename = json!({ "subscription": it, "friendlyName": trial.name("mail") });
    trial.mutate(&fabrikam, "renameSubscription", rename).await;
    let resize = json!({ "subscription": it, "quantity": 7 });
    trial.refused(&fabrikam, "resizeSubscription", resize.clone()).await;
    trial.mutate(&fabrikam, "resizeSubscription", resize).await;
    let next = json!({ "quantity": 9, "term": "P1M", "billingCycle": "MONTHLY" });
    let schedule = json!({ "subscription": it, "nextTerm": next });
    trial.mutate(&fabrikam, "scheduleSubscriptionNextTerm", schedule).await;
    let auto_renew = json!({ "subscription": it, "autoRenew": false });
    trial.mutate(&fabrikam, "setSubscriptionAutoRenew", auto_renew).await;
    let suspend = json!({ "subscription": it, "reason": "NON_PAYMENT" });
    trial.mutate(&fabrikam, "suspendSubscription", suspend).await;
    trial.mutate(&fabrikam, "reactivateSubscription", json!({ "subscription": it })).await;
    trial.dry_run(&fabrikam, "cancelSubscription", json!({ "subscription": it })).await;
    trial.mutate(&fabrikam, "cancelSubscription", json!({ "subscription": it })).await;
}

async fn register(trial: &mut Trial<'_, impl Faults>) {
    let operator = trial.world.operator();
    let (partner, customer, sku) = (trial.name("partner"), trial.name("customer"), trial.name("offer"));
    let input =
        json!({ "tenantId": id(&partner), "partnerNumber": partner, "name": partner, "kind": "ADVISOR" });
    trial.mutate(&operator, "registerPartner", input).await;
    let input = json!({ "tenantId": id(&customer), "name": customer, "domain": format!("{customer}.example"),
        "country": "NL" });
    trial.mutate(&operator, "registerCustomer", input).await;
    let tenant = trial.newest(CUSTOMER).await;
    let profile = json!({ "tenant": tenant, "name": trial.name("renamed"), "country": "BE" });
    trial.mutate(&operator, "updateTenantProfile", profile).await;
    let reason = "It did not pay.";
    trial.mutate(&operator, "suspendTenant", json!({ "tenant": tenant, "reason": reason })).await;
    trial.refused(&operator, "suspendTenant", json!({ "tenant": tenant, "reason": reason })).await;
    trial.mutate(&operator, "reinstateTenant", json!({ "tenant": tenant })).await;
    trial.dry_run(&operator, "closeTenant", json!({ "tenant": tenant, "reason": reason })).await;
    trial.mutate(&operator, "closeTenant", json!({ "tenant": tenant, "reason": reason })).await;
    let input = json!({ "sku": sku, "name": "Suite", "publisher": "Litware", "minQuantity": 1, "maxQuantity": 300,
        "terms": ["P1M", "P1Y"], "billingCycles": ["MONTHLY", "ANNUAL"] });
    trial.mutate(&operator, "upsertOffer", input).await;
    let issuer = format!("https://{}.example.org", trial.name("issuer").to_lowercase());
    let trust = json!({ "issuer": issuer, "tenantId": id(&issuer), "audience": ["api://copartner"],
        "jwksUrl": format!("{issuer}/keys") });
    trial.mutate(&operator, "trustIssuer", trust).await;
    let template = "urn:copartner:development:";
    let revoke = json!({ "issuer": format!("{template}{}", id(&issuer)), "reason": "It was broken into." });
    trial.mutate(&operator, "revokeIssuer", revoke).await;
    let revoke =
        json!({ "issuer": format!("{template}{{tenantid}}"), "token": issuer, "reason": "It was stolen." });
    trial.mutate(&operator, "revokeCredential", revoke).await;
}

async fn have_events_sent(trial: &mut Trial<'_, impl Faults>) {
    let tailspin = trial.world.tailspin();
    let register = json!({ "url": "https://hooks.example.com/copartner", "kinds": ["GRANT_ACTIVATED"] });
    trial.mutate(&tailspin, "registerWebhook", register).await;
    let it = trial.newest(WEBHOOK).await;
    let update = json!({ "webhook": it, "url": "https://hooks.example.com/elsewhere", "kinds": null });
    trial.refused(&tailspin, "updateWebhook", update.clone()).await;
    trial.mutate(&tailspin, "updateWebhook", update).await;
    trial.mutate(&tailspin, "rotateWebhookSecret", json!({ "webhook": it, "overlapHours": 0 })).await;
    let replay = json!({ "webhook": it, "from": trial.newest(EVENT).await });
    trial.mutate(&tailspin, "replayWebhook", replay).await;
    trial.dry_run(&tailspin, "removeWebhook", json!({ "webhook": it })).await;
    trial.mutate(&tailspin, "removeWebhook", json!({ "webhook": it })).await;
}
