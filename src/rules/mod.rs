//! The rules of the domain as pure functions: rows and an instant in, an answer out. No I/O, no clock.

pub mod grant;
pub mod permission;
pub mod reason;
pub mod request;
pub mod text;
