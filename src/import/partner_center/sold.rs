//! A subscription resource becomes a subscription.

use chrono::{NaiveTime, TimeDelta};
use entity::{Instant, SubscriptionId, SubscriptionStatus, SuspensionReason, TenantId};
use serde_json::Value;
use uuid::Uuid;

use super::{
    PartnerCenter, next_term,
    resource::{Resource, needed},
    words::{billing_cycle, status, suspension_reason, term},
};
use domain::subscription::SubscriptionRecord;

/// What a subscription resource says.
#[derive(Debug)]
pub(super) struct Sold {
    /// With the importing partner as its partner of record, unless there is a reseller.
    pub(super) subscription: SubscriptionRecord,
    /// The number of the partner that sold it for the importing one.
    pub(super) reseller: Option<String>,
    pub(super) offer_name: Option<String>,
    pub(super) publisher: Option<String>,
}

/// Reads a resource that stands alone or in a collection that was taken from somewhere.
pub(super) fn read(
    resource: &mut Resource,
    collection: Option<&str>,
    center: &PartnerCenter,
) -> Result<Sold, String> {
    check_nature(resource)?;
    let id = SubscriptionId(needed("id", resource.id("id")?)?);
    let customer = customer(resource, collection, center)?;
    let offer = needed("offerId", resource.text("offerId")?)?;
    let offer_name = resource.text("offerName")?;
    let friendly_name =
        needed("friendlyName", resource.text("friendlyName")?.or_else(|| offer_name.clone()))?;
    let status = status(&needed("status", resource.text("status")?)?)?;
    let starts_at = needed("effectiveStartDate", resource.instant("effectiveStartDate")?)?;
    let term_ends_at = end(resource, &offer)?;
    let words = needed("termDuration", resource.text("termDuration")?)?;
    let term = term("termDuration", &words)?;
    let words = needed("billingCycle", resource.text("billingCycle")?)?;
    let billing_cycle = billing_cycle("billingCycle", &words)?;
    let mut subscription = SubscriptionRecord {
        id,
        customer,
        partner_of_record: center.partner.tenant_id,
        offer,
        friendly_name,
        status,
        suspension_reasons: suspension_reasons(resource, status)?,
        quantity: needed("quantity", resource.number("quantity")?)?,
        term,
        billing_cycle,
        auto_renew: needed("autoRenewEnabled", resource.truth("autoRenewEnabled")?)?,
        starts_at,
        term_ends_at,
        cancellable_until: cancellable_until(resource, starts_at, term_ends_at)?,
        next_term: None,
        created_at: resource.instant("creationDate")?,
    };
    let is_over = matches!(status, SubscriptionStatus::Cancelled | SubscriptionStatus::Expired);
    subscription.next_term = if is_over { None } else { next_term::take(resource, &subscription)? };
    let is_microsofts = resource.truth("isMicrosoftProduct")?.unwrap_or(true);
    let publisher = resource.text("publisherName")?.or_else(|| is_microsofts.then(|| "Microsoft".to_owned()));
    Ok(Sold { subscription, reseller: resource.text("partnerId")?, offer_name, publisher })
}

/// Whether it is a subscription that was bought.
fn check_nature(resource: &mut Resource) -> Result<(), String> {
    if resource.truth("isTrial")? == Some(true) {
        return Err("isTrial is true: a trial is not bought. Import it when it is".to_owned());
    }
    match resource.text("contractType")? {
        Some(other) if !other.eq_ignore_ascii_case("subscription") => {
            Err(format!("contractType is `{other}`, which is not a subscription"))
        }
        _ => Ok(()),
    }
}

/// The customer, which no field names: it is in the address of the resource or of its collection.
fn customer(
    resource: &Resource,
    collection: Option<&str>,
    center: &PartnerCenter,
) -> Result<TenantId, String> {
    let own = resource.peek(&["links", "self", "uri"]);
    let linked = own.and_then(customer_in).or_else(|| collection.and_then(customer_in)).map(TenantId);
    linked.or(center.customer).ok_or_else(|| {
        "does not tell its customer, neither in its own links.self.uri nor in that of its collection. Import it by \
         itself, with --customer TENANT"
            .to_owned()
    })
}

/// The tenant in `/v1/customers/{tenant}/subscriptions`.
fn customer_in(uri: &str) -> Option<Uuid> {
    let mut segments = uri.split(['/', '?']).skip_while(|segment| !segment.eq_ignore_ascii_case("customers"));
    Uuid::try_parse(segments.nth(1)?).ok()
}

/// The end of the term. Of new commerce, whose offers have ids of several parts, `commitmentEndDate` is a day, up to its
/// end; of what is older it is the end itself. `commitmentEndDateTime`, where there is one, says it to the second.
fn end(resource: &mut Resource, offer: &str) -> Result<Instant, String> {
    let day = resource.instant("commitmentEndDate")?;
    if let Some(end) = resource.instant("commitmentEndDateTime")? {
        return Ok(end);
    }
    let day = needed("commitmentEndDate", day)?;
    if day.time() != NaiveTime::MIN || !offer.contains(':') {
        return Ok(day);
    }
    Ok(day + TimeDelta::days(1) - TimeDelta::seconds(1))
}

fn suspension_reasons(
    resource: &mut Resource,
    status: SubscriptionStatus,
) -> Result<Vec<SuspensionReason>, String> {
    if status != SubscriptionStatus::Suspended {
        return Ok(Vec::new());
    }
    let given = match resource.take("suspensionReasons") {
        None => return Ok(Vec::from([SuspensionReason::Other])),
        Some(Value::Array(given)) => given,
        Some(_) => return Err("suspensionReasons is not a list".to_owned()),
    };
    let mut reasons: Vec<_> =
        given.iter().map(|words| suspension_reason(words.as_str().unwrap_or_default())).collect();
    if reasons.contains(&SuspensionReason::Other) {
        resource.put_back("suspensionReasons (taken as OTHER)", given);
    }
    reasons.sort_unstable();
    reasons.dedup();
    Ok(reasons)
}

/// Until when it can be cancelled, if that is within the term; else it is put back.
fn cancellable_until(
    resource: &mut Resource,
    starts_at: Instant,
    ends_at: Instant,
) -> Result<Option<Instant>, String> {
    let path = "cancellationAllowedUntilDate";
    let until = resource.instant(path)?;
    let fits = |until: &Instant| (starts_at..=ends_at).contains(until);
    if let Some(until) = until.filter(|until| !fits(until)) {
        resource.put_back("cancellationAllowedUntilDate (outside of the term)", until.to_rfc3339());
    }
    Ok(until.filter(fits))
}
