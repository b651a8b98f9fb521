//! An identity provider for the tests, which answers as it is told.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::samples::{AUDIENCE, Draft, ISSUER, TENANT, draft, jwks, now};
use super::setup::config;
use crate::fetcher::Fetcher;
use crate::{Issuers, KeyError, Rejection, Verifier};

/// Long enough for an answer from this machine, short enough to wait for.
pub(super) const TIME_LIMIT: Duration = Duration::from_millis(500);

/// An identity provider that answers on `/keys`.
pub(super) struct Provider {
    pub(super) server: MockServer,
}

impl Provider {
    pub(super) async fn with(keys: impl IntoIterator<Item = Value>) -> Self {
        Self::answering(ResponseTemplate::new(200).set_body_string(jwks(keys))).await
    }

    pub(super) async fn answering(answer: ResponseTemplate) -> Self {
        let provider = Self { server: MockServer::start().await };
        provider.now_answers(answer).await;
        provider
    }

    pub(super) async fn now_answers(&self, answer: ResponseTemplate) {
        self.server.reset().await;
        Mock::given(method("GET")).and(path("/keys")).respond_with(answer).mount(&self.server).await;
    }

    pub(super) async fn now_has(&self, keys: impl IntoIterator<Item = Value>) {
        self.now_answers(ResponseTemplate::new(200).set_body_string(jwks(keys))).await;
    }

    /// How often it was asked since its answer changed.
    pub(super) async fn asked(&self) -> usize {
        self.server.received_requests().await.unwrap().len()
    }

    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.server.uri())
    }

    pub(super) fn verifier(&self) -> Verifier {
        verifier(json!({ "jwks_url": self.address("/keys") }))
    }
}

pub(super) fn verifier(members: Value) -> Verifier {
    let mut all = json!({
        "issuer": ISSUER,
        "tenant": TENANT,
        "audience": [AUDIENCE],
        "algorithms": ["RS256", "ES256", "EdDSA"],
    });
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let fetcher = Fetcher::new(TIME_LIMIT);
    Verifier::new(Issuers::with_fetcher(vec![config(all)], None, &fetcher).unwrap())
}

/// A token that is valid for days.
pub(super) fn lasting() -> Draft {
    draft().claim("exp", now().timestamp() + 1_000_000)
}

pub(super) async fn verify_at(verifier: &Verifier, token: &str, minutes: i64) -> Result<(), Rejection> {
    verifier.verify_token(token, now() + TimeDelta::minutes(minutes)).await.map(drop)
}

/// Why the keys of the only issuer are not there.
pub(super) async fn error(verifier: &Verifier) -> Option<KeyError> {
    let keys = verifier.load_keys(now()).await;
    assert_eq!(keys.len(), 1);
    keys.into_iter().next().unwrap().error
}

/// Waits until a background attempt is through.
pub(super) async fn settle<T: PartialEq>(mut ask: impl AsyncFnMut() -> T, expected: T) {
    for _ in 0..500 {
        if ask().await == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(ask().await == expected, "it did not come");
}
