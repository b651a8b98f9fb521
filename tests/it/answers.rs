//! What an answer looks like, letter by letter: what was asked for, under the names and in the order in which it was asked,
//! and what an error takes with it.

use rstest::rstest;
use serde_json::{Value, json};

use crate::facts::{ADATUM, Customer, FABRIKAM, Facts, NORTHWIND, id};
use crate::world::{Backend, World};

/// The cast, where Fabrikam may besides see who Adatum is, and nothing that it bought.
async fn world(backend: Backend) -> World {
    let mut facts = Facts::cast();
    let grant = facts.grant(ADATUM, FABRIKAM);
    grant.roles = vec!["DIRECTORY_READER"];
    grant.assignments[0].roles = vec!["DIRECTORY_READER"];
    World::of(backend, facts).await
}

/// The text of the answer's data, of a query of Fabrikam's.
async fn text(world: &World, query: &str, variables: Value) -> String {
    let answer = world.query(&world.fabrikam(), query, variables).await;
    // Behind the data is what it cost.
    let data = answer.text.rsplit_once(r#","extensions":{"cost":"#).map(|(data, _)| data);
    let data = data.and_then(|data| data.strip_prefix(r#"{"data":"#));
    data.unwrap_or_else(|| panic!("an error: {}", answer.text)).to_owned()
}

#[rstest]
#[tokio::test]
async fn fields_stand_in_the_order_and_under_the_names_that_were_asked_for(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = world(backend).await;
    let query = "{ subscriptions(first: 2) { kind: __typename edges { __typename node { id: friendlyName } }
        nodes { b: friendlyName __typename offer { s: sku __typename } quantity a: friendlyName autoRenew nextTerm { quantity }
            customer { __typename name } suspensionReasons status termEndsAt o: offer { publisher } } count: totalCount } }";
    let expected = r#"{"subscriptions":{"kind":"CustomerSubscriptionConnection","edges":[
        {"__typename":"CustomerSubscriptionEdge","node":{"id":"Fabrikam 0"}},
        {"__typename":"CustomerSubscriptionEdge","node":{"id":"Fabrikam 1"}}],"nodes":[
        {"b":"Fabrikam 0","__typename":"CustomerSubscription","offer":{"s":"SKU-0","__typename":"Offer"},"quantity":1,
        "a":"Fabrikam 0","autoRenew":true,"nextTerm":null,"customer":{"__typename":"Customer","name":"Contoso"},
        "suspensionReasons":[],"status":"ACTIVE","termEndsAt":"2027-03-07T12:00:00.000Z","o":{"publisher":"Litware"}},
        {"b":"Fabrikam 1","__typename":"CustomerSubscription","offer":{"s":"SKU-1","__typename":"Offer"},"quantity":2,
        "a":"Fabrikam 1","autoRenew":false,"nextTerm":null,"customer":{"__typename":"Customer","name":"Contoso"},
        "suspensionReasons":[],"status":"ACTIVE","termEndsAt":"2027-03-08T12:00:00.000Z","o":{"publisher":"Litware"}}],
        "count":3}}"#;
    let expected: String = expected.lines().map(str::trim_start).collect();
    // The second time the offers are remembered.
    for _ in 0..2 {
        assert_eq!(text(&world, query, json!({})).await, expected);
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_is_skipped_is_not_there(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = world(backend).await;
    let query = "query($yes: Boolean!, $no: Boolean!) { subscriptions(first: 1) { nodes {
        status @skip(if: $yes) friendlyName @include(if: $yes) customer @include(if: $no) { name }
        offer { name @skip(if: $yes) sku @skip(if: $no) } } totalCount @include(if: $no) } }";
    let shown = text(&world, query, json!({ "yes": true, "no": false })).await;
    assert_eq!(
        shown,
        r#"{"subscriptions":{"nodes":[{"friendlyName":"Fabrikam 0","offer":{"sku":"SKU-0"}}]}}"#
    );
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_is_asked_for_in_fragments_is_one_object(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = world(backend).await;
    let query = "{ subscriptions(first: 1) { nodes { ...A ...B ... on CustomerSubscription { offer { publisher } term } } } }
        fragment A on CustomerSubscription { friendlyName offer { sku } customer { domain } }
        fragment B on CustomerSubscription { customer { name domain } offer { sku name } friendlyName }";
    let shown = text(&world, query, json!({})).await;
    let expected = r#"{"subscriptions":{"nodes":[{"friendlyName":"Fabrikam 0",
        "offer":{"sku":"SKU-0","name":"Suite 0","publisher":"Litware"},
        "customer":{"domain":"contoso.example","name":"Contoso"},"term":"P1Y"}]}}"#;
    assert_eq!(shown, expected.lines().map(str::trim_start).collect::<String>());
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn an_object_below_an_interface_is_shown_as_anywhere(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = world(backend).await;
    let id = world.read(&world.fabrikam(), "{ subscriptions(first: 1) { nodes { id } } }").await;
    let id = &id["subscriptions"]["nodes"][0]["id"];
    let query = "query($id: ID!) { node(id: $id) { __typename same: id
        ... on CustomerSubscription { friendlyName offer { sku } } ... on Offer { sku } } }";
    let shown = text(&world, query, json!({ "id": id })).await;
    let expected = format!(
        r#"{{"node":{{"__typename":"CustomerSubscription","same":{id},"friendlyName":"Fabrikam 0","offer":{{"sku":"SKU-0"}}}}}}"#
    );
    assert_eq!(shown, expected);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn an_error_takes_with_it_what_cannot_be_without_it_and_nothing_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = world(backend).await;
    let ask = async |query: &str| {
        let answer = world.query(&world.fabrikam(), query, json!({})).await.json();
        let errors = answer["errors"].as_array().unwrap().clone();
        let [error] = &errors[..] else { panic!("{answer:#}") };
        (answer["data"].clone(), error["path"].clone(), error["extensions"]["code"].clone())
    };
    // Nullable: the item stays.
    let nullable =
        ask("{ customers { nodes { name subscriptions(first: 1) { nodes { friendlyName } } domain } } }")
            .await;
    let adatum = json!({ "name": "Adatum", "subscriptions": null, "domain": "adatum.example" });
    let bought = json!({ "nodes": [{ "friendlyName": "Fabrikam 0" }] });
    let contoso = json!({ "name": "Contoso", "subscriptions": bought, "domain": "contoso.example" });
    let data = json!({ "customers": { "nodes": [adatum, contoso] } });
    assert_eq!(nullable, (data, json!(["customers", "nodes", 0, "subscriptions"]), json!("FORBIDDEN")));
    // Not nullable, nor the item or the list: all is gone up to what may be null.
    let item = ask("{ customers { nodes { name grants(after: \"x\") { nodes { id } } } } }").await;
    assert_eq!(item, (Value::Null, json!(["customers", "nodes", 0]), json!("BAD_REQUEST")));
    let object = ask(
        "{ customer(by: { domain: \"contoso.example\" }) { name grants(after: \"x\") { nodes { id } } } offers { totalCount } }",
    )
    .await;
    let data = json!({ "customer": null, "offers": { "totalCount": 3 } });
    assert_eq!(object, (data, json!(["customer", "grants"]), json!("BAD_REQUEST")));
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn errors_stand_in_the_order_of_the_items_that_they_are_about(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    for n in 0..40 {
        facts
            .customers
            .push(Customer { tenant: id(&format!("customer {n}")), name: format!("Customer {n:02}") });
        facts.grant(ADATUM + 1 + n, FABRIKAM);
    }
    let world = World::of(backend, facts).await;
    let query = "{ customers { nodes { name subscriptions(filter: { offer: \"no id\" }) { nodes { friendlyName } } } } }";
    let answer = world.query(&world.fabrikam(), query, json!({})).await.json();
    let places: Vec<_> = answer["errors"].as_array().unwrap().iter().map(|error| &error["path"][2]).collect();
    assert_eq!(json!(places), json!((0..41).collect::<Vec<_>>()));
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_cursor_is_the_same_wherever_it_is_shown(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = world(backend).await;
    let page = "{ edges { cursor node { friendlyName } } nodes { friendlyName } pageInfo { startCursor endCursor } }";
    let query = format!(
        "{{ all: subscriptions(filter: {{ status: [ACTIVE] }}) {page} nested: customers {{ nodes {{
            subscriptions(filter: {{ status: [ACTIVE] }}) {page} }} }} none: subscriptions(filter: {{ status: [] }}) {page} }}"
    );
    let answer = world.query(&world.fabrikam(), &query, json!({})).await.json();
    let data = &answer["data"];
    // Whether nested or not: the list, its order and its filter are the same.
    assert_eq!(data["all"], data["nested"]["nodes"][1]["subscriptions"]);
    let edges = data["all"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 3);
    assert_eq!(
        data["all"]["pageInfo"],
        json!({ "startCursor": edges[0]["cursor"], "endCursor": edges[2]["cursor"] })
    );
    let nodes: Vec<_> = edges.iter().map(|edge| edge["node"].clone()).collect();
    assert_eq!(data["all"]["nodes"], json!(nodes));
    let empty = json!({ "edges": [], "nodes": [], "pageInfo": { "startCursor": null, "endCursor": null } });
    assert_eq!(data["none"], empty);
    world.end().await;
}

/// By its id, a customer comes with its page in one statement; by its domain, the page is read for itself.
#[rstest]
#[tokio::test]
async fn a_customer_and_its_page_are_the_same_by_each_of_its_keys(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    let grant = facts.grant(ADATUM, FABRIKAM);
    grant.roles = vec!["DIRECTORY_READER"];
    grant.assignments[0].roles = vec!["DIRECTORY_READER"];
    // Northwind sees a customer to which it has sold nothing.
    facts.grant(ADATUM, NORTHWIND);
    let world = World::of(backend, facts).await;
    let by_name = "{ customers { nodes { id } } }";
    let mut ids = Vec::new();
    for owner in [world.contoso(), world.customer(ADATUM)] {
        ids.push(
            world.read(&owner, by_name).await["customers"]["nodes"][0]["id"].as_str().unwrap().to_owned(),
        );
    }
    let first = world
        .read(
            &world.contoso(),
            "{ customers { nodes { subscriptions(first: 1) { pageInfo { endCursor } } } } }",
        )
        .await;
    let cursor = &first["customers"]["nodes"][0]["subscriptions"]["pageInfo"]["endCursor"];
    let own_cursor = "{ customer(by: { domain: \"contoso.example\" }) { subscriptions(first: 1) { pageInfo { endCursor } } } }";
    let own = world.read(&world.fabrikam(), own_cursor).await;
    let own = &own["customer"]["subscriptions"]["pageInfo"]["endCursor"];
    let lists = [
        "subscriptions { totalCount nodes { id friendlyName offer { name } } pageInfo { hasNextPage hasPreviousPage } }".to_owned(),
        "subscriptions(first: 1) { edges { cursor node { id customer { name } } } pageInfo { hasNextPage } }".to_owned(),
        "subscriptions(last: 2, orderBy: { field: QUANTITY, direction: DESC }) { nodes { id quantity } pageInfo { hasPreviousPage } }".to_owned(),
        "subscriptions(first: 0) { nodes { id } pageInfo { hasNextPage } }".to_owned(),
        "subscriptions(filter: { status: [SUSPENDED] }) { nodes { id } }".to_owned(),
        "one: subscriptions(first: 1) { nodes { id } } two: subscriptions(first: 2) { nodes { id } }".to_owned(),
        // What is wrong with the list is told by the list, and only where the customer is seen.
        "subscriptions(first: 201) { nodes { id } }".to_owned(),
        "subscriptions(filter: { customer: \"none\" }) { nodes { id } }".to_owned(),
        format!("subscriptions(first: 2, after: {own}) {{ nodes {{ id }} }}"),
        format!("subscriptions(first: 2, after: {cursor}) {{ nodes {{ id }} }}"),
    ];
    let people = [
        world.fabrikam(),
        world.northwind(),
        world.tailspin(),
        world.contoso(),
        world.customer(ADATUM),
        world.operator(),
    ];
    let mut seen = 0;
    for (id, domain) in ids.iter().zip(["contoso.example", "adatum.example"]) {
        for list in &lists {
            for person in &people {
                let ask = async |by: &str, value: &str| {
                    let query = format!("{{ customer(by: {{ {by}: \"{value}\" }}) {{ name {list} }} }}");
                    let mut answer = world.query(person, &query, json!({})).await.json();
                    for error in answer["errors"].as_array_mut().into_iter().flatten() {
                        error["extensions"]["requestId"].take();
                        error["locations"].take();
                    }
                    // In which order fields that fail at once are told is not said.
                    if let Some(errors) = answer["errors"].as_array_mut() {
                        errors.sort_by_key(|error| error["path"].to_string());
                    }
                    answer
                };
                let by_id = ask("id", id).await;
                assert_eq!(by_id, ask("domain", domain).await, "{list}");
                seen += usize::from(!by_id["data"]["customer"].is_null());
            }
        }
    }
    assert!(seen > 60, "{seen}");
    world.end().await;
}
