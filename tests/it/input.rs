//! What comes in is bounded before anything runs, and on both databases alike.

use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{Answer, Backend, World};

/// Asks for the number of customers that a filter leaves over.
async fn customers(world: &World, filter: Value) -> Answer {
    let query = "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }";
    world.query(&world.fabrikam(), query, json!({ "f": filter })).await
}

fn is_refused(answer: &Answer, words: &str) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (422, "GRAPHQL_VALIDATION_FAILED"),
        "{}",
        answer.text
    );
    let json = answer.json();
    assert!(json["errors"][0]["message"].as_str().unwrap().contains(words), "{}", answer.text);
    assert!(json["errors"][0]["locations"][0]["column"].is_u64(), "{}", answer.text);
    assert!(json.get("data").is_none());
}

#[rstest]
#[tokio::test]
async fn a_character_that_databases_read_differently_reaches_none(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    for text in ["\0", "cont\0oso", "\u{1b}[2J", "a\nb", "\u{85}"] {
        is_refused(&customers(&world, json!({ "search": text })).await, "a control character; leave it out");
        is_refused(&customers(&world, json!({ "country": ["NL", text] })).await, "`filter.country[1]`");
    }
    let turned = customers(&world, json!({ "search": "osotnoc\u{202e}" })).await;
    is_refused(&turned, "U+202E, which turns the direction");
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    for (person, query) in [
        (&fabrikam, "query($s: String!) { customer(by: { domain: $s }) { id } }"),
        (&fabrikam, "query($s: String!) { offers(filter: { publisher: $s }) { totalCount } }"),
        (&fabrikam, "query($s: ID!) { node(id: $s) { id } }"),
        (&fabrikam, "query($s: String) { offers(after: $s) { totalCount } }"),
        (&contoso, "query($s: String) { events(filter: { actor: $s }) { totalCount } }"),
        (&contoso, "query($s: String!) { relationshipRequest(by: { invitation: $s }) { id } }"),
        (&fabrikam, "query($s: String!) { __type(name: $s) { name } }"),
    ] {
        is_refused(&world.query(person, query, json!({ "s": "a\0" })).await, "U+0000");
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn names_have_one_line_and_one_direction_and_messages_have_more(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let ask = "mutation($i: RequestRelationshipInput!) {
        requestRelationship(input: $i) { request { message } userErrors { code } } }";
    let input = |change: Value| {
        let mut input = json!({ "customer": { "domain": "adatum.example" }, "displayName": "Help", "duration": "P30D",
            "roles": ["GLOBAL_READER", "DIRECTORY_READER", "GLOBAL_READER"] });
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({ "i": input })
    };
    let tailspin = world.tailspin();
    for (field, value) in [
        ("displayName", json!("Help\u{202e}pleH")),
        ("displayName", json!("Help\t")),
        ("idempotencyKey", json!("\0")),
        ("message", json!("\0")),
        ("customer", json!({ "domain": "adatum\0.example" })),
    ] {
        let refused = world.query(&tailspin, ask, input(json!({ field: value }))).await;
        is_refused(&refused, &format!("In `requestRelationship`, the argument `input.{field}"));
    }
    let message = "Dear all,\r\n\twe help. \u{200f}\u{5e9}\u{5dc}\u{5d5}\u{5dd}";
    let done = world.query(&tailspin, ask, input(json!({ "message": message }))).await.data();
    assert_eq!(done["requestRelationship"]["userErrors"], json!([]));
    assert_eq!(done["requestRelationship"]["request"]["message"], message);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_list_of_words_is_a_set_of_at_most_100_and_a_search_has_200_characters(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let codes =
        |count: usize| (0..count).map(|n| format!("{n}")).chain(["NL".to_owned()]).collect::<Vec<_>>();
    let all = customers(&world, json!({})).await.data();
    assert_eq!(customers(&world, json!({ "country": codes(99) })).await.data(), all);
    assert_eq!(customers(&world, json!({ "country": vec!["NL"; 10_000] })).await.data(), all);
    let refused = customers(&world, json!({ "country": codes(100) })).await;
    is_refused(
        &refused,
        "In `customers`, the argument `filter.country` has 101 elements; at most 100 are taken.",
    );
    let none = customers(&world, json!({ "search": "%_".repeat(100) })).await.data();
    assert_eq!(none["customers"]["totalCount"], 0);
    is_refused(
        &customers(&world, json!({ "search": "x".repeat(201) })).await,
        "has 201 characters; at most 200",
    );
    world.end().await;
}

#[tokio::test]
async fn a_mutation_has_at_most_ten_root_fields_and_each_costs_what_it_writes() {
    let world = World::cast(Backend::Sqlite).await;
    let many = |count: usize| {
        let field =
            |n| format!("a{n}: terminateGrant(input: {{ grant: \"x\" }}) {{ userErrors {{ code }} }} ");
        format!("mutation {{ {} }}", (0..count).map(field).collect::<String>())
    };
    let fabrikam = world.fabrikam();
    assert!(world.read(&fabrikam, &many(10)).await["a9"]["userErrors"][0]["code"].is_string());
    let refused = world.query(&fabrikam, &many(11), json!({})).await;
    assert_eq!(refused.code(), "QUERY_TOO_COMPLEX");
    assert!(
        refused.text.contains("it has 11 root fields that change something; at most 10"),
        "{}",
        refused.text
    );
    world.end().await;
}

#[tokio::test]
async fn the_name_of_an_operation_is_cut_in_the_log() {
    let world = World::cast(Backend::Sqlite).await;
    let name = "A".repeat(5_000);
    let answer =
        world.query(&world.fabrikam(), &format!("query {name} {{ viewer {{ kind }} }}"), json!({})).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.line()["name"], "A".repeat(100));
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn an_instant_has_a_year_of_four_digits_and_no_leap_second(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let count = "query($from: DateTime, $until: DateTime) {
        subscriptions(filter: { termEndsAt: { from: $from, until: $until } }) { totalCount } }";
    let fabrikam = world.fabrikam();
    for (range, expected) in [
        (json!({ "from": "0001-01-01T00:00:00Z" }), 3),
        (json!({ "until": "0001-01-01T00:00:00Z" }), 0),
        (json!({ "until": "9999-12-31T23:59:59.999Z" }), 3),
        (json!({ "from": "9999-12-31T23:59:59Z" }), 0),
        (json!({ "from": "2016-12-31T23:59:60Z", "until": "9999-12-31T18:59:59-05:00" }), 3),
    ] {
        let counted = world.query(&fabrikam, count, range.clone()).await.data();
        assert_eq!(counted["subscriptions"]["totalCount"], expected, "{range}");
    }
    for instant in [
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-05:00",
        "9999-12-31T23:59:60Z",
        "+10000-01-01T00:00:00Z",
    ] {
        is_refused(
            &world.query(&fabrikam, count, json!({ "until": instant })).await,
            "of the years 0001 to 9999",
        );
        let literal = count.replace("$until }", &format!("\"{instant}\" }}"));
        let literal = literal.replace(", $until: DateTime", "");
        is_refused(&world.query(&fabrikam, &literal, json!({})).await, "of the years 0001 to 9999");
    }
    let contoso = world.read(&fabrikam, "{ customer(by: { domain: \"contoso.example\" }) { id } }").await;
    let contoso = &contoso["customer"]["id"];
    let explain = "query($id: ID!, $at: DateTime) {
        explainAccess(target: $id, permission: CUSTOMER_READ, at: $at) { at } }";
    let told = world
        .query(&fabrikam, explain, json!({ "id": contoso, "at": "2016-12-31T23:59:60.25Z" }))
        .await
        .data();
    assert_eq!(told["explainAccess"]["at"], "2017-01-01T00:00:00.250Z");
    world.end().await;
}
