//! What became of the delivery of one event to one webhook. Of what the receiver answered only the status is kept.

use sea_orm::entity::prelude::*;

use crate::{DeliveryFailure, DeliveryId, DeliveryStatus, EventId, Instant, WebhookId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    pub webhook_id: WebhookId,
    pub event_id: EventId,
    /// The entry's place in the feed, told to nobody.
    pub position: i64,
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub attempts: i32,
    pub first_attempt_at: Instant,
    pub last_attempt_at: Instant,
    /// Set while it is to be tried again.
    pub next_attempt_at: Option<Instant>,
    /// The HTTP status of the last answer, if there was one.
    pub response_status: Option<i32>,
    /// Why the last attempt failed; None when it did not.
    pub failure: Option<DeliveryFailure>,
}

impl ActiveModelBehavior for ActiveModel {}
