//! At any past instant what the oracle reckons, through whatever was done since.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::TenantRole;
use entity::Word;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rstest::rstest;
use serde_json::json;

use super::life::{live, strings};
use super::{GROUP, PERMISSIONS, shown};
use crate::facts::{Facts, Instant, noon};
use crate::world::{Backend, Person, World};

/// The table of roles once more.
fn allows(role: &str, permission: &str) -> bool {
    match role {
        "GLOBAL_ADMINISTRATOR" | "BILLING_ADMINISTRATOR" => true,
        "LICENSE_ADMINISTRATOR" => {
            ["CUSTOMER_READ", "SUBSCRIPTION_READ", "SUBSCRIPTION_RESIZE"].contains(&permission)
        }
        "SERVICE_SUPPORT_ADMINISTRATOR" | "GLOBAL_READER" => {
            ["CUSTOMER_READ", "SUBSCRIPTION_READ", "EVENT_READ"].contains(&permission)
        }
        _ => permission == "CUSTOMER_READ",
    }
}

/// A grant as the oracle follows it.
#[derive(Clone, Debug)]
pub struct Granted {
    pub id: String,
    pub partner: usize,
    pub customer: usize,
    pub roles: BTreeSet<String>,
    pub assignments: Vec<(String, BTreeSet<String>)>,
    pub starts_at: Instant,
    pub ends_at: Instant,
    pub auto_extend: bool,
    pub is_over: bool,
}

impl Granted {
    pub fn gives(&self, at: Instant) -> bool {
        !self.is_over && self.starts_at <= at && (at < self.ends_at || self.auto_extend)
    }

    /// When it ends, seen from `at`.
    fn end(&self, at: Instant) -> Instant {
        let mut end = self.ends_at;
        while self.auto_extend && end <= at {
            end += TimeDelta::days(180);
        }
        end
    }
}

/// A subscription, likewise.
#[derive(Clone, Debug)]
pub struct Sold {
    pub id: String,
    pub partner: usize,
    pub customer: usize,
    pub status: String,
}

/// The world from one instant on, until the next one.
#[derive(Clone, Debug)]
pub struct Moment {
    pub from: Instant,
    pub grants: Vec<Granted>,
    pub sold: Vec<Sold>,
}

impl Moment {
    fn in_force(&self, customer: usize, at: Instant) -> impl Iterator<Item = &Granted> {
        self.grants.iter().filter(move |grant| grant.customer == customer && grant.gives(at))
    }

    fn has(
        &self,
        person: &Person,
        (partner, customer): (usize, usize),
        permission: &str,
        at: Instant,
    ) -> bool {
        let is_own = |assignee: &String| {
            person.roles.iter().any(|role| role.name() == *assignee)
                || person.groups.iter().any(|group| group.to_string() == *assignee)
        };
        self.in_force(customer, at)
            .filter(|grant| grant.partner == partner)
            .flat_map(|grant| &grant.assignments)
            .filter(|(assignee, _)| is_own(assignee))
            .flat_map(|(_, roles)| roles)
            .any(|role| allows(role, permission))
    }
}

fn may_act(person: &Person, permission: &str) -> bool {
    let is_read = permission.ends_with("_READ");
    is_read || person.roles.iter().any(|role| matches!(role, TenantRole::AdminAgent | TenantRole::SalesAgent))
}

#[rstest]
#[tokio::test]
async fn at_any_past_instant_everyone_is_told_what_the_oracle_reckons(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(Some(1), None)] seed: Option<u64>,
) {
    // How much happens in a past that nobody has seen before is for luck to say.
    let is_known = seed.is_some();
    let seed = seed.unwrap_or_else(rand::random);
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut facts = Facts::cast();
    facts.grants.clear();
    facts.subscriptions.clear();
    let world = World::of(backend, facts).await;
    let moments = live(&world, &mut random).await;
    let now = world.clock.now();
    let last = moments.last().unwrap();
    assert!(!is_known || last.grants.len() > 4 && !last.sold.is_empty(), "hardly anything happened");
    let customers: Vec<_> = {
        let list = world.read(&world.operator(), "{ customers { nodes { id tenantId } } }").await;
        let nodes = list["customers"]["nodes"].as_array().unwrap().clone();
        world
            .facts
            .customers
            .iter()
            .map(|customer| {
                let own = nodes.iter().find(|node| node["tenantId"] == customer.tenant.to_string()).unwrap();
                own["id"].as_str().unwrap().to_owned()
            })
            .collect()
    };
    // A customer may ask about any instant: that of each change, or the last one before it.
    for (n, pair) in moments.windows(2).enumerate().skip(1) {
        let [earlier, moment] = pair else { unreachable!("windows of two") };
        let is_before = n % 2 == 0 && moment.from > earlier.from;
        let (then, at) = if is_before {
            (earlier, moment.from - TimeDelta::milliseconds(1))
        } else {
            (moment, moment.from)
        };
        for customer in 0..customers.len() {
            review(&world, then, customer, at).await;
        }
    }
    let mut yes = 0;
    for _ in 0..24 {
        // The instant of a change, the last one before it, and any.
        let change = moments.choose(&mut random).unwrap().from.max(noon());
        let any =
            noon() + TimeDelta::milliseconds(random.random_range(0..=(now - noon()).num_milliseconds()));
        let at = *[change, change - TimeDelta::milliseconds(1), any, now].choose(&mut random).unwrap();
        let then = moments.iter().rev().find(|moment| moment.from <= at).unwrap();
        // Mostly one that may do something.
        let in_force: Vec<_> = (0..2).flat_map(|c| then.in_force(c, at)).map(|grant| grant.partner).collect();
        let partner = in_force.choose(&mut random).copied();
        let partner = partner.unwrap_or_else(|| random.random_range(0..3));
        let tenant = world.facts.partners[partner].tenant;
        let role = *[TenantRole::AdminAgent, TenantRole::SalesAgent, TenantRole::HelpdeskAgent]
            .choose(&mut random)
            .unwrap();
        let groups = if random.random_bool(0.3) { vec![GROUP] } else { Vec::new() };
        let person = Person { groups, ..Person::of(tenant, role) };
        for permission in PERMISSIONS {
            let mut targets: Vec<_> = (0..2)
                .map(|c| {
                    let allowed =
                        may_act(&person, permission) && then.has(&person, (partner, c), permission, at);
                    (customers[c].clone(), allowed)
                })
                .collect();
            for sold in last.sold.iter().take(6) {
                let status =
                    then.sold.iter().find(|then| then.id == sold.id).map(|then| then.status.as_str());
                let stands = match (permission, status) {
                    (_, None) => false,
                    ("SUBSCRIPTION_RESIZE", Some(status)) => status == "ACTIVE",
                    ("SUBSCRIPTION_MANAGE", Some(status)) => status != "CANCELLED",
                    _ => true,
                };
                let allowed = stands
                    && sold.partner == partner
                    && may_act(&person, permission)
                    && then.has(&person, (partner, sold.customer), "SUBSCRIPTION_READ", at)
                    && then.has(&person, (partner, sold.customer), permission, at);
                targets.push((sold.id.clone(), allowed));
            }
            for (target, expected) in targets {
                let query = "query($target: ID!, $permission: Permission!, $at: DateTime) {
                    explainAccess(target: $target, permission: $permission, at: $at) {
                        allowed checks { name passed reason { code message } grant { id } } } }";
                let variables = json!({ "target": target, "permission": permission, "at": shown(at) });
                let told = world.query(&person, query, variables).await.data()["explainAccess"].take();
                assert_eq!(
                    told["allowed"], expected,
                    "seed {seed}: {person:?} {permission} at {at}\n{told:#}\n{then:#?}"
                );
                let checks = told["checks"].as_array().unwrap();
                let passed = checks.iter().all(|check| check["passed"] == true && check["reason"].is_null());
                assert_eq!(passed, expected);
                yes += i32::from(expected);
            }
        }
    }
    assert!(!is_known || yes > 30, "hardly anything was allowed: {yes}");
    world.end().await;
}

/// What a customer is told of its partners at `at`.
async fn review(world: &World, then: &Moment, customer: usize, at: Instant) {
    let query = "query($at: DateTime) { accessReview(at: $at) { at partners { partner { name } permissions
        subscriptionCount grants { id roles status autoExtend endsAt } assignments { assignee roles } } } }";
    let told = world.query(&world.customer(customer), query, json!({ "at": shown(at) })).await.data();
    let told = told["accessReview"]["partners"].as_array().unwrap();
    let mut partners: Vec<_> = (0..world.facts.partners.len())
        .filter(|p| then.in_force(customer, at).any(|grant| grant.partner == *p))
        .collect();
    partners.sort_by_key(|p| world.facts.partners[*p].name.to_lowercase());
    let names: Vec<_> = told.iter().map(|told| told["partner"]["name"].as_str().unwrap()).collect();
    let expected: Vec<_> = partners.iter().map(|p| world.facts.partners[*p].name.as_str()).collect();
    assert_eq!(names, expected, "at {at}: {then:#?}");
    for (told, p) in told.iter().zip(partners) {
        let grants: Vec<_> = then.in_force(customer, at).filter(|grant| grant.partner == p).collect();
        let seen: Vec<_> = told["grants"]
            .as_array()
            .unwrap()
            .iter()
            .map(|grant| {
                assert_eq!(grant["status"], "ACTIVE");
                (
                    grant["id"].as_str().unwrap().to_owned(),
                    strings(&grant["roles"]),
                    grant["autoExtend"] == true,
                    grant["endsAt"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        let expected: Vec<_> = grants
            .iter()
            .map(|grant| (grant.id.clone(), grant.roles.clone(), grant.auto_extend, shown(grant.end(at))))
            .collect();
        assert_eq!(seen, expected, "at {at}: {then:#?}");
        let mut held: Vec<(String, BTreeSet<String>)> = Vec::new();
        for (assignee, roles) in grants.iter().flat_map(|grant| &grant.assignments) {
            match held.iter_mut().find(|(known, _)| known == assignee) {
                Some((_, known)) => known.extend(roles.iter().cloned()),
                None => held.push((assignee.clone(), roles.clone())),
            }
        }
        let mut seen: Vec<_> = told["assignments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|held| (held["assignee"].as_str().unwrap().to_owned(), strings(&held["roles"])))
            .collect();
        held.sort();
        seen.sort();
        assert_eq!(seen, held, "at {at}: {then:#?}");
        let may =
            |permission: &&str| held.iter().flat_map(|(_, roles)| roles).any(|role| allows(role, permission));
        let permissions: BTreeSet<String> = PERMISSIONS
            .iter()
            .filter(|permission| may(permission))
            .map(|permission| (*permission).to_owned())
            .collect();
        assert_eq!(strings(&told["permissions"]), permissions);
        let sold = then.sold.iter().filter(|sold| (sold.partner, sold.customer) == (p, customer)).count();
        let count = if permissions.contains("SUBSCRIPTION_READ") { sold } else { 0 };
        assert_eq!(told["subscriptionCount"], count, "at {at}: {then:#?}");
    }
}
