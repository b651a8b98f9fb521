//! Tenants, as the operator administers them: who is let in, and what is known of each.

mod mutation;

use std::sync::Arc;

use async_graphql::{Context, ID, Union};

pub use mutation::TenantMutation;

use super::customer::Customer;
use super::id::NodeId;
use super::partner::Partner;
use super::payload::read_back;
use crate::command::{TenantRef, TenantRow, TenantWritten};
use crate::graphql::Result;
use domain::refusal::Refusal;

/// A registered tenant: a partner's or a customer's.
#[derive(Clone, Debug, Union)]
pub enum Tenant {
    Partner(Partner),
    Customer(Customer),
}

impl Tenant {
    /// The tenant as a command has left it; of a repeat, as it is stored now.
    async fn written(ctx: &Context<'_>, done: TenantWritten) -> Result<Self> {
        Ok(match (done.row, done.id) {
            (Some(TenantRow::Partner(row)), _) => Self::Partner(Arc::new(row).into()),
            (Some(TenantRow::Customer(row)), _) => Self::Customer(Arc::new(row).into()),
            (None, TenantRef::Partner(id)) => Self::Partner(read_back(ctx, id).await?.into()),
            (None, TenantRef::Customer(id)) => Self::Customer(read_back(ctx, id).await?.into()),
        })
    }
}

/// The tenant that an argument `tenant` names.
fn tenant_ref(id: &ID) -> Result<TenantRef> {
    match NodeId::decode(id) {
        Some(NodeId::Partner(id)) => Ok(TenantRef::Partner(id)),
        Some(NodeId::Customer(id)) => Ok(TenantRef::Customer(id)),
        _ => Err(Refusal::not_found("tenant").into()),
    }
}
