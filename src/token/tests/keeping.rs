//! Tokens that were seen before.

use chrono::TimeDelta;

use super::desk::Desk;
use super::forge::{ED, Pen, RSA, draft, jwks, now};
use crate::token::Refusal;

#[tokio::test]
async fn a_kept_token_expires() {
    let desk = Desk::bound();
    let token =
        draft().claim("nbf", now().timestamp() - 100).claim("exp", now().timestamp() + 100).by(&ED, "ed");
    let at = async |seconds| {
        let now = now() + TimeDelta::seconds(seconds);
        desk.verifier.verify_token(&token, now).await.map(|identity| identity.subject)
    };
    assert_eq!(at(0).await.as_deref(), Ok("alice"));
    assert_eq!(at(159).await.as_deref(), Ok("alice"));
    assert_eq!(at(160).await, Err(Refusal::Expired));
    assert_eq!(at(0).await.as_deref(), Ok("alice"));
    assert_eq!(at(-60).await.as_deref(), Ok("alice"));
    assert_eq!(at(-61).await, Err(Refusal::IssuedLater), "iat is the later of the two");
    let token = draft().without("iat").by(&ED, "ed");
    assert!(desk.verifier.verify_token(&token, now()).await.is_ok());
    let early = now() - TimeDelta::seconds(61);
    assert_eq!(desk.verifier.verify_token(&token, early).await, Err(Refusal::NotYetValid));
}

#[tokio::test]
async fn a_kept_token_stops_working_with_its_key() {
    let desk = Desk::bound();
    let token = draft().claim("exp", now().timestamp() + 9999).by(&ED, "ed");
    desk.accepts(&token).await;
    desk.write_keys(&jwks([RSA.jwk("rsa")]));
    desk.accepts(&token).await;
    let later = now() + TimeDelta::minutes(2);
    assert_eq!(desk.verifier.verify_token(&token, later).await, Err(Refusal::KeyUnknown));
    // And with another key of the same name, which cannot have signed it.
    desk.write_keys(&jwks([Pen::ed().jwk("ed")]));
    let later = later + TimeDelta::minutes(2);
    assert_eq!(desk.verifier.verify_token(&token, later).await, Err(Refusal::SignatureInvalid));
}

#[tokio::test]
async fn only_the_very_same_token_is_known_again() {
    let desk = Desk::bound();
    let token = draft().by(&ED, "ed");
    desk.accepts(&token).await;
    let (signed, _) = token.rsplit_once('.').unwrap();
    desk.refuses(&format!("{signed}."), Refusal::SignatureInvalid).await;
    desk.refuses(&format!("{token}="), Refusal::EncodingInvalid).await;
    desk.refuses(&format!("{token} "), Refusal::EncodingInvalid).await;
}
