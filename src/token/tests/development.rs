//! The server's own issuer.

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use entity::{TenantId, TenantRole};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use super::desk::{Desk, config};
use super::forge::{AUDIENCE, Draft, ED, STRANGER, TENANT, draft, now};
use crate::key_file::KeyFileError;
use crate::token::{DevelopmentIssuer, IssuerFault, Issuers, MintFault, MintRequest, Refusal, Verifier};

pub(super) fn open() -> (DevelopmentIssuer, TempDir) {
    let directory = TempDir::new().unwrap();
    (DevelopmentIssuer::open(directory.path()).unwrap(), directory)
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
    let (issuer, _directory) = open();
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
    let (issuer, _directory) = open();
    let token = issuer.mint(&mint_request(), now()).unwrap();
    Desk::template().refuses(&token, Refusal::IssuerUnknown).await;
    let none = Verifier::new(Issuers::new(Vec::new(), None).unwrap());
    assert_eq!(none.verify_token(&token, now()).await, Err(Refusal::IssuerUnknown));
}

#[tokio::test]
async fn another_directory_is_another_issuer() {
    let ((ours, _first), (theirs, _second)) = (open(), open());
    let token = theirs.mint(&mint_request(), now()).unwrap();
    assert_eq!(verifier(&ours).verify_token(&token, now()).await, Err(Refusal::KeyUnknown));
    let forged =
        |draft: Draft| draft.claim("iss", format!("urn:copartner:development:{TENANT}")).by(&ED, "ed");
    assert_eq!(verifier(&ours).verify_token(&forged(draft()), now()).await, Err(Refusal::KeyUnknown));
}

#[test]
fn the_key_stays_over_restarts_and_only_its_owner_can_read_it() {
    let (first, directory) = open();
    let second = DevelopmentIssuer::open(directory.path()).unwrap();
    assert_eq!(first.jwks(), second.jwks());
    let names: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["development-key.pem"], "nothing else is left behind");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(directory.path().join("development-key.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let shown = format!("{first:?}");
    let text = fs::read_to_string(directory.path().join("development-key.pem")).unwrap();
    assert!(text.starts_with("-----BEGIN PRIVATE KEY-----"));
    assert!(!shown.contains(text.lines().nth(1).unwrap()));
}

#[test]
fn servers_that_start_at_once_have_one_key() {
    for _ in 0..20 {
        let directory = Arc::new(TempDir::new().unwrap());
        // The directory itself is made on the way.
        let start = || {
            let directory = Arc::clone(&directory);
            thread::spawn(move || DevelopmentIssuer::open(&directory.path().join("data")).unwrap().jwks())
        };
        let starts: Vec<_> = (0..8).map(|_| start()).collect();
        let mut keys: Vec<_> = starts.into_iter().map(|start| start.join().unwrap()).collect();
        keys.dedup();
        assert_eq!(keys.len(), 1);
    }
}

#[test]
fn a_file_that_is_no_key_is_not_written_over() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("development-key.pem");
    for text in ["", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        fs::write(&path, text).unwrap();
        let fault = DevelopmentIssuer::open(directory.path()).unwrap_err();
        assert_eq!(fault, KeyFileError::NotAKey { path: path.clone() });
        assert!(fault.sentence().contains("remove it"));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    let fault = DevelopmentIssuer::open(&path).unwrap_err();
    assert!(matches!(fault, KeyFileError::File { .. }), "{fault:?}");
}

#[test]
fn what_no_server_would_accept_is_not_minted() {
    let (issuer, _directory) = open();
    let fault = |request: MintRequest| issuer.mint(&request, now()).unwrap_err();
    for subject in ["", "a\nb", &"x".repeat(256)] {
        assert_eq!(fault(MintRequest { subject: subject.into(), ..mint_request() }), MintFault::Subject);
    }
    for seconds in [0, 24 * 3600 + 1, u64::MAX] {
        let valid_for = Duration::from_secs(seconds);
        assert_eq!(fault(MintRequest { valid_for, ..mint_request() }), MintFault::ValidFor);
    }
    assert_eq!(fault(MintRequest { groups: vec![Uuid::nil(); 400], ..mint_request() }), MintFault::TooLarge);
}

#[test]
fn its_name_cannot_be_taken() {
    let (issuer, _directory) = open();
    for (name, tenant) in [
        ("urn:copartner:development:{tenantid}".to_owned(), None),
        (format!("urn:copartner:development:{TENANT}"), Some(TENANT)),
    ] {
        let taken =
            json!({ "issuer": name, "tenant": tenant, "audience": [AUDIENCE], "jwks_file": "keys.json" });
        let fault = Issuers::new(vec![config(taken)], Some(&issuer)).unwrap_err();
        assert_eq!(fault, IssuerFault::Overlap { issuer: DevelopmentIssuer::issuer(), other: name });
    }
}
