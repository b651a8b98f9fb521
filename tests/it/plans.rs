//! How the databases read lists, over partners of very different size: a page walks an index in the list's order, and stops
//! where it is full. No plan sorts, joins over all of a partner's grants, or reads more than its page leads to.

use std::collections::BTreeSet;

use copartner::timer::tick;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::facts::{CONTOSO, Customer, FABRIKAM, Facts, NORTHWIND, OPERATOR, days, id};
use crate::log;
use crate::outside::Outside;
use crate::world::{Backend, CUSTOMER, GRANT, Person, SUBSCRIPTION, World, api_id, options};

const PAGE: u64 = 20;

/// Fabrikam has 600 customers with two subscriptions each, of which every tenth grant was terminated; Northwind thirty, Tailspin one.
fn skewed() -> Facts {
    let mut facts = Facts::cast();
    for i in 0..600 {
        let name = format!("Customer {i:03}");
        facts.customers.push(Customer { tenant: id(&name), name });
        let customer = facts.customers.len() - 1;
        facts.grant(customer, FABRIKAM).is_terminated = i % 10 == 0;
        for n in 0..2 {
            let status = if i % 7 == 0 { "SUSPENDED" } else { "ACTIVE" };
            facts.sell(customer, FABRIKAM, &format!("Suite {i:03} {n}")).status = status;
        }
        if i % 20 == 0 {
            facts.grant(customer, NORTHWIND);
            facts.sell(customer, NORTHWIND, &format!("Mail {i:03}"));
        }
    }
    for n in 0..40 {
        facts.sell(CONTOSO, FABRIKAM, &format!("More {n:02}"));
    }
    facts
}

/// Has Fabrikam ask 400 of its customers again, which the log tells.
async fn ask(world: &World) {
    for hundred in 0..4 {
        let ask = |i: u32| {
            let domain = format!("customer-{:03}.example", hundred * 100 + i);
            json!({ "customer": { "domain": domain }, "displayName": "More", "roles": ["GLOBAL_READER"], "duration": "P30D" })
        };
        let requests: Vec<_> = (0..100).map(ask).collect();
        let asked =
            world.done(&world.fabrikam(), "requestRelationships", json!({ "requests": requests })).await;
        assert_eq!(asked["results"].as_array().unwrap().len(), 100);
    }
}

/// A page of a list in each of these orders, both ways.
fn each(field: &str, orders: &[&str], filter: &str, rest: &str) -> Vec<String> {
    let page = |order: &str, direction: &str| {
        let order = format!("orderBy: {{ field: {order}, direction: {direction} }}");
        format!("{{ {field}(first: {PAGE} {order} {filter}) {{ nodes {{ {rest} }} }} }}")
    };
    orders.iter().flat_map(|order| ["ASC", "DESC"].map(|direction| page(order, direction))).collect()
}

/// A partner's lists in each order, with what narrows them in an index, and what hangs below them.
fn of_partner() -> Vec<String> {
    let range = format!("termEndsAt: {{ from: \"{}\", until: \"{}\" }}", text(days(260)), text(days(270)));
    let in_range = format!("filter: {{ status: [ACTIVE], {range} }}");
    let counts = "subscriptions(first: 1) { totalCount } grants(first: 2) { nodes { status } }";
    let orders = ["FRIENDLY_NAME", "TERM_ENDS_AT", "CREATED_AT", "QUANTITY"];
    [
        each("customers", &["NAME", "CREATED_AT"], "", "name"),
        each("customers", &["NAME"], "filter: { search: \"customer\" }", "name"),
        each("customers", &["NAME"], "", "subscriptions(first: 3) { nodes { quantity } }"),
        each("customers", &["NAME"], "", counts),
        each("subscriptions", &orders, "", "friendlyName"),
        each("subscriptions", &["FRIENDLY_NAME"], "", "customer { name }"),
        each("subscriptions", &["TERM_ENDS_AT"], &in_range, "quantity"),
        each("subscriptions", &["QUANTITY"], "filter: { status: [SUSPENDED] }", "quantity"),
        each("grants", &["NAME", "CREATED_AT"], "", "status"),
        each("relationshipRequests", &["CREATED_AT", "EXPIRES_AT"], "", "status"),
        each("events", &["OCCURRED_AT"], "", "kind"),
        Vec::from([feed()]),
    ]
    .concat()
}

/// The beginning of the log in the order of its commits.
fn feed() -> String {
    format!("{{ eventFeed(first: {PAGE}) {{ nodes {{ kind }} }} }}")
}

/// The operator's lists, which run over all tenants.
fn of_operator() -> Vec<String> {
    [
        each("customers", &["NAME", "CREATED_AT"], "", "name"),
        each("grants", &["NAME", "CREATED_AT"], "", "status"),
        each("relationshipRequests", &["CREATED_AT", "EXPIRES_AT"], "", "status"),
    ]
    .concat()
}

/// The lists of a customer that has bought much.
fn of_buyer() -> Vec<String> {
    let orders = ["FRIENDLY_NAME", "TERM_ENDS_AT", "CREATED_AT", "QUANTITY"];
    [
        each("subscriptions", &orders, "", "friendlyName"),
        each("events", &["OCCURRED_AT"], "", "kind"),
        Vec::from([feed()]),
    ]
    .concat()
}

/// A customer with a page of what was sold to it, by its id. In another order a planner may choose to sort what one partner has sold
/// to one customer.
async fn of_customer(world: &World) -> String {
    let contoso = world.read(&world.contoso(), "{ customers { nodes { id } } }").await;
    let id = contoso["customers"]["nodes"][0]["id"].as_str().unwrap();
    format!(
        "{{ customer(by: {{ id: \"{id}\" }}) {{ name subscriptions(first: 5, orderBy: {{ field: FRIENDLY_NAME, direction: DESC }}) \
         {{ nodes {{ id }} }} }} }}"
    )
}

fn text(at: entity::Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Has the server tell each statement's plan to whoever runs it, with what it has read.
async fn tell_plans(outside: &Outside) {
    for setting in [
        "session_preload_libraries = 'auto_explain'",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_analyze = on",
        "auto_explain.log_timing = off",
        "auto_explain.log_format = json",
        "auto_explain.log_level = notice",
    ] {
        outside
            .run(&format!(
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {}', current_database()); END $$",
                setting.replace('\'', "''")
            ))
            .await;
    }
}

/// The plans of all statements of a request, as PostgreSQL has executed them.
async fn plans(world: &World, url: &str, person: &Person, query: &str) -> Vec<Value> {
    let (_, before) = log::since(0);
    world.query_at(url, person, json!({ "query": query })).await.data();
    told_since(before)
}

/// The plans that were told since there were so many lines in the log.
fn told_since(before: usize) -> Vec<Value> {
    let (lines, _) = log::since(before);
    let plans = lines.iter().filter_map(|line| line.get("message")?.split_once("plan:"));
    plans.map(|(_, plan)| serde_json::from_str(plan.trim()).unwrap()).collect()
}

/// Each node of a plan.
fn nodes<'p>(plan: &'p Value, found: &mut Vec<&'p Value>) {
    found.push(plan);
    for below in plan["Plans"].as_array().into_iter().flatten() {
        nodes(below, found);
    }
}

/// How many rows a node has looked at.
fn looked_at(node: &Value) -> u64 {
    let number = |name: &str| node[name].as_f64().unwrap_or(0.0);
    let dropped = number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "they are counts")]
    let rows = ((number("Actual Rows") + dropped) * number("Actual Loops")) as u64;
    rows
}

/// What each node of a plan has done, in words.
fn steps_of(plan: &Value) -> Vec<String> {
    let mut found = Vec::new();
    nodes(plan, &mut found);
    let step = |node: &&Value| {
        let word = |name: &str| node[name].to_string();
        let done = ["Node Type", "Index Name", "Relation Name", "Actual Loops"].map(word).join(" ");
        format!("{done}: {} rows", looked_at(node))
    };
    found.iter().map(step).collect()
}

#[tokio::test]
async fn on_postgres_a_page_walks_an_index_and_stops_where_it_is_full() {
    let world = World::of(Backend::Postgres, skewed()).await;
    ask(&world).await;
    let outside = Outside::of(&world.database).await;
    outside.run("ANALYZE").await;
    tell_plans(&outside).await;
    let server = world.server_with(options(&world.database)).await;
    let url = format!("http://{}", server.address);
    let of_partner: Vec<_> = of_partner().into_iter().chain([of_customer(&world).await]).collect();
    for (person, queries) in [
        (world.fabrikam(), of_partner.clone()),
        (world.northwind(), of_partner.clone()),
        (world.tailspin(), of_partner),
        (world.operator(), of_operator()),
        (world.contoso(), of_buyer()),
    ] {
        for query in queries {
            let plans = plans(&world, &url, &person, &query).await;
            assert!(!plans.is_empty(), "{query}");
            for plan in plans {
                let mut found = Vec::new();
                nodes(&plan["Plan"], &mut found);
                let kinds: BTreeSet<_> = found.iter().filter_map(|node| node["Node Type"].as_str()).collect();
                for forbidden in ["Sort", "Incremental Sort", "Hash", "Hash Join", "Merge Join"] {
                    assert!(!kinds.contains(forbidden), "{query}\n{forbidden} in {plan:#}");
                }
                // A row of the page, its grant, its assignment, the index that led there, and what one grant in ten ended drops.
                let looked_at: u64 = found.iter().map(|node| looked_at(node)).sum();
                assert!(looked_at <= PAGE * 40, "{query}\n{looked_at} rows in {plan:#}");
            }
        }
    }
    // Of a customer that it does not see, and of one that is not there, a stranger's request takes the same steps.
    let contoso = world.read(&world.contoso(), "{ customers { nodes { id } } }").await;
    let contoso = contoso["customers"]["nodes"][0]["id"].as_str().unwrap();
    for way in [
        "node(id: \"ID\") { id }",
        "nodes(ids: [\"ID\"]) { id }",
        "customer(by: { id: \"ID\" }) { name }",
        "customer(by: { id: \"ID\" }) { name subscriptions(first: 5) { nodes { id } } }",
    ] {
        let steps = async |id: &str| {
            let query = format!("{{ {} }}", way.replace("ID", id));
            let plans = plans(&world, &url, &world.tailspin(), &query).await;
            let all = plans.iter().map(|plan| steps_of(&plan["Plan"]));
            // The server itself looks at something else now and then.
            all.filter(|steps| steps.iter().any(|step| step.contains("holding"))).collect::<Vec<_>>()
        };
        let of_foreign = steps(contoso).await;
        assert_eq!(of_foreign.len(), 1, "{way}: {of_foreign:#?}");
        assert_eq!(of_foreign, steps(&api_id(CUSTOMER, Uuid::from_u128(7))).await, "{way}");
    }
    // An act at one customer reads what is between it and the partner, and not what the partner has elsewhere.
    let grant = api_id(GRANT, world.facts.grants[0].id);
    let assign = format!(
        "mutation {{ assignAccess(input: {{ grant: \"{grant}\", assignment: {{ assigneeKind: SECURITY_GROUP, assignee: \"{}\", \
         roles: [BILLING_ADMINISTRATOR] }} }}) {{ grant {{ roles }} userErrors {{ code }} }} }}",
        id("a group")
    );
    let plans = plans(&world, &url, &world.fabrikam(), &assign).await;
    assert!(plans.len() > 3, "{plans:#?}");
    for plan in plans {
        let mut found = Vec::new();
        nodes(&plan["Plan"], &mut found);
        let looked_at: u64 = found.iter().map(|node| looked_at(node)).sum();
        assert!(looked_at <= PAGE, "{looked_at} rows in {plan:#}");
    }
    server.stop().await;
    world.end().await;
}

#[tokio::test]
async fn what_the_server_does_for_itself_reads_what_is_due_and_new() {
    let world = World::of(Backend::Postgres, skewed()).await;
    ask(&world).await;
    world.store.place_events().await.unwrap();
    let outside = Outside::of(&world.database).await;
    outside.run("ANALYZE").await;
    // As a planner sees the queue that has seen it full once.
    let full = "INSERT INTO event_unplaced SELECT event_id FROM event_feed; ANALYZE event_unplaced; DELETE FROM event_unplaced";
    outside.run(&format!("BEGIN; {full}; COMMIT")).await;
    tell_plans(&outside).await;
    let store = world.another_store().await;
    let (_, before) = log::since(0);
    tick(&store, days(0)).await.unwrap();
    // Others may be faster to give an entry its position.
    let has_placed = || told_since(before).iter().any(|plan| plan["Plan"]["Relation Name"] == "event_feed");
    let mut quantities = 100..200;
    while !has_placed() {
        let quantity = quantities.next().expect("this store places nothing");
        let resize = json!({ "subscription": api_id(SUBSCRIPTION, world.facts.subscriptions[0].id), "quantity": quantity });
        world.done(&world.fabrikam(), "resizeSubscription", resize).await;
        store.place_events().await.unwrap();
    }
    for plan in told_since(before) {
        let mut found = Vec::new();
        nodes(&plan["Plan"], &mut found);
        let looked_at: u64 = found.iter().map(|node| looked_at(node)).sum();
        assert!(looked_at <= PAGE * 4, "{looked_at} rows in {plan:#}");
    }
    store.close().await;
    world.end().await;
}

#[tokio::test]
async fn on_sqlite_a_page_walks_an_index() {
    let world = World::of(Backend::Sqlite, skewed()).await;
    let outside = Outside::of(&world.database).await;
    let of_fabrikam: Vec<_> = of_partner().into_iter().chain([of_customer(&world).await]).collect();
    for (person, queries) in
        [(world.fabrikam(), of_fabrikam), (world.operator(), of_operator()), (world.contoso(), of_buyer())]
    {
        for query in queries {
            follow(&world, &outside, &person, &query).await;
        }
    }
    world.end().await;
}

/// Asks, and looks at the plan of each statement.
async fn follow(world: &World, outside: &Outside, person: &Person, query: &str) {
    let (_, before) = log::since(0);
    world.query(person, query, json!({})).await.data();
    let statements: Vec<_> =
        log::since(before).0.into_iter().filter_map(|mut line| line.remove("sql")).collect();
    assert!(!statements.is_empty(), "{query}");
    for sql in statements {
        // Its plans do not depend on values.
        let plan = outside.rows(&format!("EXPLAIN QUERY PLAN {}", sql.replace('?', "NULL"))).await;
        let steps: Vec<_> = plan.iter().filter_map(|step| step.last()).collect();
        let is_constant = |step: &str| ["SCAN CONSTANT ROW", "SCAN asked"].contains(&step);
        // Whoever sees all rows walks an index over all of them, in its order, until the page is full.
        let sees_all = person.tenant == OPERATOR;
        let is_walk = |step: &str| step.contains("VIRTUAL TABLE") || sees_all && step.contains(" USING ");
        // What was made from a part of the statement, whose own steps are looked at, too.
        let is_made = |step: &str| {
            let table = step.trim_start_matches("SCAN ").split(' ').next().unwrap_or_default();
            steps.iter().any(|other| *other == &format!("MATERIALIZE {table}"))
        };
        let reads_all =
            |step: &str| step.starts_with("SCAN ") && !is_walk(step) && !is_constant(step) && !is_made(step);
        // What counts the children of each parent reads all of them, and may group them; what lists them does not sort them.
        let bad = steps.iter().find(|step| reads_all(step) || step.contains("TEMP B-TREE FOR ORDER BY"));
        assert_eq!(bad, None, "{query}\n{sql}\n{steps:#?}");
    }
}
