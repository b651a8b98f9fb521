//! Rights follow the clock alone.

use chrono::TimeDelta;
use rstest::rstest;
use serde_json::json;

use crate::facts::{CONTOSO, FABRIKAM, Facts, Request, days, id, noon};
use crate::world::{Backend, World};

const CONTOSO_SEEN: &str =
    "{ customer(by: { domain: \"contoso.example\" }) { name } subscriptions { totalCount }
    grants { nodes { status endsAt customer { name customer { name } } } } }";

#[rstest]
#[tokio::test]
async fn the_end_of_a_grant_hides_the_customer_at_that_instant(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let end = world.facts.grants[0].ends_at;
    world.clock.set(end - TimeDelta::milliseconds(1));
    let before = world.read(&world.fabrikam(), CONTOSO_SEEN).await;
    assert_eq!(before["customer"]["name"], "Contoso");
    assert_eq!(before["subscriptions"]["totalCount"], 3);
    world.clock.set(end);
    let after = world.read(&world.fabrikam(), CONTOSO_SEEN).await;
    assert!(after["customer"].is_null());
    assert_eq!(after["subscriptions"]["totalCount"], 0);
    // Its own grant it may always read, with the customer's name and no more.
    let grant = &after["grants"]["nodes"][0];
    assert_eq!(grant["status"], "EXPIRED");
    assert_eq!(grant["customer"]["name"], "Contoso");
    assert!(grant["customer"]["customer"].is_null());
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_grant_that_extends_itself_goes_on_and_says_until_when(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.grants[0].auto_extend = true;
    facts.grants[0].ends_at = days(10) + TimeDelta::milliseconds(250);
    let world = World::of(backend, facts).await;
    for (at, ends) in [(5, 10), (30, 190), (190, 370), (400, 550)] {
        world.clock.set(days(at) + TimeDelta::milliseconds(300));
        let seen = world.read(&world.fabrikam(), CONTOSO_SEEN).await;
        assert_eq!(seen["customer"]["name"], "Contoso");
        let ends_at = days(ends) + TimeDelta::milliseconds(250);
        let shown = ends_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        assert_eq!(seen["grants"]["nodes"][0]["endsAt"], shown);
        // The database computes the same end as the row in hand shows: to the millisecond.
        let query = "query($from: DateTime, $until: DateTime) { grants(filter: { endsAt: { from: $from, until: $until } }) { totalCount } }";
        let next = (ends_at + TimeDelta::milliseconds(1)).to_rfc3339();
        let hit = world.query(&world.fabrikam(), query, json!({ "from": shown, "until": next })).await;
        assert_eq!(hit.data()["grants"]["totalCount"], 1, "{at}");
        let miss = world.query(&world.fabrikam(), query, json!({ "from": next })).await;
        assert_eq!(miss.data()["grants"]["totalCount"], 0, "{at}");
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_grant_to_come_gives_nothing_until_it_starts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.grants[0].starts_at = days(3);
    let world = World::of(backend, facts).await;
    assert!(world.read(&world.fabrikam(), CONTOSO_SEEN).await["customer"].is_null());
    world.clock.set(days(3));
    assert_eq!(world.read(&world.fabrikam(), CONTOSO_SEEN).await["customer"]["name"], "Contoso");
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn an_invitation_is_read_by_its_secret_alone_and_by_customers_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let secret = "8b8c1f6e0d5c4a39b2716f0e9d8c7b6a5f4e3d2c1b0a99887766554433221100";
    let mut facts = Facts::cast();
    facts.requests.push(Request {
        id: id("invitation"),
        partner: FABRIKAM,
        customer: None,
        name: "Come in".to_owned(),
        invitation: Some(secret.to_owned()),
        expires_at: days(10),
    });
    facts.requests.push(Request {
        id: id("addressed"),
        partner: FABRIKAM,
        customer: Some(CONTOSO),
        name: "More".to_owned(),
        invitation: None,
        expires_at: days(10),
    });
    let world = World::of(backend, facts).await;
    let query = "query($secret: String!) { relationshipRequest(by: { invitation: $secret }) {
        displayName status partner { name } customer { name } roles } }";
    let adatum = world.customer(crate::facts::ADATUM);
    let read = world.query(&adatum, query, json!({ "secret": secret })).await.data();
    assert_eq!(
        read["relationshipRequest"],
        json!({ "displayName": "Come in", "status": "OPEN", "partner": { "name": "Fabrikam" }, "customer": null,
            "roles": ["GLOBAL_READER"] })
    );
    let wrong = world.query(&adatum, query, json!({ "secret": secret.replace('8', "9") })).await.data();
    assert!(wrong["relationshipRequest"].is_null());
    for stranger in [world.northwind(), world.operator()] {
        let answer = world.query(&stranger, query, json!({ "secret": secret })).await.data();
        assert!(answer["relationshipRequest"].is_null());
    }
    // Its holder is no party yet: no list has it, nor is the partner seen otherwise.
    let lists =
        world.read(&adatum, "{ relationshipRequests { totalCount } partners { nodes { name } } }").await;
    assert_eq!(lists["relationshipRequests"]["totalCount"], 0);
    assert!(!lists.to_string().contains("Fabrikam"));
    // An addressed one expires by the clock.
    let status = "{ relationshipRequests(filter: { status: [OPEN] }) { totalCount } all: relationshipRequests { nodes { status } } }";
    assert_eq!(world.read(&world.contoso(), status).await["relationshipRequests"]["totalCount"], 1);
    world.clock.set(noon() + TimeDelta::days(10));
    let later = world.read(&world.contoso(), status).await;
    assert_eq!(later["relationshipRequests"]["totalCount"], 0);
    assert_eq!(later["all"]["nodes"][0]["status"], "EXPIRED");
    world.end().await;
}
