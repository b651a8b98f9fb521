//! A webhook: where a tenant wants to be told of its events, and how far it has been told. The row is the queue.

use sea_orm::entity::prelude::*;

use crate::{
    CustomerId, EventKinds, Instant, PartnerId, SecurityGroups, TenantId, TenantRoles, WebhookId,
    WebhookStatus,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookId,
    /// Whose it is. Never changes; the database refuses.
    pub tenant_id: TenantId,
    /// The tenant, where it is a partner's.
    pub partner_id: Option<PartnerId>,
    /// The tenant, where it is a customer's. The operator's has neither.
    pub customer_id: Option<CustomerId>,
    pub url: String,
    /// Scheme, host and port of `url`, whose path may be a secret: what the log tells of it.
    pub origin: String,
    pub description: Option<String>,
    /// None for all.
    pub kinds: Option<EventKinds>,
    /// What it sees by: the tenant roles and the groups of whoever registered it. Never changes; the database refuses.
    pub roles: TenantRoles,
    pub security_groups: SecurityGroups,
    pub status: WebhookStatus,
    /// What the secret is derived from, with a key that is not in the database.
    pub secret_nonce: Vec<u8>,
    /// Which key that was.
    pub secret_key_id: Vec<u8>,
    pub secret_rotated_at: Instant,
    /// With `previous_until`: the secret before, and until when it signs, too.
    pub previous_nonce: Option<Vec<u8>>,
    pub previous_until: Option<Instant>,
    pub created_by: String,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// The place in the feed of the last entry that was dealt with, told to nobody; None before its own registration.
    pub position: Option<i64>,
    /// When it is its turn again.
    pub next_attempt_at: Instant,
    /// Since when no attempt has succeeded; None when the last one did.
    pub failing_since: Option<Instant>,
    /// With `lease_until`: which server serves it now.
    pub lease_owner: Option<Uuid>,
    pub lease_until: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
