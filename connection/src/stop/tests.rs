#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use tokio::time::timeout;

use crate::Outage;
use crate::trial::Trial;

/// Takes for ever, and has nothing to send meanwhile.
const ENDLESS_ON_SQLITE: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

/// As long as nothing is said for so long, nothing will be.
const A_WHILE: Duration = Duration::from_millis(100);

/// Asks until it is so, for some seconds.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How many connections to SQLite this process has, each of which is a thread.
fn workers() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with("sqlx-sqlite")).count()
}

#[tokio::test]
async fn a_statement_of_sqlite_that_takes_too_long_is_ended() {
    let trial = Trial::on_sqlite_with(A_WHILE).await;
    let slow = trial.pools.reads().execute_unprepared(ENDLESS_ON_SQLITE).await.unwrap_err();
    assert_eq!(Outage::of(&slow), Some(Outage::Slow), "{slow}");
    assert_eq!(trial.rows().await, 1, "what comes next has its own time");
    trial.end().await;
}

#[tokio::test]
async fn a_statement_of_sqlite_that_nobody_waits_for_is_ended() {
    let trial = Trial::on_sqlite().await;
    let before = workers();
    timeout(A_WHILE, trial.pools.reads().execute_unprepared(ENDLESS_ON_SQLITE)).await.unwrap_err();
    let transaction = trial.pools.begin(std::sync::Arc::default()).await.unwrap();
    timeout(A_WHILE, transaction.execute_unprepared(ENDLESS_ON_SQLITE)).await.unwrap_err();
    drop(transaction);
    until("its connection goes on", async || workers() < before + 1).await;
    assert_eq!(trial.rows().await, 1);
    trial.end().await;
}

#[tokio::test]
async fn a_statement_of_postgres_that_nobody_waits_for_is_ended() {
    let trial = Trial::on_postgres().await;
    let mark = format!("/* {} */ SELECT pg_sleep(600)", trial.table);
    timeout(A_WHILE, trial.pools.reads().execute_unprepared(&mark)).await.unwrap_err();
    let running = format!("SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = '{mark}'");
    until("it goes on", async || {
        trial.pools.reads().execute_unprepared(&running).await.unwrap().rows_affected() == 0
    })
    .await;
    trial.end().await;
}
