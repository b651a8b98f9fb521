//! The checks of a token, in their order. There is one path: verifying stops at the first check that fails, explaining
//! goes on with what can still be known, so the two cannot disagree.
//!
//! Nothing that a token says is used before the check that makes it true, except to choose: the unverified `iss` chooses
//! an issuer and `kid` a key, and the signature then decides. Deliberately absent: a clock, and whether the tenant is
//! registered.

use std::sync::Arc;

use entity::{Instant, TenantId};
use jsonwebtoken::Validation;
use tracing::info;

use super::check::{CheckOutcome, Checks};
use super::claims::Claims;
use super::compact;
use super::header::TokenHeader;
use super::identification::identify;
use super::issuer::Issuer;
use super::key_set::WantedKey;
use super::keyring::FoundKey;
use super::quote::{quote, quote_claim};
use super::revocation::Evidence;
use super::verified::VerifiedToken;
use super::verifier::Trust;
use super::{Algorithm, Issuers, Rejection};

/// Who made a token, as far as its claims say.
pub(super) struct Origin<'a> {
    pub(super) issuer: &'a Issuer,
    iss: &'a str,
    /// The tenant that `iss` speaks for.
    pub(super) tenant: TenantId,
    pub(super) claims: &'a Claims,
}

impl<'a> Origin<'a> {
    fn of(claims: &'a Claims, issuers: &'a Issuers) -> CheckOutcome<Self> {
        let iss = claims.issuer()?;
        let (issuer, tenant) = issuers.of(iss).inspect_err(|_| {
            if let Some(known) = issuers.nearly(iss) {
                // Nothing of a stranger's gets into the log by it: it is a known name but for the slash.
                info!(
                    iss,
                    known, "a token's `iss` is not the issuer that is known, but for the slash at its end"
                );
            }
        })?;
        Ok(Self { issuer, iss, tenant, claims })
    }
}

/// The `iss` of a token, and the issuer that it nearly is.
fn show_issuer(claims: &Claims, issuers: &Issuers) -> String {
    let shown = quote_claim(claims, "iss");
    match claims.issuer().ok().and_then(|iss| issuers.nearly(iss)) {
        Some(name) => {
            format!("{shown} The issuer is known as {}: mind the slash at the end.", quote(name))
        }
        None => shown,
    }
}

/// Asks everything of a token.
///
/// # Errors
/// The first check that failed if the checks stop there, else any that did.
pub(super) async fn examine(
    trust: &Trust,
    token: &str,
    now: Instant,
    checks: &mut Checks,
) -> Result<VerifiedToken, Rejection> {
    checks.require("size", compact::measure(token), |_| format!("{} bytes.", token.len()))?;
    let parts = checks.require("parts", compact::split(token), |_| String::new())?;
    let compact = checks.require("encoding", compact::decode(parts), |_| String::new())?;

    let header = checks.record("header", TokenHeader::read(&compact.header), |_| String::new())?;
    let kind = checks.after(&header, "type", TokenHeader::accept_type, TokenHeader::show_type)?;
    let critical = checks.after(&header, "extensions", TokenHeader::accept_critical, |_| String::new())?;
    let algorithm =
        checks.after(&header, "algorithm", TokenHeader::algorithm, TokenHeader::show_algorithm)?;

    let claims = checks.record("claims", Claims::read(&compact.claims), |_| String::new())?;
    let choose = |claims| Origin::of(claims, &trust.issuers);
    let origin = checks.after(&claims, "issuer", choose, |claims| show_issuer(claims, &trust.issuers))?;
    let chosen = find_key(&header, &algorithm, &origin, now, checks).await?;
    let verify = |chosen: &Chosen| chosen.found.key.verify(token, chosen.validation);
    let decoded = checks.after(&chosen, "signature", verify, |_| String::new())?;
    let identified = identify(&claims, &origin, now, checks)?;

    // Every outcome is unwrapped before there is an identity.
    kind?;
    critical?;
    decoded??;
    let (identified, origin, found) = (identified?, origin?, chosen?.found);
    let evidence = Evidence {
        issuer: [&origin.issuer.name, origin.iss],
        key_id: found.key.id.as_deref(),
        subject: &identified.identity.subject,
        claims: origin.claims,
    };
    // Told of only where it fails: whoever asks without a server does not know what is revoked there.
    if let Err(rejection) = trust.revocations.accept(&evidence) {
        return checks.require("revocation", Err(rejection), |_| String::new());
    }
    let keys = Arc::clone(&origin.issuer.keys);
    Ok(VerifiedToken { identified, keys, generation: found.generation, trust: trust.generation })
}

/// The key to verify a token with, and what jsonwebtoken is to ask of it.
struct Chosen<'a> {
    found: FoundKey,
    validation: &'a Validation,
}

async fn find_key<'a>(
    header: &CheckOutcome<TokenHeader>,
    algorithm: &CheckOutcome<Algorithm>,
    origin: &CheckOutcome<Origin<'a>>,
    now: Instant,
    checks: &mut Checks,
) -> Result<CheckOutcome<Chosen<'a>>, Rejection> {
    let (header, algorithm, origin) = match (header, algorithm, origin) {
        (Ok(header), Ok(algorithm), Ok(origin)) => (header, *algorithm, origin),
        (Err(rejection), _, _) | (_, Err(rejection), _) | (_, _, Err(rejection)) => {
            return Ok(Err(*rejection));
        }
    };
    let issuer = origin.issuer;
    let allowed = checks.record("allowed algorithm", issuer.allow(algorithm), |_| {
        let names: Vec<_> = issuer.algorithms().map(Algorithm::name).collect();
        format!("The issuer's algorithms are {}.", names.join(", "))
    })?;
    // A token that cannot be of this issuer must not make it look for new keys.
    let validation = match allowed {
        Ok(validation) => validation,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let wanted =
        WantedKey { key_id: header.key_id.as_deref(), algorithm, iss: origin.iss, configured: &issuer.name };
    let found = issuer.keys.find(&wanted, now).await;
    let chosen = found.map(|found| Chosen { found, validation });
    checks.record("key", chosen, |_| {
        let error = issuer.keys.error().map(|error| error.sentence()).unwrap_or_default();
        format!("{} The issuer has {} usable keys. {error}", header.show_key_id(), issuer.keys.usable(now))
    })
}
