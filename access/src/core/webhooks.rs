//! The server's own work on webhooks: which are due, which server serves one now, and how far it has been served. What a webhook
//! is sent is read by a view of its own (`read::webhooks`).
//!
//! A webhook is served by one server at a time, which holds a lease of it. Whatever is written of its progress names the owner of the
//! lease: whose lease has run out, or was taken away, writes nothing. Its reads are among those that `unscoped` lists.

use std::sync::Arc;

use connection::SqlTransaction;
use entity::{
    DeliveryFailure, DeliveryStatus, Instant, WebhookStatus, webhook, webhook_delivery as delivery,
};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Statement, Value,
};
use uuid::Uuid;

use crate::Result;
use crate::core::store::Store;
use crate::read::webhooks::DueDelivery;

/// That a webhook `w` is due at $1: it is its turn, nobody serves it, and there is something to try again or something new.
const IS_DUE: &str = "w.status = 'ENABLED' AND w.next_attempt_at <= $1
    AND (w.lease_until IS NULL OR w.lease_until <= $1)
    AND (w.position IS NULL
        OR EXISTS (SELECT 1 FROM webhook_delivery r WHERE r.webhook_id = w.id AND r.status = 'RETRYING')
        OR CASE WHEN w.partner_id IS NOT NULL THEN EXISTS (SELECT 1 FROM event_feed f
                WHERE f.partner_id = w.partner_id AND f.position > w.position)
            WHEN w.customer_id IS NOT NULL THEN EXISTS (SELECT 1 FROM event_feed f
                WHERE f.customer_id = w.customer_id AND f.position > w.position)
            ELSE EXISTS (SELECT 1 FROM event_feed f WHERE f.customer_id IS NULL AND f.position > w.position) END)";

/// Those of each tenant that have waited longest, as far as the tenant's share goes; of all, those that have waited longest. What others
/// are about to claim is passed over.
const CLAIMED: &str = "SELECT w.id FROM webhook w JOIN (
        SELECT w.id, row_number() OVER (PARTITION BY w.tenant_id ORDER BY w.next_attempt_at, w.id)
            + (SELECT count(*) FROM webhook l WHERE l.tenant_id = w.tenant_id AND l.lease_until > $1) AS place
        FROM webhook w WHERE {is_due}
    ) due ON due.id = w.id
    WHERE due.place <= $5 AND (w.lease_until IS NULL OR w.lease_until <= $1)
    ORDER BY w.next_attempt_at, w.id LIMIT $4";

/// A webhook begins with its own registration.
const BEGIN: &str =
    "coalesce(position, (SELECT f.position - 1 FROM event e JOIN event_feed f ON f.event_id = e.id
    WHERE e.subject_id = webhook.id AND e.kind = 'WEBHOOK_REGISTERED'))";

/// For how long webhooks are claimed, and how many.
#[derive(Clone, Copy, Debug)]
pub struct LeaseTerms {
    pub at: Instant,
    pub until: Instant,
    pub most: u64,
    /// How many of one tenant may be served at once, by all servers together.
    pub of_tenant: u64,
}

/// A webhook that this server serves, until the lease runs out or is taken away.
#[derive(Debug)]
pub struct WebhookLease {
    pub(crate) store: Store,
    pub(crate) row: webhook::Model,
    owner: Uuid,
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
        let (backend, owner) = (self.backend(), Uuid::now_v7());
        let look = format!("SELECT 1 FROM webhook w WHERE {IS_DUE} LIMIT 1");
        let look = Statement::from_sql_and_values(backend, look, [terms.at.into()]);
        // Whoever claims locks, on SQLite the whole file: not for nothing.
        if self.reads().query_one_raw(look).await?.is_none() {
            return Ok(Vec::new());
        }
        let claimed = CLAIMED.replace("{is_due}", IS_DUE);
        let claimed = match backend {
            // As an array, the planner asks for it once.
            DbBackend::Postgres => format!("= ANY(ARRAY({claimed} FOR UPDATE OF w SKIP LOCKED))"),
            _ => format!("IN ({claimed})"),
        };
        let claim = format!(
            "UPDATE webhook SET lease_owner = $2, lease_until = $3, position = {BEGIN} WHERE id {claimed} RETURNING *"
        );
        let number = |n: u64| Value::from(i64::try_from(n).unwrap_or(i64::MAX));
        let values =
            [terms.at.into(), owner.into(), terms.until.into(), number(terms.most), number(terms.of_tenant)];
        let transaction = self.begin(Arc::default()).await?;
        let rows = transaction.query_all_raw(Statement::from_sql_and_values(backend, claim, values)).await?;
        transaction.commit().await?;
        let lease = |row| {
            Ok(WebhookLease { store: self.clone(), row: webhook::Model::from_query_result(row, "")?, owner })
        };
        rows.iter().map(lease).collect()
    }

    /// How many webhooks are served and have not taken what they were sent last.
    pub async fn failing_webhooks(&self) -> Result<u64> {
        let failing = webhook::Entity::find()
            .filter(webhook::Column::Status.eq(WebhookStatus::Enabled))
            .filter(webhook::Column::FailingSince.is_not_null());
        Ok(failing.count(self.reads()).await?)
    }

    /// Forgets deliveries that were made until then.
    pub async fn forget_deliveries(&self, until: Instant) -> Result<()> {
        let transaction = self.begin(Arc::default()).await?;
        delivery::Entity::delete_many()
            .filter(delivery::Column::Status.eq(DeliveryStatus::Delivered))
            .filter(delivery::Column::LastAttemptAt.lte(until))
            .exec(&transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

impl WebhookLease {
    /// The webhook as it is now; None when it is not this server's to serve any more.
    pub(crate) async fn webhook_now(&self) -> Result<Option<webhook::Model>> {
        let now = webhook::Entity::find_by_id(self.row.id)
            .filter(webhook::Column::LeaseOwner.eq(self.owner))
            .filter(webhook::Column::Status.eq(WebhookStatus::Enabled));
        Ok(now.one(self.store.reads()).await?)
    }

    /// Its deliveries that are to be tried again, in the order of the feed: no more than matter.
    pub(crate) async fn retrying(&self) -> Result<Vec<delivery::Model>> {
        let retrying = delivery::Entity::find()
            .filter(delivery::Column::WebhookId.eq(self.row.id))
            .filter(delivery::Column::Status.eq(DeliveryStatus::Retrying));
        Ok(retrying.order_by_asc(delivery::Column::Position).limit(100).all(self.store.reads()).await?)
    }

    /// There was nothing to send up to there.
    pub(crate) async fn skip_to(&mut self, position: i64) -> Result<bool> {
        let mut progress = self.progress();
        progress.value(webhook::Column::Position, position);
        let transaction = self.store.begin(Arc::default()).await?;
        if transaction.execute(&progress).await?.rows_affected() == 0 {
            transaction.roll_back().await;
            return Ok(false);
        }
        self.forget_skipped(&transaction, position).await?;
        transaction.commit().await?;
        self.row.position = Some(position);
        Ok(true)
    }

    /// A delivery that is not to be made any more, because its event is not to be seen.
    pub(crate) async fn forget(&self, delivery: &delivery::Model) -> Result<()> {
        let transaction = self.store.begin(Arc::default()).await?;
        delivery::Entity::delete_by_id(delivery.id).exec(&transaction).await?;
        Ok(transaction.commit().await?)
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
            Fate::Retried(_) | Fate::Parked => Some(self.row.failing_since.unwrap_or(at)),
        };
        let position = match fate {
            Fate::Delivered | Fate::Parked if !due.is_single => Some(due.position),
            Fate::Delivered | Fate::Parked | Fate::Retried(_) => None,
        };
        let mut progress = self.progress();
        progress
            .value(webhook::Column::FailingSince, failing_since)
            .value(webhook::Column::LeaseUntil, until)
            .value(webhook::Column::NextAttemptAt, self.turn(next.unwrap_or(at)));
        if let Some(position) = position {
            progress.value(webhook::Column::Position, position);
        }
        let transaction = self.store.begin(Arc::default()).await?;
        if transaction.execute(&progress).await?.rows_affected() == 0 {
            transaction.roll_back().await;
            return Ok(false);
        }
        let row = delivery::Model {
            id: due.id,
            webhook_id: self.row.id,
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
        put(&transaction, row).await?;
        if let Some(position) = position {
            if due.passes_over {
                self.forget_skipped(&transaction, position).await?;
            }
            self.row.position = Some(position);
        }
        transaction.commit().await?;
        self.row.failing_since = failing_since;
        Ok(true)
    }

    /// Gives the lease back. It is the webhook's turn again from then on.
    pub async fn release(self, next: Option<Instant>) -> Result<()> {
        let mut progress = self.progress();
        progress
            .value(webhook::Column::LeaseOwner, None::<Uuid>)
            .value(webhook::Column::LeaseUntil, None::<Instant>);
        if let Some(next) = next {
            progress.value(webhook::Column::NextAttemptAt, self.turn(next));
        }
        let transaction = self.store.begin(Arc::default()).await?;
        transaction.execute(&progress).await?;
        Ok(transaction.commit().await?)
    }

    /// When it is its turn again, unless an administrator has changed something meanwhile, who then has said when.
    fn turn(&self, next: Instant) -> Expr {
        let is_same = Expr::col(webhook::Column::Version).eq(self.row.version);
        let then = Expr::case(is_same, Expr::value(next)).finally(Expr::col(webhook::Column::NextAttemptAt));
        then.into()
    }

    /// What is to be written of its progress, as long as the lease is this server's.
    fn progress(&self) -> sea_orm::sea_query::UpdateStatement {
        let mut update = Query::update();
        update
            .table(webhook::Entity)
            .and_where(Expr::col(webhook::Column::Id).eq(self.row.id))
            .and_where(Expr::col(webhook::Column::LeaseOwner).eq(self.owner));
        update
    }

    /// Nothing is told of what was to be tried again and is not to be seen any more.
    async fn forget_skipped(&self, transaction: &SqlTransaction, position: i64) -> Result<()> {
        delivery::Entity::delete_many()
            .filter(delivery::Column::WebhookId.eq(self.row.id))
            .filter(delivery::Column::Status.eq(DeliveryStatus::Retrying))
            .filter(delivery::Column::Position.gt(self.row.position))
            .filter(delivery::Column::Position.lte(position))
            .exec(transaction)
            .await?;
        Ok(())
    }
}

/// Adds a delivery, or replaces what is known of it.
async fn put(transaction: &SqlTransaction, row: delivery::Model) -> Result<()> {
    use delivery::Column;
    let replace = OnConflict::columns([Column::WebhookId, Column::EventId])
        .update_columns([
            Column::Position,
            Column::Status,
            Column::Attempts,
            Column::FirstAttemptAt,
            Column::LastAttemptAt,
            Column::NextAttemptAt,
            Column::ResponseStatus,
            Column::Failure,
        ])
        .to_owned();
    let insert = delivery::Entity::insert(row.into_active_model()).on_conflict(replace).into_query();
    transaction.execute(&insert).await?;
    Ok(())
}
