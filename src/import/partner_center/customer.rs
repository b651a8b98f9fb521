//! A customer resource becomes a customer.

use entity::TenantId;

use super::{
    PartnerCenter,
    resource::{Resource, needed},
};
use domain::customer::CustomerRecord;

/// Where the country of a customer may stand.
const COUNTRIES: [&str; 2] = ["billingProfile.defaultAddress.country", "companyProfile.address.country"];

/// Reads what a customer resource says. What the partner may do there is not among it: that the customer decides.
pub(super) fn read(resource: &mut Resource, center: &PartnerCenter) -> Result<CustomerRecord, String> {
    let path = "companyProfile.tenantId";
    let tenant = needed(path, resource.id(path)?)?;
    if resource.id("id")?.is_some_and(|id| id != tenant) {
        return Err(format!("id is not {path}, by which subscriptions name their customer"));
    }
    let path = "companyProfile.domain";
    let domain = needed(path, resource.text(path)?)?.to_lowercase();
    let path = "companyProfile.companyName";
    let name = needed(path, resource.text(path)?)?;
    Ok(CustomerRecord {
        tenant_id: TenantId(tenant),
        name,
        domain,
        country: country(resource, center)?,
        cloud: center.partner.cloud,
        created_at: None,
    })
}

fn country(resource: &mut Resource, center: &PartnerCenter) -> Result<String, String> {
    for path in COUNTRIES {
        if let Some(country) = resource.text(path)? {
            return Ok(country.to_uppercase());
        }
    }
    center.country.clone().ok_or_else(|| {
        format!(
            "has no country, neither at {}. Say with --country which one it is, such as --country NL",
            COUNTRIES.join(" nor at ")
        )
    })
}
