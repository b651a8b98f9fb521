//! Issuers: whose tokens are accepted, and who decides that.

mod mutation;

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use uuid::Uuid;

pub use mutation::IssuerMutation;

use super::loader::ContextExt;
use super::scalar::DateTime;
use access::Principal;
use token::{IssuerConfig, IssuerInfo, Verifier};

/// Whose tokens are accepted: for one tenant, or by a template for each in its own name.
#[derive(Clone, Debug, SimpleObject)]
pub struct Issuer {
    /// The `iss` of its tokens, byte for byte; of a template with `{tenantid}` in it.
    name: String,
    /// The tenant that it speaks for; null for a template.
    tenant_id: Option<Uuid>,
    /// The names of this API, of which a token's `aud` must have one.
    audience: Vec<String>,
    /// What it may sign with: some of RS256, PS256, ES256 and EdDSA.
    algorithms: Vec<String>,
    /// Whether the server's configuration has it, or whether it was trusted since.
    from_configuration: bool,
    /// How many of its keys this server can use; none when they could not be read again for too long.
    usable_keys: u64,
    /// For how many hours its keys are used while they cannot be read again; null when they are given.
    keys_max_age_hours: Option<i64>,
    /// When this server last read its keys, or tried to; null when it has not yet, and when they are given.
    last_fetched_at: Option<DateTime>,
    /// Since when it is not trusted any more; null while it is.
    revoked_at: Option<DateTime>,
}

impl From<IssuerInfo> for Issuer {
    fn from(info: IssuerInfo) -> Self {
        Self {
            name: info.name,
            tenant_id: info.tenant.map(|tenant| tenant.0),
            audience: info.audience,
            algorithms: info.algorithms.into_iter().map(|one| one.name().to_owned()).collect(),
            from_configuration: info.is_configured,
            usable_keys: info.usable_keys as u64,
            keys_max_age_hours: info.keys_max_age_hours,
            last_fetched_at: info.read_at.map(DateTime::from),
            revoked_at: info.revoked_at.map(DateTime::from),
        }
    }
}

impl From<IssuerConfig> for Issuer {
    fn from(config: IssuerConfig) -> Self {
        let keys_max_age_hours = Some(config.keys_max_age_hours().into());
        let IssuerConfig { issuer: name, tenant, audience, algorithms, .. } = config;
        let info = IssuerInfo {
            name,
            tenant,
            audience,
            algorithms,
            is_configured: false,
            usable_keys: 0,
            keys_max_age_hours,
            read_at: None,
            revoked_at: None,
        };
        info.into()
    }
}

#[derive(Debug, Default)]
pub struct IssuerQuery;

#[Object]
impl IssuerQuery {
    /// The operator: the issuers that are known now, those too that are not trusted any more. Anyone else: those that speak
    /// for its tenant.
    async fn issuers(&self, ctx: &Context<'_>) -> Vec<Issuer> {
        let viewer = ctx.view().viewer();
        let sees = |issuer: &IssuerInfo| match viewer.principal() {
            Principal::Operator => true,
            Principal::Partner(_) | Principal::Customer(_) | Principal::Timer => {
                issuer.tenant.is_none_or(|tenant| tenant == viewer.tenant())
            }
        };
        verifier(ctx).issuers(ctx.view().at()).into_iter().filter(sees).map(Issuer::from).collect()
    }
}

fn verifier<'c>(ctx: &Context<'c>) -> &'c Arc<Verifier> {
    ctx.data_unchecked()
}
