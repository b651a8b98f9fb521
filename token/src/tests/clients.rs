//! Whole tokens that others made, so that both ends cannot be wrong in the same way: the examples of the RFCs, and what
//! jsonwebtoken makes by itself of a header and claims.

use std::time::SystemTime;

use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use entity::TenantRole;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::development::{issuer, mint_request};
use super::samples::{AUDIENCE, EC, ED, ISSUER, RSA, STRANGER, TENANT, TestKey, now};
use super::setup::Setup;
use crate::Rejection;
use crate::issuer::validations;
use crate::key::IssuerKey;

fn encoding_key(secret_key: &TestKey) -> EncodingKey {
    match secret_key {
        TestKey::Rsa(key) => key.clone(),
        TestKey::Ec(key) => {
            EncodingKey::from_ec_der(p256::SecretKey::from(key).to_pkcs8_der().unwrap().as_bytes())
        }
        TestKey::Ed(key) => EncodingKey::from_ed_der(key.to_pkcs8_der().unwrap().as_bytes()),
    }
}

/// What RFC 7515 signs in its examples. No `aud` is in it.
const PAYLOAD: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// The outer answer, about the signature, to a token whose claims are not those of an access token.
fn signature(key: &Value, token: &str) -> Result<(), Rejection> {
    let algorithms = [crate::Algorithm::RS256, crate::Algorithm::ES256, crate::Algorithm::EdDSA];
    let key = IssuerKey::from_jwk(key.as_object().unwrap(), &algorithms).unwrap();
    let (_, validation) = validations(&[key.algorithm], &[AUDIENCE.into()]).pop().unwrap();
    key.verify(token, &validation).map(|claims| assert!(claims.is_err()))
}

#[test]
fn the_examples_of_the_rfcs_are_signed_by_their_keys() {
    // RFC 7515, appendix A.2.
    let rsa = json!({ "kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp\
        -Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXnd\
        S5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NA\
        co9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ" });
    let signed_by_rsa = format!(
        "eyJhbGciOiJSUzI1NiJ9.{PAYLOAD}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7\
        AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjt\
        QBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgG\
        Y9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    // RFC 7515, appendix A.3.
    let ec = json!({ "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" });
    let signed_on_p256 = format!(
        "eyJhbGciOiJFUzI1NiJ9.{PAYLOAD}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA\
        pmWQxfKTUJqPP3-Kg6NU1Q"
    );
    // RFC 8037, appendix A.4, where the payload is no JSON.
    let ed = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let signed_as_eddsa = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbh\
        ijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    for (key, token) in [(&rsa, signed_by_rsa.as_str()), (&ec, &signed_on_p256), (&ed, signed_as_eddsa)] {
        assert_eq!(signature(key, token), Ok(()));
        // The payload is another one.
        let mut parts: Vec<_> = token.split('.').collect();
        parts[1] = "e30";
        assert_eq!(signature(key, &parts.join(".")), Err(Rejection::SignatureInvalid));
    }
}

#[tokio::test]
async fn tokens_of_another_library_are_accepted() {
    let keys: [(&TestKey, &str, Algorithm); 4] = [
        (&RSA, "rsa", Algorithm::RS256),
        (&RSA, "rsa", Algorithm::PS256),
        (&EC, "ec", Algorithm::ES256),
        (&ED, "ed", Algorithm::EdDSA),
    ];
    for (secret_key, id, algorithm) in keys {
        let name = format!("{algorithm:?}");
        let setup = Setup::with(json!({ "issuer": ISSUER, "tenant": TENANT, "algorithms": [name] }));
        let header = Header { kid: Some(id.into()), ..Header::new(algorithm) };
        let claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": now().timestamp() + 60, "sub": "bob" });
        let token = encode(&header, &claims, &encoding_key(secret_key)).unwrap();
        assert_eq!(setup.accepts(&token).await.subject, "bob");
    }
}

#[tokio::test]
async fn a_symmetric_token_of_another_library_is_refused() {
    let header = Header { kid: Some("rsa".into()), ..Header::new(Algorithm::HS256) };
    let claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": now().timestamp() + 60, "sub": "bob" });
    let token = encode(&header, &claims, &EncodingKey::from_secret(b"secret")).unwrap();
    Setup::bound().refuses(&token, Rejection::AlgorithmSymmetric).await;
}

#[test]
fn development_tokens_are_accepted_by_another_library() {
    let issuer = issuer();
    // The other end reads the system's clock.
    let now = SystemTime::now().into();
    let token = issuer.mint(&mint_request(), now).unwrap();
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
