//! The checks of a token, in their order. There is one path: verifying stops at the first check that fails, explaining
//! goes on with what can still be known, so the two cannot disagree.
//!
//! Nothing that a token says is used before the check that makes it true, except to choose: the unverified `iss` chooses
//! an issuer and `kid` a key, and the signature then decides. Deliberately absent: a clock, and whether the tenant is
//! registered.

use std::sync::Arc;

use entity::{Instant, TenantId};
use jsonwebtoken::Validation;

use super::check::{Findings, Outcome};
use super::claims::Claims;
use super::compact;
use super::header::Header;
use super::identification::identify;
use super::issuer::Issuer;
use super::key_set::Wanted;
use super::keyring::Found;
use super::quote::quote_claim;
use super::verified::Verified;
use super::{Algorithm, Issuers, Refusal};

/// Who made a token, as far as its claims say.
pub(super) struct Origin<'a> {
    pub(super) issuer: &'a Issuer,
    iss: &'a str,
    /// The tenant that `iss` speaks for.
    pub(super) tenant: TenantId,
    pub(super) claims: &'a Claims,
}

impl<'a> Origin<'a> {
    fn of(claims: &'a Claims, issuers: &'a Issuers) -> Outcome<Self> {
        let iss = claims.issuer()?;
        let (issuer, tenant) = issuers.of(iss)?;
        Ok(Self { issuer, iss, tenant, claims })
    }
}

/// Asks everything of a token.
///
/// # Errors
/// The first check that failed if the findings stop there, else any that did.
pub(super) async fn examine(
    issuers: &Issuers,
    token: &str,
    now: Instant,
    findings: &mut Findings,
) -> Result<Verified, Refusal> {
    findings.need("size", compact::measure(token), |_| format!("{} bytes.", token.len()))?;
    let parts = findings.need("parts", compact::split(token), |_| String::new())?;
    let compact = findings.need("encoding", compact::decode(parts), |_| String::new())?;

    let header = findings.take("header", Header::read(&compact.header), |_| String::new())?;
    let kind = findings.after(&header, "type", Header::accept_type, Header::show_type)?;
    let critical = findings.after(&header, "extensions", Header::accept_critical, |_| String::new())?;
    let algorithm = findings.after(&header, "algorithm", Header::algorithm, Header::show_algorithm)?;

    let claims = findings.take("claims", Claims::read(&compact.claims), |_| String::new())?;
    let choose = |claims| Origin::of(claims, issuers);
    let origin = findings.after(&claims, "issuer", choose, |claims| quote_claim(claims, "iss"))?;
    let chosen = find_key(&header, &algorithm, &origin, now, findings).await?;
    let verify = |chosen: &Chosen| chosen.found.key.verify(token, chosen.validation);
    let decoded = findings.after(&chosen, "signature", verify, |_| String::new())?;
    let identified = identify(&claims, &origin, now, findings)?;

    // Every outcome is unwrapped before there is an identity.
    kind?;
    critical?;
    decoded??;
    let (identified, keys) = (identified?, Arc::clone(&origin?.issuer.keys));
    Ok(Verified { identified, keys, generation: chosen?.found.generation })
}

/// The key to verify a token with, and what jsonwebtoken is to ask of it.
struct Chosen<'a> {
    found: Found,
    validation: &'a Validation,
}

async fn find_key<'a>(
    header: &Outcome<Header>,
    algorithm: &Outcome<Algorithm>,
    origin: &Outcome<Origin<'a>>,
    now: Instant,
    findings: &mut Findings,
) -> Result<Outcome<Chosen<'a>>, Refusal> {
    let (header, algorithm, origin) = match (header, algorithm, origin) {
        (Ok(header), Ok(algorithm), Ok(origin)) => (header, *algorithm, origin),
        (Err(refusal), _, _) | (_, Err(refusal), _) | (_, _, Err(refusal)) => return Ok(Err(*refusal)),
    };
    let issuer = origin.issuer;
    let allowed = findings.take("allowed algorithm", issuer.allow(algorithm), |_| {
        let names: Vec<_> = issuer.algorithms().map(Algorithm::name).collect();
        format!("The issuer's algorithms are {}.", names.join(", "))
    })?;
    // A token that cannot be of this issuer must not make it look for new keys.
    let validation = match allowed {
        Ok(validation) => validation,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let wanted =
        Wanted { key_id: header.key_id.as_deref(), algorithm, iss: origin.iss, configured: &issuer.name };
    let found = issuer.keys.find(&wanted, now).await;
    let chosen = found.map(|found| Chosen { found, validation });
    findings.take("key", chosen, |_| {
        let fault = issuer.keys.fault().map(|fault| fault.sentence()).unwrap_or_default();
        format!("{} The issuer has {} usable keys. {fault}", header.show_key_id(), issuer.keys.len())
    })
}
