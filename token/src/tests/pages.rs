//! The pages on identity providers: their configurations are accepted, and their tokens say what the pages say.

use entity::TenantRole;
use rstest::rstest;
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use super::samples::{RSA, STRANGER, TENANT, jwks, now, sign_text};
use crate::{IssuerConfig, Issuers, Verifier};

const ENTRA_ID: &str = include_str!("../../../docs/identity/entra-id.md");
const KEYCLOAK: &str = include_str!("../../../docs/identity/keycloak.md");
const AUTH0: &str = include_str!("../../../docs/identity/auth0.md");
const OKTA: &str = include_str!("../../../docs/identity/okta.md");

/// What of a configuration file a page shows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    issuers: Vec<IssuerConfig>,
}

/// The blocks of a page in this language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

fn issuers(page: &str) -> Vec<IssuerConfig> {
    toml::from_str::<Shown>(&blocks(page, "toml").join("\n")).unwrap().issuers
}

/// A verifier as the page configures it, with keys of ours.
fn verifier(page: &str, directory: &TempDir) -> Verifier {
    let file = directory.path().join("keys.json");
    std::fs::write(&file, jwks([RSA.jwk("rsa")])).unwrap();
    let configs = issuers(page).into_iter();
    let configs =
        configs.map(|config| IssuerConfig { discovery: None, jwks_file: Some(file.clone()), ..config });
    Verifier::new(Issuers::new(configs.collect(), None).unwrap())
}

fn sign(claims: &str) -> String {
    sign_text(r#"{"alg":"RS256","kid":"rsa"}"#, claims, &RSA)
}

#[rstest]
#[case(ENTRA_ID)]
#[case(KEYCLOAK)]
#[case(AUTH0)]
#[case(OKTA)]
fn a_page_shows_issuers_that_can_be_configured_together(#[case] page: &str) {
    assert!(!issuers(page).is_empty());
    Issuers::new(issuers(page), None).unwrap();
}

#[rstest]
#[case(ENTRA_ID, ["5d0b8c1e-94a3-4c52-8f1d-6f3a7e2b9c41", "b83c4d5e-1f27-4a69-8b0c-d4e5f6a7b8c9"])]
#[case(KEYCLOAK, ["5d0b8c1e-94a3-4c52-8f1d-6f3a7e2b9c41", "b83c4d5e-1f27-4a69-8b0c-d4e5f6a7b8c9"])]
#[case(AUTH0, ["auth0|66f1c2a94b0d8e7f3a5b6c7d", "kq3sT8vXm1LpWd0yUeHfJc5nGaVb7Zt2@clients"])]
#[case(OKTA, ["00u1a2b3c4d5e6f7g697", "0oa2b3c4d5e6f7g8h697"])]
#[tokio::test]
async fn the_tokens_of_a_page_are_those_of_a_user_and_of_an_application(
    #[case] page: &str,
    #[case] subjects: [&str; 2],
) {
    let directory = TempDir::new().unwrap();
    let verifier = verifier(page, &directory);
    let tokens: Vec<_> = blocks(page, "json").into_iter().map(sign).collect();
    let [user, application] = &<[String; 2]>::try_from(tokens).unwrap();
    let identity = verifier.verify_token(user, now()).await.unwrap();
    assert_eq!(
        (identity.tenant.0.to_string(), identity.subject),
        (TENANT.to_owned(), subjects[0].to_owned())
    );
    assert_eq!(identity.roles, [TenantRole::AdminAgent]);
    assert_eq!(identity.groups, [Uuid::parse_str(STRANGER).unwrap()]);
    assert!(identity.mfa && !identity.is_application);
    let checks = verifier.explain(user, now()).await;
    let factor = checks.iter().find(|check| check.name == "second factor").unwrap();
    assert!(page.contains(&format!("    ok     {:<14} {}\n", factor.name, factor.detail)), "{factor:?}");

    let identity = verifier.verify_token(application, now()).await.unwrap();
    assert_eq!(
        (identity.tenant.0.to_string(), identity.subject),
        (TENANT.to_owned(), subjects[1].to_owned())
    );
    assert_eq!(identity.roles, [TenantRole::SalesAgent]);
    assert!(!identity.mfa && identity.is_application);
}

/// Without what tells the second factor, or the application, each of them may do less.
#[rstest]
#[case(ENTRA_ID, "acrs", "idtyp")]
#[case(KEYCLOAK, "acr", "idtyp")]
#[case(AUTH0, "https://copartner.example/mfa", "gty")]
#[case(OKTA, "acr", "scp")]
#[tokio::test]
async fn without_its_sign_a_token_is_of_a_user_without_a_second_factor(
    #[case] page: &str,
    #[case] factor: &str,
    #[case] application: &str,
) {
    let directory = TempDir::new().unwrap();
    let verifier = verifier(page, &directory);
    for (claims, sign_of) in blocks(page, "json").into_iter().zip([factor, application]) {
        let mut claims: Value = serde_json::from_str(claims).unwrap();
        claims.as_object_mut().unwrap().remove(sign_of).unwrap();
        let identity = verifier.verify_token(&sign(&claims.to_string()), now()).await.unwrap();
        assert!(!identity.mfa && !identity.is_application);
    }
}
