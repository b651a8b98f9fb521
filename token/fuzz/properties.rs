//! What must be true of every input: the fuzz target and `tests/corpus.rs` share it.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::identity::Identity;
use ed25519_dalek::{Signer as _, SigningKey};
use entity::Instant;
use futures_util::FutureExt as _;
use token::{DevelopmentIssuer, Issuers, Rejection, Verifier};

/// The key that `KEY_ID` is the thumbprint of.
const SEED: [u8; 32] = [7; 32];

/// The instant of every request, some time after the corpus was made.
const NOW: i64 = 1_790_000_000;

/// How much a check says of a token at most, in bytes. All roles and groups are shown, of which a token has 16 KiB.
const MAX_DETAIL: usize = 64 * 1024;

/// The input is what stands after `Bearer`, or, with a NUL in it, a token's header and its claims, which are signed by the
/// issuer's key: so that what is behind the signature is reached, too.
///
/// A token is accepted, or refused for the first of the checks that explaining it shows to have failed; the second time as the
/// first. What is accepted is a principal of the tenant that its issuer may speak for. Nothing waits, since there is nothing to
/// wait for: whatever a token names, this issuer's keys are given.
pub fn hold(input: &[u8]) {
    if let Some(end) = input.iter().position(|byte| *byte == 0) {
        hold_token(&sign(&input[..end], &input[end + 1..]));
        return;
    }
    let header = [b"Bearer ", input].concat();
    let by_header = VERIFIER.verify([header.as_slice()], now()).now_or_never();
    let refused = by_header.unwrap_or_else(|| unreachable!("it waits")).err();
    match std::str::from_utf8(input) {
        Ok(token) if refused != Some(Rejection::BearerMalformed) => {
            assert_eq!(hold_token(token.trim_ascii()), refused);
        }
        _ => assert_eq!(refused, Some(Rejection::BearerMalformed)),
    }
}

/// Why the token is refused.
fn hold_token(token: &str) -> Option<Rejection> {
    let verified = verify(token);
    let checks = VERIFIER.explain(token, now()).now_or_never().unwrap_or_else(|| unreachable!("it waits"));
    let first = checks.iter().find_map(|check| check.rejection);
    let refused = verified.as_ref().err().copied();
    assert_eq!(refused, first, "explained otherwise: {checks:?}");
    assert!(checks.len() < 32, "{checks:?}");
    for check in &checks {
        assert!(check.detail.len() <= MAX_DETAIL, "{check:?}");
        assert!(!check.detail.contains(|character: char| character.is_control()), "{check:?}");
    }
    assert_eq!(verify(token), verified, "otherwise the second time");
    if let Ok(identity) = verified {
        assert!((1..=255).contains(&identity.subject.chars().count()), "{identity:?}");
        assert!(identity.expires_at.timestamp() > NOW - 61, "{identity:?}");
        assert!(token.len() <= 16 * 1024, "{} bytes", token.len());
        // Of nobody's but this key's making: with one byte of the signature changed it is refused.
        let (signed, signature) = token.rsplit_once('.').unwrap_or_else(|| unreachable!("{token}"));
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{signed}.{other}{}", &signature[1..]);
        assert_eq!(verify(&forged).err(), Some(Rejection::SignatureInvalid), "{forged}");
    }
    refused
}

fn verify(token: &str) -> Result<Identity, Rejection> {
    VERIFIER.verify_token(token, now()).now_or_never().unwrap_or_else(|| unreachable!("it waits"))
}

fn sign(header: &[u8], claims: &[u8]) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = SigningKey::from_bytes(&SEED).sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn now() -> Instant {
    Instant::from_timestamp(NOW, 0).unwrap_or_default()
}

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let issuer = DevelopmentIssuer::new(&SigningKey::from_bytes(&SEED));
    let issuers = Issuers::new(Vec::new(), Some(&issuer));
    Verifier::new(issuers.unwrap_or_else(|error| unreachable!("{}", error.sentence())))
});
