//! What is not trusted any more, although its issuer and its signature are good.
//!
//! Everything is filed under its issuer: `kid` and `jti` are an issuer's own (RFC 7517 section 4.5, RFC 7519 section 4.1.7), and
//! so is a subject (section 4.1.2). Deliberately absent: where this is stored, and for how long.

use std::collections::{HashMap, HashSet};

use entity::Instant;

use super::Rejection;
use super::claims::Claims;

/// What is revoked of an issuer: its name as it is configured, byte for byte. Of a template, everything may be revoked under the
/// name that its tokens have for one tenant, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The issuer itself, since then.
    Issuer(String, Instant),
    /// One token, by its `jti`.
    Token(String, String),
    /// A key, by its `kid`.
    Key(String, String),
    /// All tokens of a principal that were issued until then, and in that second: `iat` has whole seconds mostly. One without
    /// `iat` cannot show that it was issued later.
    Principal(String, String, Instant),
}

/// All that is revoked.
#[derive(Clone, Debug, Default)]
pub struct Revocations {
    issuers: HashMap<String, Instant>,
    tokens: HashMap<String, HashSet<String>>,
    keys: HashMap<String, HashSet<String>>,
    principals: HashMap<String, HashMap<String, Instant>>,
}

impl FromIterator<Revocation> for Revocations {
    fn from_iter<I: IntoIterator<Item = Revocation>>(revoked: I) -> Self {
        let mut all = Self::default();
        for one in revoked {
            match one {
                Revocation::Issuer(issuer, since) => drop(all.issuers.insert(issuer, since)),
                Revocation::Token(issuer, id) => drop(all.tokens.entry(issuer).or_default().insert(id)),
                Revocation::Key(issuer, id) => drop(all.keys.entry(issuer).or_default().insert(id)),
                Revocation::Principal(issuer, subject, until) => {
                    let known = all.principals.entry(issuer).or_default().entry(subject).or_insert(until);
                    *known = until.max(*known);
                }
            }
        }
        all
    }
}

/// What of a token may be revoked.
pub(super) struct Evidence<'t> {
    /// The issuer as it is configured, and as the token names it.
    pub(super) issuer: [&'t str; 2],
    pub(super) key_id: Option<&'t str>,
    pub(super) subject: &'t str,
    pub(super) claims: &'t Claims,
}

impl Revocations {
    /// Since when the issuer itself is revoked.
    pub(super) fn of_issuer(&self, name: &str) -> Option<Instant> {
        self.issuers.get(name).copied()
    }

    /// Whether nothing that the token shows was revoked.
    pub(super) fn accept(&self, evidence: &Evidence<'_>) -> Result<(), Rejection> {
        let Evidence { issuer, key_id, subject, claims } = evidence;
        for issuer in issuer {
            let has = |ids: &HashMap<String, HashSet<String>>, id: Option<&str>| {
                id.is_some_and(|id| ids.get(*issuer).is_some_and(|ids| ids.contains(id)))
            };
            if self.of_issuer(issuer).is_some() {
                return Err(Rejection::IssuerRevoked);
            }
            if has(&self.keys, *key_id) {
                return Err(Rejection::KeyRevoked);
            }
            if has(&self.tokens, claims.token_id()) {
                return Err(Rejection::TokenRevoked);
            }
            let until = self.principals.get(*issuer).and_then(|subjects| subjects.get(*subject));
            let is_later = |until: &Instant| {
                claims.date("iat").is_some_and(|issued| issued.timestamp() > until.timestamp())
            };
            if until.is_some_and(|until| !is_later(until)) {
                return Err(Rejection::PrincipalRevoked);
            }
        }
        Ok(())
    }
}
