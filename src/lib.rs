//! copartner: several resale partners work for one customer without seeing each other.

pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod demo;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod graphql;
pub mod http;
pub mod import;
pub mod key_file;
pub mod live;
pub mod timer;
#[cfg(test)]
mod trial;
pub mod trust;
pub mod webhook;

pub use access::{Error, Result};
