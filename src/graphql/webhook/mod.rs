//! Webhooks: where a tenant is told of its events.

mod delivery;
mod list;
mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::{webhook, webhook_delivery};
use paging::paged;
use plain::plain;
use uuid::Uuid;

pub use delivery::{DeliveryFilter, WebhookDelivery};
pub use mutation::WebhookMutation;
pub use query::WebhookQuery;

use super::connection::Connection;
use super::id::NodeId;
use super::list::{List, Paging};
use super::loader::ContextExt;
use super::scalar::DateTime;
use super::vocabulary::{EventKind, TenantRole, WebhookStatus, words};
use crate::graphql::Result;

/// Where a tenant is told of its events.
#[derive(Clone, Debug)]
pub struct Webhook {
    row: Arc<webhook::Model>,
}

impl From<Arc<webhook::Model>> for Webhook {
    fn from(row: Arc<webhook::Model>) -> Self {
        Self { row }
    }
}

/// An address to which the events of the viewer's tenant are sent, signed, each at least once and in the order in which they
/// happened. It is sent what its `roles` and `groups` see at the instant of each attempt. For the tenant's administrators.
#[plain]
#[paged]
#[Object]
impl Webhook {
    /// The webhook's id.
    pub fn id(&self) -> ID {
        NodeId::from(self.row.id).encode()
    }

    /// The address that events are sent to.
    fn url(&self) -> &str {
        &self.row.url
    }

    /// What the tenant calls it.
    fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    /// The kinds of events that are sent; null for all.
    fn kinds(&self) -> Option<Vec<EventKind>> {
        self.row.kinds.as_ref().map(|kinds| words(&kinds.0))
    }

    /// Whether it is served. What happens while it is DISABLED is sent when it is enabled again.
    fn status(&self) -> WebhookStatus {
        self.row.status.into()
    }

    /// The tenant roles that it sees by: those of whoever registered it.
    fn roles(&self) -> Vec<TenantRole> {
        words(&self.row.roles.0)
    }

    /// The security groups that it sees by: those of whoever registered it.
    fn groups(&self) -> Vec<Uuid> {
        self.row.security_groups.0.clone()
    }

    /// The principal that registered it: the token's oid, or sub.
    fn created_by(&self) -> &str {
        &self.row.created_by
    }

    /// When it was registered.
    fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// When it was given the secret that it has.
    fn secret_rotated_at(&self) -> DateTime {
        self.row.secret_rotated_at.into()
    }

    /// Until when the secret before signs, too; null when none does.
    fn previous_secret_ends_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        self.row.previous_until.filter(|until| ctx.view().at() < *until).map(DateTime)
    }

    /// Since when no attempt has succeeded; null when the last one did.
    fn failing_since(&self) -> Option<DateTime> {
        self.row.failing_since.map(DateTime)
    }

    /// What became of its deliveries, the newest first. Those that were made are kept for 30 days.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only deliveries like this.")] filter: Option<DeliveryFilter>,
    ) -> Result<Connection<WebhookDelivery>> {
        List::new(ctx, filter, delivery::NEWEST_FIRST, paging)?
            .of(webhook_delivery::Column::WebhookId, self.row.id.0)
            .connection(ctx)
            .await
    }

    /// Rises with each change; the value for `expectedVersion`.
    fn version(&self) -> i32 {
        self.row.version
    }
}
