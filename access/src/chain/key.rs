//! The key that the heads of the log's chains are signed with. It is not in the database: whoever can write there can
//! still not make up a head.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The private key of the log.
pub struct LogKey(Ed25519KeyPair);

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

impl From<Ed25519KeyPair> for LogKey {
    fn from(pair: Ed25519KeyPair) -> Self {
        Self(pair)
    }
}

impl LogKey {
    #[must_use]
    pub fn public(&self) -> LogPublicKey {
        LogPublicKey(self.0.public_key().as_ref().to_vec())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
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
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
    }
}
