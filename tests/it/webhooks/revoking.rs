//! Rights that end while events flow.

use std::sync::atomic::{AtomicBool, Ordering};

use entity::TenantRole;
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use super::receiver::{Receiver, Reply};
use super::{deliveries, register, resize, until, worker};
use crate::facts::{Assignment, CONTOSO, FABRIKAM, Facts};
use crate::world::{Backend, GRANT, Person, World, api_id};

const GROUP: Uuid = Uuid::from_u128(0x6_0000_0000);

/// Fabrikam's webhook sees what a group sees, to which a grant of its own gives it, and takes it away.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_that_ended_stops_deliveries_with_what_is_committed_next(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    let grant = facts.grant(CONTOSO, FABRIKAM);
    grant.roles = vec!["SERVICE_SUPPORT_ADMINISTRATOR"];
    grant.assignments =
        vec![Assignment { assignee: GROUP.to_string(), roles: vec!["SERVICE_SUPPORT_ADMINISTRATOR"] }];
    let grant = json!(api_id(GRANT, grant.id));
    // The agents themselves may resize, and their webhook sees by the group alone.
    facts.grants[0].assignments[0].assignee = "SALES_AGENT".to_owned();
    let world = World::of(backend, facts).await;
    let receiver = Receiver::willing().await;
    let administrator = Person { groups: vec![GROUP], ..world.fabrikam() };
    let hook = register(&world, &administrator, &receiver.url).await;
    let sales = Person::of(administrator.tenant, TenantRole::SalesAgent);
    let worker = worker(&world);
    receiver.gets(1).await;
    let assignment = json!({ "assigneeKind": "SECURITY_GROUP", "assignee": GROUP, "roles": ["SERVICE_SUPPORT_ADMINISTRATOR"] });
    let (mut expected, mut quantity) = (vec!["WEBHOOK_REGISTERED".to_owned()], 50);
    for round in 0..10 {
        // While others do much.
        let others = async {
            for n in 0..3 {
                resize(&world, &world.tailspin(), 5, 50 + 3 * round + n).await;
            }
        };
        let acts = async {
            for _ in 0..2 {
                quantity += 1;
                resize(&world, &sales, 0, quantity).await;
                expected.push(format!("SUBSCRIPTION_RESIZED {quantity}"));
            }
            // All of it, before the right ends.
            receiver.gets(expected.len()).await;
            let unassign = json!({ "grant": grant, "assigneeKind": "SECURITY_GROUP", "assignee": GROUP });
            world.done(&administrator, "unassignAccess", unassign).await;
            expected.push("ACCESS_UNASSIGNED".to_owned());
            for _ in 0..3 {
                quantity += 1;
                resize(&world, &sales, 0, quantity).await;
            }
            receiver.gets(expected.len()).await;
            // When the feed has been read to its end without the right, giving it again brings nothing back.
            let end = "SELECT count(*) FROM webhook WHERE position < (SELECT max(position) FROM event_feed WHERE partner_id = webhook.partner_id)";
            until("it is passed over", async || {
                world.store.place_events().await.unwrap();
                crate::outside::Outside::of(&world.database).await.rows(end).await[0][0] == "0"
            })
            .await;
            world
                .done(&administrator, "assignAccess", json!({ "grant": grant, "assignment": assignment }))
                .await;
            expected.push("ACCESS_ASSIGNED".to_owned());
        };
        tokio::join!(others, acts);
    }
    let received = receiver.gets(expected.len()).await;
    worker.stop().await;
    let told: Vec<_> = received
        .iter()
        .map(|one| match one.kind().as_str() {
            "SUBSCRIPTION_RESIZED" => {
                let after = one.json()["data"]["changes"][0]["after"].as_str().unwrap().to_owned();
                format!("SUBSCRIPTION_RESIZED {after}")
            }
            other => other.to_owned(),
        })
        .collect();
    assert_eq!(told, expected);
    assert_eq!(receiver.count(), expected.len());
    assert!(deliveries(&world, &administrator, &hook).await.iter().all(|one| one["status"] == "DELIVERED"));
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_waits_to_be_tried_again_is_not_sent_when_the_grant_has_ended(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    static IS_DOWN: AtomicBool = AtomicBool::new(true);
    IS_DOWN.store(false, Ordering::SeqCst);
    let world = World::cast(backend).await;
    let receiver =
        Receiver::replying(|_| Reply::Status(if IS_DOWN.load(Ordering::SeqCst) { 500 } else { 200 })).await;
    let fabrikam = world.fabrikam();
    let hook = register(&world, &fabrikam, &receiver.url).await;
    let worker = worker(&world);
    receiver.gets(1).await;
    until("it was told", async || deliveries(&world, &fabrikam, &hook).await.len() == 1).await;
    IS_DOWN.store(true, Ordering::SeqCst);
    resize(&world, &fabrikam, 0, 60).await;
    until("a failure", async || deliveries(&world, &fabrikam, &hook).await.len() == 2).await;
    let end = json!({ "grant": api_id(GRANT, world.facts.grants[0].id) });
    world.done(&world.contoso(), "terminateGrant", end).await;
    IS_DOWN.store(false, Ordering::SeqCst);
    let before = receiver.count();
    world.clock.set(world.clock.now() + chrono::TimeDelta::hours(1));
    let received = receiver.gets(before + 1).await;
    assert_eq!(received[before].kind(), "GRANT_TERMINATED");
    // Nothing is told of it any more.
    until("it is forgotten", async || {
        let told = deliveries(&world, &fabrikam, &hook).await;
        told.iter().map(|one| one["status"].clone()).collect::<Vec<_>>() == ["DELIVERED", "DELIVERED"]
    })
    .await;
    assert_eq!(receiver.count(), before + 1);
    worker.stop().await;
    world.end().await;
}
