//! The server's own issuer, for development and for trying it out.
//!
//! It speaks for every tenant, so whoever reads its key is everyone: the server accepts its tokens only when it is given
//! to [`Issuers::new`](super::Issuers::new). Deliberately absent: where its key is kept, and sign-in of any kind.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use entity::{Instant, TenantId, TenantRole};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::claim_names::is_subject;
use super::compact::measure;
use super::issuer::{Issuer, validations};
use super::issuer_pattern::{IssuerPattern, PLACEHOLDER};
use super::key::IssuerKey;
use super::key_set::KeySet;
use super::keyring::Keyring;
use super::{Algorithm, ClaimNames};

/// What stands before the tenant in its `iss`. It is no address: no other server can be it.
const ISSUER_PREFIX: &str = "urn:copartner:development:";

/// The `aud` of its tokens.
const AUDIENCE: &str = "urn:copartner:development";

/// What stands before the 32 octets of an Ed25519 key in PKCS#8 (RFC 8410 section 7).
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// What it signs with.
const ALGORITHMS: [Algorithm; 1] = [Algorithm::EdDSA];

/// How short and how long a token can be valid.
const MIN_VALID: Duration = Duration::from_secs(1);
const MAX_VALID: Duration = Duration::from_hours(24);

/// The server's own issuer, with its private key.
pub struct DevelopmentIssuer {
    key: EncodingKey,
    key_id: String,
    /// The public half, as it stands in a JWK.
    public: String,
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
pub enum MintError {
    Subject,
    ValidFor,
    /// With so many groups no server would read it.
    TooLarge,
    /// The library does not sign with the key.
    Unsigned,
}

impl MintError {
    /// What to ask for instead.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Subject => "Give a subject of 1 to 255 printable characters.",
            Self::ValidFor => "Let the token be valid for one second to one day.",
            Self::TooLarge => "The token would be longer than 16 KiB: give fewer groups or roles.",
            Self::Unsigned => "The token cannot be signed with the key.",
        }
    }
}

impl DevelopmentIssuer {
    /// The issuer with this key.
    #[must_use]
    pub fn new(key: &SigningKey) -> Self {
        let octets = key.verifying_key().to_bytes();
        let public = URL_SAFE_NO_PAD.encode(octets);
        // RFC 7638 section 3 and RFC 8037 section 2: the members in this order, without spaces.
        let thumbprint = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#);
        let key_id = URL_SAFE_NO_PAD.encode(Sha256::digest(thumbprint));
        let keys = Arc::new(KeySet::of(IssuerKey::own(key_id.clone(), &octets)));
        let key = EncodingKey::from_ed_der(&[&PKCS8[..], key.as_bytes()].concat());
        Self { key, key_id, public, keys }
    }

    /// The `iss` of its tokens, a template.
    #[must_use]
    pub fn issuer() -> String {
        format!("{ISSUER_PREFIX}{PLACEHOLDER}")
    }

    /// Its public key as a JWKS (RFC 7517 section 5), to be served to whoever wants to check its tokens.
    #[must_use]
    pub fn jwks(&self) -> String {
        let key = json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "x": self.public,
            "kid": self.key_id,
            "alg": Algorithm::EdDSA.name(),
            "use": "sig",
        });
        json!({ "keys": [key] }).to_string()
    }

    /// Makes a token that is valid from `now`.
    ///
    /// # Errors
    /// When this server would not accept it.
    pub fn mint(&self, request: &MintRequest, now: Instant) -> Result<String, MintError> {
        if !is_subject(&request.subject) {
            return Err(MintError::Subject);
        }
        if !(MIN_VALID..=MAX_VALID).contains(&request.valid_for) {
            return Err(MintError::ValidFor);
        }
        let issued = now.timestamp();
        let header = Header {
            typ: Some("at+jwt".into()),
            kid: Some(self.key_id.clone()),
            ..Header::new(Algorithm::EdDSA.into())
        };
        let claims = json!({
            "iss": format!("{ISSUER_PREFIX}{}", request.tenant.0),
            "aud": AUDIENCE,
            "jti": Uuid::now_v7(),
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
        let token = jsonwebtoken::encode(&header, &claims, &self.key).map_err(|_| MintError::Unsigned)?;
        measure(&token).map_err(|_| MintError::TooLarge)?;
        Ok(token)
    }

    pub(super) fn as_issuer(&self) -> Issuer {
        let name = Self::issuer();
        let audience = vec![AUDIENCE.into()];
        Issuer {
            keys: Arc::new(Keyring::given(name.clone(), Arc::clone(&self.keys))),
            name,
            config: None,
            pattern: IssuerPattern::Template { prefix: ISSUER_PREFIX.into(), suffix: String::new() },
            validations: validations(&ALGORITHMS, &audience),
            audience,
            applications_need_mfa: false,
            claims: ClaimNames::default(),
        }
    }
}
