//! What an act writes: all of it or nothing, and nothing else.

use rstest::rstest;
use serde_json::json;

use super::purchase;
use crate::outside::Outside;
use crate::world::{Backend, World, row};

#[rstest]
#[tokio::test]
async fn what_is_refused_after_a_renewal_was_written_down_leaves_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let fabrikam = world.fabrikam();
    let bought = purchase(&world).await;
    let outside = Outside::of(&world.database).await;
    let stored = async || {
        let id = row(bought["id"].as_str().unwrap());
        let all = "SELECT id, version, quantity FROM subscription ORDER BY created_at, id";
        let mut rows = outside.rows(all).await;
        rows.retain(|row| row[0] == id.to_string());
        (rows, outside.rows("SELECT count(*) FROM event").await)
    };
    let before = stored().await;
    world.clock.set("2026-07-20T12:00:00Z".parse().unwrap());
    let mut resize = json!({ "subscription": bought["id"], "quantity": 301 });
    let code = "QUANTITY_OUT_OF_RANGE";
    assert_eq!(world.refusal(&fabrikam, "resizeSubscription", resize.clone()).await, code);
    assert_eq!(stored().await, before);
    resize["idempotencyKey"] = json!("once");
    for _ in 0..2 {
        assert_eq!(world.refusal(&fabrikam, "resizeSubscription", resize.clone()).await, code);
        assert_eq!(stored().await, before);
    }
    let input = json!({ "subscription": bought["id"], "quantity": 300 });
    let resized = world.done(&fabrikam, "resizeSubscription", input).await;
    assert_eq!(resized["subscription"]["version"], 3, "it was renewed, and resized");
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_change_sets_only_what_becomes_another(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let fabrikam = world.fabrikam();
    let bought = purchase(&world).await;
    let refuse = match backend {
        Backend::Sqlite => {
            "CREATE TRIGGER keep_name BEFORE UPDATE OF friendly_name ON subscription
             BEGIN SELECT RAISE(ABORT, 'the name is kept'); END"
        }
        Backend::Postgres => {
            "CREATE FUNCTION keep_name() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'the name is kept'; END $$;
             CREATE TRIGGER keep_name BEFORE UPDATE OF friendly_name ON subscription
             FOR EACH ROW EXECUTE FUNCTION keep_name()"
        }
    };
    Outside::of(&world.database).await.run(refuse).await;
    let resize = json!({ "subscription": bought["id"], "quantity": 11 });
    world.done(&fabrikam, "resizeSubscription", resize).await;
    let rename = json!({ "subscription": bought["id"], "friendlyName": "Another" });
    let answer = world.attempt_at(&world.url, &fabrikam, "renameSubscription", rename).await;
    assert_eq!(answer.code(), "INTERNAL", "{}", answer.text);
    world.end().await;
}
