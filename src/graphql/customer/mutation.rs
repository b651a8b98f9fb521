//! Registering customers.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{TenantId, customer};
use uuid::Uuid;

use super::Customer;
use crate::command::{How, RegisterCustomer};
use crate::graphql::Result;
use crate::graphql::payload::{UserError, act, left};
use crate::graphql::vocabulary::Cloud;
use domain::customer::CustomerRecord;

/// A customer to register.
#[derive(Clone, Debug, InputObject)]
pub struct RegisterCustomerInput {
    /// The directory of the organisation. No partner's, and not registered yet.
    tenant_id: Uuid,
    /// The name of the organisation: 1 to 200 characters.
    name: String,
    /// Its domain in lower case, which no other customer has.
    domain: String,
    /// Its country: ISO 3166-1 alpha-2.
    country: String,
    /// The cloud that it is in, for good.
    #[graphql(default_with = "Cloud::Public")]
    cloud: Cloud,
    /// Answer as the real call would, and change nothing.
    #[graphql(default)]
    validate_only: bool,
    /// A repeat with this key within 24 hours gets the first answer and does nothing.
    idempotency_key: Option<String>,
}

/// The registered customer.
#[derive(Clone, Debug, SimpleObject)]
pub struct RegisterCustomerPayload {
    /// The customer; null when refused.
    customer: Option<Customer>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub struct CustomerMutation;

#[Object]
impl CustomerMutation {
    /// Register a customer, so that tokens of its tenant are let in and partners can ask it. For the OPERATOR. Users
    /// need a second factor, applications only where their issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID, PARTNER_CANNOT_BE_CUSTOMER.
    async fn register_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is known of the customer that is to be let in.")] input: RegisterCustomerInput,
    ) -> Result<RegisterCustomerPayload> {
        let command = RegisterCustomer(CustomerRecord {
            tenant_id: TenantId(input.tenant_id),
            name: input.name,
            domain: input.domain,
            country: input.country,
            cloud: input.cloud.into(),
            created_at: None,
        });
        let how = How { key: input.idempotency_key, is_rehearsal: input.validate_only };
        Ok(match act(ctx, Ok(command), &how).await? {
            Ok(done) => {
                let id = (customer::Column::Id, done.id.0);
                let row = left::<customer::Entity>(ctx, &how, id, done.row).await?;
                RegisterCustomerPayload { customer: Some(Customer::from(row)), user_errors: Vec::new() }
            }
            Err(user_errors) => RegisterCustomerPayload { customer: None, user_errors },
        })
    }
}
