//! The log: one entry for each change, in the transaction that makes it, chained within its customer.
//!
//! Each entry holds the SHA-256 of the one before it and of itself. Its own is taken over the canonical form below,
//! which can be made again from the row alone. The newest one is the chain's head, which is signed (`head.rs`).
//!
//! Within a chain instants never go back, and ids grow: so the order by instant and id is the order of the chain.

use entity::{
    CustomerId, EventId, EventKind, GrantId, Instant, PartnerId, TenantId, TenantKind, chain, event,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Error, Result};
use domain::history::FieldChange;

/// The form in which entries are hashed now. The first one left the entry's id out.
const HASH_VERSION: i32 = 2;

/// The hash before the first entry of a chain.
pub(crate) const BEGINNING: [u8; 32] = [0; 32];

/// What is to be told of a change.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) customer: Option<CustomerId>,
    pub(crate) partner: Option<PartnerId>,
    pub(crate) kind: EventKind,
    pub(crate) subject: Uuid,
    pub(crate) changes: Vec<FieldChange>,
    /// The grant that the actor used.
    pub(crate) grant: Option<GrantId>,
    pub(crate) is_by_the_clock: bool,
    /// Whether it must leave the customer's subscriptions as they are.
    pub(crate) keeps_subscriptions: bool,
}

/// Whose act an entry tells of; None for the server itself.
#[derive(Clone, Debug)]
pub(crate) struct Author {
    pub(crate) kind: TenantKind,
    pub(crate) tenant: TenantId,
    pub(crate) subject: String,
    pub(crate) is_application: bool,
}

impl Entry {
    /// Something was registered, or what was registered is changed.
    pub(crate) fn registration(kind: EventKind, subject: Uuid, changes: Vec<FieldChange>) -> Self {
        let (customer, partner, grant) = (None, None, None);
        let (is_by_the_clock, keeps_subscriptions) = (false, true);
        Self { customer, partner, kind, subject, changes, grant, is_by_the_clock, keeps_subscriptions }
    }

    /// A partner has asked for a relationship with a partner's tenant, and was refused. It concerns no customer.
    pub(crate) fn refused_request(partner: PartnerId, tenant: TenantId) -> Self {
        let named = FieldChange::new("tenantId", None, Some(tenant.0.to_string()));
        let kind = EventKind::RelationshipRequestRefused;
        Self { partner: Some(partner), ..Self::registration(kind, partner.0, Vec::from([named])) }
    }

    /// With what became of what belongs to the row.
    pub(crate) fn with(mut self, changes: impl IntoIterator<Item = FieldChange>) -> Self {
        self.changes.extend(changes.into_iter().filter(FieldChange::is_one));
        self
    }

    /// The actor used this grant.
    pub(crate) fn through(self, grant: Option<GrantId>) -> Self {
        Self { grant, ..self }
    }

    /// Nobody did it: its time had come.
    pub(crate) fn by_the_clock(self) -> Self {
        Self { is_by_the_clock: true, ..self }
    }

    /// The row that follows the last one of its chain.
    pub(crate) fn after(
        self,
        last: &chain::Model,
        author: Option<Author>,
        at: Instant,
    ) -> Result<event::Model> {
        let author = author.filter(|_| !self.is_by_the_clock);
        let writes = self.keeps_subscriptions && self.customer.is_some();
        let writes = writes.then(|| last.subscription_writes.to_be_bytes().to_vec());
        let mut row = event::Model {
            id: next_id(last.event_id),
            customer_id: self.customer,
            partner_id: self.partner,
            sequence: last.sequence + 1,
            kind: self.kind,
            // Whoever waited for the chain may have begun before the one that it waited for.
            occurred_at: last.occurred_at.map_or(at, |last| last.max(at)),
            actor_kind: author.as_ref().map(|author| author.kind),
            actor_tenant_id: author.as_ref().map(|author| author.tenant),
            actor_is_application: author.as_ref().is_some_and(|author| author.is_application),
            actor_subject: author.map(|author| author.subject),
            subject_id: self.subject,
            grant_id: self.grant,
            changes: serde_json::to_value(&self.changes)
                .map_err(|_| Error::Internal("a change cannot be written down"))?,
            subscriptions_before: writes.clone(),
            subscriptions_after: writes,
            previous_hash: last.hash.clone().unwrap_or_else(|| BEGINNING.to_vec()),
            hash: Vec::new(),
            hash_version: HASH_VERSION,
        };
        row.hash = hash(&row)?;
        Ok(row)
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
pub(crate) fn hash_of(row: &event::Model) -> Result<Option<Vec<u8>>> {
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
