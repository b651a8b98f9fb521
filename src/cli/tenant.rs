//! Finding a tenant by what people call it.

use std::collections::BTreeMap;

use entity::{TenantId, customer, partner};
use uuid::Uuid;

use super::{CliResult, open};
use crate::{clock, demo};
use access::{Store, View};
use domain::text::fold;

/// The tenant that `name` means: its id, its domain, or the first word of its name in any case. `operator` is the
/// configured operator's, or the demo's in the demo's world. The database is opened only if it has to be asked.
pub async fn find(
    database: impl AsyncFnOnce() -> CliResult<Store>,
    operator: Option<TenantId>,
    name: &str,
) -> CliResult<TenantId> {
    if let Ok(id) = name.parse::<Uuid>() {
        return Ok(TenantId(id));
    }
    let is_operator = name.eq_ignore_ascii_case("operator");
    if let Some(operator) = operator.filter(|_| is_operator) {
        return Ok(operator);
    }
    let store = database().await?;
    let place = open::place(store.database());
    let describe = |error| open::describe(&place, &error);
    if is_operator {
        if demo::is_furnished(&store, clock::now()).await.map_err(describe)? {
            return Ok(demo::OPERATOR);
        }
        return Err("no operator is configured: set `operator_tenant` in the configuration, or \
                    COPARTNER_OPERATOR_TENANT, to its tenant's id."
            .to_owned());
    }
    let view = store.seen_by_the_operator(clock::now());
    let found: Vec<_> = called(&view, &fold(name)).await.map_err(describe)?.into_iter().collect();
    match found.as_slice() {
        [(id, _)] => Ok(*id),
        [] => Err(format!(
            "no tenant is called `{name}` in {place}. Give a tenant's id, its domain, or the first word of its name; \
             or name another directory with --data DIR."
        )),
        several => {
            let names: Vec<_> = several.iter().map(|(id, name)| format!("{name} ({})", id.0)).collect();
            Err(format!("`{name}` could be {}. Give the id.", names.join(" or ")))
        }
    }
}

/// The tenants whose domain is `name`, which is folded, or whose name is it or begins with it as its first word.
async fn called(view: &View, name: &str) -> access::Result<BTreeMap<TenantId, String>> {
    let partners = view.select::<partner::Entity>().called(partner::Column::NameFolded, name).all().await?;
    let mut customers =
        view.select::<customer::Entity>().called(customer::Column::NameFolded, name).all().await?;
    customers.extend(view.select::<customer::Entity>().eq(customer::Column::Domain, name).all().await?);
    let partners = partners.into_iter().map(|row| (row.tenant_id, row.name));
    Ok(partners.chain(customers.into_iter().map(|row| (row.tenant_id, row.name))).collect())
}
