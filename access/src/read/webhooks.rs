//! What a webhook is sent next: decided by the wall at the instant of each attempt, as its own viewer sees the feed then.
//!
//! What this viewer does not see is passed over, and never comes back: a right that is given later gives nothing of before. A right
//! that was taken away is gone with the next attempt, of retries too.

use entity::{DeliveryId, DeliveryStatus, EventId, Instant, event, event_feed, webhook_delivery as delivery};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order};
use uuid::Uuid;

use crate::Result;
use crate::chain::webhook_secret::WebhookSecret;
use crate::core::select::ScopedSelect;
use crate::core::view::View;
use crate::core::viewer::Principal;
use crate::core::webhooks::WebhookLease;

/// What to do for a webhook.
#[derive(Debug)]
pub enum Next {
    /// Send this, which this view sees.
    Deliver(Box<DueDelivery>, View),
    /// Nothing: it has had all that there is.
    Done,
    /// Nothing: its tenant is not registered any more.
    Gone,
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
        &self.row.url
    }

    #[must_use]
    pub fn id(&self) -> entity::WebhookId {
        self.row.id
    }

    /// The secrets that sign at `at`, the newest first; none when they were made by another key than this server's.
    pub fn secrets(&self, at: Instant) -> Result<Vec<WebhookSecret>> {
        let (key, row) = (self.store.log_key()?, &self.row);
        if row.secret_key_id != key.webhook_key_id()? {
            return Ok(Vec::new());
        }
        let previous =
            row.previous_nonce.as_ref().filter(|_| row.previous_until.is_some_and(|until| at < until));
        let nonces = [Some(&row.secret_nonce), previous].into_iter().flatten();
        nonces.map(|nonce| key.webhook_secret(row.id, nonce)).collect()
    }

    /// What to send next.
    pub async fn next(&mut self, at: Instant) -> Result<Next> {
        let Some(row) = self.webhook_now().await? else { return Ok(Next::Lost) };
        self.row = row;
        let Some(view) = self.store.doorkeeper().admit_webhook(&self.row, at).await? else {
            return Ok(Next::Gone);
        };
        // Its registration has no place in the feed yet.
        let Some(position) = self.row.position else { return Ok(Next::Done) };
        let (singles, waiting): (Vec<_>, Vec<_>) =
            self.retrying().await?.into_iter().partition(|delivery| delivery.position <= position);
        for single in singles {
            let select = view.select::<event::Entity>().find(single.event_id);
            let Some(event) = select.one().await? else {
                self.forget(&single).await?;
                continue;
            };
            let resumes_at = waiting.first().and_then(|delivery| delivery.next_attempt_at);
            let due = DueDelivery { is_single: true, resumes_at, ..DueDelivery::again(event, &single) };
            return Ok(Next::Deliver(due.into(), view));
        }
        if let Some(due) = self.in_turn(&view, position, &waiting).await? {
            return Ok(Next::Deliver(due.into(), view));
        }
        // What comes after the end is read next time. What has come since it was read that there is nothing may stand before it.
        let end = self.end_of_feed().await?;
        if end <= position {
            return Ok(Next::Done);
        }
        if let Some(due) = self.in_turn(&view, position, &waiting).await? {
            return Ok(Next::Deliver(due.into(), view));
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
        if let Some(kinds) = &self.row.kinds {
            select = select.is_in(event::Column::Kind, kinds.0.iter().copied());
        }
        let Some((event, position)) = after(view, select, position).await? else { return Ok(None) };
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

/// The first entry of a selection after a place of the feed, and its own place.
async fn after(
    view: &View,
    select: ScopedSelect<'_, event::Entity>,
    place: i64,
) -> Result<Option<(event::Model, i64)>> {
    const POSITION: &str = "feed_position";
    let feed = |column: event_feed::Column| Expr::col(column.as_column_ref());
    let position = || feed(event_feed::Column::Position);
    let is_of_entry = feed(event_feed::Column::EventId).equals(event::Column::Id.as_column_ref());
    // The rule is in the selection; this is where an index finds what it can be about.
    let is_of_party = match view.viewer().principal() {
        Principal::Partner(own) => feed(event_feed::Column::PartnerId).eq(own.id),
        Principal::Customer(own) => feed(event_feed::Column::CustomerId).eq(own.id),
        Principal::Operator | Principal::Timer => feed(event_feed::Column::CustomerId).is_null(),
    };
    let entries = select.joined(event_feed::Entity, is_of_entry).narrowed(is_of_party);
    let entries = entries.narrowed(position().gt(place)).with(position(), POSITION);
    let results = entries.ordered(position(), Order::Asc).first(1).results().await?;
    let Some(result) = results.first() else { return Ok(None) };
    let event = ScopedSelect::<event::Entity>::read(view, result)?;
    Ok(Some((event, result.try_get("", POSITION)?)))
}
