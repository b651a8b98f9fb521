//! copartner: several resale partners work for one customer without seeing each other.

pub mod access;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod demo;
pub mod error;
pub mod graphql;
pub mod http;
pub mod import;
pub mod json;
pub mod key_file;
pub mod rules;
pub mod timer;
pub mod token;

pub use error::{Error, Result};
