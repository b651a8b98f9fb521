//! Whom a partner can ask for a relationship: the one thing that it may learn of a tenant that it does not see yet.

use entity::{CustomerId, TenantId, customer, relationship_request as request};
use sea_orm::ColumnTrait;
use serde::Serialize;

use crate::chain::entry::Entry;
use crate::core::permit::{Permit, RequestPermit};
use crate::core::transaction::Transaction;
use crate::core::viewer::Principal;
use crate::{Error, Result};
use domain::refusal::Refusal;
use domain::tenant::{check_cloud, refuse_partners_tenant};

/// How a partner names a customer that it does not see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum TenantKey {
    Id(TenantId),
    Domain(String),
}

impl Transaction<'_> {
    /// Whether whoever asks in a permitted request is in the cloud of the viewer, a customer.
    pub async fn check_cloud(&self, permit: &Permit<request::Entity>) -> Result<()> {
        let Principal::Customer(own) = self.view().viewer().principal() else {
            return Err(Error::Internal("someone who is no customer may decide a request"));
        };
        let asking = self.asking_partner(permit).await?;
        Ok(check_cloud(asking.map(|asking| asking.cloud), own.cloud)?)
    }

    /// Whether the tenant that a partner names can be asked for a relationship: a customer of its own cloud.
    ///
    /// Who names a partner's tenant is told so, and the operator reads of it: such an answer tells something of a tenant
    /// that is none of the asker's business.
    pub async fn addressee(&mut self, permit: &RequestPermit, tenant: TenantKey) -> Result<CustomerId> {
        let unknown = || Refusal::not_found("customer");
        let (asking, cloud) = (permit.partner().id, permit.partner().cloud);
        let is_named = match &tenant {
            TenantKey::Id(id) => customer::Column::TenantId.eq(*id),
            TenantKey::Domain(domain) => customer::Column::Domain.eq(domain.to_lowercase()),
        };
        if let Some(customer) = self.addressed_customer(is_named).await? {
            // Clouds know nothing of each other: a customer of another one is as if it were not there.
            return if customer.cloud == cloud { Ok(customer.id) } else { Err(unknown().into()) };
        }
        match tenant {
            TenantKey::Id(id) if self.is_partners(id).await? => {
                self.regardless.push(Entry::refused_request(asking, id));
                Err(refuse_partners_tenant("customer").into())
            }
            TenantKey::Id(_) | TenantKey::Domain(_) => Err(unknown().into()),
        }
    }
}
