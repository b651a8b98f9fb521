//! Registering partners.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{TenantId, partner};
use uuid::Uuid;

use super::Partner;
use crate::command::{How, RegisterPartner};
use crate::graphql::Result;
use crate::graphql::payload::{UserError, act, left};
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
    /// Answer as the real call would, and change nothing.
    #[graphql(default)]
    validate_only: bool,
    /// A repeat with this key within 24 hours gets the first answer and does nothing.
    idempotency_key: Option<String>,
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
        let how = How { key: input.idempotency_key, is_rehearsal: input.validate_only };
        Ok(match act(ctx, Ok(command), &how).await? {
            Ok(done) => {
                let id = (partner::Column::Id, done.id.0);
                let row = left::<partner::Entity>(ctx, &how, id, done.row).await?;
                RegisterPartnerPayload { partner: Some(Partner::from(row)), user_errors: Vec::new() }
            }
            Err(user_errors) => RegisterPartnerPayload { partner: None, user_errors },
        })
    }
}
