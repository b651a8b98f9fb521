#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::trial::Trial;

async fn begin(trial: &Trial) -> SqlTransaction {
    trial.pools.begin(Arc::default()).await.unwrap()
}

fn forget_all(trial: &Trial) -> String {
    format!("DELETE FROM {}", trial.table)
}

/// Where SQLite ends the transaction itself, the driver believes that it goes on.
#[tokio::test]
async fn what_is_committed_after_the_file_was_full_is_stored() {
    let trial = Trial::on_sqlite().await;
    let full = begin(&trial).await;
    // No page more than there are, for as long as this connection lives.
    full.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
    let grow = "CREATE TABLE filler AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) \
                SELECT randomblob(4096) FROM n";
    let error = full.execute_unprepared(grow).await.unwrap_err();
    assert_eq!(Outage::of(&error), Some(Outage::ReadOnly), "{error}");
    assert!(full.execute_unprepared("SELECT 1").await.is_err(), "nothing follows a statement that failed");
    full.roll_back().await;

    let next = begin(&trial).await;
    next.execute_unprepared(&forget_all(&trial)).await.unwrap();
    next.commit().await.unwrap();
    assert_eq!(trial.rows().await, 0, "what was committed is there for other connections");
    trial.end().await;
}

#[tokio::test]
async fn what_failed_is_not_committed_and_what_was_dropped_is_taken_back() {
    for trial in [Trial::on_sqlite().await, Trial::on_postgres().await] {
        let forget_all = forget_all(&trial);
        let broken = begin(&trial).await;
        broken.execute_unprepared(&forget_all).await.unwrap();
        broken.execute_unprepared("SELECT nothing FROM nowhere").await.unwrap_err();
        broken.commit().await.unwrap_err();
        let dropped = begin(&trial).await;
        dropped.execute_unprepared(&forget_all).await.unwrap();
        drop(dropped);
        let after = begin(&trial).await;
        after.roll_back().await;
        assert_eq!(trial.rows().await, 1);
        trial.end().await;
    }
}
