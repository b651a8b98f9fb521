//! The later checks of a token: for whom it is, when it may be used, and who bears it.

use domain::identity::Identity;
use entity::Instant;
use serde::Serialize;

use super::Rejection;
use super::check::{CheckOutcome, Checks};
use super::claim_names::KnownValues;
use super::claims::{Claims, LEEWAY};
use super::examination::Origin;
use super::quote::{quote, quote_claim, quote_date};

/// Who bears a token and when it may be used, if its signature is good.
#[derive(Clone)]
pub(super) struct Identified {
    pub(super) identity: Identity,
    /// The first instant at which it may be used and the first at which it may not any more, leeway included.
    pub(super) from: Instant,
    pub(super) until: Instant,
}

struct Times {
    expiry: Instant,
    start: Option<Instant>,
}

pub(super) fn identify(
    claims: &CheckOutcome<Claims>,
    origin: &CheckOutcome<Origin>,
    now: Instant,
    checks: &mut Checks,
) -> Result<CheckOutcome<Identified>, Rejection> {
    let accept_audience = |origin: &Origin| origin.issuer.accept_audience(origin.claims);
    let audience = checks.after(origin, "audience", accept_audience, |origin| {
        format!("{} This API is {:?}.", quote_claim(origin.claims, "aud"), origin.issuer.audience)
    })?;
    let times = times(claims, now, checks)?;
    let identity = match origin {
        Ok(origin) => bear(origin, &times, checks)?,
        Err(rejection) => Err(*rejection),
    };
    Ok(audience.and(times).and_then(|Times { expiry, start }| {
        let from = start.map_or(Instant::UNIX_EPOCH, |start| start - LEEWAY);
        Ok(Identified { identity: identity?, from, until: expiry + LEEWAY })
    }))
}

fn times(
    claims: &CheckOutcome<Claims>,
    now: Instant,
    checks: &mut Checks,
) -> Result<CheckOutcome<Times>, Rejection> {
    let show = |name| move |claims: &Claims| quote_date(claims, name, now);
    let expiry = checks.after(claims, "expiry", |claims| claims.expiry(now), show("exp"))?;
    let not_before = checks.after(claims, "not before", |claims| claims.not_before(now), show("nbf"))?;
    let issued_at = checks.after(claims, "issued at", |claims| claims.issued_at(now), show("iat"))?;
    // No instant is less than any.
    Ok(expiry.and_then(|expiry| Ok(Times { expiry, start: not_before?.max(issued_at?) })))
}

fn bear(
    origin: &Origin,
    times: &CheckOutcome<Times>,
    checks: &mut Checks,
) -> Result<CheckOutcome<Identity>, Rejection> {
    let Origin { issuer, tenant: spoken_for, claims, .. } = origin;
    let names = &issuer.claims;
    let tenant = checks.record("tenant", issuer.tenant(*spoken_for, claims), |_| {
        format!("The issuer speaks for {}. {}", spoken_for.0, quote_claim(claims, &names.tenant))
    })?;
    let subject = checks.record("subject", names.subject(claims), |subject| match subject {
        Some(subject) => quote(subject),
        None => format!("Looked for {:?}.", names.subject),
    })?;
    let roles =
        checks.record("roles", names.roles(claims), |roles| show(roles, "roles are not of this server"))?;
    let groups = checks.record("groups", names.groups(claims), |groups| {
        let left_out =
            if is_left_out(claims, &names.groups) { " The issuer left groups out, as too many." } else { "" };
        format!("{}{left_out}", show(groups, "groups are no UUIDs"))
    })?;
    let mfa = checks.require("second factor", Ok(names.mfa.is_in(claims)), |mfa| {
        format!("{}. {}", yes_or_no(mfa), quote_claim(claims, &names.mfa.claim))
    })?;
    let is_application =
        checks.require("application", Ok(names.application.is_in(claims)), |is_application| {
            format!("{}. {}", yes_or_no(is_application), quote_claim(claims, &names.application.claim))
        })?;
    Ok(tenant.and_then(|tenant| {
        Ok(Identity {
            tenant,
            subject: subject?,
            is_application,
            mfa,
            applications_need_mfa: issuer.applications_need_mfa,
            roles: roles?.values,
            groups: groups?.values,
            expires_at: times.as_ref().map_err(|rejection| *rejection)?.expiry,
        })
    }))
}

/// Whether the issuer says that the claim is to be fetched elsewhere (OpenID Connect Core 1.0, section 5.6.2), as Entra
/// ID does with more groups than fit; where it has no room even for that, it only says that there are some. They are not
/// fetched: the bearer is taken to be in none.
fn is_left_out(claims: &Claims, name: &str) -> bool {
    claims.named("_claim_names").is_some_and(|names| names.get(name).is_some())
        || (name == "groups" && claims.named("hasgroups") == Some(&serde_json::Value::Bool(true)))
}

/// The values as the API spells them.
fn show<T: Serialize>(known: Option<&KnownValues<T>>, why_ignored: &str) -> String {
    let Some(KnownValues { values, ignored }) = known else { return String::new() };
    let values = serde_json::to_string(values).unwrap_or_default();
    match ignored {
        0 => format!("{values}."),
        _ => format!("{values}. Ignored: {ignored}, because such {why_ignored}."),
    }
}

const fn yes_or_no(answer: Option<&bool>) -> &'static str {
    if matches!(answer, Some(true)) { "Yes" } else { "No" }
}
