//! The same tokens with a library that others wrote, so that both ends cannot be wrong in the same way.

use entity::TenantRole;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::desk::Desk;
use super::development::{mint_request, open};
use super::forge::{AUDIENCE, EC, ED, ISSUER, Pen, RSA, STRANGER, TENANT, now};
use crate::token::Refusal;

fn encoding_key(pen: &Pen) -> EncodingKey {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    let pem = |der: &[u8]| pem::encode(&pem::Pem::new("PRIVATE KEY", der));
    match pen {
        Pen::Rsa(key) => {
            let der: Pkcs8V1Der = key.as_der().unwrap();
            EncodingKey::from_rsa_pem(pem(der.as_ref()).as_bytes()).unwrap()
        }
        Pen::Ec(key) => EncodingKey::from_ec_pem(pem(key.to_pkcs8v1().unwrap().as_ref()).as_bytes()).unwrap(),
        Pen::Ed(key) => EncodingKey::from_ed_pem(pem(key.to_pkcs8().unwrap().as_ref()).as_bytes()).unwrap(),
    }
}

#[tokio::test]
async fn tokens_of_another_library_are_accepted() {
    let pens: [(&Pen, &str, Algorithm); 4] = [
        (&RSA, "rsa", Algorithm::RS256),
        (&RSA, "rsa", Algorithm::PS256),
        (&EC, "ec", Algorithm::ES256),
        (&ED, "ed", Algorithm::EdDSA),
    ];
    for (pen, id, algorithm) in pens {
        let name = format!("{algorithm:?}");
        let desk = Desk::with(json!({ "issuer": ISSUER, "tenant": TENANT, "algorithms": [name] }));
        let header = Header { kid: Some(id.into()), ..Header::new(algorithm) };
        let claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": now().timestamp() + 60, "sub": "bob" });
        let token = encode(&header, &claims, &encoding_key(pen)).unwrap();
        assert_eq!(desk.accepts(&token).await.subject, "bob");
    }
}

#[tokio::test]
async fn a_symmetric_token_of_another_library_is_refused() {
    let header = Header { kid: Some("rsa".into()), ..Header::new(Algorithm::HS256) };
    let claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": now().timestamp() + 60, "sub": "bob" });
    let token = encode(&header, &claims, &EncodingKey::from_secret(b"secret")).unwrap();
    Desk::bound().refuses(&token, Refusal::AlgorithmSymmetric).await;
}

#[test]
fn development_tokens_are_accepted_by_another_library() {
    let (issuer, _directory) = open();
    let token = issuer.mint(&mint_request(), crate::clock::now()).unwrap();
    let set: JwkSet = serde_json::from_str(&issuer.jwks()).unwrap();
    let header = jsonwebtoken::decode_header(&token).unwrap();
    let key = set.find(header.kid.as_deref().unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    validation.set_issuer(&[format!("urn:copartner:development:{TENANT}")]);
    validation.set_audience(&["urn:copartner:development"]);
    validation.validate_nbf = true;
    let claims = decode::<Map<String, Value>>(&token, &DecodingKey::from_jwk(key).unwrap(), &validation)
        .unwrap()
        .claims;
    assert_eq!(claims["roles"], json!([TenantRole::AdminAgent]));
    assert_eq!(claims["groups"], json!([Uuid::parse_str(STRANGER).unwrap()]));
    assert_eq!(
        header.kid.unwrap(),
        key.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).unwrap(),
        "the key's id is its thumbprint"
    );
}
