//! How many statements an operation costs: the same for a small page and a large one.

use rstest::rstest;
use serde_json::json;

use crate::facts::{CONTOSO, Customer, FABRIKAM, Facts, id};
use crate::world::{Backend, Person, World};

/// Sixty customers of Fabrikam with a dozen subscriptions each, and Contoso with more.
fn facts() -> Facts {
    let mut facts = Facts::cast();
    for i in 0..60 {
        let name = format!("Customer {i:02}");
        facts.customers.push(Customer { tenant: id(&name), name });
        let customer = facts.customers.len() - 1;
        facts.grant(customer, FABRIKAM);
        for n in 0..12 {
            facts.sell(customer, FABRIKAM, &format!("Product {n:02}"));
        }
    }
    for n in 0..30 {
        facts.sell(CONTOSO, FABRIKAM, &format!("More {n:02}"));
    }
    facts
}

/// Has everyone looked up: who a tenant is is remembered from then on.
async fn remember(world: &World) {
    let customers = [world.contoso(), world.customer(crate::facts::ADATUM)];
    for person in [world.fabrikam(), world.tailspin()].into_iter().chain(customers) {
        assert_eq!(
            cost(world, &person, "{ __typename }").await,
            1,
            "nothing is read, so that the tenant is asked for"
        );
    }
}

async fn cost(world: &World, person: &Person, query: &str) -> u32 {
    let answer = world.query(person, query, json!({})).await;
    answer.data();
    answer.statements()
}

#[rstest]
#[tokio::test]
async fn an_operation_costs_few_statements_whatever_its_pages(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, facts()).await;
    remember(&world).await;
    let fabrikam = world.fabrikam();
    let contoso = world.read(&fabrikam, "{ customer(by: { domain: \"contoso.example\" }) { id } }").await;
    let contoso = contoso["customer"]["id"].as_str().unwrap();
    let subscriptions = "nodes { friendlyName quantity offer { name } }";
    for first in [5, 20, 200] {
        let query = format!(
            "{{ customer(by: {{ domain: \"contoso.example\" }}) {{ name subscriptions(first: {first}) {{ nodes {{ friendlyName }} }} }} }}"
        );
        assert!(cost(&world, &fabrikam, &query).await <= 2);
        let named = |alias: &str| {
            format!(
                "{alias}: customer(by: {{ id: \"{contoso}\" }}) {{ name subscriptions(first: {first}) {{ totalCount nodes {{ id }} }} }}"
            )
        };
        // The customer comes with its page, asked for once or twice.
        assert_eq!(cost(&world, &fabrikam, &format!("{{ {} }}", named("one"))).await, 2);
        let two = format!("{{ {} {} }}", named("one"), named("two"));
        assert_eq!(cost(&world, &fabrikam, &two).await, 2);
        let query = format!(
            "{{ customers(first: {first}) {{ nodes {{ name subscriptions(first: 10) {{ {subscriptions} }} }} }} }}"
        );
        assert!(cost(&world, &fabrikam, &query).await <= 3);
        let query = format!(
            "{{ subscriptions(first: {first}) {{ totalCount nodes {{ friendlyName customer {{ name }} }} }} }}"
        );
        // The page is counted along; on PostgreSQL it brings its customers, too.
        let all = if backend == Backend::Postgres { 1 } else { 2 };
        assert_eq!(cost(&world, &fabrikam, &query).await, all);
        let query = format!(
            "{{ subscriptions(first: {first}) {{ nodes {{ viewerAccess {{ roles grants {{ roles }} }} partnerOfRecord {{ name }} }} }} }}"
        );
        assert!(cost(&world, &fabrikam, &query).await <= 4);
        let query = format!(
            "{{ grants(first: {first}) {{ nodes {{ roles assignments {{ assignee }} partner {{ name }} customer {{ name customer {{ name }} }} }} }} }}"
        );
        assert!(cost(&world, &fabrikam, &query).await <= 6);
    }
    for first in [5, 60] {
        let query = format!(
            "{{ viewer {{ availableActions {{ action available }} }} customers(first: {first}) {{ nodes {{ name \
             availableActions {{ action available reasons {{ code }} }} }} }} }}"
        );
        assert_eq!(cost(&world, &fabrikam, &query).await, 2);
    }
    for first in [5, 20, 50] {
        let query = format!(
            "{{ subscriptions(first: {first}) {{ nodes {{ availableActions {{ action available reasons {{ code message }} }} viewerAccess {{ permissions expiresAt grants {{ displayName status }} }} }} }} }}"
        );
        let available = cost(&world, &fabrikam, &query).await;
        println!("{backend:?}: availableActions and viewerAccess of a page of {first}: {available}");
        assert!(available <= 5, "{available}");
    }
    for (query, most) in [
        ("{ subscriptionCounts { status count } }", 2),
        ("{ customers(first: 200) { nodes { subscriptionCounts { status count } } } }", 2),
        ("{ customers(first: 200, orderBy: { field: NEXT_GRANT_END }) { nodes { name } } }", 1),
        ("{ customers(first: 9, orderBy: { field: SUBSCRIPTION_COUNT }) { totalCount nodes { name } } }", 1),
    ] {
        assert_eq!(cost(&world, &fabrikam, query).await, most, "{query}");
    }
    let query = |first| {
        format!(
            "{{ customers(first: {first}) {{ nodes {{ partners {{ totalCount nodes {{ name }} }} }} }} }}"
        )
    };
    for (person, most) in [(&fabrikam, 3), (&world.operator(), 3)] {
        let few = cost(&world, person, &query(5)).await;
        assert!(few <= most, "{few}");
        assert_eq!(few, cost(&world, person, &query(60)).await);
    }
    let asked: Vec<_> = (0..60)
        .map(|i| {
            json!({ "customer": { "tenantId": id(&format!("Customer {i:02}")) }, "displayName": "More",
            "roles": ["GLOBAL_READER"], "duration": "P30D" })
        })
        .collect();
    world.done(&fabrikam, "requestRelationships", json!({ "requests": asked })).await;
    for first in [5, 60] {
        let query =
            format!("{{ events(first: {first}) {{ nodes {{ customer {{ name }} partner {{ name }} }} }} }}");
        assert_eq!(cost(&world, &fabrikam, &query).await, 3);
    }
    let tailspin = world.tailspin();
    assert_eq!(
        cost(&world, &tailspin, "{ customer(by: { domain: \"contoso.example\" }) { name } }").await,
        2
    );
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_page_of_nested_lists_has_the_right_ones_in_each(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, facts()).await;
    remember(&world).await;
    let query = "{ customers(first: 200) { nodes { name
        first: subscriptions(first: 3) { nodes { friendlyName } totalCount pageInfo { hasNextPage } }
        last: subscriptions(last: 2, orderBy: { field: FRIENDLY_NAME, direction: DESC }) { nodes { friendlyName } } } } }";
    let data = world.read(&world.fabrikam(), query).await;
    let customers = data["customers"]["nodes"].as_array().unwrap();
    assert_eq!(customers.len(), 61);
    for customer in customers.iter().filter(|customer| customer["name"] != "Contoso") {
        let names = |list: &serde_json::Value| -> Vec<String> {
            let nodes = list["nodes"].as_array().unwrap();
            nodes.iter().map(|node| node["friendlyName"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&customer["first"]), ["Product 00", "Product 01", "Product 02"]);
        assert_eq!(names(&customer["last"]), ["Product 01", "Product 00"]);
        assert_eq!(customer["first"]["totalCount"], 12);
        assert_eq!(customer["first"]["pageInfo"]["hasNextPage"], true);
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_is_done_with_a_subscription_costs_the_same_however_much_there_is(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, facts()).await;
    remember(&world).await;
    let offers = world.read(&world.fabrikam(), "{ offers(first: 1) { nodes { id } } }").await;
    let offer = &offers["offers"]["nodes"][0]["id"];
    let mut costs = Vec::new();
    for _ in 0..2 {
        for (person, domain) in [(world.fabrikam(), "contoso.example"), (world.tailspin(), "adatum.example")]
        {
            let purchase = format!(
                "mutation {{ it: purchaseSubscription(input: {{ customer: {{ domain: \"{domain}\" }}, offer: {offer},
                 quantity: 2, term: P1Y, billingCycle: ANNUAL }}) {{ subscription {{ id }} userErrors {{ code }} }} }}"
            );
            let bought = world.query(&person, &purchase, json!({})).await;
            let id = bought.data()["it"]["subscription"]["id"].clone();
            let resize = format!(
                "mutation {{ it: resizeSubscription(input: {{ subscription: {id}, quantity: 3 }}) {{ subscription {{ id }}
                 userErrors {{ code }} }} }}"
            );
            let resized = world.query(&person, &resize, json!({})).await;
            let cancel = format!(
                "mutation {{ it: cancelSubscription(input: {{ subscription: {id} }}) {{ subscription {{ id }} userErrors {{ code }} }} }}"
            );
            let cancelled = world.query(&person, &cancel, json!({})).await;
            assert!(cancelled.data()["it"]["subscription"].is_object());
            let explain =
                format!("{{ explainAccess(target: {id}, permission: SUBSCRIPTION_RESIZE) {{ allowed }} }}");
            let explained = world.query(&person, &explain, json!({})).await;
            explained.data();
            costs.push([&bought, &resized, &cancelled, &explained].map(crate::world::Answer::statements));
        }
    }
    assert!(costs.iter().all(|cost| cost == &costs[0]), "{costs:?}");
    let [purchase, resize, cancel, explain] = costs[0];
    println!(
        "{backend:?}: purchaseSubscription {purchase}, resizeSubscription {resize}, cancelSubscription {cancel}, \
         explainAccess {explain}"
    );
    // The customer is locked, what decides is read, and what comes of it is written, which is three statements on SQLite. On
    // PostgreSQL a change of one row takes no lock before it is written.
    let each = if backend == Backend::Postgres { [3, 2, 2] } else { [5; 3] };
    assert_eq!([purchase, resize, cancel], each);
    assert!(explain <= 8, "{costs:?}");
    // Whoever reviews reads all grants of the customer at once.
    let review =
        "{ accessReview(at: \"2026-06-01T00:00:00Z\") { partners { subscriptionCount grants { roles } } } }";
    let contoso = cost(&world, &world.contoso(), review).await;
    assert_eq!(contoso, cost(&world, &world.customer(crate::facts::ADATUM), review).await);
    assert!(contoso <= 8, "{contoso}");
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_mutation_costs_the_same_however_much_there_is(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, facts()).await;
    remember(&world).await;
    let tailspin = world.tailspin();
    let mut costs = Vec::new();
    // Contoso has bought much, Adatum little; and the second round finds longer chains.
    for round in 0..2 {
        for (customer, domain) in [(CONTOSO, "contoso.example"), (crate::facts::ADATUM, "adatum.example")] {
            let ask = format!(
                "mutation {{ it: requestRelationship(input: {{ customer: {{ domain: \"{domain}\" }}, displayName: \"R {round}\",
                 roles: [GLOBAL_READER], duration: \"P30D\" }}) {{ request {{ id }} userErrors {{ code }} }} }}"
            );
            let asked = world.query(&tailspin, &ask, json!({})).await;
            let id = asked.data()["it"]["request"]["id"].clone();
            let accept = format!(
                "mutation {{ it: acceptRelationshipRequest(input: {{ request: {{ id: {id} }} }}) {{ grant {{ id }}
                 userErrors {{ code }} }} }}"
            );
            let accepted = world.query(&world.customer(customer), &accept, json!({})).await;
            let grant = accepted.data()["it"]["grant"]["id"].clone();
            let end = format!(
                "mutation {{ it: terminateGrant(input: {{ grant: {grant} }}) {{ grant {{ id }} }} }}"
            );
            let ended = world.query(&tailspin, &end, json!({})).await;
            assert!(ended.data()["it"]["grant"].is_object());
            costs.push([asked.statements(), accepted.statements(), ended.statements()]);
        }
    }
    let [ask, accept, end] = costs[0];
    // At Adatum another grant goes on, so that nothing is hidden that would have to be counted.
    let expected = [[ask, accept, end], [ask, accept, end - 1]];
    assert_eq!(costs, [expected, expected].concat());
    println!(
        "{backend:?}: requestRelationship {ask}, acceptRelationshipRequest {accept}, terminateGrant {end}"
    );
    assert!(ask <= 9 && accept <= 13 && end <= 8, "{costs:?}");
    world.end().await;
}
