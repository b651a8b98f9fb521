//! What became of deliveries. Of what receivers answer there is the status alone, and of what kept one from being reached no more than
//! that: a tenant chooses the address, and must not learn by it what is inside the operator's network.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};
use entity::webhook_delivery;
use plain::plain;
use serde::Serialize;

use crate::graphql::Result;
use crate::graphql::event::Event;
use crate::graphql::id::NodeId;
use crate::graphql::list::{Filter, Noun};
use crate::graphql::loader::ContextExt;
use crate::graphql::scalar::DateTime;
use crate::graphql::vocabulary::{WebhookDeliveryFailure, WebhookDeliveryStatus, rows};
use access::{DeliveryOrder, Direction, ScopedSelect, Sort};

pub(super) const NEWEST_FIRST: Sort<DeliveryOrder> =
    Sort { by: DeliveryOrder::FirstAttemptAt, direction: Direction::Descending };

/// What became of the delivery of one event.
#[derive(Clone, Debug)]
pub struct WebhookDelivery {
    row: Arc<webhook_delivery::Model>,
}

impl From<Arc<webhook_delivery::Model>> for WebhookDelivery {
    fn from(row: Arc<webhook_delivery::Model>) -> Self {
        Self { row }
    }
}

/// What became of the delivery of one event to a webhook.
#[plain]
#[Object]
impl WebhookDelivery {
    /// The `webhook-id` of its message, by which receivers drop repeats: the event's id, at each attempt and replay.
    fn message_id(&self) -> ID {
        NodeId::from(self.row.event_id).encode()
    }

    /// The event; null when the viewer may not see it (any more).
    async fn event(&self, ctx: &Context<'_>) -> Option<Result<Event>> {
        let row = ctx.load(self.row.event_id).await;
        row.map(|row| row.map(Event::from)).transpose()
    }

    /// Where it stands.
    fn status(&self) -> WebhookDeliveryStatus {
        self.row.status.into()
    }

    /// How often it was tried.
    fn attempts(&self) -> i32 {
        self.row.attempts
    }

    /// When it was tried first.
    fn first_attempt_at(&self) -> DateTime {
        self.row.first_attempt_at.into()
    }

    /// When it was tried last.
    fn last_attempt_at(&self) -> DateTime {
        self.row.last_attempt_at.into()
    }

    /// When it is tried again; null unless it is RETRYING.
    fn next_attempt_at(&self) -> Option<DateTime> {
        self.row.next_attempt_at.map(DateTime)
    }

    /// The HTTP status of the last answer; null when there was none.
    fn response_status(&self) -> Option<i32> {
        self.row.response_status
    }

    /// Why the last attempt failed; null when it did not.
    fn failure(&self) -> Option<WebhookDeliveryFailure> {
        self.row.failure.map(WebhookDeliveryFailure::from)
    }
}

/// Narrows a list of deliveries. What is left out does not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject, Serialize)]
#[graphql(name = "WebhookDeliveryFilter")]
pub struct DeliveryFilter {
    /// It stands in one of these states.
    status: Option<Vec<WebhookDeliveryStatus>>,
}

impl Filter<webhook_delivery::Entity> for DeliveryFilter {
    fn narrow<'v>(
        &self,
        mut select: ScopedSelect<'v, webhook_delivery::Entity>,
    ) -> Result<ScopedSelect<'v, webhook_delivery::Entity>> {
        if let Some(statuses) = &self.status {
            let statuses = rows::<_, entity::DeliveryStatus>(statuses);
            select = select.is_in(webhook_delivery::Column::Status, statuses);
        }
        Ok(select)
    }
}

impl Noun for WebhookDelivery {
    type Entity = webhook_delivery::Entity;
    type Filter = DeliveryFilter;

    const CONNECTION: &'static str = "WebhookDeliveryConnection";
    const EDGE: &'static str = "WebhookDeliveryEdge";
}
