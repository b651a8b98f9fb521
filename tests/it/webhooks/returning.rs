//! Many deliveries that have failed, and come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use copartner::webhook::{Courier, Pace, Worker};
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use super::receiver::{Received, Receiver, Reply};
use super::{register, resize, until, worker};
use crate::facts::{Customer, FABRIKAM, Facts, id};
use crate::world::{Backend, Person, World, webhooks};

/// How many webhooks each tenant has.
const HOOKS: usize = 10;

/// A world with so many more customers, each with something that Fabrikam has sold; and these customers.
async fn crowd(backend: Backend, count: usize) -> (World, Vec<Person>) {
    let mut facts = Facts::cast();
    for n in 0..count {
        let name = format!("Customer {n:02}");
        facts.customers.push(Customer { tenant: id(&name), name });
        let customer = facts.customers.len() - 1;
        facts.grant(customer, FABRIKAM);
        facts.sell(customer, FABRIKAM, "Suite");
    }
    let world = World::of(backend, facts).await;
    let first = world.facts.customers.len() - count;
    let people = (first..first + count).map(|n| world.customer(n)).collect();
    (world, people)
}

/// Registers all webhooks of these people, each at a path that has its owner's number first.
async fn register_all(world: &World, people: &[Person], receiver: &Receiver) {
    let registering = people.iter().enumerate().map(async |(n, person)| {
        for hook in 0..HOOKS {
            register(world, person, &format!("{}/{n}/{hook}", receiver.url)).await;
        }
    });
    join_all(registering).await;
}

/// What is known of the first delivery of each webhook of these people; null where there is none.
async fn firsts(world: &World, people: &[Person]) -> Vec<Value> {
    let query = "{ webhooks(first: 20) { nodes { deliveries(last: 1) { nodes {
        status attempts lastAttemptAt nextAttemptAt } } } } }";
    let mut firsts = Vec::new();
    for person in people {
        let mut data = world.read(person, query).await;
        let hooks = data["webhooks"]["nodes"].as_array_mut().unwrap();
        firsts.extend(
            hooks
                .iter_mut()
                .map(|hook| hook["deliveries"]["nodes"].get_mut(0).map(Value::take).unwrap_or_default()),
        );
    }
    firsts
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_at_once_is_not_tried_again_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const TENANTS: usize = 50;
    let (world, people) = crowd(backend, TENANTS).await;
    let receiver = Receiver::replying(|_| Reply::Status(503)).await;
    register_all(&world, &people, &receiver).await;
    let worker = worker(&world);
    receiver.gets(TENANTS * HOOKS).await;
    worker.stop().await;
    let instant = |value: &Value| value.as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    let mut waits = Vec::new();
    for failed in firsts(&world, &people).await {
        assert_eq!((&failed["status"], &failed["attempts"]), (&json!("RETRYING"), &json!(1)));
        assert_eq!(instant(&failed["lastAttemptAt"]), world.clock.now());
        waits.push((instant(&failed["nextAttemptAt"]) - world.clock.now()).num_milliseconds());
    }
    waits.sort_unstable();
    assert_eq!(waits.len(), TENANTS * HOOKS);
    // Around five seconds, a quarter more or less.
    let (soonest, latest) = (waits[0], waits[waits.len() - 1]);
    assert!((3_750..4_000).contains(&soonest) && (6_001..=6_250).contains(&latest), "{soonest} to {latest}");
    for begin in (3_750..6_250).step_by(500) {
        let together = waits.iter().filter(|wait| (begin..begin + 500).contains(*wait)).count();
        assert!((50..150).contains(&together), "{together} in half a second from {begin} on");
    }
    world.end().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_comes_back_after_an_hour_is_not_overrun(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const TENANTS: usize = 4;
    const EVENTS: usize = 10;
    // Each is told of its registration and of those after it.
    const DELIVERIES: usize = TENANTS * (HOOKS * (HOOKS + 1) / 2 + HOOKS * EVENTS);
    const PACE: Pace = Pace { rest: Duration::from_millis(5), slots: 5, of_tenant: 2 };
    const TIME: Duration = Duration::from_millis(20);
    let (world, people) = crowd(backend, TENANTS).await;
    let is_back = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&is_back);
    let receiver = Receiver::replying(move |_| {
        if answers.load(Ordering::SeqCst) { Reply::After(TIME) } else { Reply::Status(503) }
    })
    .await;
    register_all(&world, &people, &receiver).await;
    let courier = Courier::new(&webhooks()).unwrap();
    let worker = Worker::start(world.store.clone(), world.clock.clone(), courier, PACE);
    until("all have failed", async || {
        firsts(&world, &people).await.iter().all(|one| one["status"] == "RETRYING")
    })
    .await;
    let first = world.facts.subscriptions.len() - TENANTS;
    for n in 0..TENANTS * EVENTS {
        let quantity = i32::try_from(20 + n / TENANTS).unwrap();
        resize(&world, &world.fabrikam(), first + n % TENANTS, quantity).await;
    }
    let failed = receiver.count();
    is_back.store(true, Ordering::SeqCst);
    world.clock.set(world.clock.now() + TimeDelta::hours(1));
    let received = receiver.gets(failed + DELIVERIES).await;
    worker.stop().await;
    let received = &received[failed..];
    assert_eq!(received.len(), DELIVERIES);
    // How many were being answered when this one came, of those that have something in common with it: it is one of them.
    let at_once = |one: &Received, is_alike: &dyn Fn(&str, &str) -> bool| {
        let is_open = |other: &&Received| {
            other.at <= one.at && one.at - other.at < TIME && is_alike(&other.path, &one.path)
        };
        received.iter().filter(is_open).count()
    };
    let tenant = |path: &str| path.split('/').nth(1).unwrap().to_owned();
    let most = received.iter().map(|one| at_once(one, &|_, _| true)).max().unwrap();
    assert!((2..=PACE.slots).contains(&most), "{most}");
    for one in received {
        assert!(at_once(one, &|a, b| tenant(a) == tenant(b)) <= 2, "{}", one.path);
        assert_eq!(at_once(one, &|a, b| a == b), 1, "{}", one.path);
    }
    world.end().await;
}
