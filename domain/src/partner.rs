//! A partner, as it is registered or loaded.

use entity::{Cloud, Instant, PartnerId, PartnerKind, TenantId, TenantStatus, partner::Model};
use serde::Serialize;

use super::{
    field_error::{FieldError, refuse_if},
    record::{check_created_at, found, new_id},
    text::{check_code, check_name, fold},
};

/// What is stated of a partner. Its natural key is its tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartnerRecord {
    pub tenant_id: TenantId,
    pub partner_number: String,
    pub name: String,
    pub kind: PartnerKind,
    pub cloud: Cloud,
    pub created_at: Option<Instant>,
}

/// What other records need to know of a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnerRef {
    pub id: PartnerId,
    pub kind: PartnerKind,
    pub cloud: Cloud,
}

impl From<&Model> for PartnerRef {
    fn from(row: &Model) -> Self {
        Self { id: row.id, kind: row.kind, cloud: row.cloud }
    }
}

impl PartnerRecord {
    /// All that is wrong with it by itself.
    #[must_use]
    pub fn errors(&self, at: Instant) -> Vec<FieldError> {
        found([
            check_code("partnerNumber", &self.partner_number),
            check_name("name", &self.name),
            check_created_at(self.created_at, at),
        ])
    }

    /// The first that is wrong with it by itself.
    pub fn check(&self, at: Instant) -> Result<(), FieldError> {
        self.errors(at).into_iter().next().map_or(Ok(()), Err)
    }

    /// The row that should be there, where `stored` is now.
    pub fn onto(&self, stored: Option<&Model>, at: Instant) -> Result<Model, FieldError> {
        let moves = stored.is_some_and(|stored| stored.cloud != self.cloud);
        refuse_if(moves, "cloud", "differs from the partner's; a tenant never moves to another cloud")?;
        let id = || PartnerId(new_id("partner", &self.tenant_id.0.to_string()));
        Ok(Model {
            id: stored.map_or_else(id, |stored| stored.id),
            tenant_id: self.tenant_id,
            partner_number: self.partner_number.clone(),
            name: self.name.clone(),
            name_folded: fold(&self.name),
            kind: self.kind,
            cloud: self.cloud,
            created_at: self.created_at.or(stored.map(|stored| stored.created_at)).unwrap_or(at),
            status: stored.map_or(TenantStatus::Active, |stored| stored.status),
            status_reason: stored.and_then(|stored| stored.status_reason.clone()),
            status_since: stored.and_then(|stored| stored.status_since),
            version: stored.map_or(1, |stored| stored.version),
        })
    }
}
