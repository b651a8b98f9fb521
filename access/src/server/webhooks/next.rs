//! What a webhook is sent next: decided by the wall at the instant of each attempt, as its own viewer sees the feed then.
//!
//! What this viewer does not see is passed over, and never comes back: a right that is given later gives nothing of before. A right
//! that was taken away is gone with the next attempt, of retries too.

use std::sync::Arc;

use entity::{DeliveryId, DeliveryStatus, EventId, Instant, event, webhook_delivery as delivery};
use uuid::Uuid;

use crate::Result;
use crate::chain::webhook_secret::WebhookSecret;
use crate::core::view::View;
use crate::log::feed::FeedPosition;
use crate::unscoped::webhooks;
use domain::tenant::Barred;

use super::WebhookLease;

/// What to do for a webhook.
#[derive(Debug)]
pub enum Next {
    /// Send this, which this view sees.
    Deliver(Box<DueDelivery>, View),
    /// Nothing: it has had all that there is.
    Done,
    /// Nothing: its tenant is not registered any more, or closed.
    Gone,
    /// Nothing while its tenant is suspended. What happens meanwhile is sent when that is over.
    Paused,
    /// Nothing: another server serves it, or nobody is to.
    Lost,
}

/// An event that is to be sent.
#[derive(Clone, Debug)]
pub struct DueDelivery {
    pub event: event::Model,
    /// How often it was tried.
    pub attempts: i32,
    pub first_attempt_at: Option<Instant>,
    /// Whether it is sent out of turn, once; and when it is then the turn of what waits, if that has to wait.
    pub is_single: bool,
    pub resumes_at: Option<Instant>,
    /// Whether there is something to be tried again before it, which is not to be seen any more.
    pub(crate) passes_over: bool,
    pub(crate) id: DeliveryId,
    pub(crate) position: i64,
}

impl WebhookLease {
    /// The address to send to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.leased.row().url
    }

    #[must_use]
    pub fn id(&self) -> entity::WebhookId {
        self.leased.row().id
    }

    /// The secrets that sign at `at`, the newest first; none when they were made by another key than this server's.
    pub fn secrets(&self, at: Instant) -> Result<Vec<WebhookSecret>> {
        let (key, row) = (self.store.log_key()?, self.leased.row());
        if row.secret_key_id != key.webhook_key_id()? {
            return Ok(Vec::new());
        }
        let previous =
            row.previous_nonce.as_ref().filter(|_| row.previous_until.is_some_and(|until| at < until));
        let nonces = [Some(&row.secret_nonce), previous].into_iter().flatten();
        nonces.map(|nonce| key.webhook_secret(row.id, nonce)).collect()
    }

    /// Reads the webhook as it is now; false when this server does not serve it any more.
    async fn look(&mut self) -> Result<bool> {
        let Some(leased) = self.store.server_read(webhooks::as_leased(&self.leased)).await?.pop() else {
            return Ok(false);
        };
        self.leased = leased;
        Ok(true)
    }

    /// Delivers by what the webhook is after the event was read: one that was committed after a new secret, or a new address, had
    /// been is not sent by the old one.
    async fn deliver(&mut self, due: DueDelivery, view: View) -> Result<Next> {
        Ok(if self.look().await? { Next::Deliver(due.into(), view) } else { Next::Lost })
    }

    /// What to send next.
    pub async fn next(&mut self, at: Instant) -> Result<Next> {
        if !self.look().await? {
            return Ok(Next::Lost);
        }
        let view = match self.store.doorkeeper().admit_webhook(&self.leased, at).await? {
            Ok(view) => view,
            Err(Barred::Suspended) => return Ok(Next::Paused),
            Err(Barred::NotRegistered | Barred::Closed) => return Ok(Next::Gone),
        };
        // Its registration has no place in the feed yet.
        let Some(position) = self.leased.row().position else { return Ok(Next::Done) };
        let retrying = self.store.server_read(webhooks::retrying(&self.leased)).await?;
        let (singles, waiting): (Vec<_>, Vec<_>) =
            retrying.into_iter().partition(|delivery| delivery.position <= position);
        for single in singles {
            let select = view.select::<event::Entity>().find(single.event_id);
            let Some(event) = select.one().await? else {
                if view.barred().await?.is_some() {
                    return Ok(Next::Paused);
                }
                // Its event is not to be seen any more.
                self.store.server_write(webhooks::forget(&single)).await?;
                continue;
            };
            let resumes_at = waiting.first().and_then(|delivery| delivery.next_attempt_at);
            let due = DueDelivery { is_single: true, resumes_at, ..DueDelivery::again(event, &single) };
            return self.deliver(due, view).await;
        }
        if let Some(due) = self.in_turn(&view, position, &waiting).await? {
            return self.deliver(due, view).await;
        }
        // What comes after the end is read next time. What has come since it was read that there is nothing may stand before it.
        let FeedPosition(end) = self.store.feed_end().await?;
        if end <= position {
            return Ok(Next::Done);
        }
        if let Some(due) = self.in_turn(&view, position, &waiting).await? {
            return self.deliver(due, view).await;
        }
        // What a tenant does not see because it was suspended meanwhile is not passed over.
        if view.barred().await?.is_some() {
            return Ok(Next::Paused);
        }
        Ok(if self.skip_to(end).await? { Next::Done } else { Next::Lost })
    }

    /// The first entry after this place of the feed that the webhook wants and sees.
    async fn in_turn(
        &self,
        view: &View,
        position: i64,
        waiting: &[delivery::Model],
    ) -> Result<Option<DueDelivery>> {
        let mut select = view.select::<event::Entity>();
        if let Some(kinds) = &self.leased.row().kinds {
            select = select.is_in(event::Column::Kind, kinds.0.iter().copied());
        }
        let rest = (FeedPosition(position), FeedPosition(i64::MAX));
        let first = view.feed_part(select, rest, 1).await?.events.into_iter().next();
        let Some((FeedPosition(position), event)) = first else { return Ok(None) };
        let event = Arc::unwrap_or_clone(event);
        let passes_over = waiting.iter().any(|delivery| delivery.position < position);
        let due = match waiting.iter().find(|delivery| delivery.event_id == event.id) {
            Some(delivery) => DueDelivery::again(event, delivery),
            None => DueDelivery::first(event, position),
        };
        Ok(Some(DueDelivery { passes_over, ..due }))
    }
}

impl DueDelivery {
    /// What the message is known by, wherever and however often it is sent.
    #[must_use]
    pub fn event_id(&self) -> EventId {
        self.event.id
    }

    fn first(event: event::Model, position: i64) -> Self {
        let (attempts, first_attempt_at) = (0, None);
        let id = DeliveryId(Uuid::now_v7());
        let (is_single, resumes_at, passes_over) = (false, None, false);
        Self { event, attempts, first_attempt_at, is_single, resumes_at, passes_over, id, position }
    }

    fn again(event: event::Model, delivery: &delivery::Model) -> Self {
        debug_assert_eq!(delivery.status, DeliveryStatus::Retrying);
        let first_attempt_at = (delivery.attempts > 0).then_some(delivery.first_attempt_at);
        Self {
            attempts: delivery.attempts,
            first_attempt_at,
            id: delivery.id,
            ..Self::first(event, delivery.position)
        }
    }
}
