//! The core of the wall: it alone holds the connection to the database.
//!
//! It promises that a row is read only by a statement that begins with its table's rule for one viewer, which `scope` makes, or by one of the
//! reads that `unscoped` lists by name; and that a row is written only with a permit for it, with the log's entry in the same
//! transaction. The modules around it are built on what is `pub(crate)` here, and have no other way to the database: the
//! modules without that word are closed to them.
//!
//! In reading order: the database (`store`), who looks (`view`), what is
//! read (`select`, `unscoped`, `upkeep`, `webhooks`, `trust`), what is written (`permit`, `created`, `transaction`, `removal`, `append`),
//! who is woken then (`commits`), and what tenants have left (`rate`).

#![expect(clippy::disallowed_methods, reason = "this is where statements are written")]

mod append;
pub(crate) mod bulk;
pub(crate) mod commits;
mod created;
mod own_keys;
pub(crate) mod permit;
pub(crate) mod rate;
mod removal;
pub(crate) mod select;
pub(crate) mod store;
pub(crate) mod transaction;
pub(crate) mod trust;
pub(crate) mod unscoped;
pub(crate) mod upkeep;
pub(crate) mod view;
pub(crate) mod webhooks;
