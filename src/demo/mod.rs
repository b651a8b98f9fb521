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

use entity::Instant;

pub use cast::{CONTOSO, CastMember, FABRIKAM, NORTHWIND, OPERATOR, SUPPORT_DESK, TAILSPIN, cast};
pub use contoso::INVITATION;

use crate::{Error, Result};
use access::{AnyRecord, Store};

/// Whether a store has the demo's world.
pub async fn is_furnished(store: &Store) -> Result<bool> {
    for tenant in [CONTOSO, FABRIKAM, NORTHWIND, TAILSPIN] {
        if !store.doorkeeper().knows(tenant).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Puts the world into a store whose tables are up to date, as of `at`. A store that has it already stays as it is,
/// with whatever was done there since.
pub async fn furnish(store: &Store, at: Instant) -> Result<()> {
    if is_furnished(store).await? {
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
