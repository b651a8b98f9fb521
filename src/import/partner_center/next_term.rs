//! What Partner Center is to do when a subscription renews.

use super::{
    resource::Resource,
    words::{billing_cycle, term},
};
use domain::{offer::Terms, subscription::SubscriptionRecord};

/// The field that has it.
const PATH: &str = "scheduledNextTermInstructions";

/// Takes what is to change when `now` renews, which is not over. What no record can hold stays in the resource and counts
/// as ignored: another product, and an end of its own.
pub(super) fn take(resource: &mut Resource, now: &SubscriptionRecord) -> Result<Option<Terms>, String> {
    let product = |field| resource.peek(&[PATH, "product", field]);
    let Some((id, sku)) = product("productId").zip(product("skuId")) else { return Ok(None) };
    // An offer's id is the product's, the sku's and the availability's.
    if !now.offer.starts_with(&format!("{id}:{sku}:")) {
        return Ok(None);
    }
    let at = |field: &str| format!("{PATH}.product.{field}");
    for field in ["productId", "skuId", "availabilityId"] {
        resource.take(&at(field));
    }
    let path = at("termDuration");
    let next_term = resource.text(&path)?.map(|word| term(&path, &word)).transpose()?;
    let path = at("billingCycle");
    let next_cycle = resource.text(&path)?.map(|word| billing_cycle(&path, &word)).transpose()?;
    Ok(Some(Terms {
        quantity: resource.number(&format!("{PATH}.quantity"))?.unwrap_or(now.quantity),
        term: next_term.unwrap_or(now.term),
        billing_cycle: next_cycle.unwrap_or(now.billing_cycle),
    }))
}
