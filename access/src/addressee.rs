//! Whom a partner can ask for a relationship: the one thing that it may learn of a tenant that it does not see yet.

use entity::{CustomerId, TenantId, customer, partner, relationship_request as request};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;

use super::log::Entry;
use super::{Permit, Transaction};
use crate::Result;
use domain::refusal::{Refusal, RefusalCode};

/// How a partner names a customer that it does not see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum TenantKey {
    Id(TenantId),
    Domain(String),
}

impl Transaction<'_> {
    /// Whether whoever asked in a permitted request is in the customer's cloud.
    pub async fn check_cloud(&self, permit: &Permit<request::Entity>, own: &customer::Model) -> Result<()> {
        let asking = partner::Entity::find_by_id(permit.row().partner_id).one(&self.connection).await?;
        if asking.is_some_and(|asking| asking.cloud == own.cloud) {
            return Ok(());
        }
        let message =
            "Who asks is in another cloud than you. Nothing relates across clouds: decline the request.";
        Err(Refusal::new(RefusalCode::CloudMismatch, message).at("request").into())
    }

    /// Whether the tenant that a partner names can be asked for a relationship: a customer of its own cloud.
    ///
    /// Who names a partner's tenant is told so, and the operator reads of it: such an answer tells something of a tenant
    /// that is none of the asker's business.
    pub async fn addressee(&mut self, own: &partner::Model, tenant: TenantKey) -> Result<CustomerId> {
        let unknown = || Refusal::not_found("customer");
        let by = match &tenant {
            TenantKey::Id(id) => customer::Column::TenantId.eq(*id),
            TenantKey::Domain(domain) => customer::Column::Domain.eq(domain.to_lowercase()),
        };
        let found = customer::Entity::find().filter(by).one(&self.connection).await?;
        if let Some(customer) = found {
            // Clouds know nothing of each other: a customer of another one is as if it were not there.
            return if customer.cloud == own.cloud { Ok(customer.id) } else { Err(unknown().into()) };
        }
        let TenantKey::Id(id) = tenant else { return Err(unknown().into()) };
        let partner = partner::Entity::find().filter(partner::Column::TenantId.eq(id));
        if partner.one(&self.connection).await?.is_some() {
            self.tell_anyway(Entry::refused_ask(own.id, id));
            let message = "The tenant is a partner's, and a partner's tenant is never a customer.";
            return Err(Refusal::new(RefusalCode::PartnerCannotBeCustomer, message).at("customer").into());
        }
        Err(unknown().into())
    }
}
