//! Rights that end while events flow: what was committed later is not delivered, what was committed before is.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use entity::TenantRole;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::event_stream::{EventStream, request};
use super::socket::Socket;
use super::{feed, listening, resize};
use crate::facts::{Assignment, CONTOSO, FABRIKAM, Facts};
use crate::world::{Backend, Person, World};

/// The groups of Fabrikam's support desks, each with an assignment of its own.
const DESKS: u128 = 5;

fn group(n: u128) -> Uuid {
    Uuid::from_u128(0x7_0000_0000 + n)
}

/// The cast, in which Fabrikam's support desks read at Contoso, too.
fn cast_with_desks() -> Facts {
    let mut facts = Facts::cast();
    let grant =
        facts.grants.iter_mut().find(|grant| (grant.customer, grant.partner) == (CONTOSO, FABRIKAM)).unwrap();
    grant.roles.push("SERVICE_SUPPORT_ADMINISTRATOR");
    grant.assignments.extend((0..DESKS).map(|n| Assignment {
        assignee: group(n).to_string(),
        roles: vec!["SERVICE_SUPPORT_ADMINISTRATOR"],
    }));
    facts
}

fn desk(world: &World, n: u128) -> Person {
    Person {
        groups: vec![group(n)],
        subject: "desk",
        ..Person::of(world.fabrikam().tenant, TenantRole::HelpdeskAgent)
    }
}

/// What is done last of all.
const IS_LAST: &str = "RELATIONSHIP_REQUEST_CREATED";

/// Everything up to the last event.
async fn read_to_the_end(socket: &mut Socket) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        events.push(socket.event("1").await);
        if events.last().unwrap()["kind"] == IS_LAST {
            return events;
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_events_flow_a_right_that_ends_cuts_them_at_one_place(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, cast_with_desks()).await;
    let admin = world.fabrikam();
    let grant = world.read(&admin, "{ grants { nodes { id } } }").await["grants"]["nodes"][0]["id"].take();
    let mut desks = Vec::new();
    for n in 0..DESKS {
        desks.push(listening(&world, &desk(&world, n)).await);
    }
    // The first of them hears it the other way, too.
    let mut as_events = EventStream::open(request(&world, &desk(&world, 0), &json!({}))).await;
    let mut contoso = listening(&world, &world.contoso()).await;
    let (made, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let writing = async {
        while !is_over.load(Ordering::SeqCst) {
            resize(&world, &admin, 0, 10 + made.fetch_add(1, Ordering::SeqCst) % 200).await;
        }
    };
    let revoking = async {
        for n in 0..DESKS {
            let so_far = made.load(Ordering::SeqCst);
            while made.load(Ordering::SeqCst) < so_far + 7 {
                tokio::task::yield_now().await;
            }
            let input = json!({ "grant": grant, "assigneeKind": "SECURITY_GROUP", "assignee": group(n) });
            world.done(&admin, "unassignAccess", input).await;
        }
        is_over.store(true, Ordering::SeqCst);
    };
    tokio::join!(writing, revoking);
    let asked = json!({ "customer": { "domain": "contoso.example" }, "displayName": "End", "roles": ["GLOBAL_READER"],
        "duration": "P30D" });
    world.done(&admin, "requestRelationship", asked).await;
    let id = |event: &Value| event["id"].as_str().unwrap().to_owned();
    let log = read_to_the_end(&mut contoso).await;
    let whole = feed(&world, &world.contoso()).await;
    assert_eq!(
        log.iter().map(id).collect::<Vec<_>>(),
        whole,
        "the customer is told the whole log, as it was committed"
    );
    let is_ends = |event: &&Value| event["kind"] == "ACCESS_UNASSIGNED";
    let ends: Vec<_> = log.iter().filter(is_ends).map(id).collect();
    assert_eq!(ends.len(), desks.len());
    let mut seen = Vec::from([(as_events.events_to(IS_LAST).await, &ends[0])]);
    for (socket, end) in desks.iter_mut().zip(&ends) {
        seen.push((read_to_the_end(socket).await, end));
    }
    for (seen, end) in seen {
        let resized = |event: &&Value| event["kind"] == "SUBSCRIPTION_RESIZED";
        // It is always told of its tenant's own grants.
        let others =
            |events: &[Value]| -> Vec<_> { events.iter().filter(|event| !resized(event)).map(id).collect() };
        assert_eq!(others(&seen), others(&log));
        // Of the rest, everything up to one place, which lies before the end of its right. It may lie a moment before: an event
        // is decided about when it is delivered.
        let of_desk: Vec<_> = seen.iter().filter(resized).map(id).collect();
        let before_end = log.iter().take_while(|event| id(event) != *end).filter(resized).map(id);
        let before_end: Vec<_> = before_end.collect();
        assert!(before_end.starts_with(&of_desk), "nothing late and nothing missing");
        assert!(!of_desk.is_empty());
        let place = seen.iter().position(|event| id(event) == *end).unwrap();
        assert!(!seen[place..].iter().any(|event| resized(&event)));
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn no_event_committed_after_a_revocation_is_delivered_on_an_open_stream(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::of(backend, cast_with_desks()).await;
    let admin = world.fabrikam();
    let grant = world.read(&admin, "{ grants { nodes { id } } }").await["grants"]["nodes"][0]["id"].take();
    let mut socket = listening(&world, &desk(&world, 0)).await;
    resize(&world, &admin, 0, 20).await;
    assert_eq!(socket.event("1").await["changes"][0]["after"], "20");
    let assignee = json!({ "grant": grant, "assigneeKind": "SECURITY_GROUP", "assignee": group(0) });
    world.done(&admin, "unassignAccess", assignee).await;
    for quantity in 21..40 {
        resize(&world, &admin, 0, quantity).await;
    }
    // Until it was decided about these, which is done for all streams before what comes next is looked at.
    let mut stranger = listening(&world, &world.tailspin()).await;
    for quantity in 41..43 {
        resize(&world, &world.tailspin(), 5, quantity).await;
        stranger.event("1").await;
    }
    // What it is still a party to.
    assert_eq!(socket.event("1").await["kind"], "ACCESS_UNASSIGNED");
    let assignment = json!({ "assigneeKind": "SECURITY_GROUP", "assignee": group(0),
        "roles": ["SERVICE_SUPPORT_ADMINISTRATOR"] });
    world.done(&admin, "assignAccess", json!({ "grant": grant, "assignment": assignment })).await;
    assert_eq!(socket.event("1").await["kind"], "ACCESS_ASSIGNED");
    resize(&world, &admin, 0, 40).await;
    assert_eq!(socket.event("1").await["changes"][0]["after"], "40");
    world.end().await;
}
