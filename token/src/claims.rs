//! A token's registered claims (RFC 7519 section 4.1), and the way to all others by name.
//!
//! Promises that no clock is read here: the caller brings the one instant of the request. Deliberately absent: what a
//! claim means to one issuer or another, which is [`ClaimNames`](super::ClaimNames).

use std::time::Duration;

use chrono::TimeDelta;
use entity::Instant;
use serde_json::Value;

use super::Rejection;
use super::object::{ObjectError, read_object};

/// How far the clocks of an issuer and of this server may differ, either way.
pub(super) const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// 9999-12-31T23:59:59Z, the last instant that every date library can write.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// What a token says, believed only once its signature is checked.
pub(super) struct Claims(Value);

impl Claims {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Rejection> {
        match read_object(bytes) {
            Ok(object) => Ok(Self(Value::Object(object))),
            Err(ObjectError::Unreadable) => Err(Rejection::ClaimsNotJson),
            Err(ObjectError::RepeatedMember) => Err(Rejection::ClaimsRepeatMember),
        }
    }

    /// The claim of this name, or at this place if it starts with `/` (a JSON Pointer, RFC 6901). `null` is no claim.
    pub(super) fn named(&self, name: &str) -> Option<&Value> {
        let claim = if name.starts_with('/') { self.0.pointer(name) } else { self.0.get(name) };
        claim.filter(|claim| !claim.is_null())
    }

    /// One string: a list of issuers would let a reader choose.
    pub(super) fn issuer(&self) -> Result<&str, Rejection> {
        self.0.get("iss").ok_or(Rejection::IssuerMissing)?.as_str().ok_or(Rejection::IssuerMalformed)
    }

    pub(super) fn audience(&self) -> Result<Vec<&str>, Rejection> {
        words(self.0.get("aud").ok_or(Rejection::AudienceMissing)?).ok_or(Rejection::AudienceMalformed)
    }

    /// The expiry as the token gives it. It is over only the leeway later.
    pub(super) fn expiry(&self, now: Instant) -> Result<Instant, Rejection> {
        let expiry = self.0.get("exp").ok_or(Rejection::ExpiryMissing)?;
        let expiry = numeric_date(expiry).ok_or(Rejection::ExpiryMalformed)?;
        if now < expiry + LEEWAY { Ok(expiry) } else { Err(Rejection::Expired) }
    }

    pub(super) fn not_before(&self, now: Instant) -> Result<Option<Instant>, Rejection> {
        self.past("nbf", now, Rejection::NotBeforeMalformed, Rejection::NotYetValid)
    }

    /// RFC 7519 asks nothing of `iat`, but a token from the future means that a clock is wrong, and then `exp` is too.
    pub(super) fn issued_at(&self, now: Instant) -> Result<Option<Instant>, Rejection> {
        self.past("iat", now, Rejection::IssuedAtMalformed, Rejection::IssuedLater)
    }

    /// What tells the token from all others of its issuer.
    pub(super) fn token_id(&self) -> Option<&str> {
        self.0.get("jti")?.as_str()
    }

    /// The claim of this name as a date, if it is one.
    pub(super) fn date(&self, name: &str) -> Option<Instant> {
        numeric_date(self.0.get(name)?)
    }

    fn past(
        &self,
        name: &str,
        now: Instant,
        malformed: Rejection,
        to_come: Rejection,
    ) -> Result<Option<Instant>, Rejection> {
        let Some(claim) = self.0.get(name) else { return Ok(None) };
        let instant = numeric_date(claim).ok_or(malformed)?;
        if instant - LEEWAY <= now { Ok(Some(instant)) } else { Err(to_come) }
    }
}

/// A string, or each of a list of strings; `None` if it is anything else.
pub(super) fn words(claim: &Value) -> Option<Vec<&str>> {
    match claim {
        Value::String(word) => Some(vec![word]),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// Seconds since 1970, fractions allowed (RFC 7519 section 2), cut to the millisecond.
fn numeric_date(claim: &Value) -> Option<Instant> {
    let seconds = claim.as_f64().filter(|seconds| (0.0..=LAST_SECOND).contains(seconds))?;
    let milliseconds = Duration::try_from_secs_f64(seconds).ok()?.as_millis();
    Instant::from_timestamp_millis(i64::try_from(milliseconds).ok()?)
}
