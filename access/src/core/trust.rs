//! What every server has to know of whom it trusts, before anyone is known: read whole, whenever it has changed.

use entity::{TenantId, TenantStatus, customer, issuer_trust, partner, revocation};
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Statement};

use crate::core::unscoped::Doorkeeper;
use crate::{Error, Result};
use domain::tenant::Barred;

/// Spelled out, so that the indexes of those that are not let in are used.
const IS_BARRED: &str = "status <> 'ACTIVE'";

/// Whom the server trusts besides its configuration, and whom not any more.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The number of this state. A state that is read while it changes has the number of the one before.
    pub revision: i64,
    pub issuers: Vec<issuer_trust::Model>,
    pub revocations: Vec<revocation::Model>,
    /// The tenants whose principals are not let in.
    pub barred: Vec<(TenantId, Barred)>,
}

impl Doorkeeper<'_> {
    /// The number of what is trusted now, which grows with every change.
    pub async fn trust_revision(self) -> Result<i64> {
        let reads = self.store.reads();
        let ask =
            Statement::from_string(self.store.backend(), "SELECT revision FROM trust_revision WHERE id = 1");
        let row = reads.query_one_raw(ask).await?;
        let revision = row.map(|row| row.try_get("", "revision")).transpose()?;
        revision.ok_or(Error::Internal("what is trusted has no number; run `copartner migrate up`"))
    }

    /// All of it.
    pub async fn trust(self) -> Result<Trust> {
        // First, so that what changes meanwhile is read once more.
        let revision = self.trust_revision().await?;
        let reads = self.store.reads();
        let partners = partner::Entity::find()
            .select_only()
            .columns([partner::Column::TenantId, partner::Column::Status])
            .filter(Expr::cust(IS_BARRED));
        let customers = customer::Entity::find()
            .select_only()
            .columns([customer::Column::TenantId, customer::Column::Status])
            .filter(Expr::cust(IS_BARRED));
        let mut states: Vec<(TenantId, TenantStatus)> = partners.into_tuple().all(reads).await?;
        states.extend(customers.into_tuple::<(TenantId, TenantStatus)>().all(reads).await?);
        let barred =
            states.into_iter().filter_map(|(tenant, status)| Some((tenant, Barred::by(status)?))).collect();
        let issuers = issuer_trust::Entity::find().all(reads).await?;
        let revocations = revocation::Entity::find().all(reads).await?;
        Ok(Trust { revision, issuers, revocations, barred })
    }
}
