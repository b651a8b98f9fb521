//! A partner, as loaded.

use entity::{Cloud, Instant, PartnerId, PartnerKind, TenantId, partner::Model};
use serde::{Deserialize, Serialize};

use super::{Kind, check_created_at, form, found, new_id};
use crate::{
    flaw::{Flaw, refuse_if},
    text::{check_code, check_name, fold},
};

/// A partner. Its natural key is its tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Partner {
    #[serde(deserialize_with = "form::id")]
    pub tenant_id: TenantId,
    pub partner_number: String,
    pub name: String,
    pub kind: PartnerKind,
    #[serde(default = "form::public")]
    pub cloud: Cloud,
    #[serde(default, deserialize_with = "form::optional_instant")]
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

impl Partner {
    /// All that is wrong with it by itself.
    #[must_use]
    pub fn flaws(&self, at: Instant) -> Vec<Flaw> {
        found([
            check_code("partnerNumber", &self.partner_number),
            check_name("name", &self.name),
            check_created_at(self.created_at, at),
        ])
    }

    /// The row that should be there, where `stored` is now.
    pub fn onto(&self, stored: Option<&Model>, at: Instant) -> Result<Model, Flaw> {
        let moves = stored.is_some_and(|stored| stored.cloud != self.cloud);
        refuse_if(moves, "cloud", "differs from the partner's; a tenant never moves to another cloud")?;
        let id = || PartnerId(new_id(Kind::Partner, &self.tenant_id.0.to_string()));
        Ok(Model {
            id: stored.map_or_else(id, |stored| stored.id),
            tenant_id: self.tenant_id,
            partner_number: self.partner_number.clone(),
            name: self.name.clone(),
            name_folded: fold(&self.name),
            kind: self.kind,
            cloud: self.cloud,
            created_at: self.created_at.or(stored.map(|stored| stored.created_at)).unwrap_or(at),
        })
    }
}
