//! A customer: an organisation that buys through partners.

use sea_orm::entity::prelude::*;

use crate::{Cloud, CustomerId, Instant, TenantId};

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
}

impl ActiveModelBehavior for ActiveModel {}
