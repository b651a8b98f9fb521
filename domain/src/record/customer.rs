//! A customer, as loaded.

use entity::{Cloud, CustomerId, Instant, TenantId, customer::Model};
use serde::{Deserialize, Serialize};

use super::{Kind, check_created_at, form, found, new_id};
use crate::{
    flaw::{Flaw, refuse_if},
    tenant::{check_country, check_domain},
    text::{check_name, fold},
};

/// A customer. Its natural key is its tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Customer {
    #[serde(deserialize_with = "form::id")]
    pub tenant_id: TenantId,
    pub name: String,
    pub domain: String,
    pub country: String,
    #[serde(default = "form::public")]
    pub cloud: Cloud,
    #[serde(default, deserialize_with = "form::optional_instant")]
    pub created_at: Option<Instant>,
}

/// What other records need to know of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerRef {
    pub id: CustomerId,
    pub cloud: Cloud,
}

impl From<&Model> for CustomerRef {
    fn from(row: &Model) -> Self {
        Self { id: row.id, cloud: row.cloud }
    }
}

impl Customer {
    /// All that is wrong with it by itself.
    #[must_use]
    pub fn flaws(&self, at: Instant) -> Vec<Flaw> {
        found([
            check_name("name", &self.name),
            check_domain(&self.domain),
            check_country(&self.country),
            check_created_at(self.created_at, at),
        ])
    }

    /// The row that should be there, where `stored` is now.
    pub fn onto(&self, stored: Option<&Model>, at: Instant) -> Result<Model, Flaw> {
        let moves = stored.is_some_and(|stored| stored.cloud != self.cloud);
        refuse_if(moves, "cloud", "differs from the customer's; a tenant never moves to another cloud")?;
        let id = || CustomerId(new_id(Kind::Customer, &self.tenant_id.0.to_string()));
        Ok(Model {
            id: stored.map_or_else(id, |stored| stored.id),
            tenant_id: self.tenant_id,
            name: self.name.clone(),
            name_folded: fold(&self.name),
            domain: self.domain.clone(),
            country: self.country.clone(),
            cloud: self.cloud,
            created_at: self.created_at.or(stored.map(|stored| stored.created_at)).unwrap_or(at),
        })
    }
}
