//! Tokens: a bearer string becomes an [`Identity`](domain::identity::Identity) or a [`Rejection`].
//!
//! Promises (RFC 7519, RFC 8725, RFC 9068):
//! - who signs is decided by the configuration: the issuer's keys, each with one asymmetric algorithm; a token's header
//!   can choose among them and say nothing else;
//! - a token can be read in one way only, and is read before it is believed in nothing;
//! - an issuer speaks for its tenant, or for the one that its own name spells, and for no other;
//! - `explain` and `verify` are the same checks;
//! - no token is accepted that jsonwebtoken does not accept.
//!
//! jsonwebtoken verifies signatures and audiences, reads the keys and mints. What it does not ask is asked before it: the
//! size, one reading of header and claims, `crit`, `typ`, one `iss`, the algorithm of the key, ranges of numbers, and the
//! tenant of the issuer. `exp` and `nbf` are compared here, too, because jsonwebtoken takes the time from the system's
//! clock alone.
//!
//! Deliberately absent: a clock (`now` is the request's one instant), the database, answers to clients, opaque tokens,
//! encrypted tokens, symmetric keys, and any log of a token.

mod address;
mod algorithm;
mod bearer;
mod check;
mod claim_names;
mod claims;
mod compact;
mod development;
mod examination;
mod fetcher;
mod header;
mod identification;
mod issuer;
mod issuer_config;
mod issuer_error;
mod issuer_pattern;
mod issuers;
mod key;
mod key_error;
mod key_set;
mod key_source;
mod keyring;
mod object;
mod quote;
mod rejection;
mod revocation;
mod verified;
mod verifier;

#[cfg(test)]
mod tests;

pub use algorithm::Algorithm;
pub use check::TokenCheck;
pub use claim_names::{ClaimNames, ClaimScalar, ClaimValue};
pub use development::{DevelopmentIssuer, MintError, MintRequest};
pub use issuer_config::{Discovery, IssuerConfig};
pub use issuer_error::IssuerError;
pub use issuers::{IssuerInfo, IssuerKeys, Issuers};
pub use key_error::KeyError;
pub use rejection::Rejection;
pub use revocation::{Revocation, Revocations};
pub use verifier::Verifier;
