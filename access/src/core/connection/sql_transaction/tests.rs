#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::trial::Trial;

const FORGET_ALL: &str = "DELETE FROM server_secret";

async fn secrets(trial: &Trial) -> i64 {
    let count = Statement::from_string(trial.store.backend(), "SELECT count(*) AS n FROM server_secret");
    trial.store.reads().query_one_raw(count).await.unwrap().unwrap().try_get("", "n").unwrap()
}

/// Where SQLite ends the transaction itself, the driver believes that it goes on.
#[tokio::test]
async fn what_is_committed_after_the_file_was_full_is_stored() {
    let trial = Trial::on_sqlite().await;
    let full = trial.store.begin(Arc::default()).await.unwrap();
    // No page more than there are, for as long as this connection lives.
    full.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
    let grow = "CREATE TABLE filler AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) \
                SELECT randomblob(4096) FROM n";
    let error = full.execute_unprepared(grow).await.unwrap_err();
    assert_eq!(Outage::of(&error), Some(Outage::ReadOnly), "{error}");
    assert!(full.execute_unprepared("SELECT 1").await.is_err(), "nothing follows a statement that failed");
    full.roll_back().await;

    let next = trial.store.begin(Arc::default()).await.unwrap();
    next.execute_unprepared(FORGET_ALL).await.unwrap();
    next.commit().await.unwrap();
    assert_eq!(secrets(&trial).await, 0, "what was committed is there for other connections");
    trial.end().await;
}

#[tokio::test]
async fn what_failed_is_not_committed_and_what_was_dropped_is_taken_back() {
    for trial in [Trial::on_sqlite().await, Trial::on_postgres().await] {
        let before = secrets(&trial).await;
        let broken = trial.store.begin(Arc::default()).await.unwrap();
        broken.execute_unprepared(FORGET_ALL).await.unwrap();
        broken.execute_unprepared("SELECT nothing FROM nowhere").await.unwrap_err();
        broken.commit().await.unwrap_err();
        let dropped = trial.store.begin(Arc::default()).await.unwrap();
        dropped.execute_unprepared(FORGET_ALL).await.unwrap();
        drop(dropped);
        let after = trial.store.begin(Arc::default()).await.unwrap();
        after.roll_back().await;
        assert_eq!(secrets(&trial).await, before);
        trial.end().await;
    }
}
