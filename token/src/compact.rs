//! A token in its compact form: three parts of base64url (RFC 7515 section 3.1).
//!
//! Promises that one token has one spelling: padding, other alphabets and stray bits at the end of a part are refused,
//! so the hash of a token stands for it. Deliberately absent: encrypted tokens, which have five parts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Rejection;

/// The longest token, in bytes: Entra ID, whose are the longest, puts up to 200 groups into one.
pub(super) const MAX_TOKEN: usize = 16 * 1024;

/// The decoded parts that are read here. The signature is jsonwebtoken's, which decodes it again.
pub(super) struct CompactToken {
    pub(super) header: Vec<u8>,
    pub(super) claims: Vec<u8>,
}

pub(super) fn measure(token: &str) -> Result<(), Rejection> {
    if token.len() > MAX_TOKEN { Err(Rejection::TooLarge) } else { Ok(()) }
}

pub(super) fn split(token: &str) -> Result<[&str; 3], Rejection> {
    let mut parts = token.splitn(4, '.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(claims), Some(signature), None) => Ok([header, claims, signature]),
        _ => Err(Rejection::NotThreeParts),
    }
}

pub(super) fn decode(parts: [&str; 3]) -> Result<CompactToken, Rejection> {
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Rejection::EncodingInvalid);
    let [header, claims, signature] = parts;
    let compact = CompactToken { header: decode(header)?, claims: decode(claims)? };
    decode(signature)?;
    Ok(compact)
}
