//! What the operator can do with tenants.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::{Tenant, tenant_ref};
use crate::command::{
    CloseTenant, Command, ReinstateTenant, RunOptions, SuspendTenant, TenantName, TenantWritten,
    UpdateTenantProfile,
};
use crate::graphql::Result;
use crate::graphql::input::ChangeInput;
use crate::graphql::payload::{UserError, run_command};
use domain::tenant::ProfileChange;

/// Which tenant is to be kept out, and why.
#[derive(Clone, Debug, InputObject)]
pub struct SuspendTenantInput {
    /// The id of the partner or the customer.
    tenant: ID,
    /// Why: 1 to 2,000 characters, for the operator, and for the tenant's own log.
    reason: String,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// Which tenant is to be let in again.
#[derive(Clone, Debug, InputObject)]
pub struct ReinstateTenantInput {
    /// The id of the partner or the customer.
    tenant: ID,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// Which tenant is to be closed, and why.
#[derive(Clone, Debug, InputObject)]
pub struct CloseTenantInput {
    /// The id of the partner or the customer.
    tenant: ID,
    /// Why: 1 to 2,000 characters, for the operator, and for the tenant's own log.
    reason: String,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// What is to be corrected of a tenant. What is left out stays.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateTenantProfileInput {
    /// The id of the partner or the customer.
    tenant: ID,
    /// The name of the organisation: 1 to 200 characters.
    name: Option<String>,
    /// Of a customer: its domain in lower case, which no other customer has.
    domain: Option<String>,
    /// Of a customer: its country, ISO 3166-1 alpha-2.
    country: Option<String>,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// The tenant.
#[derive(Clone, Debug, SimpleObject)]
pub struct TenantPayload {
    /// The tenant; null when refused.
    tenant: Option<Tenant>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub struct TenantMutation;

#[Object]
impl TenantMutation {
    /// Let nobody of a tenant in until it is reinstated: its next request is refused, and its open streams end. What it has
    /// sold and delegated stays as it is. For the OPERATOR. Users need a second factor, applications only where their issuer
    /// asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn suspend_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tenant, and why.")] input: SuspendTenantInput,
    ) -> Result<TenantPayload> {
        let SuspendTenantInput { tenant, reason, change } = input;
        let command = tenant_name(&tenant, &change).map(|tenant| SuspendTenant { tenant, reason });
        changed(ctx, command, &change.run.into()).await
    }

    /// Let a suspended tenant in again. For the OPERATOR. Users need a second factor, applications only where their issuer
    /// asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn reinstate_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tenant.")] input: ReinstateTenantInput,
    ) -> Result<TenantPayload> {
        let ReinstateTenantInput { tenant, change } = input;
        let command = tenant_name(&tenant, &change).map(|tenant| ReinstateTenant { tenant });
        changed(ctx, command, &change.run.into()).await
    }

    /// Let nobody of a tenant in any more, for good. What it did stays in the log of those with whom it did it. For the
    /// OPERATOR. Users need a second factor, applications only where their issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn close_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tenant, and why.")] input: CloseTenantInput,
    ) -> Result<TenantPayload> {
        let CloseTenantInput { tenant, reason, change } = input;
        let command = tenant_name(&tenant, &change).map(|tenant| CloseTenant { tenant, reason });
        changed(ctx, command, &change.run.into()).await
    }

    /// Correct a tenant's name, and of a customer its domain and country. The log tells what it was before. For the OPERATOR.
    /// Users need a second factor, applications only where their issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn update_tenant_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tenant, and what of it.")] input: UpdateTenantProfileInput,
    ) -> Result<TenantPayload> {
        let UpdateTenantProfileInput { tenant, name, domain, country, change } = input;
        let command = tenant_name(&tenant, &change).map(|tenant| {
            let change = ProfileChange { name, domain, country };
            UpdateTenantProfile { tenant, change }
        });
        changed(ctx, command, &change.run.into()).await
    }
}

fn tenant_name(id: &ID, change: &ChangeInput) -> Result<TenantName> {
    Ok(TenantName { id: tenant_ref(id)?, expected_version: change.expected_version })
}

async fn changed<C: Command<Done = TenantWritten>>(
    ctx: &Context<'_>,
    command: Result<C>,
    options: &RunOptions,
) -> Result<TenantPayload> {
    Ok(match run_command(ctx, command, options).await? {
        Ok(done) => {
            TenantPayload { tenant: Some(Tenant::written(ctx, done).await?), user_errors: Vec::new() }
        }
        Err(user_errors) => TenantPayload { tenant: None, user_errors },
    })
}
