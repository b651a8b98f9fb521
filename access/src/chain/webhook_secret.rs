//! The secrets that webhooks are signed with. They are in no database: each is derived from the log's key, which is not there either,
//! and from the webhook's id and its nonce.
//!
//! HMAC-SHA-256 is the pseudorandom function, once to part what is made for webhooks from what the key signs, and once for each
//! secret (as HKDF, RFC 5869, does for outputs of this length).

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use entity::WebhookId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::key::LogKey;
use crate::{Error, Result};

const MASTER: &[u8] = b"copartner webhooks, 1: master";
const KEY_ID: &[u8] = b"copartner webhooks, 1: which master";
const SECRET: &[u8] = b"copartner webhooks, 1: secret";

/// How many bytes of its fingerprint tell one key from another.
const KEY_ID_LENGTH: usize = 8;

/// What one webhook's deliveries are signed with.
#[derive(Clone)]
pub struct WebhookSecret([u8; 32]);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(..)")
    }
}

impl WebhookSecret {
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As its receiver is told it, by Standard Webhooks.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.0))
    }
}

impl LogKey {
    /// The secret of one webhook.
    pub(crate) fn webhook_secret(&self, id: WebhookId, nonce: &[u8]) -> Result<WebhookSecret> {
        mac(&self.webhook_master()?, &[SECRET, id.0.as_bytes(), nonce]).map(WebhookSecret)
    }

    /// Tells this key from others, and nothing of it.
    pub(crate) fn webhook_key_id(&self) -> Result<Vec<u8>> {
        Ok(mac(&self.webhook_master()?, &[KEY_ID])?[..KEY_ID_LENGTH].to_vec())
    }

    fn webhook_master(&self) -> Result<[u8; 32]> {
        mac(&self.seed(), &[MASTER])
    }
}

/// Each part has a length of its own that never changes, so that no two lists of parts read alike.
fn mac(key: &[u8], parts: &[&[u8]]) -> Result<[u8; 32]> {
    let mac = Hmac::<Sha256>::new_from_slice(key);
    let mut mac = mac.map_err(|_| Error::Internal("a key for HMAC has no length"))?;
    for part in parts {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_webhook_nonce_and_key_has_a_secret_of_its_own_and_the_same_each_time() -> Result<()> {
        let key = |octet| LogKey::from(SigningKey::from_bytes(&[octet; 32]));
        let id = |n| WebhookId(Uuid::from_u128(n));
        let secret =
            |key: &LogKey, n, nonce| key.webhook_secret(id(n), &[nonce; 16]).map(|secret| secret.to_text());
        let first = secret(&key(1), 1, 1)?;
        assert_eq!(first, secret(&key(1), 1, 1)?);
        for other in [secret(&key(2), 1, 1)?, secret(&key(1), 2, 1)?, secret(&key(1), 1, 2)?] {
            assert_ne!(first, other);
        }
        assert_eq!(first.len(), "whsec_".len() + 44);
        assert_ne!(key(1).webhook_key_id()?, key(2).webhook_key_id()?);
        assert!(!format!("{:?}", key(1).webhook_secret(id(1), &[1; 16])?).contains(&first[6..]));
        Ok(())
    }
}
