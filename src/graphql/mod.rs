//! The GraphQL API: the only code that knows the engine.

pub mod door;
