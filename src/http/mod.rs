//! The server: the only code that knows actix.
//!
//! The way of a request: `record` gives it an id and writes one line when it is answered; `graphql` authenticates it,
//! then reads it within its limits (`request`, `media`), lets it through the gate and answers (`reply`). `pages` serves
//! GraphiQL, `health` what operators watch, and `scrape`, on another listener, what is counted. `target` and `hosts` look at
//! the address that was asked for; in the demo the latter keeps other names out. `live` has what goes on after its request:
//! sockets, and streams of events. `stop` is how a server ends.
//!
//! Deliberately absent: cookies, sessions and any other way in than the Authorization header; batches; uploads.

mod bulkhead;
mod client;
mod connections;
mod documents;
mod error;
mod graphql;
mod health;
mod hosts;
mod live;
mod media;
mod metrics;
mod misses;
mod pages;
mod rate;
mod record;
mod reply;
mod request;
mod scrape;
mod server;
mod settings;
mod stop;
mod target;

pub use bulkhead::Bulkhead;
pub use documents::{DocumentMode, DocumentSettings, DocumentsError, TrustedDocuments};
pub use hosts::Hosts;
#[cfg(any(test, fuzzing))]
pub use live::fuzzing;
pub use live::{Counts, LiveSettings};
pub use pages::{DemoIdentity, GraphiqlPage, Identities};
pub use rate::{RateMode, RateSettings, RateState, Rates};
pub use scrape::serve_metrics;
pub use server::{Running, ServeError, Service, bind, serve};
pub use settings::HttpSettings;
pub use stop::Draining;
