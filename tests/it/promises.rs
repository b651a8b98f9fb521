//! Whatever partners and customers do with each other: no subscription is touched, nobody gets more than was accepted,
//! and the log tells all of it.

use access::Database;
use chrono::TimeDelta;
use copartner::timer::tick;
use entity::TenantRole;
use rand::rngs::StdRng;
use rand::seq::{IndexedMutRandom, IndexedRandom};
use rand::{RngExt, SeedableRng};
use rstest::rstest;
use serde_json::{Value, json};

use crate::facts::{Facts, Instant, days, noon};
use crate::outside::Outside;
use crate::world::{Backend, GRANT, Person, World, api_id};

const ROLES: [&str; 4] =
    ["BILLING_ADMINISTRATOR", "LICENSE_ADMINISTRATOR", "GLOBAL_READER", "DIRECTORY_READER"];

/// What a customer accepted, followed through what was done since, by the oracle's own reckoning.
#[derive(Debug)]
struct Accepted {
    id: String,
    customer: usize,
    partner: usize,
    roles: Vec<String>,
    starts_at: Instant,
    ends_at: Instant,
    auto_extend: bool,
    is_over: bool,
    assignments: Vec<(String, Vec<String>)>,
}

impl Accepted {
    fn gives(&self, at: Instant) -> bool {
        !self.is_over && self.starts_at <= at && (at < self.ends_at || self.auto_extend)
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn instant(value: &Value) -> Instant {
    value.as_str().unwrap().parse().unwrap()
}

/// All that the customers have bought, as they read it.
async fn bought(world: &World) -> String {
    let mut all = String::new();
    for customer in 0..world.facts.customers.len() {
        let query = "{ subscriptions(first: 200, orderBy: { field: CREATED_AT }) { nodes { id friendlyName quantity status
            autoRenew term billingCycle startsAt termEndsAt version updatedAt partnerOfRecord { name } offer { name } } } }";
        all += &world.read(&world.customer(customer), query).await.to_string();
    }
    all
}

/// One of the roles that a random person has.
const AGENTS: [TenantRole; 3] = [TenantRole::AdminAgent, TenantRole::SalesAgent, TenantRole::HelpdeskAgent];

#[rstest]
#[tokio::test]
async fn whatever_is_done_the_promises_hold(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(1, 2, 3)] seed: u64,
) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut facts = Facts::cast();
    facts.grants.clear();
    let world = World::of(backend, facts).await;
    let before = bought(&world).await;
    let mut now = noon();
    let mut open: Vec<(String, usize, usize)> = Vec::new();
    let mut accepted: Vec<Accepted> = Vec::new();
    for step in 0..120 {
        let (partner, customer) = (random.random_range(0..3), random.random_range(0..2));
        let agent = Person::of(world.facts.partners[partner].tenant, *AGENTS.choose(&mut random).unwrap());
        let administrator = world.customer(customer);
        match random.random_range(0..9) {
            0 | 1 => {
                let n = random.random_range(1..=2);
                let roles: Vec<_> = ROLES.sample(&mut random, n).collect();
                let input = json!({ "customer": { "tenantId": world.facts.customers[customer].tenant },
                    "displayName": format!("Request {step}"), "roles": roles,
                    "duration": format!("P{}D", random.random_range(1..60)), "autoExtend": random.random_bool(0.3) });
                let payload = world.mutate(&agent, "requestRelationship", input).await;
                if let Some(id) = payload["request"]["id"].as_str() {
                    assert!(!agent.roles.contains(&TenantRole::HelpdeskAgent));
                    open.push((id.to_owned(), partner, customer));
                }
            }
            2 | 3 => {
                let Some((id, of, to)) = open.choose(&mut random).cloned() else { continue };
                let payload = world
                    .mutate(&administrator, "acceptRelationshipRequest", json!({ "request": { "id": id } }))
                    .await;
                let grant = &payload["grant"];
                if let Some(grant_id) = grant["id"].as_str() {
                    assert_eq!(to, customer, "someone else accepted");
                    let roles = strings(&grant["roles"]);
                    accepted.push(Accepted {
                        id: grant_id.to_owned(),
                        customer,
                        partner: of,
                        assignments: vec![("ADMIN_AGENT".to_owned(), roles.clone())],
                        roles,
                        starts_at: now,
                        ends_at: instant(&grant["endsAt"]),
                        auto_extend: grant["autoExtend"].as_bool().unwrap(),
                        is_over: false,
                    });
                }
            }
            4 => {
                let Some(grant) = accepted.choose_mut(&mut random) else { continue };
                let role = ROLES.choose(&mut random).unwrap();
                let assignee = AGENTS.choose(&mut random).map(entity::Word::name).unwrap();
                let input = json!({ "grant": grant.id, "assignment":
                    { "assigneeKind": "TENANT_ROLE", "assignee": assignee, "roles": [role] } });
                let payload = world.mutate(&agent, "assignAccess", input).await;
                if payload["grant"].is_object() {
                    assert!(partner == grant.partner && agent.roles == [TenantRole::AdminAgent]);
                    assert!(grant.roles.iter().any(|own| own == role), "{role} was never accepted");
                    grant.assignments.retain(|(held, _)| *held != assignee);
                    grant.assignments.push((assignee, vec![(*role).to_owned()]));
                }
            }
            5 => {
                let Some(grant) = accepted.choose_mut(&mut random) else { continue };
                let roles = json!([ROLES.choose(&mut random).unwrap()]);
                let person = if random.random_bool(0.5) { &agent } else { &administrator };
                let payload =
                    world.mutate(person, "narrowGrant", json!({ "grant": grant.id, "roles": roles })).await;
                if payload["grant"].is_object() {
                    let roles = strings(&roles);
                    assert!(roles.iter().all(|role| grant.roles.contains(role)), "narrowing made it wider");
                    for (_, held) in &mut grant.assignments {
                        held.retain(|role| roles.contains(role));
                    }
                    grant.roles = roles;
                }
            }
            6 => {
                let Some(grant) = accepted.choose_mut(&mut random) else { continue };
                let on = random.random_bool(0.5);
                let person = if random.random_bool(0.5) { &agent } else { &administrator };
                let input = json!({ "grant": grant.id, "autoExtend": on });
                let payload = world.mutate(person, "setGrantAutoExtend", input).await;
                if payload["grant"].is_object() {
                    assert!(!on || person.tenant == agent.tenant, "a customer cannot ask for it");
                    grant.auto_extend = on;
                    grant.ends_at = instant(&payload["grant"]["endsAt"]);
                }
            }
            7 => {
                let Some(grant) = accepted.choose_mut(&mut random) else { continue };
                let person = if random.random_bool(0.5) { &agent } else { &administrator };
                let payload = world.mutate(person, "terminateGrant", json!({ "grant": grant.id })).await;
                grant.is_over |= payload["grant"].is_object();
            }
            _ => {
                now += TimeDelta::hours(random.random_range(1..200));
                world.clock.set(now);
                if random.random_bool(0.5) {
                    tick(&world.store, now).await.unwrap();
                }
            }
        }
        // Who sees which customer is what the oracle reckons.
        for (p, partner) in world.facts.partners.iter().enumerate() {
            for role in AGENTS {
                let seen = world
                    .read(&Person::of(partner.tenant, role), "{ customers { nodes { tenantId } } }")
                    .await;
                let mut seen: Vec<_> = seen["customers"]["nodes"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|node| node["tenantId"].clone())
                    .collect();
                let role = entity::Word::name(&role);
                let holds = |c: usize| {
                    accepted.iter().any(|grant| {
                        (grant.partner, grant.customer) == (p, c)
                            && grant.gives(now)
                            && grant
                                .assignments
                                .iter()
                                .any(|(held, roles)| *held == role && !roles.is_empty())
                    })
                };
                let mut expected: Vec<_> = (0..world.facts.customers.len())
                    .filter(|c| holds(*c))
                    .map(|c| json!(world.facts.customers[c].tenant))
                    .collect();
                seen.sort_by_key(Value::to_string);
                expected.sort_by_key(Value::to_string);
                assert_eq!(
                    seen, expected,
                    "{role} of partner {p} in step {step} of seed {seed}: {accepted:#?}"
                );
            }
        }
    }
    assert!(accepted.len() > 2, "hardly anything happened");
    assert_eq!(bought(&world).await, before);
    let verdict = world.store.verify_log(None, Vec::new()).await.unwrap();
    assert_eq!(verdict.errors, []);
    assert!(verdict.entries > 10);
    world.clock.set(now.max(days(1)));
    for customer in 0..2 {
        let query = "{ events(first: 200) { nodes { kind subscriptionsUnchanged } } }";
        let data = world.read(&world.customer(customer), query).await;
        let nodes = data["events"]["nodes"].as_array().unwrap();
        assert!(nodes.iter().all(|node| node["subscriptionsUnchanged"] == true), "{data:#}");
    }
    world.end().await;
}

/// A database that meddles: whenever this happens to a grant, what was bought is changed.
async fn meddle(world: &World, event: &str) {
    let connection = Outside::of(&world.database).await;
    let touch = "UPDATE subscription SET quantity = quantity + 1;";
    let trigger = format!("CREATE TRIGGER meddle AFTER {event} ON delegated_admin_grant");
    let sql = match world.database {
        Database::Sqlite(_) => format!("{trigger} BEGIN {touch} END"),
        Database::Postgres(_) => format!(
            "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {touch} RETURN NULL; END $$;
             {trigger} FOR EACH ROW EXECUTE FUNCTION meddle()"
        ),
    };
    connection.run(&sql).await;
}

#[rstest]
#[tokio::test]
async fn an_acceptance_that_would_touch_a_subscription_does_not_happen(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, Facts::cast()).await;
    let asked = json!({ "customer": { "domain": "contoso.example" }, "displayName": "Backup", "roles": ["GLOBAL_READER"],
        "duration": "P30D" });
    let made = world.done(&world.tailspin(), "requestRelationship", asked).await;
    let before = bought(&world).await;
    meddle(&world, "INSERT").await;
    let accept = json!({ "request": { "id": made["request"]["id"] } });
    let answer = world.attempt_at(&world.url, &world.contoso(), "acceptRelationshipRequest", accept).await;
    assert_eq!(answer.code(), "INTERNAL", "{}", answer.text);
    assert_eq!(bought(&world).await, before);
    let still = world
        .read(&world.contoso(), "{ relationshipRequests { nodes { status } } grants { totalCount } }")
        .await;
    assert_eq!(still["relationshipRequests"]["nodes"][0]["status"], "OPEN");
    assert_eq!(still["grants"]["totalCount"], 2);
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_change_to_a_grant_that_would_touch_a_subscription_does_not_happen(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, Facts::cast()).await;
    let before = bought(&world).await;
    meddle(&world, "UPDATE").await;
    let grant = api_id(GRANT, world.facts.grants[0].id);
    let end = json!({ "grant": grant });
    let answer = world.attempt_at(&world.url, &world.contoso(), "terminateGrant", end).await;
    assert_eq!(answer.code(), "INTERNAL", "{}", answer.text);
    assert_eq!(bought(&world).await, before);
    let still =
        world.read(&world.contoso(), "{ grants { nodes { status version } } events { totalCount } }").await;
    assert!(still["grants"]["nodes"].as_array().unwrap().iter().all(|grant| grant["status"] == "ACTIVE"));
    assert_eq!(still["events"]["totalCount"], 0);
    world.verify_log().await;
    world.end().await;
}
