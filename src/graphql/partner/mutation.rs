//! Registering partners.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::TenantId;
use uuid::Uuid;

use super::Partner;
use crate::command::RegisterPartner;
use crate::graphql::Result;
use crate::graphql::input::RunInput;
use crate::graphql::payload::{UserError, run_command, written};
use crate::graphql::vocabulary::{Cloud, PartnerKind};
use domain::partner::PartnerRecord;

/// A partner to register.
#[derive(Clone, Debug, InputObject)]
pub struct RegisterPartnerInput {
    /// The directory of the organisation. No customer's, and not registered yet.
    tenant_id: Uuid,
    /// The public partner number (MPN id), which no other partner has.
    partner_number: String,
    /// The name of the organisation: 1 to 200 characters.
    name: String,
    /// How it trades: whether it sells to customers itself, through others, or only advises.
    kind: PartnerKind,
    /// The cloud that it is in, for good.
    #[graphql(default_with = "Cloud::Public")]
    cloud: Cloud,
    #[graphql(flatten)]
    run: RunInput,
}

/// The registered partner.
#[derive(Clone, Debug, SimpleObject)]
pub struct RegisterPartnerPayload {
    /// The partner; null when refused.
    partner: Option<Partner>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub struct PartnerMutation;

#[Object]
impl PartnerMutation {
    /// Register a partner, so that tokens of its tenant are let in. For the OPERATOR. Users need a second factor,
    /// applications only where their issuer asks them for it.
    ///
    /// Codes: CUSTOMER_CANNOT_BE_PARTNER, FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID.
    async fn register_partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is known of the partner that is to be let in.")] input: RegisterPartnerInput,
    ) -> Result<RegisterPartnerPayload> {
        let command = RegisterPartner(PartnerRecord {
            tenant_id: TenantId(input.tenant_id),
            partner_number: input.partner_number,
            name: input.name,
            kind: input.kind.into(),
            cloud: input.cloud.into(),
            created_at: None,
        });
        let options = input.run.into();
        Ok(match run_command(ctx, Ok(command), &options).await? {
            Ok(done) => {
                let row = written(ctx, done).await?;
                RegisterPartnerPayload { partner: Some(Partner::from(row)), user_errors: Vec::new() }
            }
            Err(user_errors) => RegisterPartnerPayload { partner: None, user_errors },
        })
    }
}
