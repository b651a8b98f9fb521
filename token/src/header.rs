//! A token's header (RFC 7515 section 4): what the bearer says of the signature, none of it believed yet.
//!
//! `jku`, `jwk`, `x5u` and `x5c` are deliberately not read: the keys of an issuer come from its configuration, never from
//! a token that wants to be checked with them (RFC 8725 section 3.5).

use serde_json::{Map, Value};

use super::object::{ObjectError, read_object};
use super::quote::quote;
use super::{Algorithm, Rejection};

/// The members of a header that count.
#[derive(Debug)]
pub(super) struct TokenHeader {
    algorithm: Option<String>,
    pub(super) key_id: Option<String>,
    kind: Option<String>,
    has_critical: bool,
}

impl TokenHeader {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Rejection> {
        let mut members = read_object(bytes).map_err(|error| match error {
            ObjectError::Unreadable => Rejection::HeaderNotJson,
            ObjectError::RepeatedMember => Rejection::HeaderRepeatsMember,
        })?;
        Ok(Self {
            algorithm: take_text(&mut members, "alg")?,
            key_id: take_text(&mut members, "kid")?,
            kind: take_text(&mut members, "typ")?,
            has_critical: members.contains_key("crit"),
        })
    }

    /// A token made for another purpose says so in its `typ` (RFC 8725 section 3.11). `at+jwt` is the access token of
    /// RFC 9068; both may carry the prefix of their media type.
    pub(super) fn accept_type(&self) -> Result<(), Rejection> {
        let Some(kind) = &self.kind else { return Ok(()) };
        let kind = kind.to_ascii_lowercase();
        match kind.strip_prefix("application/").unwrap_or(&kind) {
            "jwt" | "at+jwt" => Ok(()),
            _ => Err(Rejection::TypeUnsupported),
        }
    }

    /// RFC 7515 section 4.1.11: an extension that is not understood refuses the token, and none is.
    pub(super) fn accept_critical(&self) -> Result<(), Rejection> {
        if self.has_critical { Err(Rejection::CriticalHeader) } else { Ok(()) }
    }

    pub(super) fn show_type(&self) -> String {
        self.kind.as_deref().map_or_else(|| "No typ.".into(), |kind| format!("typ is {}.", quote(kind)))
    }

    pub(super) fn show_algorithm(&self) -> String {
        self.algorithm.as_deref().map_or_else(String::new, |name| format!("alg is {}.", quote(name)))
    }

    pub(super) fn show_key_id(&self) -> String {
        self.key_id.as_deref().map_or_else(|| "No kid.".into(), |id| format!("kid is {}.", quote(id)))
    }

    pub(super) fn algorithm(&self) -> Result<Algorithm, Rejection> {
        Algorithm::named(self.algorithm.as_deref().ok_or(Rejection::AlgorithmMissing)?)
    }
}

fn take_text(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Rejection> {
    match members.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Rejection::HeaderMalformed),
    }
}
