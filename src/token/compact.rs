//! A token in its compact form: three parts of base64url (RFC 7515 section 3.1).
//!
//! Promises that one token has one spelling: padding, other alphabets and stray bits at the end of a part are refused,
//! so the hash of a token stands for it. Deliberately absent: encrypted tokens, which have five parts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Refusal;

/// The longest token, in bytes: Entra ID, whose are the longest, puts up to 200 groups into one.
pub(super) const MAX_TOKEN: usize = 16 * 1024;

/// The decoded parts that are read here. The signature is jsonwebtoken's, which decodes it again.
pub(super) struct Compact {
    pub(super) header: Vec<u8>,
    pub(super) claims: Vec<u8>,
}

pub(super) fn measure(token: &str) -> Result<(), Refusal> {
    if token.len() > MAX_TOKEN { Err(Refusal::TooLarge) } else { Ok(()) }
}

pub(super) fn split(token: &str) -> Result<[&str; 3], Refusal> {
    let mut parts = token.splitn(4, '.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(claims), Some(signature), None) => Ok([header, claims, signature]),
        _ => Err(Refusal::NotThreeParts),
    }
}

pub(super) fn decode(parts: [&str; 3]) -> Result<Compact, Refusal> {
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::EncodingInvalid);
    let [header, claims, signature] = parts;
    let compact = Compact { header: decode(header)?, claims: decode(claims)? };
    decode(signature)?;
    Ok(compact)
}
