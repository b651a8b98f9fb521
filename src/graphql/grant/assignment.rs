//! What lets a viewer see an object.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::CustomerId;

use super::{ContextExt, DelegatedAdminGrant};
use crate::graphql::Result;
use crate::graphql::loads::access_at;
use crate::graphql::scalar::DateTime;
use crate::graphql::vocabulary::{DelegatedRole, Permission, words};
use domain::decision::Access;

/// What the viewer may do at a customer, and through what.
#[derive(Clone, Debug)]
pub struct ViewerAccess(Arc<Access>);

impl ViewerAccess {
    /// What lets the viewer see what it sees of `customer`.
    pub async fn at(ctx: &Context<'_>, customer: CustomerId) -> Result<Self> {
        Ok(Self(access_at(ctx, customer).await?))
    }
}

/// What lets the viewer see this object, and until when.
#[Object]
impl ViewerAccess {
    /// The grants in force that are assigned to the viewer, the oldest first; none for the object's own tenant.
    async fn grants(&self) -> Vec<DelegatedAdminGrant> {
        match self.0.as_ref() {
            Access::Delegated(holdings) => holdings
                .iter()
                .map(|holding| DelegatedAdminGrant::from(Arc::new(holding.grant.clone())))
                .collect(),
            Access::Own | Access::Operator => Vec::new(),
        }
    }

    /// The delegated roles that the viewer holds through them, from the widest to the narrowest.
    async fn roles(&self) -> Vec<DelegatedRole> {
        words(&self.0.roles())
    }

    /// What the viewer may do.
    async fn permissions(&self) -> Vec<Permission> {
        words(&self.0.permissions())
    }

    /// When the last of the grants ends unless it is extended; null for the object's own tenant.
    async fn expires_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        self.0.expires_at(ctx.view().at()).map(DateTime)
    }
}
