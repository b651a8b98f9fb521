//! A partner's invitation to a customer to delegate administration privileges.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, GrantId, Instant, PartnerId, RequestId, RequestStatus};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "relationship_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestId,
    pub partner_id: PartnerId,
    /// None while an open invitation has not been taken up.
    pub customer_id: Option<CustomerId>,
    /// SHA-256 of an open invitation's secret; the secret itself is never stored.
    pub invitation_hash: Option<Vec<u8>>,
    pub status: RequestStatus,
    pub display_name: String,
    pub message: Option<String>,
    pub duration_days: i32,
    pub auto_extend: bool,
    /// The grant that this one continues without a gap.
    pub renews: Option<GrantId>,
    pub expires_at: Instant,
    pub decided_at: Option<Instant>,
    pub decline_reason: Option<String>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
