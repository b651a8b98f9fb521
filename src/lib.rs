//! copartner: several resale partners work for one customer without seeing each other.

pub mod access;
pub mod token;
