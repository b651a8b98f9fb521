//! The demo world: a customer with two partners, a stranger, and a crowd around them, made the same way every time.
//!
//! It is built as records and loaded like any import, so that it obeys every rule. Names decide
//! everything: each id and each choice is made from the name of what it is for, and adding something moves nothing
//! else. Only the instants follow the day on which it is made.
//!
//! Deliberately absent: entries in the log. The log tells what was done on this server, and nothing has been yet.

mod cast;
mod chance;
mod contoso;
mod crowd;
mod customers;
mod day;
mod offers;
mod partners;
mod relations;
mod sales;
#[cfg(test)]
mod tests;

use entity::{Instant, customer, partner};

pub use cast::{CONTOSO, CastMember, FABRIKAM, NORTHWIND, OPERATOR, SUPPORT_DESK, TAILSPIN, cast};
pub use contoso::INVITATION;

use crate::{Error, Result};
use access::{AnyRecord, Store};

/// Whether a store has the demo's world.
pub async fn is_furnished(store: &Store, at: Instant) -> Result<bool> {
    let view = store.seen_by_the_operator(at);
    let partners = view.select::<partner::Entity>();
    let partners = partners.is_in(partner::Column::TenantId, [FABRIKAM, NORTHWIND, TAILSPIN]).all().await?;
    let contoso = view.select::<customer::Entity>().eq(customer::Column::TenantId, CONTOSO).one().await?;
    Ok(partners.len() == 3 && contoso.is_some())
}

/// Puts the world into a store whose tables are up to date, as of `at`. A store that has it already stays as it is,
/// with whatever was done there since.
pub async fn furnish(store: &Store, at: Instant) -> Result<()> {
    if is_furnished(store, at).await? {
        return Ok(());
    }
    let mut load = store.load(at).await?;
    let outcome = load.put(world(at)).await?;
    if !outcome.errors.is_empty() {
        return Err(Error::Internal("the demo world breaks a rule"));
    }
    load.finish().await
}

/// Everything there is, in an order in which nothing names what comes later.
fn world(at: Instant) -> Vec<AnyRecord> {
    let today = day::today(at);
    let mut world = offers::records(today);
    world.extend(partners::records(today));
    world.extend(customers::records(today));
    world.extend(contoso::records(today));
    world.extend(crowd::records(today));
    world
}
