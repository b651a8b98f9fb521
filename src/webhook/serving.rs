//! Serving one webhook, of which this server holds the lease.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{DeliveryFailure, Instant, WebhookStatus};
use tokio::sync::watch;

use super::courier::{Answer, Courier, Message};
use crate::clock::Clock;
use crate::command::{RunOptions, UpdateWebhook, WebhookName, run};
use crate::graphql::EventMessage;
use crate::{Error, Result};
use access::{Attempted, DueDelivery, Fate, Next, View, WebhookLease};
use domain::webhook::schedule::{Attempts, next_attempt};
use domain::webhook::{WebhookChange, WebhookRules};

/// How many deliveries a webhook gets in a row before it is others' turn.
const MOST_IN_A_ROW: usize = 20;

/// How much longer than one attempt a lease is: nobody else sends what this server is still sending.
const LEASE: i32 = 4;

/// When a webhook is looked at again whose tenant is not registered any more.
const GONE: TimeDelta = TimeDelta::hours(1);

/// The same, while its tenant is suspended.
const PAUSED: TimeDelta = TimeDelta::minutes(1);

/// What all webhooks are served with.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) courier: Courier,
    pub(super) clock: Clock,
    /// Whether the server stops: what runs goes on to its end, and nothing else begins.
    pub(super) stopping: watch::Receiver<bool>,
}

impl Service {
    /// Until when a lease is good that is given at `at`.
    pub(super) fn lease_until(&self, at: Instant) -> Instant {
        at + TimeDelta::from_std(self.courier.deadline()).unwrap_or(GONE) * LEASE
    }

    /// Sends what is due, and gives the lease back.
    pub(super) async fn serve(self: Arc<Self>, mut lease: WebhookLease) {
        let webhook = lease.id().0;
        match self.deliver(&mut lease).await {
            Ok(Some(turn)) => {
                if let Err(error) = lease.release(turn.next()).await {
                    tracing::warn!(?error, %webhook, "a webhook's lease cannot be given back; it runs out");
                }
            }
            Ok(None) => tracing::info!(%webhook, "a webhook is not this server's to serve any more"),
            Err(error) => tracing::warn!(?error, %webhook, "a webhook cannot be served; it is tried again"),
        }
    }

    /// None when the lease is lost.
    async fn deliver(&self, lease: &mut WebhookLease) -> Result<Option<Turn>> {
        for _ in 0..MOST_IN_A_ROW {
            let at = self.clock.now();
            if *self.stopping.borrow() {
                return Ok(Some(Turn::At(at)));
            }
            let (due, view) = match lease.next(at).await? {
                Next::Deliver(due, view) => (due, view),
                Next::Done => return Ok(Some(Turn::At(at))),
                Next::Gone => return Ok(Some(Turn::At(at + GONE))),
                Next::Paused => return Ok(Some(Turn::At(at + PAUSED))),
                Next::Lost => return Ok(None),
            };
            let (attempted, is_gone) = self.attempt(lease, &due, &view).await?;
            let until = self.lease_until(attempted.at);
            if !lease.record(&due, attempted, until).await? {
                return Ok(None);
            }
            if is_gone {
                disable(lease, &view).await;
                return Ok(Some(Turn::AsRecorded));
            }
            if due.is_single {
                let next = due.resumes_at.unwrap_or(attempted.at).max(attempted.at);
                return Ok(Some(Turn::At(next)));
            }
            if matches!(attempted.fate, Fate::Retried(_)) {
                return Ok(Some(Turn::AsRecorded));
            }
        }
        Ok(Some(Turn::At(self.clock.now())))
    }

    /// Sends one event; what came of it, and whether the receiver wants nothing any more.
    async fn attempt(
        &self,
        lease: &WebhookLease,
        due: &DueDelivery,
        view: &View,
    ) -> Result<(Attempted, bool)> {
        let at = view.at();
        let message =
            EventMessage::of(&due.event, view).map_err(|_| Error::Internal("an event has no message"))?;
        let body = message.to_bytes().map_err(|_| Error::Internal("an event has no message"))?;
        let secrets = lease.secrets(at)?;
        let message = Message { id: message.id(), body: &body, secrets: &secrets, at };
        let answer = self.courier.send(lease.url(), &message).await;
        let at = self.clock.now();
        let failure = match answer {
            Ok(answer) if answer.is_success() => None,
            Ok(_) => Some(DeliveryFailure::Status),
            Err(failure) => Some(failure),
        };
        let answer = answer.ok();
        let fate = if failure.is_none() { Fate::Delivered } else { after_failure(due, answer, at) };
        count(fate, failure);
        let response_status = answer.map(|answer| answer.status);
        Ok((Attempted { at, fate, failure, response_status }, answer.is_some_and(Answer::is_gone)))
    }
}

/// When it is the webhook's turn again.
enum Turn {
    At(Instant),
    /// When what failed is tried again.
    AsRecorded,
}

impl Turn {
    fn next(self) -> Option<Instant> {
        match self {
            Self::At(next) => Some(next),
            Self::AsRecorded => None,
        }
    }
}

fn after_failure(due: &DueDelivery, answer: Option<Answer>, at: Instant) -> Fate {
    let attempts = Attempts {
        first_at: due.first_attempt_at.unwrap_or(at),
        number: due.attempts + 1,
        retry_after: answer.and_then(|answer| answer.retry_after),
        chance: rand::random(),
    };
    // What is sent out of turn keeps nothing waiting.
    let next = next_attempt(&attempts, at).filter(|_| !due.is_single);
    next.map_or(Fate::Parked, Fate::Retried)
}

/// The receiver has said that it is gone: the webhook itself, as an application of its tenant, sees to it that nothing more is sent.
async fn disable(lease: &WebhookLease, view: &View) {
    let change = WebhookChange { status: Some(WebhookStatus::Disabled), ..WebhookChange::default() };
    let webhook = WebhookName { id: lease.id(), expected_version: None };
    let command = UpdateWebhook { webhook, change, rules: WebhookRules::default() };
    if let Err(error) = Box::pin(run(view, command, RunOptions::default())).await {
        tracing::warn!(?error, webhook = %lease.id().0, "a webhook whose receiver is gone cannot be disabled");
    }
}

fn count(fate: Fate, failure: Option<DeliveryFailure>) {
    let outcome = match fate {
        Fate::Delivered => "delivered",
        Fate::Retried(_) => "retrying",
        Fate::Parked => "parked",
    };
    let failure = match failure {
        None => "",
        Some(DeliveryFailure::Unreachable) => "unreachable",
        Some(DeliveryFailure::Timeout) => "timeout",
        Some(DeliveryFailure::Status) => "status",
        Some(DeliveryFailure::SecretLost) => "secret_lost",
    };
    metrics::counter!("copartner_webhook_attempts_total", "outcome" => outcome, "failure" => failure)
        .increment(1);
}
