//! The log: one entry for each change, in the transaction that makes it, chained within its customer.
//!
//! Each entry holds the SHA-256 of the one before it and of itself. Its own is taken over the canonical form below,
//! which can be made again from the row alone. The newest one is the chain's head, which is signed (`head.rs`).
//!
//! Within a chain instants never go back, and ids grow: so the order by instant and id is the order of the chain.

use entity::{
    CustomerId, EventId, EventKind, GrantId, Instant, PartnerId, TenantId, TenantKind, chain, event,
};
use sea_orm::{EntityTrait, IntoActiveModel, ModelTrait};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Viewer;
use super::head::{Head, advance};
use super::log_key::LogKey;
use super::permit::{Changed, told};
use super::sql_transaction::SqlTransaction;
use crate::{Error, Result};
use domain::history::FieldChange;

/// The form in which entries are hashed now. The first one left the entry's id out.
const HASH_VERSION: i32 = 2;

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

    /// A partner has asked a tenant that is a partner's, and was refused. It concerns no customer.
    pub(super) fn refused_ask(asking: PartnerId, tenant: TenantId) -> Self {
        let asked = FieldChange::new("tenantId", None, Some(tenant.0.to_string()));
        let parties = (Some(asking), None);
        let kind = EventKind::RelationshipRequestRefused;
        Self::registration(kind, asking.0, parties, Vec::from([asked]))
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

    /// Writes the entry at the end of its chain, which the transaction holds. An act that must leave what the customer
    /// has bought as it is does so, or nothing of all this may happen.
    pub(super) async fn append(
        self,
        viewer: &Viewer,
        transaction: &SqlTransaction,
        (chain, key): (&mut chain::Model, &LogKey),
    ) -> Result<()> {
        let actor = Some(viewer).filter(|viewer| !self.is_by_the_clock && viewer.kind().is_some());
        let writes =
            self.keeps_subscriptions.then(|| self.customer.map(|_| chain.subscription_writes.to_be_bytes()));
        let writes = writes.flatten().map(|bytes| bytes.to_vec());
        let mut row = event::Model {
            id: next_id(chain.event_id),
            customer_id: self.customer,
            partner_id: self.partner,
            sequence: chain.sequence + 1,
            kind: self.kind,
            // Whoever waited for the chain may have begun before the one that it waited for.
            occurred_at: chain.occurred_at.map_or(viewer.at(), |last| last.max(viewer.at())),
            actor_kind: actor.and_then(Viewer::kind),
            actor_tenant_id: actor.map(Viewer::tenant),
            actor_subject: actor.map(|actor| actor.identity().subject.clone()),
            actor_is_application: actor.is_some_and(|actor| actor.identity().is_application),
            subject_id: self.subject,
            grant_id: self.grant,
            changes: serde_json::to_value(&self.changes)
                .map_err(|_| Error::Internal("a change cannot be written down"))?,
            subscriptions_before: writes.clone(),
            subscriptions_after: writes,
            previous_hash: chain.hash.clone().unwrap_or_else(|| BEGINNING.to_vec()),
            hash: Vec::new(),
            hash_version: HASH_VERSION,
        };
        row.hash = hash(&row)?;
        let head = Head {
            customer: row.customer_id,
            sequence: row.sequence,
            event: row.id,
            occurred_at: row.occurred_at,
            hash: row.hash.clone(),
            signature: None,
        };
        event::Entity::insert(row.into_active_model()).exec_without_returning(transaction).await?;
        advance(transaction, chain, (head, key), self.keeps_subscriptions).await
    }
}

/// An id that is greater than the one before it in its chain, whichever server made that: entries of one instant are
/// ordered by their ids.
fn next_id(last: Option<EventId>) -> EventId {
    let new = Uuid::now_v7();
    EventId(last.map_or(new, |last| new.max(Uuid::from_u128(last.0.as_u128().saturating_add(1)))))
}

/// What an entry says, in the order in which it is hashed.
#[derive(Serialize)]
struct Canonical<'e> {
    /// Since the second form.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<EventId>,
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

/// The hash of an entry: SHA-256 over its canonical form, which is JSON. None for a form that this program does not know.
pub(super) fn hash_of(row: &event::Model) -> Result<Option<Vec<u8>>> {
    let canonical = Canonical {
        id: match row.hash_version {
            1 => None,
            HASH_VERSION => Some(row.id),
            _ => return Ok(None),
        },
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
    Ok(Some(Sha256::digest(json).to_vec()))
}

fn hash(row: &event::Model) -> Result<Vec<u8>> {
    hash_of(row)?.ok_or(Error::Internal("an entry is made in a form that is not known"))
}
