//! Which published keys are used.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::samples::{AUDIENCE, Draft, EC, ED, RSA, TestKey, draft, encode, jwks};
use crate::check::CheckOutcome;
use crate::issuer::validations;
use crate::key::IssuerKey;
use crate::key_set::KeySet;
use crate::{Algorithm, KeyError, Rejection};

const ALL: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

fn members(key: Value) -> Map<String, Value> {
    match key {
        Value::Object(members) => members,
        _ => unreachable!(),
    }
}

fn read(key: Value) -> Result<Algorithm, &'static str> {
    IssuerKey::from_jwk(&members(key), &ALL).map(|key| key.algorithm)
}

/// What jsonwebtoken says of a token, as it is asked of an issuer's.
fn verify(key: &IssuerKey, token: &str) -> CheckOutcome<CheckOutcome<()>> {
    let (_, validation) = validations(&[key.algorithm], &[AUDIENCE.into()]).pop().unwrap();
    key.verify(token, &validation)
}

/// The draft with the signature of another token.
fn signed_like(draft: &Draft, token: &str) -> String {
    let (_, signature) = token.rsplit_once('.').unwrap();
    format!("{}.{}.{signature}", encode(draft.header_text()), encode(draft.claims_text()))
}

/// A key with one member changed; `null` takes it away.
fn with(secret_key: &TestKey, name: &str, value: impl Into<Value>) -> Value {
    let mut key = members(secret_key.jwk("key"));
    match value.into() {
        Value::Null => drop(key.remove(name)),
        value => drop(key.insert(name.into(), value)),
    }
    Value::Object(key)
}

#[test]
fn a_key_gets_the_algorithm_it_names_or_the_first_it_can_have() {
    assert_eq!(read(RSA.jwk("k")), Ok(Algorithm::RS256));
    assert_eq!(read(with(&RSA, "alg", "PS256")), Ok(Algorithm::PS256));
    assert_eq!(read(EC.jwk("k")), Ok(Algorithm::ES256));
    assert_eq!(read(ED.jwk("k")), Ok(Algorithm::EdDSA));
    let key = members(RSA.jwk("k"));
    let swapped = [Algorithm::PS256, Algorithm::RS256];
    assert_eq!(IssuerKey::from_jwk(&key, &swapped).map(|key| key.algorithm), Ok(Algorithm::PS256));
    assert!(IssuerKey::from_jwk(&key, &[Algorithm::ES256]).is_err());
}

#[test]
fn what_a_key_may_say_of_itself_is_no_obstacle() {
    for (name, value) in [
        ("use", json!("sig")),
        ("use", Value::Null),
        ("kid", Value::Null),
        ("key_ops", json!(["verify"])),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("x")),
        ("exp", json!(1)),
    ] {
        assert!(read(with(&RSA, name, value.clone())).is_ok(), "{name} {value}");
    }
}

#[test]
fn a_key_that_is_not_to_sign_tokens_with_is_not_used() {
    let n = members(RSA.jwk("k"))["n"].as_str().unwrap().to_owned();
    let x = members(EC.jwk("k"))["x"].as_str().unwrap().to_owned();
    let wrong = [
        with(&RSA, "use", "enc"),
        with(&RSA, "use", 1),
        with(&RSA, "key_ops", json!(["encrypt"])),
        with(&RSA, "key_ops", "verify"),
        with(&RSA, "alg", "RS512"),
        with(&RSA, "alg", "HS256"),
        with(&RSA, "alg", "none"),
        with(&RSA, "alg", "ES256"),
        with(&RSA, "kty", "rsa"),
        with(&RSA, "kty", "oct"),
        with(&RSA, "kty", Value::Null),
        with(&RSA, "crv", "P-256"),
        with(&RSA, "kid", 1),
        with(&RSA, "issuer", json!(["x"])),
        with(&RSA, "d", "AAAA"),
        with(&RSA, "p", "AAAA"),
        with(&EC, "d", "AAAA"),
        with(&ED, "d", "AAAA"),
        with(&RSA, "k", "AAAA"),
        json!({ "kty": "oct", "k": encode([1; 64]), "alg": "HS256" }),
        with(&RSA, "n", Value::Null),
        with(&RSA, "n", ""),
        with(&RSA, "n", format!("{n}=")),
        with(&RSA, "n", encode([0xff; 255])),
        with(&RSA, "n", encode([0xff; 1025])),
        with(&RSA, "n", encode([0; 256])),
        with(&RSA, "e", ""),
        with(&RSA, "e", Value::Null),
        with(&EC, "crv", "P-384"),
        with(&EC, "crv", "secp256k1"),
        with(&EC, "crv", Value::Null),
        // Not on the curve.
        with(&EC, "y", x),
        with(&EC, "y", encode([0; 32])),
        with(&EC, "x", encode([0; 33])),
        with(&EC, "x", ""),
        with(&ED, "crv", "X25519"),
        with(&ED, "crv", "Ed448"),
        with(&ED, "x", encode([1; 31])),
        with(&ED, "x", encode([1; 33])),
    ];
    for key in wrong {
        assert!(read(key.clone()).is_err(), "{key}");
    }
}

#[test]
fn an_rsa_key_below_2048_bits_is_not_used() {
    // Its first bit is zero, so it has 2047.
    let mut short = [0xff; 256];
    short[0] = 0x7f;
    assert_eq!(read(with(&RSA, "n", encode(short))), Err("it is not of 2048 to 8192 bits"));
}

#[test]
fn a_modulus_may_have_a_leading_zero() {
    let n = URL_SAFE_NO_PAD.decode(members(RSA.jwk("k"))["n"].as_str().unwrap()).unwrap();
    let key = members(with(&RSA, "n", encode([&[0], &n[..]].concat())));
    let key = IssuerKey::from_jwk(&key, &ALL).unwrap();
    let token = draft().sign();
    assert_eq!(verify(&key, &token), Ok(Ok(())));
    let other = signed_like(&draft().claim("oid", "mallory"), &token);
    assert_eq!(verify(&key, &other), Err(Rejection::SignatureInvalid));
}

#[test]
fn larger_rsa_keys_are_used() {
    let secret_key = TestKey::rsa(include_str!("keys/rsa-3072.pem"));
    let key = IssuerKey::from_jwk(&members(secret_key.jwk("k")), &ALL).unwrap();
    assert_eq!(verify(&key, &draft().sign_by(&secret_key)), Ok(Ok(())));
    assert_eq!(verify(&key, &draft().sign()), Err(Rejection::SignatureInvalid));
}

#[test]
fn an_exponent_of_one_signs_nothing() {
    // With it every number would be its own signature.
    let key = IssuerKey::from_jwk(&members(with(&RSA, "e", "AQ")), &ALL);
    let mut padded = vec![0xff; 256];
    padded[..2].copy_from_slice(&[0, 1]);
    let info = [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
    let signed = format!("{}.{}", encode(draft().header_text()), encode(draft().claims_text()));
    padded[204] = 0;
    padded[205..224].copy_from_slice(&info);
    padded[224..].copy_from_slice(&Sha256::digest(&signed));
    let token = format!("{signed}.{}", encode(padded));
    assert!(key.is_err() || key.is_ok_and(|key| verify(&key, &token) == Err(Rejection::SignatureInvalid)));
}

/// Other checks say more precisely what is wrong with them; that this one would have been enough is not seen otherwise.
#[test]
fn claims_that_jsonwebtoken_does_not_accept_are_told_from_a_bad_signature() {
    let key = IssuerKey::from_jwk(&members(RSA.jwk("rsa")), &ALL).unwrap();
    assert_eq!(
        verify(&key, &draft().claim("exp", 1).claim("nbf", u32::MAX).sign()),
        Ok(Ok(())),
        "no date is asked"
    );
    let wrong = [
        draft().claim("aud", "api://other"),
        draft().claim("aud", json!([])),
        draft().claim("aud", 1),
        draft().without("aud"),
        draft().without("exp"),
        draft().claim("exp", "x"),
        draft().claim("exp", json!([1])),
        draft().without("iss"),
        draft().claim("sub", json!({ "x": 1 })),
    ];
    for draft in wrong {
        let claims = draft.claims_text();
        assert_eq!(verify(&key, &draft.sign()), Ok(Err(Rejection::AudienceWrong)), "{claims}");
        assert_eq!(verify(&key, &draft.sign_by(&ED)), Err(Rejection::SignatureInvalid), "{claims}");
    }
}

#[test]
fn a_key_does_not_verify_what_another_algorithm_signed() {
    let key = IssuerKey::from_jwk(&members(RSA.jwk("rsa")), &ALL).unwrap();
    for algorithm in ["PS256", "RS384", "HS256", "ES256"] {
        assert_eq!(verify(&key, &draft().header("alg", algorithm).sign()), Err(Rejection::SignatureInvalid));
    }
}

#[test]
fn of_a_set_only_what_is_usable_counts() {
    let wrong = [json!(1), json!(null), json!("x"), json!({}), json!({ "kty": "oct", "k": "AAAA" })];
    let keys = wrong.into_iter().chain([RSA.jwk("rsa"), with(&EC, "use", "enc")]);
    assert_eq!(KeySet::read(jwks(keys).as_bytes(), &ALL).map(|keys| keys.len()), Ok(1));
}

#[test]
fn what_is_no_set_of_keys_is_told_so() {
    let error = |document: &str| KeySet::read(document.as_bytes(), &ALL).map(|keys| keys.len()).unwrap_err();
    for document in
        ["", "x", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, r#"{"keys":[],"keys":[]}"#, "<html>"]
    {
        assert_eq!(error(document), KeyError::NotJson, "{document}");
    }
    assert_eq!(error(&format!("{{\"keys\":{}1{}}}", "[".repeat(9999), "]".repeat(9999))), KeyError::NotJson);
    assert_eq!(error(r#"{"keys":[]}"#), KeyError::NothingUsable);
    assert_eq!(error(&jwks([with(&RSA, "use", "enc")])), KeyError::NothingUsable);
}

#[test]
fn a_member_that_is_null_is_none() {
    let mut key = members(RSA.jwk("key"));
    for name in ["alg", "key_ops", "d", "issuer"] {
        key.insert(name.into(), Value::Null);
    }
    let set = serde_json::json!({ "keys": [key] }).to_string();
    assert_eq!(KeySet::read(set.as_bytes(), &ALL).map(|set| set.len()).ok(), Some(1));
}
