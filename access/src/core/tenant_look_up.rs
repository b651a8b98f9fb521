//! Who a tenant is, and that it is let in, as the database says it now.

use std::sync::Arc;

use entity::TenantId;

use crate::Result;
use crate::core::store::Store;
use crate::unscoped::tenants::{Registered, registered};
use crate::viewer::Principal;
use domain::tenant::Barred;

impl Store {
    /// Looks a tenant up and remembers it; forgets one that is not let in any more.
    pub(super) async fn look_up(&self, id: TenantId) -> Result<Result<Arc<Principal>, Barred>> {
        let found = self.server_read(registered(id)).await?.pop();
        let found = found.and_then(|Registered(principal)| principal).ok_or(Barred::NotRegistered);
        let found = found.and_then(|principal| match Barred::by(principal.status()) {
            None => Ok(Arc::new(principal)),
            Some(barred) => Err(barred),
        });
        match &found {
            Ok(principal) => self.tenants().insert(id, Arc::clone(principal)),
            Err(_) => self.tenants().invalidate(&id),
        }
        Ok(found)
    }
}
