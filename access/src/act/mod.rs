//! What belongs to an act besides its row: built on the core's permits, locks and writes.

mod acceptance;
pub(crate) mod addressee;
pub(crate) mod ending;
pub(crate) mod grants;
pub(crate) mod idempotency;
mod registry;
mod requests;
mod subscriptions;
#[cfg(test)]
mod tests;
mod trust;
pub(crate) mod webhooks;
