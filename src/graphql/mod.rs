//! The API: the only code that knows the GraphQL engine.
//!
//! One folder for each noun, with its type, its queries and its filter; rows reach them through the view only. A
//! resolver that needs a row loads it by a key, so that all siblings of a level cost one statement.

mod answer;
mod api;
mod availability;
mod connection;
mod conventions;
mod cursor;
mod customer;
mod driver;
mod error;
mod event;
mod explanation;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod grant;
mod id;
mod input;
mod introspection;
mod issuer;
mod list;
mod live;
mod loader;
mod loads;
mod node;
mod offer;
mod order;
mod partner;
mod payload;
mod rate;
mod request;
mod role;
mod scalar;
mod subscription;
mod tenant;
mod viewer;
mod vocabulary;
mod webhook;
mod writing;

pub use answer::{Answer, Stage};
pub use api::{Api, ApiData, InvitationUrl, gate, price, sdl};
pub use connection::Connection;
pub use cursor::CursorKey;
pub use error::{Code, Error, INTERNAL, Result, unavailable};
pub use event::{EventMessage, LiveEvents};
pub use list::{Filter, List, Noun, Paging};
pub use live::{EndReason, LiveOperation, event_id};
pub use loader::Loader;
pub use rate::RateLimit;
