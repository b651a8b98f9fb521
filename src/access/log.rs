//! The log: one entry for each change, in the transaction that makes it, chained within its customer.
//!
//! Each entry holds the SHA-256 of the one before it and of itself. Its own is taken over the canonical form below,
//! which can be made again from the row alone.

use entity::{CustomerId, EventId, EventKind, GrantId, Instant, PartnerId, TenantKind, event, subscription};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Viewer;
use super::permit::{Changed, told};
use super::sql_transaction::SqlTransaction;
use crate::rules::history::FieldChange;
use crate::{Error, Result};

/// The hash before the first entry of a chain.
pub(super) const BEGINNING: [u8; 32] = [0; 32];

/// What is to be told of a change.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) customer: Option<CustomerId>,
    partner: Option<PartnerId>,
    kind: EventKind,
    subject: Uuid,
    changes: Vec<FieldChange>,
    /// The grant that the actor used.
    grant: Option<GrantId>,
    is_by_the_clock: bool,
    /// Whether it must leave the customer's subscriptions as they are.
    pub(super) keeps_subscriptions: bool,
}

impl Entry {
    /// What became of a row, or of nothing.
    pub(super) fn of<E: Changed>(kind: EventKind, before: Option<&E::Model>, after: &E::Model) -> Self {
        let changes = E::TOLD.iter().map(|(column, field)| {
            FieldChange::new(*field, before.and_then(|before| told(before, *column)), told(after, *column))
        });
        Self {
            customer: E::customer(after),
            partner: Some(E::partner(after)),
            kind,
            subject: match after.get(E::ID) {
                sea_orm::Value::Uuid(Some(id)) => id,
                _ => Uuid::nil(),
            },
            changes: changes.filter(FieldChange::is_one).collect(),
            grant: None,
            is_by_the_clock: false,
            keeps_subscriptions: E::KEEPS_SUBSCRIPTIONS,
        }
    }

    /// Something was registered, or what was registered is changed.
    pub(super) fn registration(
        kind: EventKind,
        subject: Uuid,
        (partner, customer): (Option<PartnerId>, Option<CustomerId>),
        changes: Vec<FieldChange>,
    ) -> Self {
        let (grant, is_by_the_clock, keeps_subscriptions) = (None, false, true);
        Self { customer, partner, kind, subject, changes, grant, is_by_the_clock, keeps_subscriptions }
    }

    /// With what became of what belongs to the row.
    pub(super) fn with(mut self, changes: impl IntoIterator<Item = FieldChange>) -> Self {
        self.changes.extend(changes.into_iter().filter(FieldChange::is_one));
        self
    }

    /// The actor used this grant.
    pub(super) fn through(self, grant: Option<GrantId>) -> Self {
        Self { grant, ..self }
    }

    /// Nobody did it: its time had come.
    pub(super) fn by_the_clock(self) -> Self {
        Self { is_by_the_clock: true, ..self }
    }

    /// Writes the entry at the end of its chain, which the transaction holds. `before` is the fingerprint of what the
    /// customer had bought when the transaction began, of an act that must leave that as it is: if it is not the same
    /// now, nothing of all this may happen.
    pub(super) async fn append(
        self,
        viewer: &Viewer,
        connection: &SqlTransaction,
        before: Option<&Vec<u8>>,
    ) -> Result<()> {
        let after = match self.customer.filter(|_| self.keeps_subscriptions) {
            Some(customer) => Some(fingerprint(connection, customer).await?),
            None => None,
        };
        if before != after.as_ref() {
            return Err(Error::Internal("an act on a relationship changes a subscription"));
        }
        let chain = match self.customer {
            Some(customer) => event::Column::CustomerId.eq(customer),
            None => event::Column::CustomerId.is_null(),
        };
        let last = event::Entity::find().filter(chain).order_by_desc(event::Column::Sequence);
        let last = last.one(connection).await?;
        let (sequence, previous) = last.map_or((0, BEGINNING.to_vec()), |last| (last.sequence, last.hash));
        let actor = Some(viewer).filter(|viewer| !self.is_by_the_clock && viewer.kind().is_some());
        let mut row = event::Model {
            id: EventId(Uuid::now_v7()),
            customer_id: self.customer,
            partner_id: self.partner,
            sequence: sequence + 1,
            kind: self.kind,
            occurred_at: viewer.at(),
            actor_kind: actor.and_then(Viewer::kind),
            actor_tenant_id: actor.map(Viewer::tenant),
            actor_subject: actor.map(|actor| actor.identity().subject.clone()),
            actor_is_application: actor.is_some_and(|actor| actor.identity().is_application),
            subject_id: self.subject,
            grant_id: self.grant,
            changes: serde_json::to_value(&self.changes)
                .map_err(|_| Error::Internal("a change cannot be written down"))?,
            subscriptions_before: before.cloned(),
            subscriptions_after: after,
            previous_hash: previous,
            hash: Vec::new(),
        };
        row.hash = hash(&row)?;
        event::Entity::insert(row.into_active_model()).exec_without_returning(connection).await?;
        Ok(())
    }
}

/// What an entry says, in the order in which it is hashed.
#[derive(Serialize)]
struct Canonical<'e> {
    previous: &'e [u8],
    sequence: i64,
    customer: Option<CustomerId>,
    partner: Option<PartnerId>,
    kind: EventKind,
    at: i64,
    actor: (Option<TenantKind>, Option<Uuid>, Option<&'e str>, bool),
    subject: Uuid,
    grant: Option<Uuid>,
    changes: Vec<FieldChange>,
    subscriptions: (Option<&'e [u8]>, Option<&'e [u8]>),
}

/// The hash of an entry: SHA-256 over its canonical form, which is JSON.
pub(super) fn hash(row: &event::Model) -> Result<Vec<u8>> {
    let canonical = Canonical {
        previous: &row.previous_hash,
        sequence: row.sequence,
        customer: row.customer_id,
        partner: row.partner_id,
        kind: row.kind,
        at: Instant::timestamp_millis(&row.occurred_at),
        actor: (
            row.actor_kind,
            row.actor_tenant_id.map(|tenant| tenant.0),
            row.actor_subject.as_deref(),
            row.actor_is_application,
        ),
        subject: row.subject_id,
        grant: row.grant_id.map(|grant| grant.0),
        // The database may keep JSON in another order than it was given.
        changes: serde_json::from_value(row.changes.clone())
            .map_err(|_| Error::Internal("an entry's changes cannot be read"))?,
        subscriptions: (row.subscriptions_before.as_deref(), row.subscriptions_after.as_deref()),
    };
    let json = serde_json::to_vec(&canonical).map_err(|_| Error::Internal("an entry cannot be hashed"))?;
    Ok(Sha256::digest(json).to_vec())
}

/// What a customer has bought, whole: SHA-256 over its subscriptions' rows as JSON, one a line, by id.
pub(super) async fn fingerprint(connection: &SqlTransaction, customer: CustomerId) -> Result<Vec<u8>> {
    let rows = subscription::Entity::find()
        .filter(subscription::Column::CustomerId.eq(customer))
        .order_by_asc(subscription::Column::Id)
        .all(connection)
        .await?;
    let mut hasher = Sha256::new();
    for row in rows {
        let json = serde_json::to_vec(&row)
            .map_err(|_| Error::Internal("a subscription cannot be written as JSON"))?;
        hasher.update(json);
        hasher.update(b"\n");
    }
    Ok(hasher.finalize().to_vec())
}
