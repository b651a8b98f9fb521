//! A customer, as it is registered or loaded.

use entity::{Cloud, CustomerId, Instant, TenantId, TenantStatus, customer::Model};
use serde::Serialize;

use super::{
    field_error::{FieldError, refuse_if},
    record::{check_created_at, found, new_id},
    tenant::{check_country, check_domain},
    text::{check_name, fold},
};

/// What is stated of a customer. Its natural key is its tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerRecord {
    pub tenant_id: TenantId,
    pub name: String,
    pub domain: String,
    pub country: String,
    pub cloud: Cloud,
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

impl CustomerRecord {
    /// All that is wrong with it by itself.
    #[must_use]
    pub fn errors(&self, at: Instant) -> Vec<FieldError> {
        found([
            check_name("name", &self.name),
            check_domain(&self.domain),
            check_country(&self.country),
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
        refuse_if(moves, "cloud", "differs from the customer's; a tenant never moves to another cloud")?;
        let id = || CustomerId(new_id("customer", &self.tenant_id.0.to_string()));
        Ok(Model {
            id: stored.map_or_else(id, |stored| stored.id),
            tenant_id: self.tenant_id,
            name: self.name.clone(),
            name_folded: fold(&self.name),
            domain: self.domain.clone(),
            country: self.country.clone(),
            cloud: self.cloud,
            created_at: self.created_at.or(stored.map(|stored| stored.created_at)).unwrap_or(at),
            status: stored.map_or(TenantStatus::Active, |stored| stored.status),
            status_reason: stored.and_then(|stored| stored.status_reason.clone()),
            status_since: stored.and_then(|stored| stored.status_since),
            version: stored.map_or(1, |stored| stored.version),
        })
    }
}
