//! Trusting issuers, and no more; and revoking what is theirs.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{CredentialKind as Kind, TenantId};
use uuid::Uuid;

use super::{Issuer, verifier};
use crate::command::{IssuerName, RevokeCredential, RevokeIssuer, TrustIssuer};
use crate::graphql::Result;
use crate::graphql::input::RunInput;
use crate::graphql::loader::ContextExt;
use crate::graphql::payload::{UserError, run_command};
use crate::graphql::scalar::DateTime;
use crate::graphql::vocabulary::CredentialKind;
use token::{Algorithm, ClaimNames, Discovery, IssuerConfig, IssuerInfo};

/// An issuer to trust.
#[derive(Clone, Debug, InputObject)]
pub struct TrustIssuerInput {
    /// The `iss` of its tokens, byte for byte. With `{tenantid}` in it, it is a template, and speaks for every tenant in its
    /// own name. One that was revoked is trusted again.
    issuer: String,
    /// The tenant that it speaks for; never with a template.
    tenant_id: Option<Uuid>,
    /// The names of this API, of which a token's `aud` must have one.
    audience: Vec<String>,
    /// What it may sign with: some of RS256, PS256, ES256 and EdDSA.
    #[graphql(default_with = "vec![\"RS256\".to_owned()]")]
    algorithms: Vec<String>,
    /// The https:// address of its keys; this, or `discovery`.
    jwks_url: Option<String>,
    /// The https:// address of its OpenID discovery document, which names that of its keys.
    discovery: Option<String>,
    /// For how many hours its keys are used while they cannot be read again: 2 to 720, 24 when left out. After that its tokens are
    /// answered 503.
    keys_max_age_hours: Option<i32>,
    /// Whether applications, too, need a second factor where users do.
    #[graphql(default)]
    applications_need_mfa: bool,
    #[graphql(flatten)]
    run: RunInput,
}

/// Which issuer is not to be trusted any more, and why.
#[derive(Clone, Debug, InputObject)]
pub struct RevokeIssuerInput {
    /// Its name, byte for byte; or, of a template, the `iss` of one tenant.
    issuer: String,
    /// Why: 1 to 2,000 characters, for the log.
    reason: String,
    #[graphql(flatten)]
    run: RunInput,
}

/// The issuer.
#[derive(Clone, Debug, SimpleObject)]
pub struct IssuerPayload {
    /// The issuer; null when refused, and for one tenant's name within a template.
    issuer: Option<Issuer>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What of an issuer is not to be accepted any more, and why: one of `token`, `principal` and `key`.
#[derive(Clone, Debug, InputObject)]
pub struct RevokeCredentialInput {
    /// The issuer's name, byte for byte; or, of a template, the `iss` of one tenant.
    issuer: String,
    /// One token, by its `jti`.
    token: Option<String>,
    /// A principal, by its `oid`, or else `sub`: its tokens that were issued until now. Those of this very second are refused, too,
    /// because `iat` has whole seconds; so are those without `iat`.
    principal: Option<String>,
    /// A key, by its `kid`.
    key: Option<String>,
    /// Why: 1 to 2,000 characters, for the log.
    reason: String,
    #[graphql(flatten)]
    run: RunInput,
}

/// What is revoked of an issuer.
#[derive(Clone, Debug, SimpleObject)]
pub struct RevokedCredential {
    /// The issuer's name.
    issuer: String,
    /// What it is.
    kind: CredentialKind,
    /// The token's `jti`, the principal's subject or the key's `kid`.
    value: String,
    /// Since when; of a principal: what was issued until then.
    revoked_at: DateTime,
}

/// The revoked credential.
#[derive(Clone, Debug, SimpleObject)]
pub struct RevokeCredentialPayload {
    /// What is revoked; null when refused.
    credential: Option<RevokedCredential>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub struct IssuerMutation;

#[Object]
impl IssuerMutation {
    /// Trust an issuer besides those of the configuration, or one again that was revoked. In force on every server within a
    /// second; its keys are read with the first token. For the OPERATOR. Users need a second factor, applications only where
    /// their issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID.
    async fn trust_issuer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which issuer, and how its tokens are verified.")] input: TrustIssuerInput,
    ) -> Result<IssuerPayload> {
        let options = input.run.clone().into();
        let (config, unknown) = config(input);
        let known = known(ctx, &config.issuer);
        let is_configured = known.as_ref().is_some_and(|issuer| issuer.is_configured);
        // One of the configuration is trusted as that has it.
        let flaw = if is_configured { None } else { verifier(ctx).check_issuer(&config).err() };
        let unknown =
            unknown.map(|name| format!("`{name}` is none of RS256, PS256, ES256 and EdDSA. Leave it out."));
        let flaw = unknown.or_else(|| flaw.map(|flaw| flaw.sentence()));
        let command = TrustIssuer { config: config.clone(), flaw, is_configured };
        Ok(match run_command(ctx, Ok(command), &options).await? {
            Ok(_) => {
                let configured = known.filter(|issuer| issuer.is_configured);
                let issuer = configured.map(|known| IssuerInfo { revoked_at: None, ..known }.into());
                IssuerPayload {
                    issuer: Some(issuer.unwrap_or_else(|| config.into())),
                    user_errors: Vec::new(),
                }
            }
            Err(user_errors) => IssuerPayload { issuer: None, user_errors },
        })
    }

    /// Trust an issuer no more: none of its tokens is accepted on any server within a second, and the sockets and streams
    /// that were opened with them end. For the OPERATOR. Users need a second factor, applications only where their issuer asks
    /// them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND.
    async fn revoke_issuer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which issuer, and why.")] input: RevokeIssuerInput,
    ) -> Result<IssuerPayload> {
        let RevokeIssuerInput { issuer, reason, run } = input;
        let known = known(ctx, &issuer);
        let command = RevokeIssuer { issuer: named(ctx, issuer), reason };
        Ok(match run_command(ctx, Ok(command), &run.into()).await? {
            Ok(done) => {
                let revoked_at = done.row.and_then(|row| row.revoked_at);
                let issuer = known.map(|known| {
                    let revoked_at = revoked_at.or(known.revoked_at);
                    IssuerInfo { revoked_at, ..known }.into()
                });
                IssuerPayload { issuer, user_errors: Vec::new() }
            }
            Err(user_errors) => IssuerPayload { issuer: None, user_errors },
        })
    }

    /// Accept one token by its `jti`, one principal's tokens that were issued until now, or one key no more: always within an
    /// issuer. In force on every server within a second; sockets and streams that were opened with it end. For the
    /// OPERATOR. Users need a second factor, applications only where their issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID, LIMIT_EXCEEDED, NOT_FOUND.
    async fn revoke_credential(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What of which issuer, and why.")] input: RevokeCredentialInput,
    ) -> Result<RevokeCredentialPayload> {
        let RevokeCredentialInput { issuer, token, principal, key, reason, run } = input;
        let credentials = [(Kind::Token, token), (Kind::Principal, principal), (Kind::Key, key)].into_iter();
        let credentials = credentials.filter_map(|(kind, value)| Some((kind, value?))).collect();
        let command = RevokeCredential { issuer: named(ctx, issuer), credentials, reason };
        Ok(match run_command(ctx, Ok(command), &run.into()).await? {
            Ok(done) => RevokeCredentialPayload {
                credential: Some(RevokedCredential {
                    issuer: done.issuer,
                    kind: done.kind.into(),
                    value: done.value,
                    revoked_at: done.revoked_at.into(),
                }),
                user_errors: Vec::new(),
            },
            Err(user_errors) => RevokeCredentialPayload { credential: None, user_errors },
        })
    }
}

/// The issuer as a configuration would have it, and what it says of algorithms that are not known.
fn config(input: TrustIssuerInput) -> (IssuerConfig, Option<String>) {
    let (mut algorithms, mut unknown) = (Vec::new(), None);
    for name in input.algorithms {
        match Algorithm::ALL.into_iter().find(|known| known.name() == name) {
            Some(known) => algorithms.push(known),
            None => unknown = Some(name),
        }
    }
    let config = IssuerConfig {
        issuer: input.issuer,
        tenant: input.tenant_id.map(TenantId),
        audience: input.audience,
        algorithms,
        jwks_url: input.jwks_url,
        jwks_file: None,
        discovery: input.discovery.map(Discovery::At),
        // What is no number of hours is refused as 0 is.
        keys_max_age_hours: input.keys_max_age_hours.map(|hours| u32::try_from(hours).unwrap_or_default()),
        applications_need_mfa: input.applications_need_mfa,
        claims: ClaimNames::default(),
    };
    (config, unknown)
}

fn known(ctx: &Context<'_>, name: &str) -> Option<IssuerInfo> {
    verifier(ctx).issuers(ctx.view().at()).into_iter().find(|issuer| issuer.name == name)
}

fn named(ctx: &Context<'_>, name: String) -> IssuerName {
    let verifier = verifier(ctx);
    let known = verifier.issuers(ctx.view().at()).into_iter().map(|issuer| issuer.name).collect();
    IssuerName { is_known: verifier.knows(&name), name, known }
}
