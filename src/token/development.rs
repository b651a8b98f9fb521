//! The server's own issuer, for development and for trying it out.
//!
//! It speaks for every tenant, so whoever reads its key is everyone: the server accepts its tokens only when it is given
//! to [`Issuers::new`](super::Issuers::new), never because a file is there. Deliberately absent: sign-in of any kind.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{Instant, TenantId, TenantRole};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::claim_names::is_subject;
use super::compact::measure;
use super::issuer::Issuer;
use super::issuer_pattern::{IssuerPattern, PLACEHOLDER};
use super::key_set::KeySet;
use super::keyring::Keyring;
use super::{Algorithm, ClaimNames};
use crate::key_file::{self, KeyFileError};

/// What stands before the tenant in its `iss`. It is no address: no other server can be it.
const ISSUER_PREFIX: &str = "urn:copartner:development:";

/// The `aud` of its tokens.
const AUDIENCE: &str = "urn:copartner:development";

/// The name of the file of its key, in the data directory.
const KEY_FILE: &str = "development-key.pem";

/// What it signs with.
const ALGORITHMS: [Algorithm; 1] = [Algorithm::EdDSA];

/// How short and how long a token can be valid.
const MIN_VALID: Duration = Duration::from_secs(1);
const MAX_VALID: Duration = Duration::from_hours(24);

/// The server's own issuer, with its private key.
pub struct DevelopmentIssuer {
    key: Ed25519KeyPair,
    key_id: String,
    /// Its public key, as any other issuer's keys are kept.
    keys: Arc<KeySet>,
}

impl fmt::Debug for DevelopmentIssuer {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_struct("DevelopmentIssuer").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// What a development token is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MintRequest {
    pub tenant: TenantId,
    /// The principal: 1 to 255 printable characters.
    pub subject: String,
    pub roles: Vec<TenantRole>,
    pub groups: Vec<Uuid>,
    /// Whether the user gave a second factor.
    pub mfa: bool,
    /// Whether the token is an application's own, without a user.
    pub application: bool,
    /// For how long it is valid: a second to a day.
    pub valid_for: Duration,
}

/// Why a development token is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MintFault {
    Subject,
    ValidFor,
    /// With so many groups no server would read it.
    TooLarge,
}

impl MintFault {
    /// What to ask for instead.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Subject => "Give a subject of 1 to 255 printable characters.",
            Self::ValidFor => "Let the token be valid for one second to one day.",
            Self::TooLarge => "The token would be longer than 16 KiB: give fewer groups or roles.",
        }
    }
}

impl DevelopmentIssuer {
    /// The issuer of a data directory. Its key is made if there is none; all servers on one directory are one issuer.
    ///
    /// # Errors
    /// When the key can be neither read nor made.
    pub fn open(directory: &Path) -> Result<Self, KeyFileError> {
        Self::of(key_file::open_or_make(&directory.join(KEY_FILE))?, directory)
    }

    /// The issuer of a data directory, if it has its key.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub fn open_existing(directory: &Path) -> Result<Option<Self>, KeyFileError> {
        key_file::open(&directory.join(KEY_FILE))?.map(|key| Self::of(key, directory)).transpose()
    }

    fn of(key: Ed25519KeyPair, directory: &Path) -> Result<Self, KeyFileError> {
        // RFC 7638 section 3 and RFC 8037 section 2: the members in this order, without spaces.
        let thumbprint = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, public_part(&key));
        let key_id = URL_SAFE_NO_PAD.encode(Sha256::digest(thumbprint));
        let keys = KeySet::read(jwks(&key, &key_id).as_bytes(), &ALGORITHMS);
        let keys = keys.map_err(|_| KeyFileError::NotAKey { path: directory.to_owned() })?;
        Ok(Self { key, key_id, keys: Arc::new(keys) })
    }

    /// The `iss` of its tokens, a template.
    #[must_use]
    pub fn issuer() -> String {
        format!("{ISSUER_PREFIX}{PLACEHOLDER}")
    }

    /// Its public key as a JWKS (RFC 7517 section 5), to be served to whoever wants to check its tokens.
    #[must_use]
    pub fn jwks(&self) -> String {
        jwks(&self.key, &self.key_id)
    }

    /// Makes a token that is valid from `now`.
    ///
    /// # Errors
    /// When this server would not accept it.
    pub fn mint(&self, request: &MintRequest, now: Instant) -> Result<String, MintFault> {
        if !is_subject(&request.subject) {
            return Err(MintFault::Subject);
        }
        if !(MIN_VALID..=MAX_VALID).contains(&request.valid_for) {
            return Err(MintFault::ValidFor);
        }
        let issued = now.timestamp();
        let header = json!({ "alg": Algorithm::EdDSA.name(), "kid": self.key_id, "typ": "at+jwt" });
        let claims = json!({
            "iss": format!("{ISSUER_PREFIX}{}", request.tenant.0),
            "aud": AUDIENCE,
            "iat": issued,
            "nbf": issued,
            "exp": issued.saturating_add_unsigned(request.valid_for.as_secs()),
            "tid": request.tenant,
            "oid": request.subject,
            "sub": request.subject,
            "roles": request.roles,
            "groups": request.groups,
            "amr": if request.mfa { &["pwd", "mfa"] as &[_] } else { &["pwd"] },
            "idtyp": if request.application { "app" } else { "user" },
        });
        let signed = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        let token = format!("{signed}.{signature}");
        measure(&token).map_err(|_| MintFault::TooLarge)?;
        Ok(token)
    }

    pub(super) fn as_issuer(&self) -> Issuer {
        let name = Self::issuer();
        Issuer {
            keys: Arc::new(Keyring::given(name.clone(), Arc::clone(&self.keys))),
            name,
            pattern: IssuerPattern::Template { prefix: ISSUER_PREFIX.into(), suffix: String::new() },
            audience: vec![AUDIENCE.into()],
            algorithms: ALGORITHMS.into(),
            applications_need_mfa: false,
            claims: ClaimNames::default(),
        }
    }
}

fn jwks(key: &Ed25519KeyPair, key_id: &str) -> String {
    let key = json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "x": public_part(key),
        "kid": key_id,
        "alg": Algorithm::EdDSA.name(),
        "use": "sig",
    });
    json!({ "keys": [key] }).to_string()
}

fn public_part(key: &Ed25519KeyPair) -> String {
    URL_SAFE_NO_PAD.encode(key.public_key())
}
