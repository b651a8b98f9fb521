//! Finding a tenant by what people call it.

use entity::TenantId;
use uuid::Uuid;

use super::Outcome;
use crate::access::Store;

/// The tenant that `name` means: its id, its domain, or the first word of its name in any case. `operator` is the
/// configured operator's.
pub async fn find(store: &Store, operator: Option<TenantId>, name: &str) -> Outcome<TenantId> {
    if let Ok(id) = name.parse::<Uuid>() {
        return Ok(TenantId(id));
    }
    if name.eq_ignore_ascii_case("operator") {
        return operator.ok_or_else(|| "no operator is configured: set `operator_tenant` in the configuration, or COPARTNER_OPERATOR_TENANT, to its tenant's id.".to_owned());
    }
    let found = store.doorkeeper().tenants_called(name).await;
    let found = found.map_err(|error| super::open::describe("the database", &error))?;
    match found.as_slice() {
        [(id, _)] => Ok(*id),
        [] => Err(format!(
            "no tenant is called `{name}`. Give a tenant's id, its domain, or the first word of its name."
        )),
        several => {
            let names: Vec<_> = several.iter().map(|(id, name)| format!("{name} ({})", id.0)).collect();
            Err(format!("`{name}` could be {}. Give the id.", names.join(" or ")))
        }
    }
}
