//! What a good token may look like, so that no honest issuer is refused.

use serde_json::{Value, json};

use super::samples::{AUDIENCE, EC, ED, ISSUER, RSA, TENANT, draft, jwks, now};
use super::setup::Setup;
use crate::Rejection;

#[tokio::test]
async fn each_algorithm_is_accepted_with_its_key() {
    let setup = Setup::bound();
    setup.accepts(&draft().by(&RSA, "rsa")).await;
    setup.accepts(&draft().by(&EC, "ec")).await;
    setup.accepts(&draft().by(&ED, "ed")).await;
}

#[tokio::test]
async fn types_are_read_in_any_case() {
    let setup = Setup::bound();
    for kind in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "application/JWT"] {
        setup.accepts(&draft().header("typ", kind).sign()).await;
    }
    setup.accepts(&draft().without_header("typ").sign()).await;
}

#[tokio::test]
async fn the_audience_may_be_one_of_several() {
    let setup = Setup::bound();
    for audience in [json!(AUDIENCE), json!([AUDIENCE]), json!(["api://other", AUDIENCE])] {
        setup.accepts(&draft().claim("aud", audience).sign()).await;
    }
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute_either_way() {
    let setup = Setup::bound();
    let now = now().timestamp();
    setup.accepts(&draft().claim("exp", now - 59).sign()).await;
    setup.refuses(&draft().claim("exp", now - 60).sign(), Rejection::Expired).await;
    setup.accepts(&draft().claim("nbf", now + 60).sign()).await;
    setup.refuses(&draft().claim("nbf", now + 61).sign(), Rejection::NotYetValid).await;
    setup.accepts(&draft().claim("iat", now + 60).sign()).await;
    setup.refuses(&draft().claim("iat", now + 61).sign(), Rejection::IssuedLater).await;
}

#[tokio::test]
async fn dates_may_be_fractions_and_left_out_where_they_may() {
    let setup = Setup::bound();
    let now_seconds = now().timestamp();
    setup.accepts(&draft().without("nbf").without("iat").sign()).await;
    setup.accepts(&draft().claim("nbf", 0).claim("iat", 0.0).sign()).await;
    #[expect(clippy::cast_precision_loss, reason = "such dates are exact")]
    let identity = setup.accepts(&draft().claim("exp", now_seconds as f64 + 0.5).sign()).await;
    assert_eq!(identity.expires_at, now() + chrono::TimeDelta::milliseconds(500));
    let identity = setup.accepts(&draft().claim("exp", 253_402_300_799_i64).sign()).await;
    assert_eq!(identity.expires_at.to_rfc3339(), "9999-12-31T23:59:59+00:00");
}

#[tokio::test]
async fn a_token_without_kid_is_accepted_if_there_is_one_key() {
    let members = json!({ "issuer": ISSUER, "tenant": TENANT });
    let mut bare = RSA.jwk("rsa");
    bare.as_object_mut().unwrap().remove("kid");
    // The second key is of no use, so it does not count.
    for keys in [vec![RSA.jwk("rsa")], vec![bare, json!({ "kty": "oct", "k": "AAAA" })]] {
        Setup::with_keys(members.clone(), &jwks(keys)).accepts(&draft().without_header("kid").sign()).await;
    }
}

#[tokio::test]
async fn keys_of_two_kinds_may_share_an_id() {
    let members = json!({ "issuer": ISSUER, "tenant": TENANT });
    let setup = Setup::with_keys(members, &jwks([RSA.jwk("one"), EC.jwk("one")]));
    setup.accepts(&draft().by(&RSA, "one")).await;
    setup.accepts(&draft().by(&EC, "one")).await;
    setup.refuses(&draft().by(&ED, "one"), Rejection::AlgorithmNotOfKey).await;
}

#[tokio::test]
async fn what_this_server_does_not_know_does_no_harm() {
    let deep = (0..14).fold(Value::Null, |inner, _| json!([inner]));
    let draft = draft().header("nonce", "n").claim("xms_st", json!({ "sub": "x" })).claim("deep", deep);
    Setup::bound().accepts(&draft.claim("price", -1.5e-3).claim("null", Value::Null).sign()).await;
}

#[tokio::test]
async fn a_token_of_just_16_kib_is_accepted() {
    let setup = Setup::bound();
    let bare = draft().claim("filler", "").sign().len();
    // Three characters become four, and the first padding is guessed.
    let mut filler = (16_384 - bare) / 4 * 3 - 3;
    let token = loop {
        let token = draft().claim("filler", "x".repeat(filler)).sign();
        let longer = draft().claim("filler", "x".repeat(filler + 1)).sign();
        if longer.len() > 16_384 {
            break token;
        }
        filler += 1;
    };
    assert!((16_382..=16_384).contains(&token.len()), "{} bytes", token.len());
    setup.accepts(&token).await;
    setup.refuses(&draft().claim("filler", "x".repeat(filler + 1)).sign(), Rejection::TooLarge).await;
}
