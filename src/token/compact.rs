//! A token in its compact form: three parts of base64url (RFC 7515 section 3.1).
//!
//! Promises that one token has one spelling: padding, other alphabets and stray bits at the end of a part are refused,
//! so the hash of a token stands for it. Deliberately absent: encrypted tokens, which have five parts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Refusal;

/// The longest token, in bytes: Entra ID, whose are the longest, puts up to 200 groups into one.
pub(super) const MAX_TOKEN: usize = 16 * 1024;

/// The decoded parts.
pub(super) struct Compact<'a> {
    pub(super) header: Vec<u8>,
    pub(super) claims: Vec<u8>,
    /// What the signature is made over: the first two parts as they were sent.
    pub(super) signed: &'a [u8],
    pub(super) signature: Vec<u8>,
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

pub(super) fn decode<'a>(
    token: &'a str,
    [header, claims, signature]: [&str; 3],
) -> Result<Compact<'a>, Refusal> {
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::EncodingInvalid);
    let signed = token.len() - signature.len() - 1;
    Ok(Compact {
        header: decode(header)?,
        claims: decode(claims)?,
        signed: &token.as_bytes()[..signed],
        signature: decode(signature)?,
    })
}
