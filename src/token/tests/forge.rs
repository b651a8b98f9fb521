//! Making tokens, above all such as no issuer would make.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::Instant;
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
pub(super) enum Pen {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

/// One of each, because an RSA key takes long to make.
pub(super) static RSA: LazyLock<Pen> =
    LazyLock::new(|| Pen::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()));
pub(super) static EC: LazyLock<Pen> = LazyLock::new(Pen::ec);
pub(super) static ED: LazyLock<Pen> = LazyLock::new(Pen::ed);

impl Pen {
    pub(super) fn ec() -> Self {
        Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub(super) fn ed() -> Self {
        Self::Ed(Ed25519KeyPair::generate().unwrap())
    }

    /// Signs as `algorithm` says, where that is another way of the same key.
    pub(super) fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                let padding: &dyn RsaEncoding =
                    if algorithm == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(padding, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
            Self::Ec(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::Ed(key) => key.sign(message).as_ref().to_vec(),
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
                let n = key.public_key().modulus().big_endian_without_leading_zero().to_vec();
                let e = key.public_key().exponent().big_endian_without_leading_zero().to_vec();
                json!({ "kty": "RSA", "use": "sig", "kid": id, "n": encode(n), "e": encode(e) })
            }
            Self::Ec(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": id, "x": encode(x), "y": encode(y) })
            }
            Self::Ed(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": encode(key.public_key()) })
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

    pub(super) fn sign_by(&self, pen: &Pen) -> String {
        sign_text(self.header_text(), self.claims_text(), pen)
    }

    /// Signs it with a key of another kind, as an honest issuer of that key would.
    pub(super) fn by(self, pen: &Pen, id: &str) -> String {
        self.header("alg", pen.algorithm()).header("kid", id).sign_by(pen)
    }
}

/// Signs whatever is given, as JSON or not.
pub(super) fn sign_text(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>, pen: &Pen) -> String {
    let algorithm: Option<Value> = serde_json::from_slice(header.as_ref()).ok();
    let algorithm =
        algorithm.and_then(|header| header["alg"].as_str().map(str::to_owned)).unwrap_or_default();
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = pen.sign(&algorithm, signed.as_bytes());
    format!("{signed}.{}", encode(signature))
}
