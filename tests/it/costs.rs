//! What an operation is charged cannot be talked down: by sizes that are none, by fragments, by names, or by asking in bulk.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{Answer, Backend, World};

async fn ask(world: &World, query: &str, variables: Value) -> Answer {
    world.query(&world.fabrikam(), query, variables).await
}

/// The answer to a body as it stands.
async fn post(world: &World, body: String) -> Answer {
    let request = world.request(Method::POST, "/graphql").bearer_auth(world.token(&world.fabrikam()));
    let request = request.header("accept", "application/graphql-response+json");
    world.send(request.header("content-type", "application/json").body(body)).await
}

/// What it was charged with.
async fn cost(world: &World, query: &str) -> u64 {
    let answer = ask(world, query, json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["extensions"]["cost"].as_u64().unwrap()
}

/// A size below nothing pays for nothing beside it.
#[rstest]
#[case::literal("{ a: customers(first: -1000) { nodes { id } } b: customers(first: 200) { nodes { id } } }", json!({}))]
#[case::from_the_end("{ a: customers(last: -1000) { nodes { id } } b: customers(first: 200) { nodes { id } } }", json!({}))]
#[case::variable(
    "query($n: Int) { a: customers(first: $n) { nodes { id } } b: customers(first: 200) { nodes { id } } }",
    json!({ "n": -1000 })
)]
#[case::default(
    "query($n: Int = -1000) { a: customers(first: $n) { nodes { id } } b: customers(first: 200) { nodes { id } } }",
    json!({})
)]
#[tokio::test]
async fn a_negative_size_takes_nothing_from_the_price(#[case] query: &str, #[case] variables: Value) {
    let world = World::cast(Backend::Sqlite).await;
    let answer = ask(&world, query, variables).await;
    let charged = answer.json()["extensions"]["cost"].as_u64();
    assert!(charged.is_none_or(|cost| cost >= 201), "{}", answer.text);
    assert!(answer.text.contains("first") || answer.text.contains("last"), "it is said: {}", answer.text);
    assert_eq!(answer.json()["data"]["a"], Value::Null);
    world.end().await;
}

/// A size that no page has is refused, as a literal and as a variable, and never counts as none.
#[rstest]
#[case("2147483648")]
#[case("9223372036854775808")]
#[case("10000000000000000000000000000000000000000")]
#[case("1e3")]
#[case("200.5")]
#[tokio::test]
async fn a_size_beyond_all_numbers_is_refused(#[case] size: &str) {
    let world = World::cast(Backend::Sqlite).await;
    let literal = format!("{{ customers(first: {size}) {{ nodes {{ id }} }} }}");
    let by_literal = ask(&world, &literal, json!({})).await;
    assert_eq!((by_literal.status, by_literal.json().get("data")), (422, None), "{}", by_literal.text);
    let body = format!(
        "{{\"query\":\"query($n: Int) {{ customers(first: $n) {{ nodes {{ id }} }} }}\",\"variables\":{{\"n\":{size}}}}}"
    );
    let by_variable = post(&world, body).await;
    if size == "1e3" {
        // A number of JSON that is whole: more than a page has, which is told in its place.
        assert_eq!(by_variable.json()["data"], Value::Null, "{}", by_variable.text);
    } else {
        assert!([400, 422].contains(&by_variable.status), "{}", by_variable.text);
        assert_eq!(by_variable.json().get("data"), None);
    }
    world.end().await;
}

#[tokio::test]
async fn pages_in_pages_are_refused_before_their_price_wraps() {
    let world = World::cast(Backend::Sqlite).await;
    let deep = (0..4).fold("id".to_owned(), |below, _| {
        format!("subscriptions(first: 200) {{ nodes {{ customer {{ {below} }} }} }}")
    });
    let answer =
        ask(&world, &format!("{{ customers(first: 200) {{ nodes {{ {deep} }} }} }}"), json!({})).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "QUERY_TOO_COMPLEX"), "{}", answer.text);
    assert!(answer.text.contains("units of cost"), "{}", answer.text);
    assert_eq!(answer.json().get("data"), None);
    world.end().await;
}

#[tokio::test]
async fn the_price_is_the_same_however_it_is_written() {
    let world = World::cast(Backend::Sqlite).await;
    let inline =
        "{ customers(first: 7) { nodes { id subscriptions(first: 3) { nodes { offer { name } } } } } }";
    let price = cost(&world, inline).await;
    assert_eq!(price, 1 + 7 * (1 + 1 + 3 * 2));
    for other in [
        "{ ...A } fragment A on Query { customers(first: 7) { nodes { ...B } } }
            fragment B on Customer { id subscriptions(first: 3) { nodes { ...C } } }
            fragment C on CustomerSubscription { offer { name } }",
        "{ ... on Query { customers(first: 7) { ... { nodes { ... on Customer { id subscriptions(first: 3) { nodes { offer { name } } } } } } } } }",
        "{ ...A ...A } fragment A on Query { customers(first: 7) { nodes { id subscriptions(first: 3) { nodes { offer { name } } } } } }",
    ] {
        assert_eq!(cost(&world, other).await, price, "{other}");
    }
    // Each of thirty fragments has the next one twice: what is merged is paid once, and what has names of its own each time.
    let spreads = |names: fn(usize) -> String| {
        let fragments = (0..30).map(|n| format!("fragment F{n} on Query {{ {} }} ", names(n + 1)));
        format!("{{ ...F0 }} {} fragment F30 on Query {{ viewer {{ kind }} }}", fragments.collect::<String>())
    };
    let doubled = spreads(|next| format!("...F{next} ...F{next}"));
    let answer = ask(&world, &doubled, json!({})).await;
    assert!(answer.status == 200 || answer.code() == "QUERY_TOO_COMPLEX", "{}", answer.text);
    world.end().await;
}

#[tokio::test]
async fn what_is_asked_in_bulk_is_paid_in_bulk() {
    let world = World::cast(Backend::Sqlite).await;
    let renames = |count: usize| {
        let one = |n| {
            format!(
                "m{n}: renameSubscription(input: {{ subscription: \"x\", friendlyName: \"N\" }}) {{ userErrors {{ code }} }} "
            )
        };
        format!("mutation {{ {} }}", (0..count).map(one).collect::<String>())
    };
    let one = cost(&world, &renames(1)).await;
    assert_eq!(cost(&world, &renames(10)).await, 10 * one);
    let many = ask(&world, &renames(200), json!({})).await;
    assert_eq!((many.status, many.code().as_str()), (400, "QUERY_TOO_COMPLEX"), "{}", many.text);
    let requests: Vec<Value> = (0..50).map(|_| json!({ "query": renames(1) })).collect();
    let batch = post(&world, Value::from(requests).to_string()).await;
    assert_eq!((batch.status, batch.code().as_str()), (400, "BAD_REQUEST"), "{}", batch.text);
    world.end().await;
}
