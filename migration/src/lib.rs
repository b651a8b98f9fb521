//! The history of copartner's tables: one change each, the same on SQLite and on PostgreSQL.
//!
//! Tables and columns are spelled out here and never taken from `entity`: a migration says what was true when it
//! was written. Column types are written as words in braces, which [`dialect`] spells for each database.
//!
//! Deliberately absent: going back over data. `down` exists so that an operator can undo a step on an empty
//! database; nothing calls it by itself.

mod dialect;
mod m20261101_000001_tenants;
mod m20261101_000002_offers;
mod m20261101_000003_relationships;
mod m20261101_000004_subscriptions;
mod m20261101_000005_reach;
mod m20261101_000006_events;
mod m20261101_000007_idempotency;
mod m20261101_000008_server_secrets;
mod m20261125_000009_course_of_time;
mod m20261125_000010_terms;
mod m20261126_000011_chains;
mod m20261126_000012_feed;
mod m20261126_000013_keys_of_subjects;
mod m20261126_000014_guards;
mod m20261126_000015_orders;
mod m20261127_000016_reach_filters;
mod m20261127_000017_holdings;
mod m20261127_000018_webhooks;
mod m20261128_000019_tenant_status;
mod m20261128_000020_trust;
mod m20261128_000021_rate;
mod m20261128_000022_frequent_changes;
mod m20261128_000023_grant_name_default;
mod migration;
mod run;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

pub use run::{applied, down, names, up};

/// All migrations, oldest first.
#[derive(Debug)]
struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261101_000001_tenants::MIGRATION),
            Box::new(m20261101_000002_offers::MIGRATION),
            Box::new(m20261101_000003_relationships::MIGRATION),
            Box::new(m20261101_000004_subscriptions::MIGRATION),
            Box::new(m20261101_000005_reach::MIGRATION),
            Box::new(m20261101_000006_events::MIGRATION),
            Box::new(m20261101_000007_idempotency::MIGRATION),
            Box::new(m20261101_000008_server_secrets::MIGRATION),
            Box::new(m20261125_000009_course_of_time::MIGRATION),
            Box::new(m20261125_000010_terms::MIGRATION),
            Box::new(m20261126_000011_chains::MIGRATION),
            Box::new(m20261126_000012_feed::MIGRATION),
            Box::new(m20261126_000013_keys_of_subjects::MIGRATION),
            Box::new(m20261126_000014_guards::MIGRATION),
            Box::new(m20261126_000015_orders::MIGRATION),
            Box::new(m20261127_000016_reach_filters::MIGRATION),
            Box::new(m20261127_000017_holdings::MIGRATION),
            Box::new(m20261127_000018_webhooks::MIGRATION),
            Box::new(m20261128_000019_tenant_status::MIGRATION),
            Box::new(m20261128_000020_trust::MIGRATION),
            Box::new(m20261128_000021_rate::MIGRATION),
            Box::new(m20261128_000022_frequent_changes::MIGRATION),
            Box::new(m20261128_000023_grant_name_default::MIGRATION),
        ]
    }
}
