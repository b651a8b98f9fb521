//! Tokens that try to be checked in another way than their issuer signs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use p256::ecdsa;
use serde_json::{Value, json};

use super::samples::{EC, ED, ISSUER, RSA, TENANT, TestKey, draft, encode, jwks};
use super::setup::Setup;
use crate::Rejection;

/// A token that is "signed" by an HMAC over a secret, with whatever the header says.
fn hmac_token(header: &str, secret: &[u8]) -> String {
    let signed = format!("{}.{}", encode(header), encode(draft().claims_text()));
    let key = EncodingKey::from_secret(secret);
    let tag = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, Algorithm::HS256).unwrap();
    format!("{signed}.{tag}")
}

#[tokio::test]
async fn a_public_key_is_no_secret_to_sign_with() {
    let setup = Setup::bound();
    let text = include_str!("keys/rsa-2048.public.pem");
    let pem = pem::parse(text).unwrap();
    let der = pem.contents();
    let pem = pem::encode(&pem);
    let jwk = RSA.jwk("rsa").to_string();
    for secret in [der, text.as_bytes(), pem.as_bytes(), pem.trim().as_bytes(), jwk.as_bytes(), b""] {
        let header = draft().header("alg", "HS256").header_text();
        setup.refuses(&hmac_token(&header, secret), Rejection::AlgorithmSymmetric).await;
        // And if the header says nothing of it.
        setup.refuses(&hmac_token(&draft().header_text(), secret), Rejection::SignatureInvalid).await;
    }
}

#[tokio::test]
async fn an_unsigned_token_is_refused_however_none_is_spelled() {
    let setup = Setup::bound();
    for none in ["none", "None", "NONE", "nOne"] {
        let draft = draft().header("alg", none);
        let bare = format!("{}.{}.", encode(draft.header_text()), encode(draft.claims_text()));
        setup.refuses(&bare, Rejection::AlgorithmNone).await;
        setup.refuses(&draft.sign(), Rejection::AlgorithmNone).await;
        setup.refuses(&draft.without_header("kid").sign(), Rejection::AlgorithmNone).await;
    }
    for other in ["none ", " none", "none\0", "nonee"] {
        setup.refuses(&draft().header("alg", other).sign(), Rejection::AlgorithmUnsupported).await;
    }
}

#[tokio::test]
async fn a_header_cannot_choose_another_way_to_use_a_key() {
    let setup = Setup::bound();
    for (algorithm, key) in
        [("ES256", "rsa"), ("EdDSA", "rsa"), ("RS256", "ec"), ("EdDSA", "ec"), ("ES256", "ed")]
    {
        for secret_key in [&*RSA, &*EC, &*ED] {
            let token = draft().header("alg", algorithm).header("kid", key).sign_by(secret_key);
            setup.refuses(&token, Rejection::AlgorithmNotOfKey).await;
        }
    }
}

#[tokio::test]
async fn rs256_and_ps256_do_not_stand_for_each_other() {
    for (configured, other) in [("RS256", "PS256"), ("PS256", "RS256")] {
        let members = json!({ "issuer": ISSUER, "tenant": TENANT, "algorithms": [configured] });
        let setup = Setup::with(members);
        setup.accepts(&draft().header("alg", configured).sign()).await;
        setup.refuses(&draft().header("alg", other).sign(), Rejection::AlgorithmNotAllowed).await;

        // The header says what is configured, and the signature is of the other kind.
        let honest = draft().header("alg", configured);
        let signed = format!("{}.{}", encode(honest.header_text()), encode(honest.claims_text()));
        let signature = encode(RSA.sign(other, signed.as_bytes()));
        setup.refuses(&format!("{signed}.{signature}"), Rejection::SignatureInvalid).await;
    }
}

#[tokio::test]
async fn a_key_has_one_algorithm_even_if_the_issuer_may_use_two() {
    let with = |key: Value| {
        let members = json!({ "issuer": ISSUER, "tenant": TENANT, "algorithms": ["PS256", "RS256"] });
        Setup::with_keys(members, &jwks([key]))
    };
    let silent = with(RSA.jwk("rsa"));
    silent.accepts(&draft().header("alg", "PS256").sign()).await;
    silent.refuses(&draft().sign(), Rejection::AlgorithmNotOfKey).await;

    let mut key = RSA.jwk("rsa");
    key["alg"] = "RS256".into();
    let outspoken = with(key);
    outspoken.accepts(&draft().sign()).await;
    outspoken.refuses(&draft().header("alg", "PS256").sign(), Rejection::AlgorithmNotOfKey).await;
}

#[tokio::test]
async fn keys_that_a_token_brings_along_are_not_used() {
    let setup = Setup::bound();
    let own = TestKey::ed();
    let key = own.jwk("ed");
    let draft = draft().header("alg", "EdDSA").header("jwk", key.clone());
    let draft = draft.header("jku", "https://evil.example/keys").header("x5u", "https://evil.example/cert");
    let draft = draft.header("x5c", json!(["MIIB"])).header("x5t", "x");
    setup.refuses(&draft.clone().header("kid", "ed").sign_by(&own), Rejection::SignatureInvalid).await;
    setup.refuses(&draft.clone().header("kid", "own").sign_by(&own), Rejection::KeyUnknown).await;
    // They do no harm either: some issuers send them along.
    setup.accepts(&draft.header("kid", "ed").sign_by(&ED)).await;
}

#[tokio::test]
async fn an_ecdsa_signature_is_two_fixed_numbers() {
    let draft = draft().header("alg", "ES256").header("kid", "ec");
    let signed = format!("{}.{}", encode(draft.header_text()), encode(draft.claims_text()));
    let zeros = [0; 64];
    let ones = [1; 64];
    let good = EC.sign("ES256", signed.as_bytes());
    let der = ecdsa::Signature::from_slice(&good).unwrap().to_der();
    let setup = Setup::bound();
    setup.accepts(&format!("{signed}.{}", encode(&good))).await;
    for signature in [der.as_bytes(), &zeros, &ones, &good[..63], &[&good[..], &[0]].concat(), &[]] {
        setup.refuses(&format!("{signed}.{}", encode(signature)), Rejection::SignatureInvalid).await;
    }
}

/// Every single change of a token's signed part, so that no part of it is unsigned.
#[tokio::test]
async fn no_character_of_a_token_can_be_changed() {
    let setup = Setup::bound();
    let token = draft().by(&ED, "ed");
    setup.accepts(&token).await;
    for (index, &byte) in token.as_bytes().iter().enumerate() {
        let mut changed = token.clone().into_bytes();
        changed[index] = if byte == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(setup.verify(&changed).await.is_err(), "changed at {index}");
    }
}

#[tokio::test]
async fn a_token_s_parts_cannot_be_put_together_anew() {
    let setup = Setup::bound();
    let ours = draft().by(&ED, "ed");
    let other = draft().claim("oid", "mallory").by(&ED, "ed");
    let claims = other.split('.').nth(1).unwrap();
    let mut parts: Vec<_> = ours.split('.').collect();
    parts[1] = claims;
    setup.refuses(&parts.join("."), Rejection::SignatureInvalid).await;
    // The signature is over the text, so the same claims written otherwise are not signed.
    let spaced = URL_SAFE_NO_PAD.decode(claims).unwrap();
    let spaced = encode(String::from_utf8(spaced).unwrap().replace("\":", "\": "));
    parts[1] = &spaced;
    setup.refuses(&parts.join("."), Rejection::SignatureInvalid).await;
}
