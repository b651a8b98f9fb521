//! Partners as the command line asks for them, before anyone is known: by their tenant and by their number.

use entity::{Cloud, TenantId, partner};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::Doorkeeper;
use crate::Result;

/// What tells a partner from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredPartner {
    pub tenant: TenantId,
    /// The partner number.
    pub number: String,
    pub cloud: Cloud,
}

impl Doorkeeper<'_> {
    /// The partner whose tenant this is. For the operator's command line, who imports what it sold.
    pub async fn partner(self, tenant: TenantId) -> Result<Option<RegisteredPartner>> {
        self.registered(partner::Column::TenantId.eq(tenant)).await
    }

    /// The partner with this number. For the operator's command line, who imports what others sold for it.
    pub async fn partner_numbered(self, number: &str) -> Result<Option<RegisteredPartner>> {
        self.registered(partner::Column::PartnerNumber.eq(number)).await
    }

    async fn registered(self, is: impl Into<Condition>) -> Result<Option<RegisteredPartner>> {
        let row = partner::Entity::find().filter(is.into()).one(self.store.reads()).await?;
        Ok(row.map(|row| RegisteredPartner {
            tenant: row.tenant_id,
            number: row.partner_number,
            cloud: row.cloud,
        }))
    }
}
