//! Dry runs: the answer of the real call, and nothing done.

use rstest::rstest;
use serde_json::{Value, json};

use super::{CONTOSO_SEEN, asked, log, request};
use crate::facts::days;
use crate::world::{Backend, GRANT, World, api_id};

#[rstest]
#[tokio::test]
async fn a_dry_run_answers_as_the_real_call_and_changes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    let open = request(&world, &world.tailspin(), asked()).await;
    let accept = json!({ "request": { "id": open }, "roles": ["GLOBAL_READER"], "idempotencyKey": "accept" });
    let before = log(&world, &contoso).await.len();
    let mut would_be = world.done(&contoso, "acceptRelationshipRequest", dry(&accept)).await;
    assert_eq!(log(&world, &contoso).await.len(), before);
    assert_eq!(world.read(&fabrikam, CONTOSO_SEEN).await["subscriptions"]["totalCount"], 3);
    let mut done = world.done(&contoso, "acceptRelationshipRequest", accept).await;
    // Everything is the same but the new grant's id.
    let made = done["grant"]["id"].take();
    would_be["grant"]["id"].take();
    assert_eq!(would_be, done);
    world.done(&contoso, "terminateGrant", json!({ "grant": made })).await;

    let grant = api_id(GRANT, world.facts.grants[0].id);
    let unassign = json!({ "grant": grant, "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT" });
    for (person, mutation, input) in [
        (&contoso, "narrowGrant", json!({ "grant": grant, "endsAt": days(10) })),
        (&fabrikam, "unassignAccess", unassign),
        (&contoso, "terminateGrant", json!({ "grant": grant })),
    ] {
        let would_be = world.done(person, mutation, dry(&input)).await;
        let before = log(&world, &contoso).await.len();
        let done = world.done(person, mutation, input).await;
        assert_eq!(would_be, done, "{mutation}");
        assert_eq!(log(&world, &contoso).await.len(), before + 1, "{mutation}");
    }
    world.end().await;
}

fn dry(input: &Value) -> Value {
    let mut dry = input.clone();
    dry["validateOnly"] = json!(true);
    dry
}
