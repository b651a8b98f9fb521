//! A verifier with issuers, as a test needs it.

use std::fs;

use domain::identity::Identity;
use serde_json::json;
use tempfile::TempDir;

use super::samples::{AUDIENCE, EC, ED, ISSUER, RSA, TEMPLATE, jwks, now};
use crate::{IssuerConfig, Issuers, Rejection, Verifier};

pub(super) struct Setup {
    pub(super) verifier: Verifier,
    /// Where the keys are.
    pub(super) directory: TempDir,
}

/// The configuration of an issuer as TOML would give it.
pub(super) fn config(members: serde_json::Value) -> IssuerConfig {
    serde_json::from_value(members).unwrap()
}

impl Setup {
    /// One issuer for Contoso's tenant alone. Its keys `rsa`, `ec` and `ed` are in a file.
    pub(super) fn bound() -> Self {
        Self::with(json!({ "issuer": ISSUER, "tenant": super::samples::TENANT }))
    }

    /// One issuer for every tenant, with the same keys.
    pub(super) fn template() -> Self {
        Self::with(json!({ "issuer": TEMPLATE }))
    }

    /// One issuer with the same keys and whatever members are given.
    pub(super) fn with(members: serde_json::Value) -> Self {
        let keys = [RSA.jwk("rsa"), EC.jwk("ec"), ED.jwk("ed")];
        Self::with_keys(members, &jwks(keys))
    }

    pub(super) fn with_keys(members: serde_json::Value, keys: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("keys.json");
        fs::write(&file, keys).unwrap();
        let mut all = json!({
            "audience": [AUDIENCE],
            "algorithms": ["RS256", "ES256", "EdDSA"],
            "jwks_file": file,
        });
        all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let issuers = Issuers::new(vec![config(all)], None).unwrap();
        Self { verifier: Verifier::new(issuers), directory }
    }

    pub(super) fn write_keys(&self, keys: &str) {
        fs::write(self.directory.path().join("keys.json"), keys).unwrap();
    }

    /// What verifying comes to. Whatever it is, explaining must say the same.
    pub(super) async fn verify(&self, token: &str) -> Result<Identity, Rejection> {
        let verified = self.verifier.verify_token(token, now()).await;
        let checks = self.verifier.explain(token, now()).await;
        let first = checks.iter().find_map(|check| check.rejection);
        assert_eq!(first, verified.as_ref().err().copied(), "explained otherwise: {checks:#?}");
        verified
    }

    pub(super) async fn refuses(&self, token: &str, rejection: Rejection) {
        assert_eq!(self.verify(token).await.map(drop), Err(rejection), "for {token}");
    }

    pub(super) async fn accepts(&self, token: &str) -> Identity {
        self.verify(token).await.unwrap()
    }
}
