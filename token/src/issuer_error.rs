//! What can be wrong with the configuration of an issuer.

/// What is wrong with the configuration of an issuer. It is for the operator, at start-up and `config check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuerError {
    NameEmpty,
    NameUnprintable { issuer: String },
    NameBraces { issuer: String },
    TenantMissing { issuer: String },
    TenantOfTemplate { issuer: String },
    AudienceEmpty { issuer: String },
    AlgorithmsEmpty { issuer: String },
    SourceNotOne { issuer: String },
    SourceAddress { issuer: String, field: &'static str, reason: String },
    DiscoveryOfTemplate { issuer: String },
    KeysMaxAge { issuer: String, hours: u32 },
    KeysMaxAgeOfFile { issuer: String },
    ClaimName { issuer: String, name: String },
    SubjectEmpty { issuer: String },
    Overlap { issuer: String, other: String },
}

impl IssuerError {
    /// What is wrong and what to do about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NameEmpty => "An issuer has an empty `issuer`: give the `iss` of its tokens.".into(),
            Self::NameUnprintable { issuer } => {
                format!("The issuer {issuer:?} has a space or a control character in its name: remove it.")
            }
            Self::NameBraces { issuer } => format!(
                "The issuer `{issuer}` has braces other than one `{{tenantid}}`: write the placeholder exactly so, once."
            ),
            Self::TenantMissing { issuer } => format!(
                "The issuer `{issuer}` is bound to no tenant: give its `tenant`, or put `{{tenantid}}` where its `iss` has it."
            ),
            Self::TenantOfTemplate { issuer } => format!(
                "The issuer `{issuer}` speaks for the tenant in its name: remove `tenant`, or write that tenant into the name."
            ),
            Self::AudienceEmpty { issuer } => format!(
                "The issuer `{issuer}` has no `audience`, or an empty one: give the `aud` that its tokens for this API have."
            ),
            Self::AlgorithmsEmpty { issuer } => format!(
                "The issuer `{issuer}` may sign with nothing: give `algorithms`, such as [\"RS256\"], or leave it out."
            ),
            Self::SourceNotOne { issuer } => format!(
                "The issuer `{issuer}` needs exactly one of `jwks_url`, `jwks_file` and `discovery`, to find its keys."
            ),
            Self::SourceAddress { issuer, field, reason } => {
                format!("The `{field}` of the issuer `{issuer}` cannot be asked: {reason}.")
            }
            Self::DiscoveryOfTemplate { issuer } => format!(
                "The issuer `{issuer}` is a template, which is no address: give its document's as `discovery` instead of true."
            ),
            Self::KeysMaxAge { issuer, hours } => format!(
                "The `keys_max_age_hours` of the issuer `{issuer}` is {hours}: give 2 to 720 hours, or leave it out for 24."
            ),
            Self::KeysMaxAgeOfFile { issuer } => format!(
                "The issuer `{issuer}` has its keys from a file, which is good until it is changed: remove `keys_max_age_hours`."
            ),
            Self::ClaimName { issuer, name } => format!(
                "The issuer `{issuer}` has {name:?} as a claim's name: give a name, or a JSON Pointer such as \
                 `/realm_access/roles`."
            ),
            Self::SubjectEmpty { issuer } => {
                format!(
                    "The issuer `{issuer}` has no claim for the subject: give `claims.subject`, or leave it out."
                )
            }
            Self::Overlap { issuer, other } => format!(
                "The issuers `{issuer}` and `{other}` would both answer for one `iss`: remove one, or make them differ."
            ),
        }
    }
}
