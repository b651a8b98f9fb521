//! The server's own issuer.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use entity::{TenantId, TenantRole};
use serde_json::json;
use uuid::Uuid;

use super::samples::{AUDIENCE, Draft, ED, STRANGER, TENANT, draft, encode, now};
use super::setup::{Setup, config};
use crate::{DevelopmentIssuer, IssuerError, Issuers, MintError, MintRequest, Rejection, Verifier};

/// An issuer with a key of its own.
pub(super) fn issuer() -> DevelopmentIssuer {
    DevelopmentIssuer::new(&SigningKey::from_bytes(&rand::random()))
}

pub(super) fn mint_request() -> MintRequest {
    MintRequest {
        tenant: TenantId(Uuid::parse_str(TENANT).unwrap()),
        subject: "alice".into(),
        roles: vec![TenantRole::AdminAgent],
        groups: vec![Uuid::parse_str(STRANGER).unwrap()],
        mfa: true,
        application: false,
        valid_for: Duration::from_hours(1),
    }
}

fn verifier(issuer: &DevelopmentIssuer) -> Verifier {
    Verifier::new(Issuers::new(Vec::new(), Some(issuer)).unwrap())
}

#[tokio::test]
async fn a_minted_token_says_what_was_asked_for() {
    let issuer = issuer();
    let identity =
        verifier(&issuer).verify_token(&issuer.mint(&mint_request(), now()).unwrap(), now()).await.unwrap();
    let asked = mint_request();
    assert_eq!((identity.tenant, identity.subject), (asked.tenant, asked.subject));
    assert_eq!((identity.roles, identity.groups), (asked.roles, asked.groups));
    assert_eq!((identity.mfa, identity.is_application), (true, false));
    assert_eq!(identity.expires_at, now() + chrono::TimeDelta::hours(1));

    let plain = MintRequest {
        mfa: false,
        application: true,
        roles: Vec::new(),
        groups: Vec::new(),
        tenant: TenantId(Uuid::parse_str(STRANGER).unwrap()),
        ..mint_request()
    };
    let identity = verifier(&issuer).verify_token(&issuer.mint(&plain, now()).unwrap(), now()).await.unwrap();
    assert_eq!((identity.mfa, identity.is_application, identity.tenant), (false, true, plain.tenant));
    assert!(identity.roles.is_empty() && identity.groups.is_empty());
}

#[tokio::test]
async fn a_development_token_is_refused_where_it_was_not_asked_for() {
    let issuer = issuer();
    let token = issuer.mint(&mint_request(), now()).unwrap();
    Setup::template().refuses(&token, Rejection::IssuerUnknown).await;
    let none = Verifier::new(Issuers::new(Vec::new(), None).unwrap());
    assert_eq!(none.verify_token(&token, now()).await, Err(Rejection::IssuerUnknown));
}

#[tokio::test]
async fn another_key_is_another_issuer() {
    let (ours, theirs) = (issuer(), issuer());
    let token = theirs.mint(&mint_request(), now()).unwrap();
    assert_eq!(verifier(&ours).verify_token(&token, now()).await, Err(Rejection::KeyUnknown));
    let forged =
        |draft: Draft| draft.claim("iss", format!("urn:copartner:development:{TENANT}")).by(&ED, "ed");
    assert_eq!(verifier(&ours).verify_token(&forged(draft()), now()).await, Err(Rejection::KeyUnknown));
}

#[test]
fn one_key_is_one_issuer_and_is_not_shown() {
    let key = SigningKey::from_bytes(&rand::random());
    let issuer = DevelopmentIssuer::new(&key);
    assert_eq!(issuer.jwks(), DevelopmentIssuer::new(&key).jwks());
    let shown = format!("{issuer:?}");
    assert!(shown.contains("key_id") && !shown.contains(&encode(key.as_bytes())), "{shown}");
    assert!(!shown.contains(&format!("{:?}", key.as_bytes())), "{shown}");
}

#[test]
fn what_no_server_would_accept_is_not_minted() {
    let issuer = issuer();
    let error = |request: MintRequest| issuer.mint(&request, now()).unwrap_err();
    for subject in ["", "a\nb", &"x".repeat(256)] {
        assert_eq!(error(MintRequest { subject: subject.into(), ..mint_request() }), MintError::Subject);
    }
    for seconds in [0, 24 * 3600 + 1, u64::MAX] {
        let valid_for = Duration::from_secs(seconds);
        assert_eq!(error(MintRequest { valid_for, ..mint_request() }), MintError::ValidFor);
    }
    assert_eq!(error(MintRequest { groups: vec![Uuid::nil(); 400], ..mint_request() }), MintError::TooLarge);
}

#[test]
fn its_name_cannot_be_taken() {
    let issuer = issuer();
    for (name, tenant) in [
        ("urn:copartner:development:{tenantid}".to_owned(), None),
        (format!("urn:copartner:development:{TENANT}"), Some(TENANT)),
    ] {
        let taken =
            json!({ "issuer": name, "tenant": tenant, "audience": [AUDIENCE], "jwks_file": "keys.json" });
        let error = Issuers::new(vec![config(taken)], Some(&issuer)).unwrap_err();
        assert_eq!(error, IssuerError::Overlap { issuer: DevelopmentIssuer::issuer(), other: name });
    }
}
