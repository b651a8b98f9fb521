//! Which webhooks are due, which server serves one now, and how far it has been served.
//!
//! A webhook is served by one server at a time, which holds a lease of it. Whatever is written of its progress names the owner of the
//! lease: whose lease has run out, or was taken away, writes nothing.

use entity::{DeliveryStatus, Instant, WebhookStatus, webhook, webhook_delivery as delivery};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, UpdateStatement};
use sea_orm::{
    ColumnTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, QueryTrait, Value,
};
use uuid::Uuid;

use super::{Count, Found, ServerRead, ServerWrite, ServerWriteReturning, Sql, count_of};

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

/// A webhook that one server serves, which only a claim gives.
#[derive(Debug)]
pub(crate) struct Leased {
    row: webhook::Model,
    owner: Uuid,
}

impl FromQueryResult for Leased {
    fn from_query_result(row: &QueryResult, names: &str) -> Result<Self, DbErr> {
        let row = webhook::Model::from_query_result(row, names)?;
        let owner = row.lease_owner.ok_or_else(|| DbErr::Type("nobody has leased it".to_owned()))?;
        Ok(Self { row, owner })
    }
}

impl Leased {
    pub(crate) fn row(&self) -> &webhook::Model {
        &self.row
    }

    /// It was served up to there.
    pub(crate) fn note_position(&mut self, position: i64) {
        self.row.position = Some(position);
    }

    pub(crate) fn note_failing(&mut self, since: Option<Instant>) {
        self.row.failing_since = since;
    }

    /// What is to be written of its progress, as long as the lease is this server's.
    fn progress(&self) -> UpdateStatement {
        let mut update = Query::update();
        update
            .table(webhook::Entity)
            .and_where(Expr::col(webhook::Column::Id).eq(self.row.id))
            .and_where(Expr::col(webhook::Column::LeaseOwner).eq(self.owner));
        update
    }

    /// When it is its turn again, unless an administrator has changed something meanwhile, who then has said when.
    fn turn(&self, next: Instant) -> Expr {
        let is_same = Expr::col(webhook::Column::Version).eq(self.row.version);
        let then = Expr::case(is_same, Expr::value(next)).finally(Expr::col(webhook::Column::NextAttemptAt));
        then.into()
    }
}

/// Whether any webhook is due.
pub(crate) fn due(at: Instant) -> ServerRead<Found> {
    let sql = format!("SELECT 1 FROM webhook w WHERE {IS_DUE} LIMIT 1");
    ServerRead::new(Sql(sql, Vec::from([at.into()])))
}

/// Claims webhooks that are due.
pub(crate) fn claim(backend: DbBackend, terms: LeaseTerms) -> ServerWriteReturning<Leased> {
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
    let owner = Uuid::now_v7();
    let (most, of_tenant) = (number(terms.most), number(terms.of_tenant));
    let values = Vec::from([terms.at.into(), owner.into(), terms.until.into(), most, of_tenant]);
    ServerWriteReturning::new(Sql(claim, values))
}

/// How many webhooks are served and have not taken what they were sent last.
pub(crate) fn failing() -> ServerRead<Count> {
    let failing = webhook::Entity::find()
        .filter(webhook::Column::Status.eq(WebhookStatus::Enabled))
        .filter(webhook::Column::FailingSince.is_not_null());
    ServerRead::new(count_of(failing.into_query()))
}

/// The webhook as it is now, if it is still this server's to serve.
pub(crate) fn as_leased(lease: &Leased) -> ServerRead<Leased> {
    let now = webhook::Entity::find_by_id(lease.row.id)
        .filter(webhook::Column::LeaseOwner.eq(lease.owner))
        .filter(webhook::Column::Status.eq(WebhookStatus::Enabled));
    ServerRead::new(now.limit(1).into_query())
}

/// Its deliveries that are to be tried again, in the order of the feed: no more than matter.
pub(crate) fn retrying(lease: &Leased) -> ServerRead<delivery::Model> {
    let retrying = delivery::Entity::find()
        .filter(delivery::Column::WebhookId.eq(lease.row.id))
        .filter(delivery::Column::Status.eq(DeliveryStatus::Retrying));
    ServerRead::new(retrying.order_by_asc(delivery::Column::Position).limit(100).into_query())
}

/// There was nothing to send up to there.
pub(crate) fn skip_to(lease: &Leased, position: i64) -> ServerWrite {
    let mut progress = lease.progress();
    progress.value(webhook::Column::Position, position);
    ServerWrite::new(progress)
}

/// How far a webhook is after an attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pub(crate) failing_since: Option<Instant>,
    /// Until when the lease is kept.
    pub(crate) until: Instant,
    /// When it is its turn again.
    pub(crate) next: Instant,
    /// Where it stands now, if it has come further.
    pub(crate) position: Option<i64>,
}

/// What has come of an attempt.
pub(crate) fn go_on(
    lease: &Leased,
    Progress { failing_since, until, next, position }: Progress,
) -> ServerWrite {
    let mut progress = lease.progress();
    progress
        .value(webhook::Column::FailingSince, failing_since)
        .value(webhook::Column::LeaseUntil, until)
        .value(webhook::Column::NextAttemptAt, lease.turn(next));
    if let Some(position) = position {
        progress.value(webhook::Column::Position, position);
    }
    ServerWrite::new(progress)
}

/// Gives the lease back. It is the webhook's turn again from then on.
pub(crate) fn release(lease: &Leased, next: Option<Instant>) -> ServerWrite {
    let mut progress = lease.progress();
    progress
        .value(webhook::Column::LeaseOwner, None::<Uuid>)
        .value(webhook::Column::LeaseUntil, None::<Instant>);
    if let Some(next) = next {
        progress.value(webhook::Column::NextAttemptAt, lease.turn(next));
    }
    ServerWrite::new(progress)
}

/// Adds a delivery, or replaces what is known of it.
pub(crate) fn put(row: delivery::Model) -> ServerWrite {
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
    ServerWrite::new(insert)
}

/// Removes a delivery that is not to be made any more.
pub(crate) fn forget(delivery: &delivery::Model) -> ServerWrite {
    ServerWrite::new(delivery::Entity::delete_by_id(delivery.id).into_query())
}

/// Removes what was to be tried again up to there and is not to be seen any more: nothing is told of it.
pub(crate) fn forget_skipped(lease: &Leased, position: i64) -> ServerWrite {
    let skipped = delivery::Entity::delete_many()
        .filter(delivery::Column::WebhookId.eq(lease.row.id))
        .filter(delivery::Column::Status.eq(DeliveryStatus::Retrying))
        .filter(delivery::Column::Position.gt(lease.row.position))
        .filter(delivery::Column::Position.lte(position));
    ServerWrite::new(skipped.into_query())
}

/// Removes deliveries that were made until then.
pub(crate) fn forget_delivered(until: Instant) -> ServerWrite {
    let delivered = delivery::Entity::delete_many()
        .filter(delivery::Column::Status.eq(DeliveryStatus::Delivered))
        .filter(delivery::Column::LastAttemptAt.lte(until));
    ServerWrite::new(delivered.into_query())
}
