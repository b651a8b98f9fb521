//! copartner: several resale partners work for one customer without seeing each other.

pub mod access;
pub mod error;
pub mod graphql;
pub mod rules;
pub mod token;

pub use error::{Error, Result};
