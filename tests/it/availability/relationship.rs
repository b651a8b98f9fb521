//! Actions on grants and requests, and the second factor of applications.

use std::collections::BTreeSet;

use entity::TenantRole;
use rstest::rstest;
use serde_json::{Value, json};

use super::agree;
use crate::facts::{CONTOSO, FABRIKAM, Facts, Request, days, id};
use crate::world::{Backend, GRANT, Person, REQUEST, World, api_id};

/// What is asked for with an action on a grant; None where trying would end what is looked at.
fn grant_act(action: &str, row: &Value) -> (&'static str, Value) {
    let id = row["id"].clone();
    let first = row["assignments"].get(0).map_or(json!("ADMIN_AGENT"), |held| held["assignee"].clone());
    match action {
        "RENEW" => ("renewGrant", json!({ "grant": id, "duration": "P30D" })),
        "ASSIGN_ACCESS" => (
            "assignAccess",
            json!({ "grant": id, "assignment": { "assigneeKind": "TENANT_ROLE", "assignee": "SALES_AGENT",
                "roles": [row["roles"][0]] } }),
        ),
        "UNASSIGN_ACCESS" => (
            "unassignAccess",
            json!({ "grant": id, "assigneeKind": "TENANT_ROLE", "assignee": first, "validateOnly": true }),
        ),
        "NARROW" => ("narrowGrant", json!({ "grant": id, "autoExtend": false, "validateOnly": true })),
        "SWITCH_AUTO_EXTEND_ON" => {
            ("setGrantAutoExtend", json!({ "grant": id, "autoExtend": true, "validateOnly": true }))
        }
        "SWITCH_AUTO_EXTEND_OFF" => {
            ("setGrantAutoExtend", json!({ "grant": id, "autoExtend": false, "validateOnly": true }))
        }
        "TERMINATE" => ("terminateGrant", json!({ "grant": id, "validateOnly": true })),
        _ => panic!("{action} is no action"),
    }
}

#[rstest]
#[tokio::test]
async fn what_is_available_on_a_relationship_is_what_its_mutations_do(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    for n in 0..6 {
        let grant = facts.grant(CONTOSO, FABRIKAM);
        match n {
            0 => grant.is_terminated = true,
            1 => grant.ends_at = days(-1),
            2 => grant.auto_extend = true,
            3 => grant.assignments.clear(),
            4 => grant.starts_at = days(3),
            _ => grant.roles = vec!["GLOBAL_ADMINISTRATOR", "BILLING_ADMINISTRATOR"],
        }
    }
    let request = |name: &str, expires_at| Request {
        id: id(name),
        partner: FABRIKAM,
        customer: Some(CONTOSO),
        name: name.to_owned(),
        invitation: None,
        expires_at,
    };
    facts.requests.push(request("open", days(9)));
    facts.requests.push(request("over", days(1)));
    facts.requests.push(request("declined", days(9)));
    let world = World::of(backend, facts).await;
    let declined = json!({ "request": { "id": api_id(REQUEST, id("declined")) } });
    world.done(&world.contoso(), "declineRelationshipRequest", declined).await;
    world.clock.set(days(2));
    let without = |person: Person| Person { mfa: false, ..person };
    let people = [
        Person { roles: vec![TenantRole::SalesAgent], ..world.fabrikam() },
        without(world.fabrikam()),
        without(world.contoso()),
        Person { is_application: true, ..world.contoso() },
        world.fabrikam(),
        world.contoso(),
    ];
    let mut reasons = BTreeSet::new();
    for person in people {
        for grant in world.facts.grants.iter().filter(|grant| grant.partner == FABRIKAM) {
            let look = "query($id: ID!) { grant(id: $id) { id roles assignments { assignee }
                availableActions { action available reasons { code message remedy } } } }";
            let variables = json!({ "id": api_id(GRANT, grant.id) });
            for n in 0..7 {
                let row = world.query(&person, look, variables.clone()).await.data()["grant"].take();
                let said = &row["availableActions"][n];
                let (mutation, input) = grant_act(said["action"].as_str().unwrap(), &row);
                let done = world.mutate(&person, mutation, input).await;
                // A renewal has its grant's name, and here all grants have one: another's may be in its way.
                if done["userErrors"][0]["code"] == "DUPLICATE_REQUEST" {
                    reasons.extend(said["reasons"][0]["code"].as_str().map(str::to_owned));
                    continue;
                }
                if done["userErrors"][0]["code"] == "NOT_FOUND" {
                    assert_eq!(said["reasons"][0]["code"], "NO_ASSIGNMENT");
                    continue;
                }
                reasons.extend(agree(said, &done, &format!("{person:?}, {row}")));
            }
        }
        for name in ["open", "over", "declined"] {
            let look = "query($id: ID!) { relationshipRequest(by: { id: $id }) {
                availableActions { action available reasons { code message remedy } } } }";
            let request = api_id(REQUEST, id(name));
            for n in 0..3 {
                let answer = world.query(&person, look, json!({ "id": request })).await.data();
                let said = &answer["relationshipRequest"]["availableActions"][n];
                let (mutation, input) = match said["action"].as_str().unwrap() {
                    "WITHDRAW" => ("withdrawRelationshipRequest", json!({ "request": request })),
                    "ACCEPT" => (
                        "acceptRelationshipRequest",
                        json!({ "request": { "id": request }, "validateOnly": true }),
                    ),
                    _ => ("declineRelationshipRequest", json!({ "request": { "id": request } })),
                };
                if said["available"] == true && mutation != "acceptRelationshipRequest" && name == "open" {
                    // Trying it would end it for those who come after.
                    continue;
                }
                let done = world.mutate(&person, mutation, input).await;
                reasons.extend(agree(said, &done, &format!("{person:?}, {name}")));
            }
        }
    }
    let all = [
        "EXTENSION_NOT_AGREED",
        "GRANT_DOES_NOT_EXTEND",
        "GRANT_EXPIRED",
        "GRANT_EXTENDS_ITSELF",
        "GRANT_TERMINATED",
        "MFA_REQUIRED",
        "RENEWAL_IS_OPEN",
        "REQUEST_EXPIRED",
        "REQUEST_NOT_OPEN",
        "ROLE_NEVER_EXTENDS",
        "TENANT_ROLE_MISSING",
        "USER_TOKEN_REQUIRED",
        "WRONG_TENANT_KIND",
    ];
    assert_eq!(reasons.iter().map(String::as_str).collect::<Vec<_>>(), all);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn applications_need_a_second_factor_where_their_issuer_says_so(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let server = world.server_that_asks_applications().await;
    let url = format!("http://{}", server.address);
    let grant = api_id(GRANT, world.facts.grants[0].id);
    let end = json!({ "grant": grant, "validateOnly": true });
    let application = Person { is_application: true, mfa: false, ..world.fabrikam() };
    let with_factor = Person { mfa: true, ..application.clone() };
    assert_eq!(world.mutate(&application, "terminateGrant", end.clone()).await["userErrors"], json!([]));
    let refused = world.mutate_at(&url, &application, "terminateGrant", end.clone()).await;
    assert_eq!(refused["userErrors"][0]["reasons"][0]["code"], "MFA_REQUIRED", "{refused}");
    assert_eq!(
        world.mutate_at(&url, &with_factor, "terminateGrant", end.clone()).await["userErrors"],
        json!([])
    );
    // What takes none of users takes none of applications; and a person is a person.
    let ask = json!({ "displayName": "Open", "roles": ["GLOBAL_READER"], "duration": "P30D", "validateOnly": true });
    assert_eq!(
        world.mutate_at(&url, &application, "requestRelationship", ask).await["userErrors"],
        json!([])
    );
    let user = world.mutate_at(&url, &world.fabrikam(), "terminateGrant", end).await;
    assert_eq!(user["userErrors"], json!([]));
    let accept = json!({ "request": { "id": api_id(REQUEST, id("nothing")) } });
    let contoso = Person { is_application: true, ..world.contoso() };
    let accepted = world.mutate_at(&url, &contoso, "acceptRelationshipRequest", accept).await;
    assert_eq!(accepted["userErrors"][0]["reasons"][0]["code"], "USER_TOKEN_REQUIRED", "{accepted}");
    server.stop().await;
    world.end().await;
}
