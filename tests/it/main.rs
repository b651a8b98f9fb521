//! The product, tested over HTTP against the real server on both databases.
//!
//! `world` makes a world, serves it and asks; `facts` says what is in it; `oracle` says, from the facts alone, who may
//! see what; `program` runs the real program. The other files are the tests, each named after what it is about.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands, and say why"
)]

mod abandoned;
mod answers;
mod availability;
mod codes;
mod configuration_schema;
mod costs;
mod demo;
mod documents;
mod doors;
mod dry_runs;
mod explained;
mod facts;
mod faults;
mod feed;
mod floors;
mod http;
mod input;
mod key_files;
mod killed;
mod lists;
mod live;
mod log;
mod matrix;
mod mistakes;
mod mutations;
mod oracle;
mod outage;
mod outside;
mod paging;
mod plans;
mod program;
mod promises;
mod published;
mod races;
mod rate;

mod relationships;
mod schema;
mod secrets;
mod slow;
mod statements;
mod stopped;
mod storage;
mod strangers;
mod subscriptions;
mod tampering;
mod tenants;
mod terminal;
mod time;
mod trust;
mod trusted_documents;
mod webhooks;
mod world;
