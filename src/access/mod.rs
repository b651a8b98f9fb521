//! The wall: the only code that holds the database.
mod identity;
pub use identity::Identity;
