//! Every way to be wrong, and the word for it.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::samples::{
    AUDIENCE, Draft, EC, ED, ISSUER, RSA, STRANGER, TestKey, draft, encode, jwks, now, sign_text,
};
use super::setup::Setup;
use crate::Rejection;

/// A token that is refused with each word that a token can be refused with; and the keys, if not the usual ones.
fn wrong_tokens() -> Vec<(Rejection, String)> {
    let signature = encode([0; 256]);
    let header = draft().header_text();
    let claims = draft().claims_text();
    let later = now().timestamp() + 61;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let raw_header = |text: &str| sign_text(text, &claims, &RSA);
    let raw_claims = |text: &str| sign_text(&header, text, &RSA);
    let with = |name: &str, value: Value| draft().claim(name, value).sign();
    let without = |name: &str| draft().without(name).sign();
    let alg = |name: &str| draft().header("alg", name).sign();

    use Rejection as R;
    vec![
        (R::TooLarge, with("filler", "x".repeat(16 * 1024).into())),
        (R::TooLarge, "x".repeat(16 * 1024 + 1)),
        (R::NotThreeParts, String::new()),
        (R::NotThreeParts, "x".into()),
        (R::NotThreeParts, format!("{}.{}", encode(&header), encode(&claims))),
        (R::NotThreeParts, format!("{}.{}", draft().sign(), signature)),
        (R::NotThreeParts, "a.b.c.d.e".into()),
        (R::EncodingInvalid, format!("{}=.{}.{signature}", encode(&header), encode(&claims))),
        (R::EncodingInvalid, format!("{}.{}.{signature}==", encode(&header), encode(&claims))),
        (R::EncodingInvalid, format!("{}.+/.{signature}", encode(&header))),
        (R::EncodingInvalid, format!("{}.{}. ", encode(&header), encode(&claims))),
        // "AB" and "AA" would be the same octet, if stray bits were let pass.
        (R::EncodingInvalid, format!("{}.{}.AB", encode(&header), encode(&claims))),
        (R::HeaderNotJson, raw_header("")),
        (R::HeaderNotJson, raw_header("{")),
        (R::HeaderNotJson, raw_header("null")),
        (R::HeaderNotJson, raw_header("[]")),
        (R::HeaderNotJson, raw_header(&format!("{header}{header}"))),
        (R::HeaderNotJson, raw_header(&format!("\u{feff}{header}"))),
        (R::HeaderNotJson, raw_header(&header.replace("JWT", r"\ud800"))),
        (R::HeaderNotJson, sign_text(b"{\"alg\":\"\xff\"}", &claims, &RSA)),
        (R::HeaderNotJson, draft().header_with_raw("x", &nested(2000))),
        (R::HeaderRepeatsMember, raw_header(&header.replacen('{', r#"{"alg":"none","#, 1))),
        (R::HeaderRepeatsMember, raw_header(&header.replacen('{', r#"{"\u0061lg":"none","#, 1))),
        (R::HeaderRepeatsMember, draft().header_with_raw("x", r#"{"a":1,"a":1}"#)),
        (R::HeaderMalformed, draft().header("alg", json!(["RS256"])).sign()),
        (R::HeaderMalformed, draft().header("alg", Value::Null).sign()),
        (R::HeaderMalformed, draft().header("kid", 1).sign()),
        (R::HeaderMalformed, draft().header("typ", json!({})).sign()),
        (R::TypeUnsupported, draft().header("typ", "dpop+jwt").sign()),
        (R::TypeUnsupported, draft().header("typ", "").sign()),
        (R::TypeUnsupported, draft().header("typ", "secevent+jwt").sign()),
        (R::CriticalHeader, draft().header("crit", json!(["b64"])).header("b64", false).sign()),
        (R::CriticalHeader, draft().header("crit", json!([])).sign()),
        (R::CriticalHeader, draft().header("crit", Value::Null).sign()),
        (R::AlgorithmMissing, draft().without_header("alg").sign()),
        (R::AlgorithmNone, alg("none")),
        (R::AlgorithmNone, alg("nOnE")),
        (R::AlgorithmSymmetric, alg("HS256")),
        (R::AlgorithmSymmetric, alg("hs512")),
        (R::AlgorithmUnsupported, alg("RS1")),
        (R::AlgorithmUnsupported, alg("RS512")),
        (R::AlgorithmUnsupported, alg("rs256")),
        (R::AlgorithmUnsupported, alg("ES256K")),
        (R::AlgorithmUnsupported, alg("")),
        (R::AlgorithmUnsupported, alg("é")),
        (R::ClaimsNotJson, raw_claims("")),
        (R::ClaimsNotJson, raw_claims("[]")),
        (R::ClaimsNotJson, raw_claims(&format!("{claims} x"))),
        (R::ClaimsNotJson, draft().claim_with_raw("x", &nested(2000))),
        (R::ClaimsNotJson, draft().claim_with_raw("x", &nested(16))),
        (R::ClaimsNotJson, draft().claim_with_raw("x", "1e400")),
        (R::ClaimsRepeatMember, draft().claim_with_raw("iss", &format!("{ISSUER:?}"))),
        (R::ClaimsRepeatMember, draft().claim_with_raw("x", r#"[[{"a":1,"a":2}]]"#)),
        (R::IssuerMissing, without("iss")),
        (R::IssuerMalformed, with("iss", json!([ISSUER]))),
        (R::IssuerMalformed, with("iss", Value::Null)),
        (R::IssuerUnknown, with("iss", "https://login.example.com".into())),
        (R::IssuerUnknown, with("iss", format!("{ISSUER}/").into())),
        (R::IssuerUnknown, with("iss", ISSUER.to_uppercase().into())),
        (R::IssuerUnknown, with("iss", "".into())),
        (R::AlgorithmNotAllowed, alg("PS256")),
        (R::KeyIdMissing, draft().without_header("kid").sign()),
        (R::KeyUnknown, draft().header("kid", "other").sign()),
        (R::KeyUnknown, draft().header("kid", "RSA").sign()),
        (R::KeyUnknown, draft().header("kid", "../rsa").sign()),
        (R::KeyUnknown, draft().header("kid", "").sign()),
        (R::AlgorithmNotOfKey, draft().header("kid", "ec").sign()),
        (R::AlgorithmNotOfKey, draft().header("alg", "ES256").sign_by(&EC)),
        (R::HeaderUnreadable, draft().header("cty", 1).sign()),
        (R::HeaderUnreadable, draft().header("x5c", "MIIB").sign()),
        (R::HeaderUnreadable, draft().header("jwk", json!([])).sign_by(&ED)),
        (R::SignatureInvalid, format!("{}.{}.", encode(&header), encode(&claims))),
        (R::SignatureInvalid, format!("{}.{}.{signature}", encode(&header), encode(&claims))),
        (R::SignatureInvalid, draft().sign_by(&ED)),
        (R::SignatureInvalid, draft().by(&TestKey::ed(), "ed")),
        (R::AudienceMissing, without("aud")),
        (R::AudienceMalformed, with("aud", 1.into())),
        (R::AudienceMalformed, with("aud", json!([AUDIENCE, 1]))),
        (R::AudienceMalformed, with("aud", json!({ "x": AUDIENCE }))),
        (R::AudienceWrong, with("aud", "api://other".into())),
        (R::AudienceWrong, with("aud", "API://copartner".into())),
        (R::AudienceWrong, with("aud", json!([]))),
        (R::AudienceMalformed, with("aud", json!([[AUDIENCE]]))),
        (R::ExpiryMissing, without("exp")),
        (R::ExpiryMalformed, with("exp", later.to_string().into())),
        (R::ExpiryMalformed, with("exp", (-1).into())),
        (R::ExpiryMalformed, with("exp", (1_u64 << 63).into())),
        (R::ExpiryMalformed, with("exp", u64::MAX.into())),
        (R::ExpiryMalformed, with("exp", 253_402_300_800_i64.into())),
        (R::ExpiryMalformed, draft().without("exp").claim_with_raw("exp", "1e300")),
        (R::ExpiryMalformed, with("exp", Value::Null)),
        (R::ExpiryMalformed, with("exp", json!([later]))),
        (R::Expired, with("exp", (now().timestamp() - 60).into())),
        (R::Expired, with("exp", 0.into())),
        (R::NotBeforeMalformed, with("nbf", true.into())),
        (R::NotBeforeMalformed, with("nbf", Value::Null)),
        (R::NotYetValid, with("nbf", later.into())),
        (R::NotYetValid, with("nbf", 253_402_300_799_i64.into())),
        (R::IssuedAtMalformed, with("iat", "now".into())),
        (R::IssuedLater, with("iat", later.into())),
        (R::TenantMalformed, with("tid", 1.into())),
        (R::TenantMalformed, with("tid", "contoso.example".into())),
        (R::TenantMalformed, with("tid", STRANGER.replace('-', "").into())),
        (R::TenantMalformed, with("tid", format!("{{{STRANGER}}}").into())),
        (R::TenantMismatch, with("tid", STRANGER.into())),
        (R::SubjectMissing, draft().without("oid").without("sub").sign()),
        (R::SubjectMissing, draft().claim("oid", Value::Null).without("sub").sign()),
        (R::SubjectMalformed, with("oid", "".into())),
        (R::SubjectMalformed, with("oid", 7.into())),
        (R::SubjectMalformed, with("oid", "a\nb".into())),
        (R::SubjectMalformed, with("oid", "x".repeat(256).into())),
        (R::SubjectMalformed, with("sub", json!({ "x": 1 }))),
        (R::SubjectMalformed, with("sub", json!([]))),
        (R::RolesMalformed, with("roles", json!({ "ADMIN_AGENT": true }))),
        (R::RolesMalformed, with("roles", json!(["ADMIN_AGENT", 1]))),
        (R::GroupsMalformed, with("groups", 5.into())),
    ]
}

/// Those that need another setup, or none.
const ELSEWHERE: [Rejection; 12] = [
    Rejection::AuthorizationMissing,
    Rejection::AuthorizationRepeated,
    Rejection::SchemeUnsupported,
    Rejection::BearerMalformed,
    Rejection::KeysUnavailable,
    Rejection::KeysTooOld,
    Rejection::KeyOfOtherIssuer,
    Rejection::TenantMissing,
    Rejection::IssuerRevoked,
    Rejection::KeyRevoked,
    Rejection::TokenRevoked,
    Rejection::PrincipalRevoked,
];

impl Draft {
    /// Signs it with a member that is written as given, and not looked at.
    fn header_with_raw(self, name: &str, value: &str) -> String {
        let text = self.header_text().replacen('{', &format!(r#"{{"{name}":{value},"#), 1);
        sign_text(text, draft().claims_text(), &RSA)
    }

    fn claim_with_raw(self, name: &str, value: &str) -> String {
        let text = self.claims_text().replacen('{', &format!(r#"{{"{name}":{value},"#), 1);
        sign_text(draft().header_text(), text, &RSA)
    }
}

#[tokio::test]
async fn a_good_token_is_accepted() {
    let identity = Setup::bound().accepts(&draft().sign()).await;
    assert_eq!((identity.subject.as_str(), identity.mfa), ("alice", true));
}

#[tokio::test]
async fn each_wrong_token_is_refused_for_what_is_wrong() {
    let setup = Setup::bound();
    for (rejection, token) in wrong_tokens() {
        setup.refuses(&token, rejection).await;
    }
}

#[test]
fn each_refusal_has_a_token_that_gets_it() {
    let tested: HashSet<_> =
        wrong_tokens().into_iter().map(|(rejection, _)| rejection).chain(ELSEWHERE).collect();
    let missing: Vec<_> = Rejection::ALL.iter().filter(|rejection| !tested.contains(rejection)).collect();
    assert!(missing.is_empty(), "no token is refused with {missing:?}");
}

#[test]
fn codes_are_stable_words_and_sentences_end() {
    let codes: HashSet<_> = Rejection::ALL.iter().map(|rejection| rejection.code()).collect();
    assert_eq!(codes.len(), Rejection::ALL.len(), "two rejections share a code");
    for rejection in Rejection::ALL {
        let variant = format!("{rejection:?}");
        let words = variant.chars().flat_map(|letter| {
            letter.is_ascii_uppercase().then_some('_').into_iter().chain(letter.to_lowercase())
        });
        assert_eq!(words.collect::<String>().trim_start_matches('_'), rejection.code());
        assert!(rejection.sentence().ends_with('.'));
    }
}

#[tokio::test]
async fn without_keys_nothing_is_accepted() {
    let setup = Setup::with_keys(json!({ "issuer": ISSUER, "tenant": super::samples::TENANT }), &jwks([]));
    setup.refuses(&draft().sign(), Rejection::KeysUnavailable).await;
}

#[tokio::test]
async fn a_key_that_is_published_for_another_issuer_does_not_sign_for_this_one() {
    let mut key = RSA.jwk("rsa");
    key["issuer"] = "https://login.example.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0".into();
    let setup = Setup::with_keys(json!({ "issuer": super::samples::TEMPLATE }), &jwks([key]));
    setup.refuses(&draft().sign(), Rejection::KeyOfOtherIssuer).await;
}

#[tokio::test]
async fn a_template_s_token_must_name_its_tenant() {
    Setup::template().refuses(&draft().without("tid").sign(), Rejection::TenantMissing).await;
}

#[tokio::test]
async fn a_token_is_taken_from_one_bearer_header_alone() {
    let setup = Setup::bound();
    let token = draft().sign();
    let verify = async |values: &[&str]| {
        let values = values.iter().map(|value| value.as_bytes());
        setup.verifier.verify(values, now()).await.map(|identity| identity.subject)
    };
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(verify(&[&format!("{scheme} {token}")]).await.as_deref(), Ok("alice"));
    }
    assert_eq!(verify(&[&format!("Bearer   {token} ")]).await.as_deref(), Ok("alice"));

    let good = format!("Bearer {token}");
    let wrong: [(Rejection, &[&str]); 15] = [
        (Rejection::AuthorizationMissing, &[]),
        (Rejection::AuthorizationRepeated, &[&good, &good]),
        (Rejection::AuthorizationRepeated, &[&good, ""]),
        (Rejection::SchemeUnsupported, &[""]),
        (Rejection::SchemeUnsupported, &[&token]),
        (Rejection::SchemeUnsupported, &["Basic YTpi"]),
        (Rejection::SchemeUnsupported, &[&format!("Bearer\t{token}")]),
        (Rejection::SchemeUnsupported, &[&format!("Bearer:{token}")]),
        (Rejection::BearerMalformed, &["Bearer"]),
        (Rejection::BearerMalformed, &["Bearer "]),
        (Rejection::BearerMalformed, &[&format!("{good} {token}")]),
        (Rejection::BearerMalformed, &[&format!("{good},{good}")]),
        (Rejection::BearerMalformed, &[&format!("Bearer \"{token}\"")]),
        (Rejection::BearerMalformed, &["Bearer é.é.é"]),
        (Rejection::NotThreeParts, &["Bearer x"]),
    ];
    for (rejection, values) in wrong {
        assert_eq!(verify(values).await, Err(rejection), "for {values:?}");
    }
    assert_eq!(
        setup.verifier.verify([b"Bearer \xff.\xff.\xff".as_slice()], now()).await.map(drop),
        Err(Rejection::BearerMalformed)
    );
}
