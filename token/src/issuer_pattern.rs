//! Whose tokens an issuer's configuration is about, and for which tenant an `iss` speaks.
//!
//! An issuer is bound to one tenant, or its name is a template with the tenant in it; then each `iss` speaks for the
//! tenant that it spells, and for no other (RFC 8725 section 3.8). Matching is by the byte: deliberately no
//! normalisation of URLs, and nothing but a lower-case hyphenated UUID stands for the placeholder.

use entity::TenantId;
use uuid::Uuid;

/// Where the tenant stands in a template.
pub(super) const PLACEHOLDER: &str = "{tenantid}";

/// The length of a UUID with its hyphens.
const UUID_LENGTH: usize = 36;

#[derive(Clone, Debug)]
pub(super) enum IssuerPattern {
    Bound { issuer: String, tenant: TenantId },
    Template { prefix: String, suffix: String },
}

impl IssuerPattern {
    /// The one tenant that it is bound to.
    pub(super) const fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Bound { tenant, .. } => Some(*tenant),
            Self::Template { .. } => None,
        }
    }

    /// The tenant that this `iss` speaks for; `None` if it is not of this pattern.
    pub(super) fn tenant_of(&self, iss: &str) -> Option<TenantId> {
        match self {
            Self::Bound { issuer, tenant } => (iss == issuer).then_some(*tenant),
            Self::Template { prefix, suffix } => {
                let spelled = iss.strip_prefix(prefix.as_str())?.strip_suffix(suffix.as_str())?;
                let id = Uuid::try_parse(spelled).ok()?;
                (id.hyphenated().to_string() == spelled).then_some(TenantId(id))
            }
        }
    }

    /// Whether some `iss` is of both patterns: then two configurations would answer for one token.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.length() == other.length()
            && self.places().zip(other.places()).all(|(ours, theirs)| ours.meets(theirs))
    }

    const fn length(&self) -> usize {
        match self {
            Self::Bound { issuer, .. } => issuer.len(),
            Self::Template { prefix, suffix } => prefix.len() + UUID_LENGTH + suffix.len(),
        }
    }

    fn places(&self) -> impl Iterator<Item = IssuerByte> {
        let (before, id, after) = match self {
            Self::Bound { issuer, .. } => (issuer.as_str(), 0..0, ""),
            Self::Template { prefix, suffix } => (prefix.as_str(), 0..UUID_LENGTH, suffix.as_str()),
        };
        let id = id.map(|index| match index {
            8 | 13 | 18 | 23 => IssuerByte::Literal(b'-'),
            _ => IssuerByte::HexDigit,
        });
        before.bytes().map(IssuerByte::Literal).chain(id).chain(after.bytes().map(IssuerByte::Literal))
    }
}

/// The same name with a slash at its end if it has none, and without it if it has one: what is mistaken for it most.
pub(super) fn misspell(issuer: &str) -> String {
    issuer.strip_suffix('/').map_or_else(|| format!("{issuer}/"), str::to_owned)
}

/// What may stand at one place of an `iss`.
#[derive(Clone, Copy)]
enum IssuerByte {
    Literal(u8),
    HexDigit,
}

impl IssuerByte {
    const fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Literal(ours), Self::Literal(theirs)) => ours == theirs,
            (Self::Literal(byte), Self::HexDigit) | (Self::HexDigit, Self::Literal(byte)) => {
                matches!(byte, b'0'..=b'9' | b'a'..=b'f')
            }
            (Self::HexDigit, Self::HexDigit) => true,
        }
    }
}
