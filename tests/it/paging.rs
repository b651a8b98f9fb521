//! Pages: every order, both directions, ties, and rows that come while someone pages.

use rstest::rstest;
use serde_json::{Value, json};

use crate::facts::{CONTOSO, FABRIKAM, Facts, Request, TAILSPIN, days, id};
use crate::world::{Backend, Person, World};

fn facts() -> Facts {
    let mut facts = Facts::cast();
    for i in 0..23 {
        // Few names and quantities, so that ties are broken by ids.
        let name = ["mail", "Mail", "École", "zebra", "Zebra 2"][i % 5];
        facts.sell(CONTOSO, FABRIKAM, name);
    }
    for i in 0..9 {
        let grant = facts.grant(CONTOSO, FABRIKAM);
        grant.ends_at = days(100 + (i % 4));
        grant.starts_at = days(-10 - (i % 3));
        grant.auto_extend = i % 2 == 0;
    }
    for i in 0..6 {
        let name = format!("Request {i}");
        facts.requests.push(Request {
            id: id(&name),
            partner: FABRIKAM,
            customer: Some(CONTOSO),
            name,
            invitation: None,
            expires_at: days(1 + i % 4),
        });
    }
    facts
}

pub struct Walk<'w> {
    pub world: &'w World,
    pub person: Person,
    pub field: &'static str,
    /// Further arguments, after a comma.
    pub order: String,
}

impl Walk<'_> {
    pub async fn page(&self, arguments: &str) -> Value {
        let Self { field, order, .. } = self;
        let query = format!(
            "{{ list: {field}({arguments}{order}) {{ edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        self.world.read(&self.person, &query).await["list"].take()
    }

    pub fn ids(list: &Value) -> Vec<String> {
        let edges = list["edges"].as_array().unwrap();
        edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn forward(&self, size: usize) -> Vec<String> {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.page(&format!("first: {size}{after}")).await;
            let ids = Self::ids(&page);
            assert!(ids.len() <= size);
            all.extend(ids);
            if page["pageInfo"]["hasNextPage"] == false {
                return all;
            }
            after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        }
    }

    pub async fn backward(&self, size: usize) -> Vec<String> {
        let (mut all, mut before) = (Vec::new(), String::new());
        loop {
            let page = self.page(&format!("last: {size}{before}")).await;
            let mut ids = Self::ids(&page);
            ids.extend(all);
            all = ids;
            if page["pageInfo"]["hasPreviousPage"] == false {
                return all;
            }
            before = format!(", before: {}", page["pageInfo"]["startCursor"]);
        }
    }
}

#[rstest]
#[tokio::test]
async fn every_order_pages_alike_in_both_directions(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, facts()).await;
    let orders = [
        ("subscriptions", vec!["FRIENDLY_NAME", "TERM_ENDS_AT", "CREATED_AT", "QUANTITY"]),
        ("customers", vec!["NAME", "CREATED_AT", "NEXT_GRANT_END", "SUBSCRIPTION_COUNT"]),
        ("grants", vec!["NAME", "ENDS_AT", "CREATED_AT"]),
        ("relationshipRequests", vec!["CREATED_AT", "EXPIRES_AT"]),
        ("events", vec!["OCCURRED_AT"]),
    ];
    for name in ["One", "Two", "Three"] {
        let ask = json!({ "customer": { "domain": "contoso.example" }, "displayName": name,
            "roles": ["GLOBAL_READER"], "duration": "P30D" });
        world.done(&world.fabrikam(), "requestRelationship", ask).await;
    }
    // Past the recorded ends, so that some grants go on by extension.
    world.clock.set(days(150));
    for (field, fields) in orders {
        for by in fields {
            for person in [world.fabrikam(), world.contoso(), world.operator()] {
                let order = |direction| format!(", orderBy: {{ field: {by}, direction: {direction} }}");
                let walk = |direction| Walk {
                    world: &world,
                    person: person.clone(),
                    field,
                    order: order(direction),
                };
                let whole = Walk::ids(&walk("ASC").page("first: 200").await);
                assert_eq!(walk("ASC").forward(4).await, whole, "{field} {by}");
                assert_eq!(walk("ASC").backward(4).await, whole, "{field} {by}");
                let mut reversed = whole.clone();
                reversed.reverse();
                assert_eq!(walk("DESC").forward(5).await, reversed, "{field} {by}");
                assert_eq!(walk("DESC").backward(3).await, reversed, "{field} {by}");
            }
        }
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn lists_are_in_the_order_that_was_asked_for(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, facts()).await;
    world.clock.set(days(150));
    let values = async |query: &str, list: &str, field: &str| -> Vec<Value> {
        let data = world.read(&world.fabrikam(), query).await;
        data[list]["nodes"].as_array().unwrap().iter().map(|node| node[field].clone()).collect()
    };
    let names =
        values("{ subscriptions(first: 200) { nodes { friendlyName } } }", "subscriptions", "friendlyName")
            .await;
    let names: Vec<_> = names.iter().map(|name| name.as_str().unwrap().to_lowercase()).collect();
    // Byte by byte in lower case, on every database: É after z.
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(names.last().unwrap(), "école");
    for (by, field) in [("TERM_ENDS_AT", "termEndsAt"), ("CREATED_AT", "createdAt")] {
        let query =
            format!("{{ subscriptions(first: 200, orderBy: {{ field: {by} }}) {{ nodes {{ {field} }} }} }}");
        let instants = values(&query, "subscriptions", field).await;
        assert!(instants.is_sorted_by_key(|value| value.as_str().unwrap().to_owned()), "{instants:?}");
    }
    let query =
        "{ subscriptions(first: 200, orderBy: { field: QUANTITY, direction: DESC }) { nodes { quantity } } }";
    let quantities = values(query, "subscriptions", "quantity").await;
    assert!(quantities.iter().rev().is_sorted_by_key(|value| value.as_i64().unwrap()));
    let query = "{ grants(first: 200, orderBy: { field: ENDS_AT }) { nodes { endsAt } } }";
    let ends = values(query, "grants", "endsAt").await;
    assert!(ends.is_sorted_by_key(|value| value.as_str().unwrap().to_owned()), "{ends:?}");
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, facts()).await;
    let data = world.read(&world.fabrikam(), "{ subscriptions(first: 2) { pageInfo { endCursor } } }").await;
    let cursor = data["subscriptions"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    let ask = async |person: &Person, query: &str, cursor: &str| {
        world.query(person, &format!("query($c: String) {{ {query} }}"), json!({ "c": cursor })).await
    };
    let own = ask(&world.fabrikam(), "subscriptions(after: $c) { nodes { id } }", &cursor).await;
    own.data();
    let mut changed = cursor.clone().into_bytes();
    changed[3] = if changed[3] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    let wrong = [
        (world.northwind(), "subscriptions(after: $c) { nodes { id } }", cursor.as_str()),
        (
            world.fabrikam(),
            "subscriptions(after: $c, orderBy: { field: QUANTITY }) { nodes { id } }",
            &cursor,
        ),
        (
            world.fabrikam(),
            "subscriptions(after: $c, filter: { search: \"mail\" }) { nodes { id } }",
            &cursor,
        ),
        (world.fabrikam(), "grants(after: $c) { nodes { id } }", &cursor),
        (world.fabrikam(), "subscriptions(after: $c) { nodes { id } }", &changed),
        (world.fabrikam(), "subscriptions(after: $c) { nodes { id } }", ""),
        (world.fabrikam(), "subscriptions(before: $c) { nodes { id } }", "garbage"),
    ];
    for (person, query, cursor) in wrong {
        let answer = ask(&person, query, cursor).await;
        assert_eq!(answer.code(), "BAD_REQUEST", "{query} {}", answer.text);
        assert!(answer.json()["errors"][0]["message"].as_str().unwrap().contains("cursor"));
    }
    world.end().await;
}

#[rstest]
#[case("first: 201", "200")]
#[case("first: -1", "200")]
#[case("last: 201", "200")]
#[case("first: 1, last: 1", "not both")]
#[tokio::test]
async fn a_page_out_of_bounds_is_refused_with_the_bounds(#[case] arguments: &str, #[case] hint: &str) {
    let world = World::cast(Backend::Sqlite).await;
    let query = format!("{{ subscriptions({arguments}) {{ nodes {{ id }} }} }}");
    let answer = world.query(&world.fabrikam(), &query, json!({})).await;
    assert_eq!(answer.code(), "BAD_REQUEST");
    assert!(answer.json()["errors"][0]["message"].as_str().unwrap().contains(hint), "{}", answer.text);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_comes_while_someone_pages_shifts_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, facts()).await;
    let walk = Walk { world: &world, person: world.fabrikam(), field: "subscriptions", order: String::new() };
    let before = Walk::ids(&walk.page("first: 200").await);
    let first = walk.page("first: 10").await;
    let mut more = world.facts.clone();
    for name in ["aaa", "mail", "zzz"] {
        more.sell(CONTOSO, FABRIKAM, name);
    }
    crate::storage::load(&world, &more).await;
    let mut seen = Walk::ids(&first);
    let mut after = first["pageInfo"]["endCursor"].clone();
    loop {
        let page = walk.page(&format!("first: 10, after: {after}")).await;
        seen.extend(Walk::ids(&page));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    let kept: Vec<_> = seen.iter().filter(|id| before.contains(id)).cloned().collect();
    assert_eq!(kept, before, "what was there is seen once, in order");
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), seen.len(), "nothing is seen twice");
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn the_partners_of_a_customer_are_paged_for_the_operator(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.grant(CONTOSO, TAILSPIN).is_terminated = true;
    facts.grant(CONTOSO, FABRIKAM);
    let world = World::of(backend, facts).await;
    let page = async |arguments: &str| {
        let query = format!(
            "{{ customers(first: 10) {{ nodes {{ name partners({arguments}) {{ totalCount
                nodes {{ name }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }} }}"
        );
        let data = world.read(&world.operator(), &query).await;
        let nodes = data["customers"]["nodes"].as_array().unwrap().clone();
        nodes.into_iter().find(|node| node["name"] == "Contoso").unwrap()["partners"].take()
    };
    let names = |page: &Value| -> Vec<String> {
        let nodes = page["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect()
    };
    let all = ["Fabrikam", "Northwind Traders", "Tailspin Toys"];
    let whole = page("first: 3").await;
    assert_eq!((names(&whole), &whole["totalCount"]), (all.map(str::to_owned).to_vec(), &json!(3)));
    assert_eq!(whole["pageInfo"]["hasNextPage"], false);
    let first = page("first: 1").await;
    assert_eq!((names(&first), &first["totalCount"]), (vec![all[0].to_owned()], &json!(3)));
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let rest = page(&format!("first: 2, after: {}", first["pageInfo"]["endCursor"])).await;
    assert_eq!(names(&rest), all[1..]);
    let last = page("last: 1").await;
    assert_eq!((names(&last), &last["pageInfo"]["hasPreviousPage"]), (vec![all[2].to_owned()], &json!(true)));
    let before = page(&format!("last: 5, before: {}", last["pageInfo"]["startCursor"])).await;
    assert_eq!(names(&before), all[..2]);
    world.end().await;
}
