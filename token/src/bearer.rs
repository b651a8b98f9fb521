//! The token in an Authorization header.
//!
//! This is the only place where a token is looked for (RFC 6750 section 2.1). Deliberately absent: the form field and
//! the query parameter of sections 2.2 and 2.3, which end up in logs and histories.

use super::Rejection;

/// The one token of a request, from the values of all its Authorization headers.
///
/// Exactly one header, of the scheme `Bearer` in any case (RFC 9110 section 11.1), with exactly one token behind it.
pub(super) fn bearer<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<&'a str, Rejection> {
    let mut values = values.into_iter();
    let value = values.next().ok_or(Rejection::AuthorizationMissing)?;
    // A proxy and this server could each pick another one of two.
    if values.next().is_some() {
        return Err(Rejection::AuthorizationRepeated);
    }
    let value = value.trim_ascii();
    let (scheme, rest) = value.split_at(value.iter().position(|&byte| byte == b' ').unwrap_or(value.len()));
    if !scheme.eq_ignore_ascii_case(b"Bearer") {
        return Err(Rejection::SchemeUnsupported);
    }
    let token = rest.trim_ascii_start();
    if token.is_empty() || !token.iter().all(|&byte| is_of_a_token(byte)) {
        return Err(Rejection::BearerMalformed);
    }
    str::from_utf8(token).map_err(|_| Rejection::BearerMalformed)
}

/// `token68` of RFC 9110 section 11.2: what passes here and is no base64url is told so later.
const fn is_of_a_token(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
}
