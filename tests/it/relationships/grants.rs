//! What becomes of a grant in time: renewals, extensions, what the timer writes down, and what is amiss.

use chrono::TimeDelta;
use copartner::timer::tick;
use rstest::rstest;
use serde_json::json;

use super::{CONTOSO_SEEN, asked, at, log, related};
use crate::facts::{CONTOSO, FABRIKAM, Facts, days, id};
use crate::world::{Backend, GRANT, Person, World, api_id, refusal_of};

#[rstest]
#[tokio::test]
async fn a_renewal_leaves_no_minute_without_access_and_none_with_more(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.grants[0].ends_at = days(20);
    let world = World::of(backend, facts).await;
    let (fabrikam, contoso) = (world.fabrikam(), world.contoso());
    let old = api_id(GRANT, world.facts.grants[0].id);
    let renew = json!({ "grant": old, "duration": "P60D", "message": "Shall we go on?" });
    let renewal = world.done(&fabrikam, "renewGrant", renew).await["request"]["id"].clone();
    let accepted =
        world.done(&contoso, "acceptRelationshipRequest", json!({ "request": { "id": renewal } })).await;
    assert_eq!(accepted["grant"]["startsAt"], at(days(20)));
    assert_eq!(accepted["grant"]["endsAt"], at(days(80)));
    assert_eq!(
        accepted["grant"]["assignments"],
        json!([{ "assignee": "ADMIN_AGENT", "roles": ["BILLING_ADMINISTRATOR"] }])
    );
    let query =
        "{ customer(by: { domain: \"contoso.example\" }) { viewerAccess { grants { id } expiresAt } } }";
    for (moment, grant) in [
        (days(20) - TimeDelta::milliseconds(1), &json!(old)),
        (days(20), &accepted["grant"]["id"]),
        (days(80) - TimeDelta::milliseconds(1), &accepted["grant"]["id"]),
    ] {
        world.clock.set(moment);
        let seen = world.read(&fabrikam, query).await;
        assert_eq!(seen["customer"]["viewerAccess"]["grants"], json!([{ "id": grant }]), "{moment}");
    }
    world.clock.set(days(80));
    assert!(world.read(&fabrikam, query).await["customer"].is_null());
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn auto_extension_is_the_partners_to_ask_and_the_customers_to_take_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (tailspin, contoso) = (world.tailspin(), world.contoso());
    let mut input = asked();
    input["autoExtend"] = json!(true);
    let grant = json!(related(&world, input).await);
    let switch = |on: bool| json!({ "grant": grant, "autoExtend": on });
    // One that goes on by itself has no end to continue from.
    let renew = json!({ "grant": grant, "duration": "P60D" });
    assert_eq!(world.refusal(&tailspin, "renewGrant", renew).await, "INVALID");
    for on in [false, true] {
        let set = world.done(&tailspin, "setGrantAutoExtend", switch(on)).await;
        assert_eq!(set["grant"]["autoExtend"], on);
        let again = world.mutate(&tailspin, "setGrantAutoExtend", switch(on)).await;
        assert_eq!(refusal_of(&again), "ILLEGAL_TRANSITION");
        let reason = if on { "GRANT_EXTENDS_ITSELF" } else { "GRANT_DOES_NOT_EXTEND" };
        assert_eq!(again["userErrors"][0]["reasons"][0]["code"], reason);
    }
    // What the partner could switch on again, the customer takes back though it is off.
    let mut other = asked();
    (other["displayName"], other["autoExtend"]) = (json!("Other"), json!(true));
    let other = json!(related(&world, other).await);
    let switch_other = |on: bool| json!({ "grant": other, "autoExtend": on });
    world.done(&tailspin, "setGrantAutoExtend", switch_other(false)).await;
    world.done(&contoso, "setGrantAutoExtend", switch_other(false)).await;
    let on = world.refusal(&tailspin, "setGrantAutoExtend", switch_other(true)).await;
    assert_eq!(on, "WIDENING_FORBIDDEN");
    world.done(&contoso, "terminateGrant", json!({ "grant": other })).await;
    let told = log(&world, &contoso).await.len();
    // It has extended itself by the clock when it is switched off: the end is the next one.
    world.clock.set(days(100));
    let off = world.done(&contoso, "setGrantAutoExtend", switch(false)).await;
    assert_eq!(off["grant"]["endsAt"], at(days(270)));
    assert_eq!(world.refusal(&tailspin, "setGrantAutoExtend", switch(true)).await, "WIDENING_FORBIDDEN");
    assert_eq!(world.refusal(&contoso, "setGrantAutoExtend", switch(false)).await, "ILLEGAL_TRANSITION");
    let kinds = log(&world, &contoso).await;
    assert_eq!(kinds[3..5], ["GRANT_NARROWED", "GRANT_EXTENDED"], "what was refused is not told");
    assert_eq!(kinds[told..], ["GRANT_NARROWED"]);
    world.clock.set(days(270) - TimeDelta::milliseconds(1));
    assert_eq!(world.read(&tailspin, CONTOSO_SEEN).await["customer"]["name"], "Contoso");
    world.clock.set(days(270));
    assert!(world.read(&tailspin, CONTOSO_SEEN).await["customer"].is_null());
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn the_timer_writes_each_thing_down_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.grants[0].ends_at = days(40);
    facts.grants[1].auto_extend = true;
    facts.grants[1].ends_at = days(5);
    facts.requests.push(crate::facts::Request {
        id: id("request"),
        partner: FABRIKAM,
        customer: Some(CONTOSO),
        name: "More".to_owned(),
        invitation: None,
        expires_at: days(3),
    });
    facts.requests.push(crate::facts::Request {
        id: id("invitation"),
        partner: FABRIKAM,
        customer: None,
        name: "Anyone".to_owned(),
        invitation: Some("an-invitation-of-256-bits-in-as-many-words-as-it-takes".to_owned()),
        expires_at: days(3),
    });
    let world = World::of(backend, facts).await;
    let other = world.another_store().await;
    for day in 0..=45 {
        // Two servers do what is due, at once.
        let (one, two) = tokio::join!(tick(&world.store, days(day)), tick(&other, days(day)));
        one.unwrap();
        two.unwrap();
    }
    world.clock.set(days(45));
    let query = "{ events(last: 100) { nodes { kind actor { kind subject } changes { field after } subject { id } } } }";
    let told = world.read(&world.contoso(), query).await;
    let grant = |n: usize| api_id(GRANT, world.facts.grants[n].id);
    let told: Vec<_> = told["events"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|event| {
            assert_eq!(event["actor"], json!({ "kind": null, "subject": null }));
            let subject = event["subject"]["id"].as_str().unwrap();
            let whose = [("old", grant(0)), ("extending", grant(1))];
            let whose = whose.iter().find(|(_, id)| id == subject).map_or("request", |(name, _)| *name);
            let change = event["changes"].as_array().unwrap().last().unwrap();
            format!("{whose} {} {}", event["kind"].as_str().unwrap(), change["after"].as_str().unwrap())
        })
        .collect();
    let extended = format!("extending GRANT_EXTENDED {}", at(days(185)));
    assert_eq!(
        told,
        [
            "extending GRANT_EXPIRING 7",
            "request RELATIONSHIP_REQUEST_EXPIRED EXPIRED",
            "extending GRANT_EXPIRING 1",
            &extended,
            "old GRANT_EXPIRING 30",
            "old GRANT_EXPIRING 7",
            "old GRANT_EXPIRING 1",
            "old GRANT_EXPIRED EXPIRED",
        ]
    );
    // The open invitation is nobody's but the partner's.
    let own = log(&world, &world.fabrikam()).await;
    assert_eq!(own.iter().filter(|kind| *kind == "RELATIONSHIP_REQUEST_EXPIRED").count(), 2);
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_grant_says_what_is_amiss_with_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut facts = Facts::cast();
    facts.grants[0].ends_at = days(30);
    facts.grant(CONTOSO, FABRIKAM).assignments.clear();
    facts.grant(CONTOSO, FABRIKAM).ends_at = days(30) + TimeDelta::milliseconds(1);
    facts.grant(CONTOSO, FABRIKAM).is_terminated = true;
    let extending = facts.grant(CONTOSO, FABRIKAM);
    (extending.ends_at, extending.auto_extend) = (days(3), true);
    let world = World::of(backend, facts).await;
    let healths = async |person: &Person| {
        let data = world.read(person, "{ grants(first: 50) { nodes { id health } } }").await;
        let nodes = data["grants"]["nodes"].as_array().unwrap().clone();
        // The filter finds what the field says.
        for health in ["NO_ASSIGNMENT", "EXPIRES_SOON", "ENDS_WITHOUT_RENEWAL"] {
            let query = format!("{{ grants(filter: {{ health: [{health}] }}) {{ nodes {{ id }} }} }}");
            let found = world.read(person, &query).await;
            let found = found["grants"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone());
            let said =
                nodes.iter().filter(|node| node["health"].as_array().unwrap().contains(&json!(health)));
            assert_eq!(
                found.collect::<Vec<_>>(),
                said.map(|node| node["id"].clone()).collect::<Vec<_>>(),
                "{health}"
            );
        }
        let of = |n: usize| {
            let id = api_id(GRANT, world.facts.grants[n].id);
            nodes.iter().find(|node| node["id"] == id).map(|node| node["health"].clone()).unwrap_or_default()
        };
        [0, 3, 4, 5, 6].map(of)
    };
    let none = json!([]);
    let soon = json!(["EXPIRES_SOON", "ENDS_WITHOUT_RENEWAL"]);
    for party in [world.fabrikam(), world.contoso()] {
        let expected = [soon.clone(), json!(["NO_ASSIGNMENT"]), none.clone(), none.clone(), none.clone()];
        assert_eq!(healths(&party).await, expected);
    }
    // The operator does not know who holds what.
    assert_eq!(healths(&world.operator()).await[1], none);
    let renew = json!({ "grant": api_id(GRANT, world.facts.grants[0].id), "duration": "P60D" });
    world.done(&world.fabrikam(), "renewGrant", renew).await;
    assert_eq!(healths(&world.fabrikam()).await[0], json!(["EXPIRES_SOON"]));
    world.clock.set(days(30));
    assert_eq!(healths(&world.fabrikam()).await[0], none);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_changes_nothing_is_no_event(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::cast(backend).await;
    let mut input = asked();
    input["roles"] = json!(["GLOBAL_READER", "LICENSE_ADMINISTRATOR", "BILLING_ADMINISTRATOR"]);
    let grant = related(&world, input).await;
    let before = log(&world, &world.contoso()).await.len();
    for roles in [
        json!(["GLOBAL_READER", "LICENSE_ADMINISTRATOR", "BILLING_ADMINISTRATOR"]),
        json!(["BILLING_ADMINISTRATOR", "GLOBAL_READER", "LICENSE_ADMINISTRATOR"]),
    ] {
        let all = json!({ "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT", "roles": roles });
        let same = json!({ "grant": grant, "assignment": all });
        assert_eq!(world.done(&world.tailspin(), "assignAccess", same).await["grant"]["version"], 1);
        let same = json!({ "grant": grant, "roles": roles, "endsAt": days(90) });
        let narrowed = world.done(&world.contoso(), "narrowGrant", same).await;
        assert_eq!(
            (&narrowed["grant"]["version"], &narrowed["impact"]["permissionsLost"]),
            (&json!(1), &json!([]))
        );
    }
    assert_eq!(log(&world, &world.contoso()).await.len(), before);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn another_end_is_warned_of_anew(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut facts = Facts::cast();
    (facts.grants[0].auto_extend, facts.grants[0].ends_at) = (true, days(5));
    let world = World::of(backend, facts).await;
    // Warned of the end at which it extends itself; and the timer is late when that is switched off.
    tick(&world.store, days(4)).await.unwrap();
    world.clock.set(days(6));
    let off = json!({ "grant": api_id(GRANT, world.facts.grants[0].id), "autoExtend": false });
    let off = world.done(&world.contoso(), "setGrantAutoExtend", off).await;
    assert_eq!(off["grant"]["endsAt"], at(days(185)));
    tick(&world.store, days(156)).await.unwrap();
    let kinds = log(&world, &world.contoso()).await;
    assert_eq!(kinds, ["GRANT_EXPIRING", "GRANT_NARROWED", "GRANT_EXPIRING"]);
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_renewal_gives_nothing_back_that_was_narrowed_while_it_was_open(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let grant = related(&world, asked()).await;
    let renew = json!({ "grant": grant, "duration": "P90D" });
    let renewal = world.done(&world.tailspin(), "renewGrant", renew).await["request"]["id"].clone();
    let narrow = json!({ "grant": grant, "roles": ["GLOBAL_READER"] });
    world.done(&world.contoso(), "narrowGrant", narrow).await;
    let accept = "acceptRelationshipRequest";
    let all = json!({ "request": { "id": renewal }, "roles": ["BILLING_ADMINISTRATOR", "GLOBAL_READER"] });
    assert_eq!(world.refusal(&world.contoso(), accept, all).await, "ROLES_NOT_SUBSET");
    let accepted = world.done(&world.contoso(), accept, json!({ "request": { "id": renewal } })).await;
    assert_eq!(accepted["grant"]["roles"], json!(["GLOBAL_READER"]));
    assert_eq!(
        accepted["grant"]["assignments"],
        json!([{ "assignee": "ADMIN_AGENT", "roles": ["GLOBAL_READER"] }])
    );
    world.end().await;
}
