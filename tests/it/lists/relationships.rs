//! Grants by name; requests and events both ways.

use rstest::rstest;
use serde_json::{Value, json};

use crate::facts::{Facts, days, id};
use crate::world::{Backend, Person, World};

/// Contoso's grants to Fabrikam and Northwind under several names, and Tailspin's, which is not their business.
fn named() -> Facts {
    let mut facts = Facts::cast();
    for (i, name) in ["mail", "Mail 2", "Élan", "élan 100%", "Zebra"].into_iter().enumerate() {
        let partner = ["Fabrikam", "Northwind Traders"][i % 2];
        facts.more.push(json!({ "type": "grant", "id": id(name), "partner": id(partner), "customer": id("Contoso"),
            "displayName": name, "roles": ["GLOBAL_READER"], "startsAt": days(-5), "endsAt": days(50), "autoExtend": false,
            "createdAt": days(-5) }));
    }
    facts
}

#[rstest]
#[tokio::test]
async fn grants_are_found_by_their_names_and_by_the_other_partys(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, named()).await;
    let names = async |person: &Person, text: &str| -> Vec<String> {
        let query =
            "query($text: String) { grants(filter: { search: $text }, orderBy: { field: NAME }) { totalCount
            nodes { displayName } } }";
        let grants = world.query(person, query, json!({ "text": text })).await.data()["grants"].take();
        let nodes = grants["nodes"].as_array().unwrap();
        assert_eq!(grants["totalCount"], nodes.len());
        nodes.iter().map(|node| node["displayName"].as_str().unwrap().to_owned()).collect()
    };
    let (fabrikam, northwind, contoso) = (world.fabrikam(), world.northwind(), world.contoso());
    let administration = "Administration";
    // Byte by byte in lower case, on every database: É after z.
    assert_eq!(names(&fabrikam, "").await, [administration, "mail", "Zebra", "Élan"]);
    assert_eq!(
        names(&contoso, "").await,
        [administration, administration, "mail", "Mail 2", "Zebra", "Élan", "élan 100%"]
    );
    assert_eq!(names(&contoso, "MAIL").await, ["mail", "Mail 2"]);
    assert_eq!(names(&contoso, "ÉLAN").await, ["Élan", "élan 100%"]);
    assert_eq!(names(&contoso, "100%").await, ["élan 100%"]);
    assert_eq!(names(&fabrikam, "100%").await, [""; 0], "it is Northwind's");
    assert_eq!(names(&northwind, "zebra").await, [""; 0], "it is Fabrikam's");
    // The other party by its name; one's own would find everything.
    assert_eq!(names(&contoso, "northWIND").await, [administration, "Mail 2", "élan 100%"]);
    assert_eq!(names(&fabrikam, "contoso").await, [administration, "mail", "Zebra", "Élan"]);
    for (person, text) in
        [(&fabrikam, "fabrikam"), (&fabrikam, "northwind"), (&contoso, "contoso"), (&fabrikam, "adatum")]
    {
        assert_eq!(names(person, text).await, [""; 0], "{text}");
    }
    assert_eq!(names(&world.operator(), "tailspin").await, [administration]);
    assert_eq!(names(&world.operator(), "contoso").await.len(), 7);
    world.end().await;
}

/// A name that is given again, by an acceptance or an import, is found by what it is then.
#[rstest]
#[tokio::test]
async fn a_grant_that_was_accepted_is_found_by_its_name(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let asked = json!({ "customer": { "domain": "contoso.example" }, "displayName": "ÜBER Backup",
        "roles": ["GLOBAL_READER"], "duration": "P30D" });
    let request = world.done(&world.tailspin(), "requestRelationship", asked).await["request"]["id"].take();
    world.done(&world.contoso(), "acceptRelationshipRequest", json!({ "request": { "id": request } })).await;
    let query = "{ grants(filter: { search: \"über b\" }) { nodes { displayName } } }";
    let found = world.read(&world.contoso(), query).await;
    assert_eq!(found["grants"]["nodes"], json!([{ "displayName": "ÜBER Backup" }]));
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn requests_and_events_run_both_ways(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::cast(backend).await;
    let fabrikam = world.fabrikam();
    for (minute, (name, open_for)) in [("B", "P3D"), ("A", "P2D"), ("C", "P9D")].into_iter().enumerate() {
        world.clock.set(days(0) + chrono::TimeDelta::minutes(i64::try_from(minute).unwrap()));
        let ask = json!({ "customer": { "domain": "contoso.example" }, "displayName": name,
            "roles": ["GLOBAL_READER"], "duration": "P30D", "validFor": open_for });
        world.done(&fabrikam, "requestRelationship", ask).await;
    }
    let names = async |order: &str| -> Vec<Value> {
        let query = format!("{{ relationshipRequests{order} {{ nodes {{ displayName }} }} }}");
        let nodes = world.read(&fabrikam, &query).await["relationshipRequests"]["nodes"].take();
        nodes.as_array().unwrap().iter().map(|node| node["displayName"].clone()).collect()
    };
    assert_eq!(names("").await, ["C", "A", "B"]);
    assert_eq!(names("(orderBy: { field: CREATED_AT })").await, ["B", "A", "C"]);
    assert_eq!(names("(orderBy: { field: EXPIRES_AT })").await, ["A", "B", "C"]);
    assert_eq!(names("(orderBy: { field: EXPIRES_AT, direction: DESC })").await, ["C", "B", "A"]);
    let sold = world.read(&fabrikam, "{ subscriptions(first: 1) { nodes { id version } } }").await;
    let sold = &sold["subscriptions"]["nodes"][0]["id"];
    for (minute, name) in ["First", "Second"].into_iter().enumerate() {
        world.clock.set(days(1) + chrono::TimeDelta::minutes(i64::try_from(minute).unwrap()));
        world
            .done(&fabrikam, "renameSubscription", json!({ "subscription": sold, "friendlyName": name }))
            .await;
    }
    let query = format!(
        "query($order: EventOrder) {{ events(orderBy: $order) {{ nodes {{ id occurredAt }} }}
            customer(by: {{ domain: \"contoso.example\" }}) {{ events(orderBy: $order) {{ nodes {{ id occurredAt }} }} }}
            subscription(id: {sold}) {{ events(orderBy: $order) {{ nodes {{ id occurredAt }} }} }} }}"
    );
    let lists = async |person: &Person, order: Value| -> Vec<Vec<Value>> {
        let data = world.query(person, &query, json!({ "order": order })).await.data();
        let lists = [&data["events"], &data["customer"]["events"], &data["subscription"]["events"]];
        lists.into_iter().map(|list| list["nodes"].as_array().unwrap().clone()).collect()
    };
    for person in [&fabrikam, &world.contoso()] {
        let newest = lists(person, Value::Null).await;
        assert_eq!(newest.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 2]);
        assert_eq!(lists(person, json!({ "field": "OCCURRED_AT", "direction": "DESC" })).await, newest);
        let oldest = lists(person, json!({ "field": "OCCURRED_AT" })).await;
        for (oldest, newest) in oldest.iter().zip(&newest) {
            assert!(oldest.is_sorted_by_key(|event| event["occurredAt"].as_str().unwrap().to_owned()));
            assert!(oldest.iter().eq(newest.iter().rev()), "{oldest:?} {newest:?}");
        }
    }
    world.end().await;
}
