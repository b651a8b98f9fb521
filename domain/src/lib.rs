//! The rules of the domain as pure functions: rows and an instant in, an answer out. No I/O, no clock.

pub mod action;
pub mod assignment;
pub mod audit;
pub mod availability;
pub mod customer;
pub mod decision;
pub mod event;
pub mod explanation;
pub mod field_error;
pub mod grant;
pub mod history;
pub mod identity;
pub mod instant;
pub mod invitation;
pub mod json;
pub mod number;
pub mod offer;
pub mod partner;
pub mod permission;
pub mod reason;
mod record;
pub mod refusal;
pub mod request;
pub mod subscription;
pub mod tenant;
pub mod text;
pub mod validation;
