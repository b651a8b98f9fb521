//! Each check that fails, and why.

use chrono::TimeDelta;
use entity::TenantRole;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::shown;
use crate::facts::{CONTOSO, FABRIKAM, Facts, Instant, Request, days, id, noon};
use crate::world::{Backend, CUSTOMER, GRANT, Person, REQUEST, SUBSCRIPTION, World, api_id};

/// The checks that failed, by name, with the code of each reason.
async fn failed(
    world: &World,
    person: &Person,
    target: &str,
    permission: &str,
    at: Option<Instant>,
) -> Vec<(String, String)> {
    let query = "query($target: ID!, $permission: Permission!, $at: DateTime) {
        explainAccess(target: $target, permission: $permission, at: $at) { allowed at permission
            checks { name passed reason { code message remedy } grant { id } } } }";
    let variables = json!({ "target": target, "permission": permission, "at": at.map(shown) });
    let told = world.query(person, query, variables).await.data()["explainAccess"].take();
    assert_eq!(told["permission"], permission);
    assert_eq!(told["at"], shown(at.unwrap_or_else(|| world.clock.now())));
    let checks = told["checks"].as_array().unwrap();
    let failed = checks.iter().filter(|check| check["passed"] == false);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let failed: Vec<_> = failed
        .map(|check| {
            assert!(
                text(&check["reason"]["message"]).ends_with('.')
                    && text(&check["reason"]["remedy"]).ends_with('.')
            );
            (text(&check["name"]), text(&check["reason"]["code"]))
        })
        .collect();
    assert_eq!(told["allowed"] == true, failed.is_empty());
    failed
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, code)| ((*name).to_owned(), (*code).to_owned())).collect()
}

#[rstest]
#[tokio::test]
async fn each_check_that_fails_says_why(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut facts = Facts::cast();
    facts.grants[0].roles = vec!["LICENSE_ADMINISTRATOR"];
    facts.grants[0].assignments[0].roles = vec!["LICENSE_ADMINISTRATOR"];
    facts.requests.push(Request {
        id: id("request"),
        partner: crate::facts::TAILSPIN,
        customer: Some(CONTOSO),
        name: "Later".to_owned(),
        invitation: None,
        expires_at: days(20),
    });
    facts.subscriptions[1].status = "SUSPENDED";
    facts.subscriptions[2].status = "CANCELLED";
    let world = World::of(backend, facts).await;
    let (fabrikam, contoso, tailspin) = (world.fabrikam(), world.contoso(), world.tailspin());
    let sales = Person::of(world.facts.partners[FABRIKAM].tenant, TenantRole::SalesAgent);
    let helpdesk = Person::of(world.facts.partners[FABRIKAM].tenant, TenantRole::HelpdeskAgent);
    let own = world.read(&contoso, "{ viewer { customer { id } } }").await;
    let customer = own["viewer"]["customer"]["id"].as_str().unwrap();
    let sold = |n: usize| api_id(SUBSCRIPTION, world.facts.subscriptions[n].id);
    let grant = api_id(GRANT, world.facts.grants[0].id);
    let request = api_id(REQUEST, world.facts.requests[0].id);
    let hidden = [("visibility", "TARGET_NOT_VISIBLE")];
    for (person, target, permission, expected) in [
        (&fabrikam, &sold(0), "SUBSCRIPTION_RESIZE", &[][..]),
        (&fabrikam, &sold(0), "SUBSCRIPTION_MANAGE", &[("permission", "PERMISSION_NOT_GRANTED")]),
        (&fabrikam, &sold(1), "SUBSCRIPTION_RESIZE", &[("state", "SUBSCRIPTION_NOT_ACTIVE")]),
        (&fabrikam, &sold(2), "SUBSCRIPTION_RESIZE", &[("state", "SUBSCRIPTION_CANCELLED")]),
        (&fabrikam, &sold(3), "SUBSCRIPTION_READ", &hidden),
        (&fabrikam, &"nonsense".to_owned(), "SUBSCRIPTION_READ", &hidden),
        (&fabrikam, &grant, "SUBSCRIPTION_RESIZE", &[]),
        (&sales, &sold(0), "SUBSCRIPTION_READ", &hidden),
        (
            &sales,
            &grant,
            "SUBSCRIPTION_READ",
            &[("assignment", "NO_ASSIGNMENT"), ("permission", "PERMISSION_NOT_GRANTED")],
        ),
        (
            &helpdesk,
            &grant,
            "SUBSCRIPTION_RESIZE",
            &[
                ("tenantRole", "TENANT_ROLE_MISSING"),
                ("assignment", "NO_ASSIGNMENT"),
                ("permission", "PERMISSION_NOT_GRANTED"),
            ],
        ),
        (&contoso, &sold(3), "SUBSCRIPTION_READ", &[]),
        (
            &contoso,
            &sold(0),
            "SUBSCRIPTION_RESIZE",
            &[
                ("tenant", "WRONG_TENANT_KIND"),
                ("tenantRole", "TENANT_ROLE_MISSING"),
                ("partnerOfRecord", "NOT_PARTNER_OF_RECORD"),
                ("permission", "PERMISSION_NOT_GRANTED"),
            ],
        ),
        (
            &tailspin,
            &request,
            "CUSTOMER_READ",
            &[
                ("grant", "NO_GRANT"),
                ("assignment", "NO_ASSIGNMENT"),
                ("permission", "PERMISSION_NOT_GRANTED"),
            ],
        ),
        (
            &tailspin,
            &customer.to_owned(),
            "CUSTOMER_READ",
            &[
                ("visibility", "TARGET_NOT_VISIBLE"),
                ("grant", "NO_GRANT"),
                ("assignment", "NO_ASSIGNMENT"),
                ("permission", "PERMISSION_NOT_GRANTED"),
            ],
        ),
        (&world.customer(crate::facts::ADATUM), &customer.to_owned(), "CUSTOMER_READ", &hidden),
        (&world.operator(), &customer.to_owned(), "CUSTOMER_READ", &[]),
        (
            &world.operator(),
            &customer.to_owned(),
            "EVENT_READ",
            &[("tenant", "WRONG_TENANT_KIND"), ("permission", "WRONG_TENANT_KIND")],
        ),
        (
            &world.operator(),
            &sold(0),
            "SUBSCRIPTION_READ",
            &[("tenant", "WRONG_TENANT_KIND"), ("visibility", "TARGET_NOT_VISIBLE")],
        ),
    ] {
        assert_eq!(
            failed(&world, person, target, permission, None).await,
            pairs(expected),
            "{person:?} {permission}"
        );
    }
    // The grant before it began, and after its end: what the assignment would give is told all the same.
    let early = Some(days(-31));
    assert_eq!(
        failed(&world, &fabrikam, &grant, "SUBSCRIPTION_READ", early).await[0].1,
        "NO_GRANT",
        "nothing was written down then"
    );
    world.clock.set(days(335));
    let over = pairs(&[("grant", "GRANT_EXPIRED")]);
    assert_eq!(failed(&world, &fabrikam, &grant, "SUBSCRIPTION_READ", None).await, over);
    assert_eq!(failed(&world, &fabrikam, &grant, "SUBSCRIPTION_READ", Some(days(334))).await, []);
    assert_eq!(failed(&world, &fabrikam, &sold(0), "SUBSCRIPTION_READ", None).await, pairs(&hidden));
    let over = pairs(&[("visibility", "TARGET_NOT_VISIBLE"), ("grant", "GRANT_EXPIRED")]);
    assert_eq!(failed(&world, &fabrikam, customer, "SUBSCRIPTION_READ", None).await, over);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_grant_that_was_ended_or_is_to_come_is_named(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    let to_come = facts.grant(crate::facts::ADATUM, FABRIKAM);
    to_come.starts_at = days(5);
    let world = World::of(backend, facts).await;
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    let grant = api_id(GRANT, world.facts.grants[0].id);
    world.done(&contoso, "terminateGrant", json!({ "grant": grant })).await;
    let ended = pairs(&[("grant", "GRANT_TERMINATED")]);
    assert_eq!(failed(&world, &fabrikam, &grant, "CUSTOMER_READ", None).await, ended);
    let before = Some(noon() - TimeDelta::milliseconds(1));
    assert_eq!(failed(&world, &fabrikam, &grant, "CUSTOMER_READ", before).await, []);
    let to_come = api_id(GRANT, world.facts.grants.last().unwrap().id);
    let waits = pairs(&[("grant", "GRANT_NOT_STARTED")]);
    assert_eq!(failed(&world, &fabrikam, &to_come, "CUSTOMER_READ", None).await, waits);
    // Nobody asks about what is to come, nor about what has no permissions.
    let offers = world.read(&fabrikam, "{ offers(first: 1) { nodes { id } } }").await;
    for (target, at) in [
        (&grant, json!(shown(noon() + TimeDelta::milliseconds(1)))),
        (&offers["offers"]["nodes"][0]["id"].as_str().unwrap().to_owned(), Value::Null),
    ] {
        let query = "query($target: ID!, $at: DateTime) { explainAccess(target: $target, permission: CUSTOMER_READ, at: $at) { allowed } }";
        let answer = world.query(&fabrikam, query, json!({ "target": target, "at": at })).await;
        assert_eq!(answer.code(), "BAD_REQUEST", "{}", answer.text);
    }
    // A review is for customers, and takes nothing else with it.
    for person in [&fabrikam, &world.operator()] {
        let answer = world.query(person, "{ accessReview { at } viewer { kind } }", json!({})).await;
        assert_eq!(answer.code(), "FORBIDDEN");
        let json = answer.json();
        assert!(json["data"]["accessReview"].is_null() && json["data"]["viewer"]["kind"].is_string());
        assert_eq!(json["errors"][0]["extensions"]["reasons"][0]["code"], "WRONG_TENANT_KIND");
    }
    // The customer's id tells a partner nothing about another's customer.
    let random = api_id(CUSTOMER, Uuid::from_u128(9));
    let hidden = pairs(&[("visibility", "TARGET_NOT_VISIBLE")]);
    assert_eq!(failed(&world, &fabrikam, &random, "CUSTOMER_READ", None).await, hidden);
    world.end().await;
}
