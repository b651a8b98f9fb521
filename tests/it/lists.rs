//! What narrows and orders lists: each filter leaves what it says of what the viewer sees, each order is what it says,
//! and nothing of what others have is in either.

use std::collections::BTreeMap;
use std::fmt::Write;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::doors::{ids_by_tenant, random_facts, viewers};
use crate::facts::{CONTOSO, Facts, TAILSPIN, days, id};
use crate::oracle::Oracle;
use crate::paging::Walk;
use crate::world::{Backend, CUSTOMER, Person, World, api_id, row};

const STATES: [&str; 5] = ["PENDING", "ACTIVE", "SUSPENDED", "EXPIRED", "CANCELLED"];

/// A random world whose subscriptions differ in all that they are filtered by; some start, renew or end while nobody
/// writes it down.
fn facts(seed: u64) -> Facts {
    let mut facts = random_facts(&mut StdRng::seed_from_u64(seed));
    for (i, sold) in facts.subscriptions.iter_mut().enumerate() {
        let is_over = sold.status == "CANCELLED";
        sold.also = match i % 6 {
            0 => json!({ "cancellableUntil": days(50) }),
            1 => {
                json!({ "term": "P1M", "billingCycle": "MONTHLY", "startsAt": days(-10), "termEndsAt": days(20),
                "cancellableUntil": days(-3), "autoRenew": true })
            }
            2 if !is_over => {
                json!({ "termEndsAt": days(30), "autoRenew": true, "cancellableUntil": days(-93),
                "nextTerm": { "quantity": 9, "term": "P1M", "billingCycle": "MONTHLY" } })
            }
            3 => json!({ "status": "PENDING", "startsAt": days(10), "termEndsAt": days(375),
                "suspensionReasons": [] }),
            4 => json!({ "termEndsAt": days(25), "autoRenew": false }),
            _ => json!({}),
        };
    }
    facts
}

fn matching(nodes: &[Value], is_meant: impl Fn(&Value) -> bool) -> Vec<Value> {
    nodes.iter().filter(|node| is_meant(node)).map(|node| node["id"].clone()).collect()
}

fn ids(list: &Value) -> Vec<Value> {
    list["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect()
}

/// What stands in each state, counted one by one.
fn tally<'n>(nodes: impl Iterator<Item = &'n Value>) -> BTreeMap<String, u64> {
    let mut tally: BTreeMap<_, _> = STATES.map(|status| (status.to_owned(), 0)).into();
    for node in nodes {
        *tally.get_mut(node["status"].as_str().unwrap()).unwrap() += 1;
    }
    tally
}

fn counts(counts: &Value) -> BTreeMap<String, u64> {
    let counts = counts.as_array().unwrap().iter();
    let each: Vec<_> = counts
        .map(|of_status| {
            (of_status["status"].as_str().unwrap().to_owned(), of_status["count"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(each.iter().map(|(status, _)| status.as_str()).collect::<Vec<_>>(), STATES);
    each.into_iter().collect()
}

type Predicate = Box<dyn Fn(&Value) -> bool>;

fn instant(value: &Value) -> Option<crate::facts::Instant> {
    value.as_str().map(|text| text.parse().unwrap())
}

/// Filters of subscriptions, with what each means.
fn filters(customers: &[String], offers: &[String]) -> Vec<(Value, Predicate)> {
    let one_of = |field: &'static str, words: Vec<&'static str>| -> Predicate {
        Box::new(move |node| words.contains(&node[field].as_str().unwrap()))
    };
    let quantity = |min: i64, max: i64| -> Predicate {
        Box::new(move |node| (min..=max).contains(&node["quantity"].as_i64().unwrap()))
    };
    let lies = |field: &'static str, from: i64, until: i64| -> Predicate {
        Box::new(move |node| instant(&node[field]).is_some_and(|it| days(from) <= it && it < days(until)))
    };
    let of = |object: &'static str, ids: Vec<String>| -> Predicate {
        Box::new(move |node| ids.iter().any(|id| node[object]["id"] == id.as_str()))
    };
    let unknown = api_id(CUSTOMER, Uuid::from_u128(7));
    let (two, offer) = (customers[..2].to_vec(), offers[0].clone());
    vec![
        (json!({ "term": ["P1M"] }), one_of("term", vec!["P1M"])),
        (json!({ "term": ["P1M", "P1Y"] }), one_of("term", vec!["P1M", "P1Y"])),
        (json!({ "term": [] }), one_of("term", vec![])),
        (json!({ "billingCycle": "MONTHLY" }), one_of("billingCycle", vec!["MONTHLY"])),
        (json!({ "status": ["ACTIVE", "PENDING"] }), one_of("status", vec!["ACTIVE", "PENDING"])),
        (json!({ "quantity": { "min": 3 } }), quantity(3, 1_000)),
        (json!({ "quantity": { "max": 3 } }), quantity(0, 3)),
        (json!({ "quantity": { "min": 4, "max": 4 } }), quantity(4, 4)),
        (json!({ "quantity": { "min": 9, "max": null } }), quantity(9, 1_000)),
        (json!({ "quantity": { "min": 5, "max": 2 } }), quantity(5, 2)),
        (json!({ "quantity": {} }), quantity(0, 1_000)),
        (json!({ "createdAt": { "from": days(-97), "until": days(-94) } }), lies("createdAt", -97, -94)),
        (json!({ "cancellableUntil": { "from": days(0) } }), lies("cancellableUntil", 0, 9_999)),
        (json!({ "cancellableUntil": { "until": days(0) } }), lies("cancellableUntil", -9_999, 0)),
        (
            json!({ "cancellableUntil": { "from": days(17), "until": days(38) } }),
            lies("cancellableUntil", 17, 38),
        ),
        (json!({ "cancellableUntil": {} }), Box::new(|_| true)),
        (json!({ "customers": two }), of("customer", two.clone())),
        (json!({ "customers": [] }), of("customer", vec![])),
        (json!({ "customers": [unknown] }), of("customer", vec![])),
        (
            json!({ "customers": customers[2], "customer": customers[2] }),
            of("customer", vec![customers[2].clone()]),
        ),
        (json!({ "customers": customers[2], "customer": customers[3] }), of("customer", vec![])),
        (json!({ "offers": [offer] }), of("offer", vec![offer.clone()])),
        (json!({ "offers": offers }), of("offer", offers.to_vec())),
        (
            json!({ "offers": [offer], "customers": two, "term": ["P1Y"] }),
            Box::new(move |node| {
                node["offer"]["id"] == offer.as_str()
                    && two.iter().any(|id| node["customer"]["id"] == id.as_str())
                    && node["term"] == "P1Y"
            }),
        ),
    ]
}

/// What each filter leaves: the list, and the counts by state.
async fn narrowed(world: &World, person: &Person, filters: &[(Value, Predicate)]) -> Vec<(Value, Value)> {
    let mut answers = Vec::new();
    for filters in filters.chunks(10) {
        let (mut parameters, mut fields, mut variables) = (String::new(), String::new(), json!({}));
        for (n, (filter, _)) in filters.iter().enumerate() {
            write!(parameters, "$f{n}: SubscriptionFilter ").unwrap();
            write!(
                fields,
                "l{n}: subscriptions(first: 200, filter: $f{n}) {{ totalCount nodes {{ id }} }}
                 c{n}: subscriptionCounts(filter: $f{n}) {{ status count }} "
            )
            .unwrap();
            variables[format!("f{n}")] = filter.clone();
        }
        let query = format!("query({parameters}) {{ {fields} }}");
        let mut data = world.ask(person, &query, variables).await.data();
        answers
            .extend((0..filters.len()).map(|n| (data[format!("l{n}")].take(), data[format!("c{n}")].take())));
    }
    answers
}

#[rstest]
#[tokio::test]
async fn each_filter_of_subscriptions_leaves_what_it_says_of_what_is_shown(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, facts(11)).await;
    let customers: Vec<_> = ids_by_tenant(&world, "customers").await.into_iter().map(|(_, id)| id).collect();
    let offers = world.read(&world.operator(), "{ offers { nodes { id } } }").await;
    let offers: Vec<_> = ids(&offers["offers"]).iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    let (mut left, mut dropped) = (0, 0);
    // Now; when monthly ones have renewed and pending ones have started; and when others have ended or changed as scheduled.
    for (n, day) in [0, 22, 45].into_iter().enumerate() {
        world.clock.set(days(day));
        for person in viewers(&world).into_iter().skip(n % 2).step_by(2) {
            let shown = "{ subscriptions(first: 200) { nodes { id status quantity term billingCycle createdAt
                cancellableUntil customer { id } offer { id } } } }";
            let shown = world.read(&person, shown).await["subscriptions"]["nodes"].take();
            let shown = shown.as_array().unwrap();
            let filters = filters(&customers, &offers);
            let answers = narrowed(&world, &person, &filters).await;
            for ((filter, is_meant), (list, counted)) in filters.iter().zip(answers) {
                let expected = matching(shown, is_meant);
                assert_eq!(ids(&list), expected, "{person:?} day {day} {filter}");
                assert_eq!(list["totalCount"], expected.len());
                let by_state = tally(shown.iter().filter(|node| is_meant(node)));
                assert_eq!(counts(&counted), by_state, "{person:?} day {day} {filter}");
                left += expected.len();
                dropped += shown.len() - expected.len();
            }
            // Of each customer, where its subscriptions may be read, and nowhere else.
            let query = "{ customers(first: 5) { nodes { subscriptions(first: 200) { nodes { status } }
                subscriptionCounts { status count } none: subscriptionCounts(filter: { term: [] }) { count } } } }";
            let answer = world.ask(&person, query, json!({})).await.json();
            for (i, customer) in answer["data"]["customers"]["nodes"].as_array().unwrap().iter().enumerate() {
                let (sold, counted) = (&customer["subscriptions"], &customer["subscriptionCounts"]);
                assert_eq!(sold.is_null(), counted.is_null(), "{person:?} {customer}");
                assert_eq!(sold.is_null(), customer["none"].is_null(), "{person:?} {customer}");
                let errors = answer["errors"].as_array().cloned().unwrap_or_default();
                let is_forbidden = errors.iter().any(|error| {
                    error["path"] == json!(["customers", "nodes", i, "subscriptionCounts"])
                        && error["extensions"]["code"] == "FORBIDDEN"
                });
                assert_eq!(is_forbidden, sold.is_null(), "{answer:#}");
                if !sold.is_null() {
                    let nodes = sold["nodes"].as_array().unwrap();
                    assert_eq!(counts(counted), tally(nodes.iter()), "{person:?} {customer}");
                }
            }
        }
    }
    assert!(left > 250 && dropped > 250, "{left} {dropped}");
    world.end().await;
}

/// The ids of the customers that someone sees, in the order of their keys, and of their rows' ids where these are equal.
fn ordered<K: Ord>(seen: &[(usize, String)], key: impl Fn(usize) -> K) -> Vec<String> {
    let mut ordered: Vec<_> = seen.iter().map(|(i, id)| (key(*i), row(id), id.clone())).collect();
    ordered.sort();
    ordered.into_iter().map(|(.., id)| id).collect()
}

#[rstest]
#[tokio::test]
async fn customers_are_filtered_and_ordered_by_what_the_viewer_sees_of_others(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(3, 5)] seed: u64,
) {
    let world = World::of(backend, facts(seed)).await;
    let all = ids_by_tenant(&world, "customers").await;
    let id_of = |i: usize| {
        let tenant = world.facts.customers[i].tenant;
        all.iter().find(|(own, _)| *own == tenant).unwrap().1.clone()
    };
    for day in [0, 45, 150] {
        world.clock.set(days(day));
        let oracle = Oracle { facts: &world.facts, at: world.clock.now() };
        for person in viewers(&world) {
            let seen: Vec<_> = (0..world.facts.customers.len())
                .filter(|i| oracle.sees_customer(&person, *i))
                .map(|i| (i, id_of(i)))
                .collect();
            let end = |i: usize| oracle.next_grant_end(&person, i);
            let by_end = ordered(&seen, |i| (end(i).is_none(), end(i)));
            let sold = |i: usize| {
                let of_customer = |n: &usize| world.facts.subscriptions[*n].customer == i;
                let all = (0..world.facts.subscriptions.len()).filter(of_customer);
                all.filter(|n| oracle.sees_subscription(&person, *n)).count()
            };
            for (field, expected) in
                [("NEXT_GRANT_END", by_end), ("SUBSCRIPTION_COUNT", ordered(&seen, sold))]
            {
                let walk = |direction| Walk {
                    world: &world,
                    person: person.clone(),
                    field: "customers",
                    order: format!(", orderBy: {{ field: {field}, direction: {direction} }}"),
                };
                let reversed: Vec<_> = expected.iter().rev().cloned().collect();
                for size in [1, 2] {
                    assert_eq!(walk("ASC").forward(size).await, expected, "{person:?} day {day} {field}");
                    assert_eq!(walk("ASC").backward(size).await, expected, "{person:?} day {day} {field}");
                }
                assert_eq!(walk("DESC").forward(2).await, reversed, "{person:?} day {day} {field}");
                assert_eq!(walk("DESC").backward(2).await, reversed, "{person:?} day {day} {field}");
            }
            let ids_of = |is_meant: &dyn Fn(usize) -> bool| -> Vec<Uuid> {
                let mut ids: Vec<_> =
                    seen.iter().filter(|(i, _)| is_meant(*i)).map(|(_, id)| row(id)).collect();
                ids.sort_unstable();
                ids
            };
            let two = [id_of(0), id_of(3)];
            let created = |i: usize| days(-300 + i64::try_from(i % 5).unwrap());
            let filters = [
                (json!({ "hasEffectiveGrant": true }), ids_of(&|i| end(i).is_some())),
                (json!({ "hasEffectiveGrant": false }), ids_of(&|i| end(i).is_none())),
                (json!({ "ids": two }), ids_of(&|i| i == 0 || i == 3)),
                (json!({ "ids": [] }), vec![]),
                (json!({ "ids": [api_id(CUSTOMER, Uuid::from_u128(7))] }), vec![]),
                (
                    json!({ "createdAt": { "from": days(-299), "until": days(-297) } }),
                    ids_of(&|i| days(-299) <= created(i) && created(i) < days(-297)),
                ),
                (json!({ "cloud": "PUBLIC" }), ids_of(&|_| true)),
                (json!({ "cloud": ["US_GOVERNMENT"] }), vec![]),
            ];
            for (filter, expected) in filters {
                let query = "query($filter: CustomerFilter) { customers(filter: $filter) { totalCount nodes { id } } }";
                let list =
                    world.ask(&person, query, json!({ "filter": filter })).await.data()["customers"].take();
                let mut found: Vec<_> = ids(&list).iter().map(|id| row(id.as_str().unwrap())).collect();
                found.sort_unstable();
                assert_eq!(found, expected, "{person:?} day {day} {filter}");
                assert_eq!(list["totalCount"], expected.len());
            }
            let is_partner = world.facts.partners.iter().any(|partner| partner.tenant == person.tenant);
            assert!(
                !is_partner || seen.iter().all(|(i, _)| end(*i).is_some()),
                "each has a grant of its own"
            );
        }
    }
    world.end().await;
}

/// What a partner sees of a customer does not move when another partner sells there, or ends its grant.
#[rstest]
#[tokio::test]
async fn an_order_of_customers_tells_nothing_of_other_partners(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    // Tailspin has a little of each customer; Fabrikam and Northwind much of Contoso, and grants that end first.
    facts.grant(CONTOSO, TAILSPIN).ends_at = days(100);
    facts.grants[2].ends_at = days(90);
    facts.grants[0].ends_at = days(10);
    facts.sell(CONTOSO, TAILSPIN, "One");
    let world = World::of(backend, facts).await;
    let names = async |person: &Person, field: &str| -> Vec<String> {
        let query = format!("{{ customers(orderBy: {{ field: {field} }}) {{ nodes {{ name }} }} }}");
        let nodes = world.read(person, &query).await["customers"]["nodes"].take();
        nodes.as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect()
    };
    let tailspin = world.tailspin();
    assert_eq!(names(&tailspin, "NEXT_GRANT_END").await, ["Adatum", "Contoso"]);
    assert_eq!(names(&tailspin, "SUBSCRIPTION_COUNT").await, ["Contoso", "Adatum"]);
    assert_eq!(names(&world.operator(), "NEXT_GRANT_END").await, ["Contoso", "Adatum"]);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn the_operator_finds_customers_by_cloud(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.more.push(json!({ "type": "customer", "tenantId": id("Agency"), "name": "Agency",
        "domain": "agency.example", "country": "US", "cloud": "US_GOVERNMENT", "createdAt": days(-1) }));
    let world = World::of(backend, facts).await;
    let names = async |filter: &str| -> Vec<Value> {
        let query = format!("{{ customers(filter: {filter}) {{ nodes {{ name }} }} }}");
        let nodes = world.read(&world.operator(), &query).await["customers"]["nodes"].take();
        nodes.as_array().unwrap().iter().map(|node| node["name"].clone()).collect()
    };
    assert_eq!(names("{ cloud: US_GOVERNMENT }").await, ["Agency"]);
    assert_eq!(names("{ cloud: [PUBLIC] }").await, ["Adatum", "Contoso"]);
    assert_eq!(names("{ cloud: [US_GOVERNMENT, PUBLIC] }").await, ["Adatum", "Agency", "Contoso"]);
    assert_eq!(names("{ hasEffectiveGrant: false }").await, ["Agency"]);
    world.end().await;
}

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
        let grants = world.ask(person, query, json!({ "text": text })).await.data()["grants"].take();
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
        let data = world.ask(person, &query, json!({ "order": order })).await.data();
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
