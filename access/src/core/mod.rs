//! The core of the wall: it alone holds the connections to the database.
//!
//! It promises that a row is read only by a statement that begins with its table's rule for one viewer, which `scope` makes; by one that
//! `unscoped` lists by name; or for a permit to which the row belongs. And that a row is written only with a permit for it, with the
//! log's entry in the same transaction; the server's own rows by what `unscoped` lists; and many at once by a bulk load. The modules
//! around it are built on what is `pub(crate)` here, and have no other way to the database.
//!
//! In reading order, in which nothing imports what comes later: the database (`store`), the server's own work (`server_transaction`),
//! who is let in (`tenant_look_up`), who looks (`view`, `doorkeeper`), and what it reads (`select`); what lets a row be changed
//! (`proof`) or made (`created`), what an act runs in (`transaction`), how a proof is given (`permit`) and used (`permitted`,
//! `append`, `change`); the viewer's own idempotency keys (`own_keys`); and the statements of a bulk load (`loading_key`, `bulk`).

#![expect(clippy::disallowed_methods, reason = "this is where statements are written")]
#![expect(clippy::disallowed_types, reason = "this is where the connections are held")]

mod append;
pub(crate) mod bulk;
mod change;
mod created;
pub(crate) mod doorkeeper;
pub(crate) mod loading_key;
mod own_keys;
mod permit;
mod permitted;
pub(crate) mod proof;
mod select;
pub(crate) mod server_transaction;
pub(crate) mod store;
mod tenant_look_up;
pub(crate) mod transaction;
pub(crate) mod view;
