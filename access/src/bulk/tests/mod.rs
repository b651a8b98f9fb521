//! The bulk load, on both databases.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod reach;
pub(crate) mod records;
mod rows;

use chrono::TimeDelta;
use entity::Instant;

use super::{AnyRecord, BatchOutcome};
use crate::Store;

/// The day on which most of these tests play.
pub(crate) fn today() -> Instant {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

fn later(days: i64) -> Instant {
    today() + TimeDelta::days(days)
}

/// Loads one batch, and keeps it.
pub(crate) async fn load(store: &Store, at: Instant, records: Vec<AnyRecord>) -> BatchOutcome {
    let mut bulk_load = store.load(at).await.unwrap();
    let outcome = bulk_load.put(records).await.unwrap();
    bulk_load.finish().await.unwrap();
    outcome
}
