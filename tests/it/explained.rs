//! Who could do what, and why not: at any past instant what the oracle reckons, through whatever was done since.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use copartner::timer::tick;
use entity::TenantRole;
use rand::rngs::StdRng;
use rand::seq::{IndexedMutRandom, IndexedRandom};
use rand::{RngExt, SeedableRng};
use rstest::rstest;
use sea_orm::ActiveEnum;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::facts::{CONTOSO, FABRIKAM, Facts, Instant, ROLES, Request, days, id, noon};
use crate::world::{Backend, CUSTOMER, GRANT, Person, REQUEST, SUBSCRIPTION, World, api_id};

const PERMISSIONS: [&str; 6] = [
    "CUSTOMER_READ",
    "SUBSCRIPTION_READ",
    "SUBSCRIPTION_PURCHASE",
    "SUBSCRIPTION_RESIZE",
    "SUBSCRIPTION_MANAGE",
    "EVENT_READ",
];
const GROUP: Uuid = Uuid::from_u128(0x6_0000_0000);

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
struct Granted {
    id: String,
    partner: usize,
    customer: usize,
    roles: BTreeSet<String>,
    assignments: Vec<(String, BTreeSet<String>)>,
    starts_at: Instant,
    ends_at: Instant,
    auto_extend: bool,
    is_over: bool,
}

impl Granted {
    fn gives(&self, at: Instant) -> bool {
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
struct Sold {
    id: String,
    partner: usize,
    customer: usize,
    status: String,
}

/// The world from one instant on, until the next one.
#[derive(Clone, Debug)]
struct Moment {
    from: Instant,
    grants: Vec<Granted>,
    sold: Vec<Sold>,
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
            person.roles.iter().any(|role| role.to_value() == *assignee)
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

fn strings(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn shown(instant: Instant) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// Makes a past: what became of grants and subscriptions, step by step.
async fn live(world: &World, random: &mut StdRng) -> Vec<Moment> {
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
            if world.act(&partner, "assignAccess", input).await["grant"].is_object() {
                grant.assignments.retain(|(held, _)| *held != assignee);
                grant.assignments.push((assignee, roles.into_iter().collect()));
            }
        }
        2 => {
            let Some((assignee, _)) = grant.assignments.choose(random).cloned() else { return };
            let input = json!({ "grant": grant.id, "assigneeKind": kind(&assignee), "assignee": assignee });
            if world.act(&partner, "unassignAccess", input).await["grant"].is_object() {
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
            let payload = world.act(&customer, "narrowGrant", input).await;
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
            let payload = world.act(&partner, "setGrantAutoExtend", input).await;
            if payload["grant"].is_object() {
                grant.auto_extend = on;
                grant.ends_at = end(&payload);
            }
        }
        _ => {
            let person = if random.random_bool(0.5) { partner } else { customer };
            let payload = world.act(&person, "terminateGrant", json!({ "grant": grant.id })).await;
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
        let payload = world.act(&buyer, "purchaseSubscription", order).await;
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
    let payload = world.act(&world.partner(sold.partner), act, input).await;
    if let Some(status) = payload["subscription"]["status"].as_str() {
        status.clone_into(&mut sold.status);
    }
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
                let told = world.ask(&person, query, variables).await.data()["explainAccess"].take();
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
    let told = world.ask(&world.customer(customer), query, json!({ "at": shown(at) })).await.data();
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
    let told = world.ask(person, query, variables).await.data()["explainAccess"].take();
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
        let answer = world.ask(&fabrikam, query, json!({ "target": target, "at": at })).await;
        assert_eq!(answer.code(), "BAD_REQUEST", "{}", answer.text);
    }
    // A review is for customers, and takes nothing else with it.
    for person in [&fabrikam, &world.operator()] {
        let answer = world.ask(person, "{ accessReview { at } viewer { kind } }", json!({})).await;
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

const FOR_COLLEAGUE: &str =
    "query($target: ID!, $permission: Permission!, $at: DateTime, $principal: PrincipalInput) {
    it: explainAccess(target: $target, permission: $permission, at: $at, principal: $principal) {
        allowed checks { name passed reason { code message remedy } grant { id } } } }";

/// What someone is told for itself, or for a colleague.
async fn told(world: &World, person: &Person, (target, permission): (&str, &str), principal: Value) -> Value {
    let variables = json!({ "target": target, "permission": permission, "principal": principal });
    world.ask(person, FOR_COLLEAGUE, variables).await.data()["it"].take()
}

fn principal(person: &Person) -> Value {
    json!({ "roles": person.roles.iter().map(ActiveEnum::to_value).collect::<Vec<_>>(), "groups": person.groups,
        "mfa": person.mfa, "isApplication": person.is_application })
}

#[rstest]
#[tokio::test]
async fn an_administrator_asks_for_a_colleague_about_what_it_sees_itself(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    let held =
        |assignee: &str, role| crate::facts::Assignment { assignee: assignee.to_owned(), roles: vec![role] };
    let shared = facts.grant(CONTOSO, FABRIKAM);
    shared.roles = ROLES[1..].to_vec();
    shared.assignments = vec![
        held("ADMIN_AGENT", "BILLING_ADMINISTRATOR"),
        held("SALES_AGENT", "GLOBAL_READER"),
        held(&GROUP.to_string(), "LICENSE_ADMINISTRATOR"),
    ];
    // Of Adatum the help desk sees what the administrator does not.
    facts.grant(crate::facts::ADATUM, FABRIKAM).assignments =
        vec![held("HELPDESK_AGENT", "BILLING_ADMINISTRATOR")];
    let secret = facts.sell(crate::facts::ADATUM, FABRIKAM, "Help desk's").id;
    let world = World::of(backend, facts).await;
    let tenant = world.facts.partners[FABRIKAM].tenant;
    let administrator = world.fabrikam();
    let colleagues = [
        Person::of(tenant, TenantRole::SalesAgent),
        Person::of(tenant, TenantRole::HelpdeskAgent),
        Person { groups: vec![GROUP], ..Person::of(tenant, TenantRole::HelpdeskAgent) },
        Person { groups: vec![GROUP], mfa: false, ..Person::of(tenant, TenantRole::SalesAgent) },
        Person { is_application: true, mfa: false, ..world.fabrikam() },
        Person { roles: Vec::new(), ..world.fabrikam() },
    ];
    let contoso =
        world.read(&administrator, "{ customer(by: { domain: \"contoso.example\" }) { id } }").await;
    let sold = api_id(SUBSCRIPTION, world.facts.subscriptions[0].id);
    let grant = api_id(GRANT, world.facts.grants[0].id);
    let (mut same, mut allowed) = (0, 0);
    for colleague in &colleagues {
        for target in [contoso["customer"]["id"].as_str().unwrap(), &sold, &grant] {
            for permission in PERMISSIONS {
                let own = told(&world, colleague, (target, permission), Value::Null).await;
                let asked = told(&world, &administrator, (target, permission), principal(colleague)).await;
                assert_eq!(asked["allowed"], own["allowed"], "{colleague:?} {target} {permission}");
                // What the colleague does not see, it is told less of.
                let checks = own["checks"].as_array().unwrap();
                if checks.len() > 5 {
                    assert_eq!(asked, own, "{colleague:?} {target} {permission}");
                    same += 1;
                }
                allowed += usize::from(own["allowed"] == true);
            }
        }
    }
    assert!(same > 60 && allowed > 20, "{same} {allowed}");
    // What the administrator neither sees nor saw is as if it were not there, whoever it asks for.
    let helpdesk = Person::of(tenant, TenantRole::HelpdeskAgent);
    let (secret, nothing) = (api_id(SUBSCRIPTION, secret), api_id(SUBSCRIPTION, Uuid::from_u128(9)));
    assert_eq!(told(&world, &helpdesk, (&secret, "SUBSCRIPTION_READ"), Value::Null).await["allowed"], true);
    let hidden = told(&world, &administrator, (&nothing, "SUBSCRIPTION_READ"), principal(&helpdesk)).await;
    assert_eq!(
        told(&world, &administrator, (&secret, "SUBSCRIPTION_READ"), principal(&helpdesk)).await,
        hidden
    );
    assert_eq!(hidden["checks"].as_array().unwrap().last().unwrap()["reason"]["code"], "TARGET_NOT_VISIBLE");
    // The tenant stays the asker's.
    let northwind =
        told(&world, &world.northwind(), (&sold, "SUBSCRIPTION_READ"), principal(&administrator)).await;
    assert_eq!(northwind, hidden);
    // A customer's administrator asks for its readers; the operator for its own people.
    let reader = Person::of(id("Contoso"), TenantRole::CustomerReader);
    for (asker, colleague, permission, is_allowed) in [
        (world.contoso(), reader.clone(), "SUBSCRIPTION_READ", true),
        (world.contoso(), reader.clone(), "SUBSCRIPTION_MANAGE", false),
        (world.operator(), world.operator(), "SUBSCRIPTION_READ", false),
    ] {
        let asked = told(&world, &asker, (&sold, permission), principal(&colleague)).await;
        assert_eq!(asked["allowed"], is_allowed, "{asker:?} {permission}");
    }
    // Nobody else does.
    for person in [reader, helpdesk, Person { roles: Vec::new(), ..world.operator() }] {
        let variables =
            json!({ "target": sold, "permission": "CUSTOMER_READ", "principal": principal(&person) });
        let refused = world.ask(&person, FOR_COLLEAGUE, variables).await;
        assert_eq!(refused.code(), "FORBIDDEN", "{person:?} {}", refused.text);
        let reasons = &refused.json()["errors"][0]["extensions"]["reasons"];
        assert_eq!(reasons[0]["code"], "TENANT_ROLE_MISSING", "{person:?}");
    }
    world.end().await;
}
