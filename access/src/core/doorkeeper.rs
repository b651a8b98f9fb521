//! Who lets viewers in: what must be read before anyone is known.

use std::sync::Arc;

use entity::Instant;

use crate::core::store::Store;
use crate::core::view::View;
use crate::unscoped::{secrets, webhooks::Leased};
use crate::viewer::{Principal, Viewer};
use crate::{Error, Result};
use domain::identity::Identity;
use domain::tenant::Barred;

/// The name of the key that cursors are signed with.
const CURSOR_KEY: &str = "cursor-key";

/// What must be read before anyone is known.
#[derive(Clone, Copy, Debug)]
pub struct Doorkeeper<'s> {
    store: &'s Store,
}

impl Store {
    /// The few reads before anyone is known.
    #[must_use]
    pub fn doorkeeper(&self) -> Doorkeeper<'_> {
        Doorkeeper { store: self }
    }
}

impl<'s> Doorkeeper<'s> {
    pub(crate) fn store(self) -> &'s Store {
        self.store
    }

    /// Finds the tenant of a verified identity and lets its bearer in, to see what it may at `at`, or says why not. One
    /// statement, none for the operator and for a tenant that is remembered.
    pub async fn admit(self, identity: Identity, at: Instant) -> Result<Result<View, Barred>> {
        let view = |identity, principal| View::new(self.store.clone(), Viewer::new(identity, principal, at));
        if self.store.operator() == Some(identity.tenant) {
            return Ok(Ok(view(identity, Arc::new(Principal::Operator))));
        }
        if let Some(principal) = self.store.tenants().get(&identity.tenant) {
            return Ok(Ok(view(identity, principal)));
        }
        let principal = match self.store.look_up(identity.tenant).await? {
            Ok(principal) => principal,
            Err(barred) => return Ok(Err(barred)),
        };
        let view = view(identity, principal);
        view.note_look_up();
        Ok(Ok(view))
    }

    /// Lets the principal in as which a webhook sees: an application of its tenant, with the roles and the groups that whoever registered it
    /// had. So it sees what that one would see today, and no more. A tenant that is another than it was is not registered any
    /// more.
    pub(crate) async fn admit_webhook(self, webhook: &Leased, at: Instant) -> Result<Result<View, Barred>> {
        let row = webhook.row();
        let identity = Identity {
            tenant: row.tenant_id,
            subject: format!("webhook:{}", row.id.0),
            is_application: true,
            mfa: false,
            applications_need_mfa: false,
            roles: row.roles.0.clone(),
            groups: row.security_groups.0.clone(),
            expires_at: at,
        };
        let view = match self.admit(identity, at).await? {
            Ok(view) => view,
            Err(barred) => return Ok(Err(barred)),
        };
        let is_its_own = match view.viewer().principal() {
            Principal::Partner(own) => row.partner_id == Some(own.id),
            Principal::Customer(own) => row.customer_id == Some(own.id),
            Principal::Operator => row.partner_id.is_none() && row.customer_id.is_none(),
            Principal::Timer => false,
        };
        Ok(if is_its_own { Ok(view) } else { Err(Barred::NotRegistered) })
    }

    /// The key that cursors are signed with. All servers on this database share it.
    pub async fn cursor_key(self) -> Result<Vec<u8>> {
        let key = self.store.server_read(secrets::secret(CURSOR_KEY)).await?.pop().map(|key| key.value);
        key.ok_or(Error::Internal("the cursor key is missing; run `copartner migrate up`"))
    }
}
