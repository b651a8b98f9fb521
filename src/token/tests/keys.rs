//! Which published keys are used.

use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::RsaKeyPair;
use serde_json::{Map, Value, json};

use super::forge::{EC, ED, Pen, RSA, encode, jwks};
use crate::token::key::Key;
use crate::token::key_set::KeySet;
use crate::token::{Algorithm, KeyFault};

const ALL: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

fn members(key: Value) -> Map<String, Value> {
    match key {
        Value::Object(members) => members,
        _ => unreachable!(),
    }
}

fn read(key: Value) -> Result<Algorithm, &'static str> {
    Key::from_jwk(&members(key), &ALL).map(|key| key.algorithm)
}

/// A key with one member changed; `null` takes it away.
fn with(pen: &Pen, name: &str, value: impl Into<Value>) -> Value {
    let mut key = members(pen.jwk("key"));
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
    assert_eq!(Key::from_jwk(&key, &swapped).map(|key| key.algorithm), Ok(Algorithm::PS256));
    assert!(Key::from_jwk(&key, &[Algorithm::ES256]).is_err());
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
    let Pen::Rsa(key) = &*RSA else { unreachable!() };
    let n =
        aws_lc_rs::signature::KeyPair::public_key(key).modulus().big_endian_without_leading_zero().to_vec();
    let key = members(with(&RSA, "n", encode([&[0], &n[..]].concat())));
    let key = Key::from_jwk(&key, &ALL).unwrap();
    assert!(key.accept(b"message", &RSA.sign("RS256", b"message")).is_ok());
    assert!(key.accept(b"massage", &RSA.sign("RS256", b"message")).is_err());
}

#[test]
fn larger_rsa_keys_are_used() {
    let pen = Pen::Rsa(RsaKeyPair::generate(KeySize::Rsa3072).unwrap());
    let key = Key::from_jwk(&members(pen.jwk("k")), &ALL).unwrap();
    assert!(key.accept(b"message", &pen.sign("RS256", b"message")).is_ok());
}

#[test]
fn an_exponent_of_one_signs_nothing() {
    // With it every number would be its own signature.
    let key = Key::from_jwk(&members(with(&RSA, "e", "AQ")), &ALL);
    let mut padded = vec![0xff; 256];
    padded[..2].copy_from_slice(&[0, 1]);
    let info = [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"message");
    padded[204] = 0;
    padded[205..224].copy_from_slice(&info);
    padded[224..].copy_from_slice(digest.as_ref());
    assert!(key.is_err() || key.is_ok_and(|key| key.accept(b"message", &padded).is_err()));
}

#[test]
fn of_a_set_only_what_is_usable_counts() {
    let wrong = [json!(1), json!(null), json!("x"), json!({}), json!({ "kty": "oct", "k": "AAAA" })];
    let keys = wrong.into_iter().chain([RSA.jwk("rsa"), with(&EC, "use", "enc")]);
    assert_eq!(KeySet::read(jwks(keys).as_bytes(), &ALL).map(|keys| keys.len()), Ok(1));
}

#[test]
fn what_is_no_set_of_keys_is_told_so() {
    let fault = |document: &str| KeySet::read(document.as_bytes(), &ALL).map(|keys| keys.len()).unwrap_err();
    for document in
        ["", "x", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, r#"{"keys":[],"keys":[]}"#, "<html>"]
    {
        assert_eq!(fault(document), KeyFault::NotJson, "{document}");
    }
    assert_eq!(fault(&format!("{{\"keys\":{}1{}}}", "[".repeat(9999), "]".repeat(9999))), KeyFault::NotJson);
    assert_eq!(fault(r#"{"keys":[]}"#), KeyFault::NothingUsable);
    assert_eq!(fault(&jwks([with(&RSA, "use", "enc")])), KeyFault::NothingUsable);
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
