//! One public key of an issuer.
//!
//! Promises that a key has exactly one algorithm, fixed when it is read: a token's header can only agree with it
//! (RFC 8725 section 3.1). jsonwebtoken takes any octets as a key and refuses the signatures instead, so what makes a key
//! usable is asked here, before it is one of a set. Deliberately absent: symmetric keys, certificates (`x5c`, `x5u`), and
//! keys whose private part was published, which anyone can sign with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{DecodingKey, Validation};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::check::CheckOutcome;
use super::{Algorithm, Rejection};

/// The sizes of RSA keys that are believed, in bits (RFC 7518 section 3.3 asks for 2048 or more).
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The length of a coordinate on P-256, and of an Ed25519 key.
const OCTETS: usize = 32;

/// The members of a JWK that hold a private or symmetric key (RFC 7518 section 6, RFC 8037 section 2).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

pub(super) struct IssuerKey {
    pub(super) id: Option<String>,
    pub(super) algorithm: Algorithm,
    /// The issuer that the key is published for, where one set holds the keys of several, as Entra ID's common set does.
    issuer: Option<String>,
    public: DecodingKey,
}

impl IssuerKey {
    /// Reads a JWK (RFC 7517 section 4) for an issuer that may sign with `algorithms`, or says why it is of no use.
    ///
    /// A key without `alg` gets the first of these that its type can have.
    pub(super) fn from_jwk(jwk: &Map<String, Value>, algorithms: &[Algorithm]) -> Result<Self, &'static str> {
        if PRIVATE_MEMBERS.iter().any(|member| jwk.contains_key(*member)) {
            return Err("it has a private or symmetric part");
        }
        if text(jwk, "use")?.is_some_and(|purpose| purpose != "sig") {
            return Err("its use is not to sign");
        }
        if let Some(operations) = jwk.get("key_ops") {
            let operations = operations.as_array().ok_or("its key_ops is not a list")?;
            if !operations.iter().any(|operation| operation == "verify") {
                return Err("its key_ops are without verify");
            }
        }
        let algorithm = algorithm(jwk, algorithms)?;
        let public = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => rsa(jwk),
            Algorithm::ES256 => p256(jwk),
            Algorithm::EdDSA => ed25519(jwk),
        }?;
        let id = text(jwk, "kid")?.map(str::to_owned);
        Ok(Self { id, algorithm, issuer: text(jwk, "issuer")?.map(str::to_owned), public })
    }

    /// An Ed25519 key of this server's own.
    pub(super) fn own(id: String, public: &[u8; OCTETS]) -> Self {
        Self {
            id: Some(id),
            algorithm: Algorithm::EdDSA,
            issuer: None,
            public: DecodingKey::from_ed_der(public),
        }
    }

    /// Whether the key may sign for `iss`, a token's issuer, of the issuer configured as `configured`.
    pub(super) fn is_for(&self, iss: &str, configured: &str) -> bool {
        self.issuer.as_deref().is_none_or(|issuer| issuer == configured || issuer == iss)
    }

    /// Has jsonwebtoken verify a token. The outer answer is about the signature. If that is good, the inner one is about
    /// the claims; the checks after this one say more precisely what is wrong with them.
    pub(super) fn verify(&self, token: &str, validation: &Validation) -> CheckOutcome<CheckOutcome<()>> {
        let Err(error) = jsonwebtoken::decode::<IgnoredAny>(token, &self.public, validation) else {
            return Ok(Ok(()));
        };
        match error.kind() {
            ErrorKind::Json(_) if jsonwebtoken::decode_header(token).is_err() => {
                Err(Rejection::HeaderUnreadable)
            }
            ErrorKind::Json(_) | ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidAudience => {
                Ok(Err(Rejection::AudienceWrong))
            }
            _ => Err(Rejection::SignatureInvalid),
        }
    }
}

fn algorithm(jwk: &Map<String, Value>, algorithms: &[Algorithm]) -> Result<Algorithm, &'static str> {
    let possible: &[Algorithm] = match (text(jwk, "kty")?, text(jwk, "crv")?) {
        (Some("RSA"), None) => &[Algorithm::RS256, Algorithm::PS256],
        (Some("EC"), Some("P-256")) => &[Algorithm::ES256],
        (Some("OKP"), Some("Ed25519")) => &[Algorithm::EdDSA],
        _ => return Err("its type or curve is not supported"),
    };
    let own = text(jwk, "alg")?;
    algorithms
        .iter()
        .find(|algorithm| possible.contains(algorithm) && own.is_none_or(|own| own == algorithm.name()))
        .copied()
        .ok_or("its algorithm is not one of the issuer's")
}

fn rsa(jwk: &Map<String, Value>) -> Result<DecodingKey, &'static str> {
    let (n, e) = (octets(jwk, "n")?, octets(jwk, "e")?);
    // Some issuers write a modulus with a leading zero, which RFC 7518 section 2 forbids and does no harm.
    let n = &n[n.iter().position(|&octet| octet != 0).unwrap_or(n.len())..];
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if !RSA_BITS.contains(&bits) {
        return Err("it is not of 2048 to 8192 bits");
    }
    if e.first().is_none_or(|&first| first == 0) {
        return Err("it is not an RSA key");
    }
    Ok(DecodingKey::from_rsa_raw_components(n, &e))
}

fn p256(jwk: &Map<String, Value>) -> Result<DecodingKey, &'static str> {
    let (x, y) = (octets(jwk, "x")?, octets(jwk, "y")?);
    if x.len() != OCTETS || y.len() != OCTETS {
        return Err("its coordinates are not of 32 octets");
    }
    // SEC 1 section 2.3.3: 4 says that both coordinates follow.
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    p256::PublicKey::from_sec1_bytes(&point).map_err(|_| "it is not a point of P-256")?;
    Ok(DecodingKey::from_ec_der(&point))
}

fn ed25519(jwk: &Map<String, Value>) -> Result<DecodingKey, &'static str> {
    let x = octets(jwk, "x")?;
    if x.len() == OCTETS { Ok(DecodingKey::from_ed_der(&x)) } else { Err("it is not an Ed25519 key") }
}

fn text<'a>(jwk: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, &'static str> {
    jwk.get(name).map(|member| member.as_str().ok_or("one of its members is not a string")).transpose()
}

fn octets(jwk: &Map<String, Value>, name: &str) -> Result<Vec<u8>, &'static str> {
    let text = text(jwk, name)?.ok_or("a part of it is missing")?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| "a part of it is not base64url")
}
