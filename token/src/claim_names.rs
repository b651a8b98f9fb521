//! Which claims of an issuer tell what this server needs to know.
//!
//! Issuers differ in the names of their claims, not in what is asked of them, so only names and expected values are
//! configured. Deliberately absent: expressions, defaults for a missing tenant or subject, and any way to grant a role
//! that the token does not spell as this server does. What is not understood gives nothing: a role of another name is
//! ignored, and so is a group that is no UUID, because no assignment could name it.

use entity::{TenantId, TenantRole};
use schemars::JsonSchema;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::Rejection;
use super::claims::{Claims, words};

/// The longest subject, in characters (`OpenID` Connect Core section 2, `sub`).
const MAX_SUBJECT: usize = 255;

/// The names of an issuer's claims. One that starts with `/` is a JSON Pointer (RFC 6901), for claims within claims:
/// `/realm_access/roles`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimNames {
    /// The tenant's UUID; `tid` if left out.
    pub tenant: String,
    /// The principal's id: the first of these that the token has; `oid`, then `sub`, if left out.
    pub subject: Vec<String>,
    /// Roles in the tenant, one or a list; `roles` if left out.
    pub roles: String,
    /// Security groups by their UUIDs, one or a list; `groups` if left out.
    pub groups: String,
    /// What tells that the user gave a second factor; `mfa` in `amr` (RFC 8176) if left out.
    pub mfa: ClaimValue,
    /// What tells that the token is an application's own; `app` as `idtyp` if left out.
    pub application: ClaimValue,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            tenant: "tid".into(),
            subject: vec!["oid".into(), "sub".into()],
            roles: "roles".into(),
            groups: "groups".into(),
            mfa: ClaimValue { claim: "amr".into(), value: ClaimScalar::Text("mfa".into()) },
            application: ClaimValue { claim: "idtyp".into(), value: ClaimScalar::Text("app".into()) },
        }
    }
}

/// A claim that tells something when it is this value, or a list with this value in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimValue {
    /// The claim's name.
    pub claim: String,
    /// What it must be, or hold.
    pub value: ClaimScalar,
}

/// A value to compare a claim with: `"1"` is not `1`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ClaimScalar {
    Flag(bool),
    Number(i64),
    Text(String),
}

impl ClaimNames {
    /// Every name that is looked for, to be checked with the configuration.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        [&self.tenant, &self.roles, &self.groups, &self.mfa.claim, &self.application.claim]
            .into_iter()
            .chain(&self.subject)
            .map(String::as_str)
    }

    pub(super) fn tenant(&self, claims: &Claims) -> Result<Option<TenantId>, Rejection> {
        let Some(claim) = claims.named(&self.tenant) else { return Ok(None) };
        claim.as_str().and_then(hyphenated).map(|id| Some(TenantId(id))).ok_or(Rejection::TenantMalformed)
    }

    pub(super) fn subject(&self, claims: &Claims) -> Result<String, Rejection> {
        // Whatever names the subject here, jsonwebtoken reads `sub`, and cannot go on after a list or an object.
        if claims.named("sub").is_some_and(|sub| sub.is_array() || sub.is_object()) {
            return Err(Rejection::SubjectMalformed);
        }
        let claim = self.subject.iter().find_map(|name| claims.named(name));
        let subject = claim.ok_or(Rejection::SubjectMissing)?.as_str().ok_or(Rejection::SubjectMalformed)?;
        if is_subject(subject) { Ok(subject.to_owned()) } else { Err(Rejection::SubjectMalformed) }
    }

    pub(super) fn roles(&self, claims: &Claims) -> Result<KnownValues<TenantRole>, Rejection> {
        known(claims.named(&self.roles), role).ok_or(Rejection::RolesMalformed)
    }

    pub(super) fn groups(&self, claims: &Claims) -> Result<KnownValues<Uuid>, Rejection> {
        known(claims.named(&self.groups), hyphenated).ok_or(Rejection::GroupsMalformed)
    }
}

impl ClaimValue {
    pub(super) fn is_in(&self, claims: &Claims) -> bool {
        match claims.named(&self.claim) {
            Some(Value::Array(items)) => items.iter().any(|item| self.value.equals(item)),
            Some(claim) => self.value.equals(claim),
            None => false,
        }
    }
}

impl ClaimScalar {
    fn equals(&self, claim: &Value) -> bool {
        match self {
            Self::Flag(flag) => claim.as_bool() == Some(*flag),
            Self::Number(number) => claim.as_i64() == Some(*number),
            Self::Text(text) => claim.as_str() == Some(text),
        }
    }
}

/// The values of a list that mean something here, each once, and how many do not.
pub(super) struct KnownValues<T> {
    pub(super) values: Vec<T>,
    pub(super) ignored: usize,
}

fn known<T: PartialEq>(claim: Option<&Value>, read: impl Fn(&str) -> Option<T>) -> Option<KnownValues<T>> {
    let mut known = KnownValues { values: Vec::new(), ignored: 0 };
    let Some(claim) = claim else { return Some(known) };
    for word in words(claim)? {
        match read(word) {
            Some(value) if known.values.contains(&value) => {}
            Some(value) => known.values.push(value),
            None => known.ignored += 1,
        }
    }
    Some(known)
}

/// Whether a text can name a principal: it is stored, compared and shown as it is.
pub(super) fn is_subject(text: &str) -> bool {
    (1..=MAX_SUBJECT).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// A role exactly as the API spells it.
fn role(word: &str) -> Option<TenantRole> {
    let word: StrDeserializer<'_, ValueError> = word.into_deserializer();
    TenantRole::deserialize(word).ok()
}

/// A UUID in its one common form. The other forms that the library reads are no way that directories write it.
fn hyphenated(word: &str) -> Option<Uuid> {
    if word.len() == 36 { Uuid::try_parse(word).ok() } else { None }
}
