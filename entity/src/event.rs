//! An entry of the log: one change, written in the transaction that made it, never changed, never removed.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, EventId, EventKind, GrantId, Instant, PartnerId, TenantId, TenantKind};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    /// The customer whose chain this is part of; None for what concerns no customer.
    pub customer_id: Option<CustomerId>,
    /// The partner that is a party to it.
    pub partner_id: Option<PartnerId>,
    /// Position in the customer's chain, from 1.
    pub sequence: i64,
    pub kind: EventKind,
    pub occurred_at: Instant,
    /// None for the system.
    pub actor_kind: Option<TenantKind>,
    pub actor_tenant_id: Option<TenantId>,
    pub actor_subject: Option<String>,
    pub actor_is_application: bool,
    /// The id of the object that changed.
    pub subject_id: Uuid,
    /// The grant that the actor used.
    pub grant_id: Option<GrantId>,
    /// A JSON array of field changes.
    pub changes: Json,
    /// Of a relationship act: how often the customer's subscriptions had been written before it, and after it, in eight
    /// bytes. Entries with `hash_version` 1 have the SHA-256 over the subscriptions' rows instead.
    pub subscriptions_before: Option<Vec<u8>>,
    pub subscriptions_after: Option<Vec<u8>>,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
    /// Which form of the entry was hashed.
    pub hash_version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
