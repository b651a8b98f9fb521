//! The secret of an open invitation, and what is kept of it.

use sha2::{Digest, Sha256};

use super::field_error::{FieldError, refuse_if};

/// What is stored in place of the secret: its SHA-256.
#[must_use]
pub fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Whether `secret` can be sent in a link and not be guessed.
pub fn check_secret(secret: &str) -> Result<(), FieldError> {
    let is_plain = secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let is_long = (32..=200).contains(&secret.len());
    refuse_if(
        !is_plain || !is_long,
        "invitation",
        "is not 32 to 200 letters, digits, hyphens and underscores",
    )
}
