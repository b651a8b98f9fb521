//! How an operator names an issuer.
//!
//! ```toml
//! [[issuers]]
//! issuer = "https://login.example.com/{tenantid}/v2.0"
//! audience = ["api://copartner"]
//! algorithms = ["RS256"]
//! discovery = "https://login.example.com/common/v2.0/.well-known/openid-configuration"
//!
//! [[issuers]]
//! issuer = "https://sso.contoso.example/realms/main"
//! tenant = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
//! audience = ["api://copartner"]
//! discovery = true
//!
//! [issuers.claims]
//! subject = ["sub"]
//! roles = "/realm_access/roles"
//! mfa = { claim = "acr", value = "2" }
//! ```

use std::path::PathBuf;

use entity::TenantId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Algorithm, ClaimNames};

/// For how many hours keys are used where nothing else is said.
const DEFAULT_KEYS_MAX_AGE: u32 = 24;

/// One `[[issuers]]` of the configuration, unchecked: [`Issuers::new`](super::Issuers::new) checks it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(description = "One of those whose tokens are accepted.")]
pub struct IssuerConfig {
    /// The `iss` of its tokens, byte for byte. With `{tenantid}` in it, it is a template and speaks for every tenant, for
    /// each in its own name.
    pub issuer: String,
    /// The tenant that it speaks for; never with a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<uuid::Uuid>")]
    pub tenant: Option<TenantId>,
    /// The names of this API, of which a token's `aud` must hold one.
    pub audience: Vec<String>,
    /// What it may sign with. A key without `alg` is used with the first of these that its type can have.
    #[serde(default = "rs256")]
    pub algorithms: Vec<Algorithm>,
    /// The address of its keys; one of this, `jwks_file` and `discovery`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
    /// A file with its keys, read again every minute; relative to the working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_file: Option<PathBuf>,
    /// Whether to find the address of its keys by `OpenID` discovery, or the address of the discovery document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discovery: Option<Discovery>,
    /// For how many hours its keys are used without having been read again, 2 to 720; 24 if it is left out. Keys are read each
    /// hour. Not with `jwks_file`, whose keys have no such end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 720))]
    pub keys_max_age_hours: Option<u32>,
    /// Whether applications, too, need a second factor where users do: one that `claims.mfa` tells of in their tokens.
    #[serde(default)]
    pub applications_need_mfa: bool,
    /// The names of its claims, where they are not the usual ones.
    #[serde(default)]
    pub claims: ClaimNames,
}

impl IssuerConfig {
    /// For how many hours keys that are fetched are used without having been read again.
    #[must_use]
    pub fn keys_max_age_hours(&self) -> u32 {
        self.keys_max_age_hours.unwrap_or(DEFAULT_KEYS_MAX_AGE)
    }
}

/// `true`: the document is at the issuer's name followed by `/.well-known/openid-configuration`. A template's name is no
/// address, so it needs the document's own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Discovery {
    AtIssuer(bool),
    At(String),
}

fn rs256() -> Vec<Algorithm> {
    vec![Algorithm::RS256]
}
