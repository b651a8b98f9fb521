//! A customer as a party to a request or a grant.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::customer_reference;
use plain::plain;

use super::{ContextExt, Customer};
use crate::graphql::Result;

/// What a party may know of a customer without an effective grant.
#[derive(Clone, Debug)]
pub struct CustomerReference {
    row: Arc<customer_reference::Model>,
}

impl From<Arc<customer_reference::Model>> for CustomerReference {
    fn from(row: Arc<customer_reference::Model>) -> Self {
        Self { row }
    }
}

/// A customer as a party to a request or a grant: what its partner may know of it without an effective grant.
#[plain]
#[Object]
impl CustomerReference {
    /// The directory of the organisation.
    fn tenant_id(&self) -> uuid::Uuid {
        self.row.tenant_id.0
    }

    /// The name of the organisation.
    fn name(&self) -> &str {
        &self.row.name
    }

    /// The customer itself; null unless the viewer may see it now.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<Customer>> {
        let row = ctx.load(self.row.id).await;
        row.map(|row| row.map(Customer::from)).transpose()
    }
}
