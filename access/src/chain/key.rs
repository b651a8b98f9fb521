//! The key that the heads of the log's chains are signed with. It is not in the database: whoever can write there can
//! still not make up a head.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// The private key of the log.
pub struct LogKey(SigningKey);

/// The public half, with which signatures are checked.
#[derive(Clone, PartialEq, Eq)]
pub struct LogPublicKey(Vec<u8>);

impl fmt::Debug for LogKey {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_tuple("LogKey").field(&self.public()).finish()
    }
}

impl fmt::Debug for LogPublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "LogPublicKey({})", self.to_text())
    }
}

impl From<SigningKey> for LogKey {
    fn from(key: SigningKey) -> Self {
        Self(key)
    }
}

impl LogKey {
    #[must_use]
    pub fn public(&self) -> LogPublicKey {
        LogPublicKey(self.0.verifying_key().to_bytes().to_vec())
    }

    /// What other keys are derived from.
    pub(super) fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_vec()
    }
}

impl LogPublicKey {
    /// As it is printed: base64url.
    #[must_use]
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok().filter(|key| key.len() == 32).map(Self)
    }

    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = VerifyingKey::try_from(self.0.as_slice());
        let signature = Signature::from_slice(signature);
        key.is_ok_and(|key| signature.is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()))
    }
}
