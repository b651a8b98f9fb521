//! Who reads the log of a subscription.

use entity::TenantRole;
use rstest::rstest;
use serde_json::json;

use super::{kinds, log, order};
use crate::facts::{FABRIKAM, Facts};
use crate::world::{Backend, Person, World, api_id};

#[rstest]
#[tokio::test]
async fn the_log_of_a_subscription_is_for_those_who_may_read_it_or_did_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    let assign =
        |assignee: &str, role| crate::facts::Assignment { assignee: assignee.to_owned(), roles: vec![role] };
    facts.grants[0].roles = vec!["BILLING_ADMINISTRATOR", "LICENSE_ADMINISTRATOR", "GLOBAL_READER"];
    facts.grants[0].assignments = vec![
        assign("ADMIN_AGENT", "BILLING_ADMINISTRATOR"),
        assign("SALES_AGENT", "LICENSE_ADMINISTRATOR"),
        assign("HELPDESK_AGENT", "GLOBAL_READER"),
    ];
    let world = World::of(backend, facts).await;
    let tenant = world.facts.partners[FABRIKAM].tenant;
    let admin = Person { subject: "admin", ..world.fabrikam() };
    let sales = Person { subject: "sales", ..Person::of(tenant, TenantRole::SalesAgent) };
    let support = Person { subject: "support", ..Person::of(tenant, TenantRole::HelpdeskAgent) };
    let bought = world.done(&admin, "purchaseSubscription", order(&world).await).await["subscription"].take();
    let id = bought["id"].clone();
    world.done(&sales, "resizeSubscription", json!({ "subscription": id, "quantity": 11 })).await;
    let both = ["SUBSCRIPTION_PURCHASED", "SUBSCRIPTION_RESIZED"];
    for (person, told) in [
        (&admin, &both[..]),
        (&support, &both),
        (&world.contoso(), &both),
        (&sales, &both[1..]),
        (&Person { subject: "another", ..sales.clone() }, &[]),
        (&world.northwind(), &[]),
        (&world.operator(), &[]),
    ] {
        assert_eq!(kinds(&log(&world, person, &id).await), told, "{person:?}");
        // Below the subscription as in the list of all, and by its id.
        let query = "query($id: ID!) { subscription(id: $id) { events { totalCount nodes { id } } } }";
        let below = world.query(person, query, json!({ "id": id })).await.data()["subscription"].take();
        if below.is_object() {
            assert_eq!(below["events"]["totalCount"], told.len());
        }
        let contoso = world.query(&world.contoso(), query, json!({ "id": id })).await.data();
        for (event, kind) in
            contoso["subscription"]["events"]["nodes"].as_array().unwrap().iter().rev().zip(both)
        {
            let node =
                world.query(person, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": event["id"] }));
            assert_eq!(node.await.data()["node"].is_object(), told.contains(&kind), "{person:?} {kind}");
        }
    }
    // A customer's log is closed to whoever may not read events there, and its other fields are not.
    let query = "{ customer(by: { domain: \"contoso.example\" }) { name subscriptions { totalCount } events { totalCount } } }";
    let answer = world.query(&sales, query, json!({})).await;
    let json = answer.json();
    assert_eq!(json["data"]["customer"]["subscriptions"]["totalCount"], 4);
    assert!(json["data"]["customer"]["events"].is_null());
    assert_eq!(json["errors"][0]["path"], json!(["customer", "events"]));
    assert_eq!(json["errors"][0]["extensions"]["reasons"][0]["code"], "PERMISSION_NOT_GRANTED");
    // What was seen goes with the grant.
    let grant = api_id(crate::world::GRANT, world.facts.grants[0].id);
    world.done(&world.contoso(), "terminateGrant", json!({ "grant": grant })).await;
    for person in [&admin, &support, &sales] {
        assert_eq!(kinds(&log(&world, person, &id).await), [""; 0]);
    }
    assert_eq!(kinds(&log(&world, &world.contoso(), &id).await), both);
    world.end().await;
}
