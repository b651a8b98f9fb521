//! Tokens of every kind, good and hostile, at the door.
#![expect(
    clippy::too_many_lines,
    clippy::items_after_statements,
    reason = "a table is as long as it has rows"
)]
#![expect(clippy::needless_pass_by_value, reason = "what is written in place is easier to read")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod caching;
mod clients;
mod confusion;
mod development;
mod explanation;
mod issuers;
mod key_ages;
mod key_changes;
mod key_errors;
mod keys;
mod mapping;
mod pages;
mod provider;
mod readings;
mod rejections;
mod revocation;
mod samples;
mod setup;
