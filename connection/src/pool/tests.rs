#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::trial::Trial;

#[tokio::test]
async fn a_closed_file_is_whole_without_its_write_ahead_log() {
    let trial = Trial::on_sqlite().await;
    let Database::Sqlite(path) = trial.pools.options().database.clone() else { unreachable!() };
    let log = path.with_file_name("trial.sqlite-wal");
    // Someone still reads, and will close last.
    let other = trial.pools.sibling(2).unwrap();
    other.reads().execute_unprepared("SELECT 1").await.unwrap();
    assert!(std::fs::metadata(&log).unwrap().len() > 0);
    trial.pools.close().await;
    assert_eq!(std::fs::metadata(&log).map(|log| log.len()).unwrap_or_default(), 0);
}
