//! Whom the server trusts: read whole, whenever it has changed.

use entity::{TenantId, issuer_trust, revocation};

use crate::core::doorkeeper::Doorkeeper;
use crate::unscoped::trust;
use crate::{Error, Result};
use domain::tenant::Barred;

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
        let revision = self.store().server_read(trust::revision()).await?.pop();
        let revision = revision.map(|row| row.revision);
        revision.ok_or(Error::Internal("what is trusted has no number; run `copartner migrate up`"))
    }

    /// All of it.
    pub async fn trust(self) -> Result<Trust> {
        // First, so that what changes meanwhile is read once more.
        let revision = self.trust_revision().await?;
        let store = self.store();
        let mut tenants = store.server_read(trust::barred_partners()).await?;
        tenants.extend(store.server_read(trust::barred_customers()).await?);
        let barred =
            tenants.into_iter().filter_map(|tenant| Some((tenant.tenant_id, Barred::by(tenant.status)?)));
        let barred = barred.collect();
        let issuers = store.server_read(trust::issuers()).await?;
        let revocations = store.server_read(trust::revocations()).await?;
        Ok(Trust { revision, issuers, revocations, barred })
    }
}
