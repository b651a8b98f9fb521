//! Tokens: a bearer string becomes an [`Identity`](domain::identity::Identity) or a [`Refusal`].
//!
//! Promises (RFC 7519, RFC 8725, RFC 9068):
//! - who signs is decided by the configuration: the issuer's keys, each with one asymmetric algorithm; a token's header
//!   can choose among them and say nothing else;
//! - a token can be read in one way only, and is read before it is believed in nothing;
//! - an issuer speaks for its tenant, or for the one that its own name spells, and for no other;
//! - `explain` and `verify` are the same checks.
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
mod issuer_fault;
mod issuer_pattern;
mod issuers;
mod key;
mod key_fault;
mod key_set;
mod key_source;
mod keyring;
mod object;
mod quote;
mod refusal;
mod verified;
mod verifier;

#[cfg(test)]
mod tests;

pub use algorithm::Algorithm;
pub use check::Check;
pub use claim_names::{ClaimNames, ClaimValue, Scalar};
pub use development::{DevelopmentIssuer, MintFault, MintRequest};
pub use issuer_config::{Discovery, IssuerConfig};
pub use issuer_fault::IssuerFault;
pub use issuers::{IssuerKeys, Issuers};
pub use key_fault::KeyFault;
pub use refusal::Refusal;
pub use verifier::Verifier;
