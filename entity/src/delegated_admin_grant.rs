//! A grant: roles that a customer delegates to a partner, for a time.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, GrantId, GrantStatus, Instant, PartnerId, RequestId, TenantKind};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delegated_admin_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GrantId,
    pub partner_id: PartnerId,
    pub customer_id: CustomerId,
    /// The request whose acceptance made it; None for what was imported without one.
    pub request_id: Option<RequestId>,
    pub display_name: String,
    /// `display_name` in lower case: what lists are ordered and searched by.
    pub display_name_folded: String,
    pub status: GrantStatus,
    pub starts_at: Instant,
    /// The recorded end. With `auto_extend` the effective end may be later, by the clock.
    pub ends_at: Instant,
    pub auto_extend: bool,
    /// Whether the customer agreed that it may extend itself, and has not taken that back.
    pub may_auto_extend: bool,
    pub terminated_at: Option<Instant>,
    pub terminated_by: Option<TenantKind>,
    pub termination_reason: Option<String>,
    /// At how many days before its end both parties were last told of it.
    pub warned_days: Option<i32>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
