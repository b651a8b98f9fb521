//! Whom a partner can ask for a relationship: the one thing that it may learn of a tenant that it does not see yet.

use entity::{CustomerId, TenantId};
use serde::Serialize;

use crate::Result;
use crate::chain::entry::Entry;
use crate::core::proof::RequestPermit;
use crate::core::transaction::Transaction;
use crate::unscoped::tenants;
use domain::refusal::Refusal;
use domain::tenant::{check_customer_open, refuse_partners_tenant};

/// How a partner names a customer that it does not see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum TenantKey {
    Id(TenantId),
    Domain(String),
}

impl Transaction<'_> {
    /// Whether the tenant that a partner names can be asked for a relationship: a customer of its own cloud, not closed.
    ///
    /// Who names a partner's tenant is told so, and the operator reads of it: such an answer tells something of a tenant
    /// that is none of the asker's business.
    pub async fn addressee(&mut self, permit: &RequestPermit, tenant: TenantKey) -> Result<CustomerId> {
        let unknown = || Refusal::not_found("customer");
        let (asking, cloud) = (permit.partner().id, permit.partner().cloud);
        let named = match &tenant {
            TenantKey::Id(id) => tenants::customer_of_tenant(*id),
            TenantKey::Domain(domain) => tenants::customer_of_domain(&domain.to_lowercase()),
        };
        if let Some(customer) = self.unscoped(named).await?.pop() {
            // Clouds know nothing of each other: a customer of another one is as if it were not there.
            if customer.cloud != cloud {
                return Err(unknown().into());
            }
            check_customer_open(customer.status)?;
            return Ok(customer.id);
        }
        match tenant {
            TenantKey::Id(id) if !self.unscoped(tenants::partner_of_tenant(id)).await?.is_empty() => {
                self.regardless.push(Entry::refused_request(asking, id));
                Err(refuse_partners_tenant("customer").into())
            }
            TenantKey::Id(_) | TenantKey::Domain(_) => Err(unknown().into()),
        }
    }
}
