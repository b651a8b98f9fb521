//! Partners: who resells, and what of it the viewer may see.

mod list;
mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::{delegated_admin_grant, partner, subscription};
use paging::paged;
use plain::plain;

pub use list::of_customer;
pub use mutation::PartnerMutation;
pub use query::PartnerQuery;

use super::connection::Connection;
use super::grant::{DelegatedAdminGrant, GrantFilter, GrantOrder};
use super::id::NodeId;
use super::list::{List, Paging};
use super::loader::ContextExt;
use super::scalar::DateTime;
use super::subscription::{CustomerSubscription, SubscriptionFilter, SubscriptionOrder};
use super::vocabulary::{Cloud, PartnerKind, TenantStatus};
use crate::graphql::Result;

/// A partner: an organisation that resells.
#[derive(Clone, Debug)]
pub struct Partner {
    row: Arc<partner::Model>,
}

impl From<Arc<partner::Model>> for Partner {
    fn from(row: Arc<partner::Model>) -> Self {
        Self { row }
    }
}

/// A partner: an organisation that resells to customers, or advises them.
#[paged]
#[plain]
#[Object]
impl Partner {
    /// The partner's id.
    pub fn id(&self) -> ID {
        NodeId::from(self.row.id).encode()
    }

    /// The directory of the organisation.
    fn tenant_id(&self) -> uuid::Uuid {
        self.row.tenant_id.0
    }

    /// The public partner number (MPN id).
    fn partner_number(&self) -> &str {
        &self.row.partner_number
    }

    /// The name of the organisation.
    fn name(&self) -> &str {
        &self.row.name
    }

    /// How it trades: whether it sells to customers itself, through others, or only advises.
    fn kind(&self) -> PartnerKind {
        self.row.kind.into()
    }

    /// The cloud that the organisation works in.
    fn cloud(&self) -> Cloud {
        self.row.cloud.into()
    }

    /// When the partner was registered here.
    fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// Whether its principals are let in.
    fn status(&self) -> TenantStatus {
        self.row.status.into()
    }

    /// Since when it has this status; null when it has had it from the start.
    fn status_since(&self) -> Option<DateTime> {
        self.row.status_since.map(DateTime::from)
    }

    /// Why it has this status, in the operator's words; null where the viewer is not the operator.
    fn status_reason(&self) -> Option<&str> {
        self.row.status_reason.as_deref()
    }

    /// Rises with each change by the operator; the value for `expectedVersion`.
    fn version(&self) -> i32 {
        self.row.version
    }

    /// Of this partner's grants, those to which the viewer's tenant is a party, ended ones included.
    async fn grants(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only grants like this.")] filter: Option<GrantFilter>,
        #[graphql(desc = "The newest first when left out.")] order_by: Option<GrantOrder>,
    ) -> Result<Connection<DelegatedAdminGrant>> {
        List::new(ctx, filter, GrantOrder::sort(order_by), paging)?
            .of(delegated_admin_grant::Column::PartnerId, self.row.id.0)
            .connection(ctx)
            .await
    }

    /// Of what this partner sold, what the viewer may see.
    async fn subscriptions(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only subscriptions like this.")] filter: Option<SubscriptionFilter>,
        #[graphql(desc = "By friendly name when left out.")] order_by: Option<SubscriptionOrder>,
    ) -> Result<Connection<CustomerSubscription>> {
        let sort = SubscriptionOrder::sort(order_by);
        List::new(ctx, filter, sort, paging)?
            .of(subscription::Column::PartnerId, self.row.id.0)
            .connection(ctx)
            .await
    }
}
