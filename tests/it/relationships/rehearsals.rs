//! Rehearsals: the answer of the real call, and nothing done.

use rstest::rstest;
use serde_json::{Value, json};

use super::{CONTOSO_SEEN, asked, log, request};
use crate::facts::days;
use crate::world::{Backend, GRANT, World, api_id};

#[rstest]
#[tokio::test]
async fn a_rehearsal_answers_as_the_real_call_and_changes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let open = request(&world, &world.tailspin(), asked()).await;
    let fabrikams = api_id(GRANT, world.facts.grants[0].id);
    let unassign = json!({ "grant": fabrikams, "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT" });
    let before = log(&world, &world.contoso()).await;
    for (person, mutation, input) in [
        (
            world.contoso(),
            "acceptRelationshipRequest",
            json!({ "request": { "id": open }, "roles": ["GLOBAL_READER"] }),
        ),
        (world.contoso(), "narrowGrant", json!({ "grant": fabrikams, "endsAt": days(10) })),
        (world.fabrikam(), "unassignAccess", unassign),
        (world.contoso(), "terminateGrant", json!({ "grant": fabrikams })),
    ] {
        let mut dry = input.clone();
        dry["validateOnly"] = json!(true);
        dry["idempotencyKey"] = json!(mutation);
        let mut rehearsed = world.done(&person, mutation, dry).await;
        assert_eq!(log(&world, &world.contoso()).await.len(), before.len(), "{mutation}");
        assert_eq!(world.read(&world.fabrikam(), CONTOSO_SEEN).await["subscriptions"]["totalCount"], 3);
        // The real one, on a copy of the same state: everything is the same but the new grant's id.
        let mut real = input;
        real["idempotencyKey"] = json!(mutation);
        if mutation == "narrowGrant" {
            // Left out, so that the next one finds the grant as it was.
            real["validateOnly"] = json!(true);
        }
        if mutation == "unassignAccess" {
            continue;
        }
        let mut done = world.done(&person, mutation, real).await;
        if mutation == "acceptRelationshipRequest" {
            rehearsed["grant"]["id"] = Value::Null;
            done["grant"]["id"] = Value::Null;
            world
                .done(&world.contoso(), "terminateGrant", json!({ "grant": latest_grant(&world).await }))
                .await;
            assert_eq!(rehearsed, done, "{mutation}");
            return finish(world, &fabrikams).await;
        }
        assert_eq!(rehearsed, done, "{mutation}");
    }
}

async fn latest_grant(world: &World) -> Value {
    let data = world.read(&world.tailspin(), "{ grants(first: 1) { nodes { id } } }").await;
    data["grants"]["nodes"][0]["id"].clone()
}

/// Rehearses and then does what changes one grant.
async fn finish(world: World, grant: &str) {
    for (person, mutation, input) in [
        (world.contoso(), "narrowGrant", json!({ "grant": grant, "endsAt": days(10) })),
        (
            world.fabrikam(),
            "unassignAccess",
            json!({ "grant": grant, "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT" }),
        ),
        (world.contoso(), "terminateGrant", json!({ "grant": grant })),
    ] {
        let mut dry = input.clone();
        dry["validateOnly"] = json!(true);
        let rehearsed = world.done(&person, mutation, dry).await;
        let before = log(&world, &world.contoso()).await.len();
        let done = world.done(&person, mutation, input).await;
        assert_eq!(rehearsed, done, "{mutation}");
        assert_eq!(log(&world, &world.contoso()).await.len(), before + 1, "{mutation}");
    }
    world.end().await;
}
