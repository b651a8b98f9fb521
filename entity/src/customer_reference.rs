//! What a party to a request or a grant may know of the customer, without an effective grant.
//!
//! The same table as [`crate::customer`], seen through a narrower window with a rule of its own.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, TenantId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    pub tenant_id: TenantId,
    pub name: String,
    /// `name` in lower case: what is searched by.
    pub name_folded: String,
}

impl ActiveModelBehavior for ActiveModel {}
