//! Deliveries: sends each webhook what happens, signed, in the order of the feed, at least once.
//!
//! What is sent is decided by the wall at the instant of each attempt. Any number of servers share the work on one database: each
//! webhook is served by one of them at a time, which holds a lease. A delivery that fails is tried again for a day, and what stands
//! behind it waits; then it is parked, and the next one's turn comes. Addresses are chosen by tenants: `guard` keeps what is sent out
//! of the operator's own network, and of what went wrong with one no more is written down than a tenant may know.
//!
//! Deliberately absent: redirects, proxies, and keeping anything of what a receiver answers but its status.

mod courier;
mod guard;
mod serving;
mod settings;
mod worker;

pub use courier::Courier;
pub use guard::{Looking, Lookup, SystemLookup};
pub use settings::WebhookSettings;
pub use worker::{Pace, Worker};
