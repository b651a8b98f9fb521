//! Whoever can write to the database past its rules is found out by `log verify`.

use access::{Head, LogKey};
use rstest::rstest;
use serde_json::json;

use crate::outside::Outside;
use crate::world::{Backend, World};

/// Changes the database as its owner can, with every trigger and every foreign key out of the way.
async fn meddle(world: &World, backend: Backend, sql: &str) {
    match backend {
        Backend::Sqlite => {
            let path = world.directory.path().join("world.sqlite");
            let database = Outside::sqlite(&path);
            database.run("PRAGMA foreign_keys = OFF").await;
            for trigger in [
                "event_is_never_changed",
                "event_is_never_removed",
                "event_is_never_replaced",
                "chain_only_grows",
                "chain_is_never_removed",
            ] {
                database.run(&format!("DROP TRIGGER IF EXISTS {trigger}")).await;
            }
            database.run(sql).await;
        }
        Backend::Postgres => {
            let database = Outside::of(&world.database).await;
            database.run("SET session_replication_role = replica").await;
            database.run(sql).await;
        }
    }
}

/// Contoso's chain has four entries.
async fn told(backend: Backend) -> World {
    let world = World::cast(backend).await;
    for name in ["one", "two"] {
        let input = json!({ "customer": { "domain": "contoso.example" }, "displayName": name,
            "roles": ["GLOBAL_READER"], "duration": "P30D" });
        let asked = world.done(&world.tailspin(), "requestRelationship", input).await;
        let input = json!({ "request": asked["request"]["id"] });
        world.done(&world.tailspin(), "withdrawRelationshipRequest", input).await;
    }
    world.verify_log().await;
    world
}

async fn breaks(world: &World, kept: Vec<Head>) -> Vec<(i64, &'static str)> {
    let key = world.log_key().public();
    let verdict = world.store.verify_log(Some(&key), kept).await.unwrap();
    verdict.breaks.into_iter().map(|found| (found.sequence, found.reason)).collect()
}

const LAST: &str = "customer_id IS NOT NULL AND sequence = 4";

#[rstest]
#[case::the_last_entry_is_cut_off("DELETE FROM event WHERE {last}", 4, "missing")]
#[case::the_first_entry_is_gone(
    "DELETE FROM event WHERE customer_id IS NOT NULL AND sequence = 1",
    2,
    "missing"
)]
#[case::the_whole_chain_is_gone("DELETE FROM event WHERE customer_id IS NOT NULL", 4, "the whole chain")]
#[case::the_chain_is_cut_and_its_head_is_told_so(
    "DELETE FROM event WHERE {last}; UPDATE chain SET sequence = 3, event_id = (SELECT id FROM event WHERE sequence = 3), \
     hash = (SELECT hash FROM event WHERE sequence = 3) WHERE sequence = 4",
    3,
    "not signed"
)]
#[case::the_head_is_forgotten(
    "UPDATE chain SET sequence = 0, event_id = NULL, hash = NULL, occurred_at = NULL, signature = NULL WHERE sequence = 4",
    4,
    "beyond the chain's head"
)]
#[case::a_signature_is_taken_away("UPDATE chain SET signature = NULL WHERE sequence = 4", 4, "not signed")]
#[case::another_did_it("UPDATE event SET actor_subject = 'framed' WHERE {last}", 4, "not as it was written")]
#[case::it_was_something_else(
    "UPDATE event SET kind = 'GRANT_NARROWED' WHERE {last}",
    4,
    "not as it was written"
)]
#[tokio::test]
async fn what_was_done_to_the_log_is_found(
    #[case] sql: &str,
    #[case] sequence: i64,
    #[case] reason: &str,
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = told(backend).await;
    meddle(&world, backend, &sql.replace("{last}", LAST)).await;
    let found = breaks(&world, Vec::new()).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, sequence, "{found:?}");
    assert!(found[0].1.contains(reason), "{found:?}");
    world.end().await;
}

#[rstest]
#[case::ids_are_exchanged(
    "UPDATE event SET id = x'0190a0b0c0d07000800000000000000a' WHERE {last}",
    "UPDATE event SET id = '0190a0b0-c0d0-7000-8000-00000000000a' WHERE {last}"
)]
#[case::time_differs_below_the_millisecond(
    "UPDATE event SET occurred_at = replace(occurred_at, '+00:00', '') || '.000999+00:00' WHERE {last}",
    "UPDATE event SET occurred_at = occurred_at + interval '999 microseconds' WHERE {last}"
)]
#[case::a_change_has_a_member_more(
    "UPDATE event SET changes = json_insert(changes, '$[0].note', 'planted') WHERE {last}",
    "UPDATE event SET changes = jsonb_set(changes, '{0,note}', '\"planted\"') WHERE {last}"
)]
#[tokio::test]
async fn the_least_that_was_done_to_an_entry_is_found(
    #[case] on_sqlite: &str,
    #[case] on_postgres: &str,
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = told(backend).await;
    let sql = if backend == Backend::Sqlite { on_sqlite } else { on_postgres };
    meddle(&world, backend, &sql.replace("{last}", LAST)).await;
    let found = breaks(&world, Vec::new()).await;
    assert_eq!(found, [(4, "it is not as it was written")]);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_log_that_is_signed_by_someone_else_or_put_back_to_an_older_state_is_found(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = told(backend).await;
    let kept = world.store.heads().await.unwrap();
    assert_eq!(kept.iter().map(|head| head.sequence).collect::<Vec<_>>(), [4]);
    assert_eq!(breaks(&world, kept.clone()).await, []);

    let forger = tempfile::TempDir::new().unwrap();
    let key = LogKey::from(copartner::key_file::open_or_make(&forger.path().join("key.pem")).unwrap());
    world.store.sign_log_anew(&key).await.unwrap();
    let found = breaks(&world, Vec::new()).await;
    assert_eq!(found, [(4, "its head is not signed with the log's key")]);
    world.store.sign_log_anew(&world.log_key()).await.unwrap();
    assert_eq!(breaks(&world, Vec::new()).await, []);

    // The chain goes on, and is then put back to where it was, with its head of then.
    meddle(&world, backend, "CREATE TABLE old_chain AS SELECT * FROM chain").await;
    let input = json!({ "customer": { "domain": "contoso.example" }, "displayName": "three",
        "roles": ["GLOBAL_READER"], "duration": "P30D" });
    world.done(&world.tailspin(), "requestRelationship", input).await;
    let newer = world.store.heads().await.unwrap();
    let columns = ["sequence", "event_id", "occurred_at", "hash", "signature"];
    let back = columns.map(|column| {
        format!("{column} = (SELECT o.{column} FROM old_chain o WHERE o.customer_id = chain.customer_id)")
    });
    let back = format!(
        "DELETE FROM event WHERE customer_id IS NOT NULL AND sequence = 5; UPDATE chain SET {} WHERE sequence = 5",
        back.join(", ")
    );
    meddle(&world, backend, &back).await;
    assert_eq!(breaks(&world, Vec::new()).await, [], "nothing inside the database tells");
    assert_eq!(breaks(&world, kept).await, [], "an older head is still held");
    assert_eq!(breaks(&world, newer).await, [(5, "it is missing, and what led to it")]);
    world.end().await;
}
