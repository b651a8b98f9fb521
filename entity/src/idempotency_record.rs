//! The first answer to a mutation that carried an idempotency key.

use sea_orm::entity::prelude::*;

use crate::{Instant, TenantId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// The principal that used the key: the answer is its own.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 of the operation and its input: the same key with another input is refused.
    pub input_hash: Vec<u8>,
    pub answer: Json,
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
