//! The algorithms that a token may be signed with.
//!
//! All are asymmetric, so a published key can check a token and not samples one. `none` and the HMACs are deliberately
//! no values of this type: what cannot be written cannot be configured by mistake (RFC 8725 section 3.1).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Rejection;

/// A signature algorithm, by its name in RFC 7518 section 3.1 and RFC 8037 section 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, keys of 2048 to 8192 bits.
    RS256,
    /// RSASSA-PSS with SHA-256, keys of 2048 to 8192 bits.
    PS256,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// `EdDSA` on Ed25519.
    EdDSA,
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::RS256 => Self::RS256,
            Algorithm::PS256 => Self::PS256,
            Algorithm::ES256 => Self::ES256,
            Algorithm::EdDSA => Self::EdDSA,
        }
    }
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::RS256, Self::PS256, Self::ES256, Self::EdDSA];

    /// The name as it stands in a header's `alg`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }

    /// The algorithm with exactly this name; names are case-sensitive (RFC 7515 section 4.1.1).
    pub(super) fn named(name: &str) -> Result<Self, Rejection> {
        match name {
            "RS256" => Ok(Self::RS256),
            "PS256" => Ok(Self::PS256),
            "ES256" => Ok(Self::ES256),
            "EdDSA" => Ok(Self::EdDSA),
            // Any spelling of these two is called by its name, because a log should show an attack as one.
            _ if name.eq_ignore_ascii_case("none") => Err(Rejection::AlgorithmNone),
            _ if name.get(..2).is_some_and(|family| family.eq_ignore_ascii_case("HS")) => {
                Err(Rejection::AlgorithmSymmetric)
            }
            _ => Err(Rejection::AlgorithmUnsupported),
        }
    }
}
