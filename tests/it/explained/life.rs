//! Makes a past: what became of grants and subscriptions, step by step, as the oracle follows it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use copartner::timer::tick;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::{IndexedMutRandom, IndexedRandom};
use serde_json::{Value, json};

use super::past::{Granted, Moment, Sold};
use super::{GROUP, shown};
use crate::facts::{ROLES, days, noon};
use crate::world::World;

pub fn strings(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// Makes a past: what became of grants and subscriptions, step by step.
pub async fn live(world: &World, random: &mut StdRng) -> Vec<Moment> {
    let mut now = noon();
    let mut moments = vec![Moment { from: days(-1000), grants: Vec::new(), sold: Vec::new() }];
    for step in 0..140 {
        now += TimeDelta::milliseconds(random.random_range(1..40_000_000));
        world.clock.set(now);
        let mut moment = moments.last().unwrap().clone();
        let parties = (random.random_range(0..3), random.random_range(0..2));
        match random.random_range(0..12) {
            0 | 1 => moment.grants.push(relate(world, random, step, parties).await),
            2..=7 => {
                // Rarely one that is over, which stays as it is.
                let any = random.random_bool(0.1);
                let mut chosen: Vec<_> =
                    moment.grants.iter_mut().filter(|grant| any || grant.gives(now)).collect();
                if let Some(grant) = chosen.choose_mut(random) {
                    change(world, random, grant).await;
                }
            }
            8..=10 => trade(world, random, &mut moment.sold, parties).await,
            _ => {
                now += TimeDelta::days(random.random_range(0..9));
                world.clock.set(now);
                tick(&world.store, now).await.unwrap();
            }
        }
        moments.push(Moment { from: now, ..moment });
    }
    moments
}

/// A partner asks, and the customer accepts.
async fn relate(
    world: &World,
    random: &mut StdRng,
    step: i32,
    (partner, customer): (usize, usize),
) -> Granted {
    let n = random.random_range(1..=3);
    let roles: Vec<_> = ROLES.sample(random, n).collect();
    let auto_extend = !roles.contains(&&"GLOBAL_ADMINISTRATOR") && random.random_bool(0.5);
    let asked = json!({ "customer": { "tenantId": world.facts.customers[customer].tenant },
        "displayName": format!("Request {step}"), "roles": roles, "autoExtend": auto_extend,
        "duration": format!("P{}D", random.random_range(1..40)) });
    let asked = world.done(&world.partner(partner), "requestRelationship", asked).await;
    let accept = json!({ "request": { "id": asked["request"]["id"] } });
    let made =
        world.done(&world.customer(customer), "acceptRelationshipRequest", accept).await["grant"].take();
    Granted {
        id: made["id"].as_str().unwrap().to_owned(),
        partner,
        customer,
        roles: strings(&made["roles"]),
        assignments: vec![("ADMIN_AGENT".to_owned(), strings(&made["roles"]))],
        starts_at: world.clock.now(),
        ends_at: made["endsAt"].as_str().unwrap().parse().unwrap(),
        auto_extend,
        is_over: false,
    }
}

/// One of its parties does something with a grant, which may be over.
async fn change(world: &World, random: &mut StdRng, grant: &mut Granted) {
    let kind = |assignee: &str| if assignee.len() == 36 { "SECURITY_GROUP" } else { "TENANT_ROLE" };
    let end = |payload: &Value| payload["grant"]["endsAt"].as_str().unwrap().parse().unwrap();
    let (partner, customer) = (world.partner(grant.partner), world.customer(grant.customer));
    let roles: Vec<_> = grant.roles.iter().filter(|_| random.random_bool(0.6)).cloned().collect();
    match random.random_range(0..8) {
        0 | 1 => {
            let assignees =
                ["ADMIN_AGENT", "SALES_AGENT", "HELPDESK_AGENT", &GROUP.to_string()].map(str::to_owned);
            let assignee = assignees.choose(random).unwrap().clone();
            let input = json!({ "grant": grant.id, "assignment": { "assigneeKind": kind(&assignee),
                "assignee": assignee, "roles": roles } });
            if world.mutate(&partner, "assignAccess", input).await["grant"].is_object() {
                grant.assignments.retain(|(held, _)| *held != assignee);
                grant.assignments.push((assignee, roles.into_iter().collect()));
            }
        }
        2 => {
            let Some((assignee, _)) = grant.assignments.choose(random).cloned() else { return };
            let input = json!({ "grant": grant.id, "assigneeKind": kind(&assignee), "assignee": assignee });
            if world.mutate(&partner, "unassignAccess", input).await["grant"].is_object() {
                grant.assignments.retain(|(held, _)| *held != assignee);
            }
        }
        3 | 4 => {
            let ends_at = world.clock.now() + TimeDelta::days(random.random_range(1..9));
            let mut input = json!({ "grant": grant.id });
            if random.random_bool(0.4) {
                input["endsAt"] = json!(shown(ends_at));
            }
            if !roles.is_empty() {
                input["roles"] = json!(roles);
            }
            let payload = world.mutate(&customer, "narrowGrant", input).await;
            if payload["grant"].is_object() {
                grant.roles = strings(&payload["grant"]["roles"]);
                for (_, held) in &mut grant.assignments {
                    held.retain(|role| grant.roles.contains(role));
                }
                grant.assignments.retain(|(_, held)| !held.is_empty());
                grant.ends_at = end(&payload);
                grant.auto_extend = payload["grant"]["autoExtend"] == true;
            }
        }
        5 | 6 => {
            let on = random.random_bool(0.5);
            let input = json!({ "grant": grant.id, "autoExtend": on });
            let payload = world.mutate(&partner, "setGrantAutoExtend", input).await;
            if payload["grant"].is_object() {
                grant.auto_extend = on;
                grant.ends_at = end(&payload);
            }
        }
        _ => {
            let person = if random.random_bool(0.5) { partner } else { customer };
            let payload = world.mutate(&person, "terminateGrant", json!({ "grant": grant.id })).await;
            grant.is_over |= payload["grant"].is_object();
        }
    }
}

/// A partner buys for a customer, or does something with what was sold.
async fn trade(
    world: &World,
    random: &mut StdRng,
    sold: &mut Vec<Sold>,
    (partner, customer): (usize, usize),
) {
    if random.random_bool(0.6) {
        let buyer = world.partner(partner);
        let offers = world.read(&buyer, "{ offers(first: 1) { nodes { id } } }").await;
        let order = json!({ "customer": { "tenantId": world.facts.customers[customer].tenant }, "quantity": 3,
            "offer": offers["offers"]["nodes"][0]["id"], "term": "P1Y", "billingCycle": "ANNUAL" });
        let payload = world.mutate(&buyer, "purchaseSubscription", order).await;
        if let Some(id) = payload["subscription"]["id"].as_str() {
            sold.push(Sold { id: id.to_owned(), partner, customer, status: "ACTIVE".to_owned() });
        }
        return;
    }
    let Some(sold) = sold.choose_mut(random) else { return };
    let acts = ["suspendSubscription", "reactivateSubscription", "cancelSubscription"];
    let act = *acts.choose(random).unwrap();
    let mut input = json!({ "subscription": sold.id });
    if act == "suspendSubscription" {
        input["reason"] = json!("OTHER");
    }
    let payload = world.mutate(&world.partner(sold.partner), act, input).await;
    if let Some(status) = payload["subscription"]["status"].as_str() {
        status.clone_into(&mut sold.status);
    }
}
