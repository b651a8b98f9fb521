//! Registering customers.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::TenantId;
use uuid::Uuid;

use super::Customer;
use crate::command::RegisterCustomer;
use crate::graphql::Result;
use crate::graphql::input::RunInput;
use crate::graphql::payload::{UserError, run_command, written};
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
    #[graphql(flatten)]
    run: RunInput,
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
        let options = input.run.into();
        Ok(match run_command(ctx, Ok(command), &options).await? {
            Ok(done) => {
                let row = written(ctx, done).await?;
                RegisterCustomerPayload { customer: Some(Customer::from(row)), user_errors: Vec::new() }
            }
            Err(user_errors) => RegisterCustomerPayload { customer: None, user_errors },
        })
    }
}
