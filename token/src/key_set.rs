//! The keys of an issuer as it published them at one time (RFC 7517 section 5).
//!
//! Promises that it holds usable keys only: what cannot check a token of this issuer is left out when the set is read.
//! Deliberately absent: where sets come from and how old they may be, which is the [`Keyring`](super::keyring::Keyring).

use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tracing::debug;

use super::key::IssuerKey;
use super::object::read_object;
use super::{Algorithm, KeyError, Rejection};

#[derive(Default)]
pub(super) struct KeySet {
    keys: Vec<Arc<IssuerKey>>,
    /// The hash of the document, to tell a new set from the same one read again.
    pub(super) fingerprint: [u8; 32],
}

/// What a token says of the key it is to be checked with.
pub(super) struct WantedKey<'a> {
    pub(super) key_id: Option<&'a str>,
    pub(super) algorithm: Algorithm,
    pub(super) iss: &'a str,
    /// The issuer as it is configured, a template with its placeholder.
    pub(super) configured: &'a str,
}

impl KeySet {
    /// Reads a document for an issuer that may sign with `algorithms`. A set of which nothing is usable is a error.
    pub(super) fn read(document: &[u8], algorithms: &[Algorithm]) -> Result<Self, KeyError> {
        let object = read_object(document).map_err(|_| KeyError::NotJson)?;
        let members = object.get("keys").and_then(Value::as_array).ok_or(KeyError::NotJson)?;
        let mut keys = Vec::new();
        for member in members {
            // Some issuers write what a key does not have as null.
            let given = member.as_object().map(|jwk| {
                jwk.iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(name, value)| (name.clone(), value.clone()))
            });
            let key = given.map(|members| members.collect()).ok_or("it is not an object");
            match key.and_then(|jwk| IssuerKey::from_jwk(&jwk, algorithms)) {
                Ok(key) => keys.push(Arc::new(key)),
                Err(reason) => debug!(kid = member["kid"].as_str(), reason, "an issuer's key is not used"),
            }
        }
        if keys.is_empty() {
            return Err(KeyError::NothingUsable);
        }
        Ok(Self { keys, fingerprint: Sha256::digest(document).into() })
    }

    /// A set of one key, which never changes.
    pub(super) fn of(key: IssuerKey) -> Self {
        Self { keys: vec![Arc::new(key)], fingerprint: [0; 32] }
    }

    pub(super) const fn len(&self) -> usize {
        self.keys.len()
    }

    /// The key to check a token with. Without a `kid` it can only be the one key there is.
    pub(super) fn find(&self, wanted: &WantedKey) -> Result<&Arc<IssuerKey>, Rejection> {
        if self.keys.is_empty() {
            return Err(Rejection::KeysUnavailable);
        }
        if wanted.key_id.is_none() && self.keys.len() > 1 {
            return Err(Rejection::KeyIdMissing);
        }
        // Keys of different types may share an id (RFC 7517 section 4.5), so ask all that have it.
        let has_id = |key: &&Arc<IssuerKey>| wanted.key_id.is_none() || wanted.key_id == key.id.as_deref();
        let mut rejection = Rejection::KeyUnknown;
        for key in self.keys.iter().filter(has_id) {
            if key.algorithm != wanted.algorithm {
                rejection = Rejection::AlgorithmNotOfKey;
            } else if !key.is_for(wanted.iss, wanted.configured) {
                rejection = Rejection::KeyOfOtherIssuer;
            } else {
                return Ok(key);
            }
        }
        Err(rejection)
    }
}
