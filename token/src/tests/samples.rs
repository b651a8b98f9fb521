//! Making tokens, above all such as no issuer would make.
//!
//! They are put together by hand, and signed on both curves with other libraries than tokens are verified with, so that
//! both ends cannot be wrong in the same way. An RSA key signs with the same library.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use entity::Instant;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use p256::ecdsa;
use serde_json::{Map, Value, json};

pub(super) const TENANT: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
pub(super) const STRANGER: &str = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
pub(super) const ISSUER: &str = "https://login.example.com/3f2504e0-4f89-41d3-9a0c-0305e82c3301/v2.0";
pub(super) const TEMPLATE: &str = "https://login.example.com/{tenantid}/v2.0";
pub(super) const AUDIENCE: &str = "api://copartner";

/// The instant of every request, unless a test is about time.
pub(super) fn now() -> Instant {
    Instant::from_timestamp(1_790_000_000, 0).unwrap()
}

pub(super) fn encode(part: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

/// A private key.
pub(super) enum TestKey {
    Rsa(EncodingKey),
    Ec(ecdsa::SigningKey),
    Ed(ed25519_dalek::SigningKey),
}

/// One of each.
pub(super) static RSA: LazyLock<TestKey> = LazyLock::new(|| TestKey::rsa(include_str!("keys/rsa-2048.pem")));
pub(super) static EC: LazyLock<TestKey> = LazyLock::new(TestKey::ec);
pub(super) static ED: LazyLock<TestKey> = LazyLock::new(TestKey::ed);

impl TestKey {
    /// An RSA key is read from a file, because it takes long to make.
    pub(super) fn rsa(pem: &str) -> Self {
        Self::Rsa(EncodingKey::from_rsa_der(pem::parse(pem).unwrap().contents()))
    }

    pub(super) fn ec() -> Self {
        Self::Ec(ecdsa::SigningKey::from_slice(&rand::random::<[u8; 32]>()).unwrap())
    }

    pub(super) fn ed() -> Self {
        Self::Ed(ed25519_dalek::SigningKey::from_bytes(&rand::random()))
    }

    /// Signs as `algorithm` says, where that is another way of the same key.
    pub(super) fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                let algorithm = if algorithm == "PS256" { Algorithm::PS256 } else { Algorithm::RS256 };
                let signature = jsonwebtoken::crypto::sign(message, key, algorithm).unwrap();
                URL_SAFE_NO_PAD.decode(signature).unwrap()
            }
            Self::Ec(key) => {
                let signature: ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::Ed(key) => key.sign(message).to_vec(),
        }
    }

    pub(super) const fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::Ec(_) => "ES256",
            Self::Ed(_) => "EdDSA",
        }
    }

    /// The public key, without `alg`.
    pub(super) fn jwk(&self, id: &str) -> Value {
        match self {
            Self::Rsa(key) => {
                let key =
                    serde_json::to_value(Jwk::from_encoding_key(key, Algorithm::RS256).unwrap()).unwrap();
                json!({ "kty": "RSA", "use": "sig", "kid": id, "n": key["n"], "e": key["e"] })
            }
            Self::Ec(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": id, "x": encode(x), "y": encode(y) })
            }
            Self::Ed(key) => {
                let x = key.verifying_key().to_bytes();
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": encode(x) })
            }
        }
    }
}

pub(super) fn jwks(keys: impl IntoIterator<Item = Value>) -> String {
    json!({ "keys": keys.into_iter().collect::<Vec<_>>() }).to_string()
}

/// A token in the making. It begins as a good one.
#[derive(Clone)]
pub(super) struct Draft {
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

/// A good token of Contoso's administrator, to be signed by the RSA key `rsa`.
pub(super) fn draft() -> Draft {
    let seconds = now().timestamp();
    let header = json!({ "alg": "RS256", "kid": "rsa", "typ": "JWT" });
    let claims = json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": seconds,
        "nbf": seconds,
        "exp": seconds + 3600,
        "tid": TENANT,
        "oid": "alice",
        "sub": "pairwise",
        "roles": ["ADMIN_AGENT"],
        "groups": [STRANGER],
        "amr": ["pwd", "mfa"],
    });
    match (header, claims) {
        (Value::Object(header), Value::Object(claims)) => Draft { header, claims },
        _ => unreachable!(),
    }
}

impl Draft {
    pub(super) fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.into(), value.into());
        self
    }

    pub(super) fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    pub(super) fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    pub(super) fn header_text(&self) -> String {
        Value::Object(self.header.clone()).to_string()
    }

    pub(super) fn claims_text(&self) -> String {
        Value::Object(self.claims.clone()).to_string()
    }

    /// Signs it with the RSA key.
    pub(super) fn sign(&self) -> String {
        self.sign_by(&RSA)
    }

    pub(super) fn sign_by(&self, secret_key: &TestKey) -> String {
        sign_text(self.header_text(), self.claims_text(), secret_key)
    }

    /// Signs it with a key of another kind, as an honest issuer of that key would.
    pub(super) fn by(self, secret_key: &TestKey, id: &str) -> String {
        self.header("alg", secret_key.algorithm()).header("kid", id).sign_by(secret_key)
    }
}

/// Signs whatever is given, as JSON or not.
pub(super) fn sign_text(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>, secret_key: &TestKey) -> String {
    let algorithm: Option<Value> = serde_json::from_slice(header.as_ref()).ok();
    let algorithm =
        algorithm.and_then(|header| header["alg"].as_str().map(str::to_owned)).unwrap_or_default();
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = secret_key.sign(&algorithm, signed.as_bytes());
    format!("{signed}.{}", encode(signature))
}
