//! An offer: what can be bought, and within which limits.

use sea_orm::entity::prelude::*;

use crate::{BillingCycles, Instant, OfferId, Terms};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "offer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OfferId,
    pub sku: String,
    pub name: String,
    /// `name` in lower case: what lists are ordered and searched by, alike on every database.
    pub name_folded: String,
    pub publisher: String,
    pub min_quantity: i32,
    pub max_quantity: i32,
    pub terms: Terms,
    pub billing_cycles: BillingCycles,
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
