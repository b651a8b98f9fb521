//! Webhooks as the server serves them: which it claims, and what it writes down of each attempt. What one is sent is in `next`.

mod next;

use entity::{DeliveryFailure, DeliveryStatus, Instant, webhook_delivery as delivery};

pub use next::{DueDelivery, Next};

use crate::core::store::Store;
use crate::unscoped::webhooks::{self, LeaseTerms, Leased, Progress};
use crate::{Error, Result};

/// A webhook that this server serves, until the lease runs out or is taken away.
#[derive(Debug)]
pub struct WebhookLease {
    store: Store,
    leased: Leased,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempted {
    pub at: Instant,
    pub fate: Fate,
    pub failure: Option<DeliveryFailure>,
    pub response_status: Option<u16>,
}

/// What becomes of a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Delivered,
    /// It is tried again then.
    Retried(Instant),
    /// It is given up, and the next one's turn comes.
    Parked,
}

impl Store {
    /// Claims webhooks that are due.
    pub async fn claim_webhooks(&self, terms: LeaseTerms) -> Result<Vec<WebhookLease>> {
        // Whoever claims locks, on SQLite the whole file: not for nothing.
        if self.server_read(webhooks::due(terms.at)).await?.is_empty() {
            return Ok(Vec::new());
        }
        let transaction = self.server_transaction().await?;
        let claimed = transaction.write_returning(webhooks::claim(self.backend(), terms)).await?;
        transaction.commit().await?;
        Ok(claimed.into_iter().map(|leased| WebhookLease { store: self.clone(), leased }).collect())
    }

    /// How many webhooks are served and have not taken what they were sent last.
    pub async fn failing_webhooks(&self) -> Result<u64> {
        let count = self.server_read(webhooks::failing()).await?;
        let failing = count.first().map_or(0, |count| count.num_items);
        u64::try_from(failing).map_err(|_| Error::Internal("a count is negative"))
    }

    /// Forgets deliveries that were made until then.
    pub async fn forget_deliveries(&self, until: Instant) -> Result<()> {
        self.server_write(webhooks::forget_delivered(until)).await
    }
}

impl WebhookLease {
    /// There was nothing to send up to there.
    async fn skip_to(&mut self, position: i64) -> Result<bool> {
        let transaction = self.store.server_transaction().await?;
        if transaction.write(webhooks::skip_to(&self.leased, position)).await? == 0 {
            transaction.roll_back().await;
            return Ok(false);
        }
        transaction.write(webhooks::forget_skipped(&self.leased, position)).await?;
        transaction.commit().await?;
        self.leased.note_position(position);
        Ok(true)
    }

    /// Writes down what came of an attempt, and keeps the lease until then; false when it is this server's no more.
    pub async fn record(&mut self, due: &DueDelivery, attempted: Attempted, until: Instant) -> Result<bool> {
        let Attempted { at, fate, failure, response_status } = attempted;
        let (status, next) = match fate {
            Fate::Delivered => (DeliveryStatus::Delivered, None),
            Fate::Retried(next) => (DeliveryStatus::Retrying, Some(next)),
            Fate::Parked => (DeliveryStatus::Parked, None),
        };
        let failing_since = match fate {
            Fate::Delivered => None,
            Fate::Retried(_) | Fate::Parked => Some(self.leased.row().failing_since.unwrap_or(at)),
        };
        let position = match fate {
            Fate::Delivered | Fate::Parked if !due.is_single => Some(due.position),
            Fate::Delivered | Fate::Parked | Fate::Retried(_) => None,
        };
        let progress = Progress { failing_since, until, next: next.unwrap_or(at), position };
        let transaction = self.store.server_transaction().await?;
        if transaction.write(webhooks::go_on(&self.leased, progress)).await? == 0 {
            transaction.roll_back().await;
            return Ok(false);
        }
        let row = delivery::Model {
            id: due.id,
            webhook_id: self.leased.row().id,
            event_id: due.event.id,
            position: due.position,
            status,
            attempts: due.attempts + 1,
            first_attempt_at: due.first_attempt_at.unwrap_or(at),
            last_attempt_at: at,
            next_attempt_at: next,
            response_status: response_status.map(i32::from),
            failure,
        };
        transaction.write(webhooks::put(row)).await?;
        if let Some(position) = position {
            if due.passes_over {
                transaction.write(webhooks::forget_skipped(&self.leased, position)).await?;
            }
            self.leased.note_position(position);
        }
        transaction.commit().await?;
        self.leased.note_failing(failing_since);
        Ok(true)
    }

    /// Gives the lease back. It is the webhook's turn again from then on.
    pub async fn release(self, next: Option<Instant>) -> Result<()> {
        self.store.server_write(webhooks::release(&self.leased, next)).await
    }
}
