//! Tokens that were seen before.

use chrono::TimeDelta;

use super::samples::{ED, RSA, TestKey, draft, jwks, now};
use super::setup::Setup;
use crate::Rejection;

#[tokio::test]
async fn a_kept_token_expires() {
    let setup = Setup::bound();
    let token =
        draft().claim("nbf", now().timestamp() - 100).claim("exp", now().timestamp() + 100).by(&ED, "ed");
    let at = async |seconds| {
        let now = now() + TimeDelta::seconds(seconds);
        setup.verifier.verify_token(&token, now).await.map(|identity| identity.subject)
    };
    assert_eq!(at(0).await.as_deref(), Ok("alice"));
    assert_eq!(at(159).await.as_deref(), Ok("alice"));
    assert_eq!(at(160).await, Err(Rejection::Expired));
    assert_eq!(at(0).await.as_deref(), Ok("alice"));
    assert_eq!(at(-60).await.as_deref(), Ok("alice"));
    assert_eq!(at(-61).await, Err(Rejection::IssuedLater), "iat is the later of the two");
    let token = draft().without("iat").by(&ED, "ed");
    assert!(setup.verifier.verify_token(&token, now()).await.is_ok());
    let early = now() - TimeDelta::seconds(61);
    assert_eq!(setup.verifier.verify_token(&token, early).await, Err(Rejection::NotYetValid));
}

#[tokio::test]
async fn a_kept_token_stops_working_with_its_key() {
    let setup = Setup::bound();
    let token = draft().claim("exp", now().timestamp() + 9999).by(&ED, "ed");
    setup.accepts(&token).await;
    setup.write_keys(&jwks([RSA.jwk("rsa")]));
    setup.accepts(&token).await;
    let later = now() + TimeDelta::minutes(2);
    assert_eq!(setup.verifier.verify_token(&token, later).await, Err(Rejection::KeyUnknown));
    // And with another key of the same name, which cannot have signed it.
    setup.write_keys(&jwks([TestKey::ed().jwk("ed")]));
    let later = later + TimeDelta::minutes(2);
    assert_eq!(setup.verifier.verify_token(&token, later).await, Err(Rejection::SignatureInvalid));
}

#[tokio::test]
async fn only_the_very_same_token_is_known_again() {
    let setup = Setup::bound();
    let token = draft().by(&ED, "ed");
    setup.accepts(&token).await;
    let (signed, _) = token.rsplit_once('.').unwrap();
    setup.refuses(&format!("{signed}."), Rejection::SignatureInvalid).await;
    setup.refuses(&format!("{token}="), Rejection::EncodingInvalid).await;
    setup.refuses(&format!("{token} "), Rejection::EncodingInvalid).await;
}
