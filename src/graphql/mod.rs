//! The API: the only code that knows the GraphQL engine.
//!
//! One folder for each noun, with its type, its queries and its filter; rows reach them through the view only. A
//! resolver that needs a row asks the loader, so that all siblings of a level cost one statement.

mod answer;
mod api;
mod availability;
mod conventions;
mod cursor;
mod customer;
mod error;
mod event;
mod explanation;
mod grant;
mod id;
mod introspection;
mod list;
mod loader;
mod node;
mod offer;
mod partner;
mod payload;
mod request;
mod role;
mod rows;
mod scalar;
mod subscription;
mod viewer;
mod vocabulary;

pub use answer::{Answer, Stage};
pub use api::{Api, InvitationUrl, sdl};
pub use cursor::CursorKey;
pub use error::{Code, Error, INTERNAL, Result, unavailable};
pub use list::{Connection, Filter, List, Noun, Paging};
pub use loader::Loader;
