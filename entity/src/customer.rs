//! A customer: an organisation that buys through partners.

use sea_orm::entity::prelude::*;

use crate::{Cloud, CustomerId, Instant, TenantId, TenantStatus};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    pub tenant_id: TenantId,
    pub name: String,
    /// `name` in lower case: what lists are ordered and searched by, alike on every database.
    pub name_folded: String,
    /// Lower case.
    pub domain: String,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    pub cloud: Cloud,
    pub created_at: Instant,
    pub status: TenantStatus,
    /// Why it is not `Active`, in the operator's words.
    pub status_reason: Option<String>,
    /// Since when it is what it is; none for what it was from the start.
    pub status_since: Option<Instant>,
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
