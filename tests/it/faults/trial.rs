//! One mutation after another, each tried while something goes wrong, and held to what it says of itself.
//!
//! What was acknowledged is stored, whole: another connection finds exactly what such a mutation changes when nothing
//! goes wrong. What was not is whole or absent, and its answer says that the database is unavailable, in so many words.
//! Then the same mutation is done with nothing in its way, by the same server.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::plan::{Faults, Plan, Tally};
use super::said::{Said, UNDECIDED, ids, said};
use super::witness::{Measure, Witness, change};
use crate::program::Program;
use crate::world::{CUSTOMER, EVENT, GRANT, OFFER, Person, REQUEST, SUBSCRIPTION, WEBHOOK, World, api_id};

pub struct Trial<'w, F: Faults> {
    pub world: &'w World,
    pub program: Program,
    pub witness: Witness,
    faults: &'w F,
    client: reqwest::Client,
    /// The mutations of a life, in their order.
    places: Vec<Place>,
    /// The life's name, and what goes wrong in it.
    life: (String, Option<Plan<F::Fault>>),
    /// The place in the life of the mutation that is next.
    place: usize,
    pub tally: Tally,
    /// The mutations that were done.
    pub done: BTreeSet<String>,
    /// The rows that were acknowledged.
    rows: HashSet<Uuid>,
}

/// A mutation of a life, as lives before have shown it.
#[derive(Debug, Default)]
struct Place {
    /// What it changes when nothing goes wrong.
    whole: Measure,
    /// It has fewer steps than were tried by now.
    is_through: bool,
}

/// A mutation that is to be tried.
#[derive(Clone, Copy)]
struct Act<'a> {
    person: &'a Person,
    mutation: &'a str,
    input: &'a Value,
    /// The code with which it is refused, if it is.
    refused: Option<&'a str>,
}

impl<'w, F: Faults> Trial<'w, F> {
    pub async fn new(world: &'w World, program: Program, faults: &'w F) -> Self {
        let witness = Witness::of(&world.database).await;
        let (client, life) = (reqwest::Client::new(), (String::new(), None));
        let (places, place, tally) = (Vec::new(), 0, Tally::default());
        let (done, rows) = (BTreeSet::new(), HashSet::new());
        Self { world, program, witness, faults, client, places, life, place, tally, done, rows }
    }

    /// Lives of another kind begin: the first shows what its mutations change.
    pub fn begin_kind(&mut self) {
        self.places.clear();
    }

    /// All steps of all mutations are to be tried, from the first on.
    pub fn begin_round(&mut self) {
        self.places.iter_mut().for_each(|place| place.is_through = false);
    }

    /// Whether all steps of all mutations have been tried.
    pub fn is_through(&self) -> bool {
        self.places.iter().all(|place| place.is_through)
    }

    /// A life begins.
    pub fn begin(&mut self, name: String, plan: Option<Plan<F::Fault>>) {
        self.life = (name, plan);
        self.place = 0;
    }

    pub fn name(&self, of: &str) -> String {
        format!("{}-{of}", self.life.0)
    }

    /// The newest object of a kind, as a client names it.
    pub async fn newest(&mut self, kind: u8) -> String {
        let table = match kind {
            CUSTOMER => "customer",
            REQUEST => "relationship_request",
            GRANT => "delegated_admin_grant",
            SUBSCRIPTION => "subscription",
            OFFER => "offer",
            WEBHOOK => "webhook",
            EVENT => "event",
            _ => panic!("no mutation of a life makes {kind}"),
        };
        api_id(kind, self.witness.newest(table).await)
    }

    /// Does something.
    pub async fn mutate(&mut self, person: &Person, mutation: &str, mut input: Value) {
        self.done.insert(mutation.to_owned());
        if self.life.1.is_some_and(|plan| plan.is_keyed) {
            input["idempotencyKey"] = json!(self.name(&format!("{mutation}-{}", self.place)));
        }
        self.attempt(Act { person, mutation, input: &input, refused: None }).await;
        assert!(self.places[self.place - 1].whole["event"] > 0, "{mutation} tells the log nothing");
    }

    /// Says what would come of it, and nothing must.
    pub async fn dry_run(&mut self, person: &Person, mutation: &str, mut input: Value) {
        input["validateOnly"] = json!(true);
        self.attempt(Act { person, mutation, input: &input, refused: None }).await;
        assert_eq!(self.places[self.place - 1].whole, Measure::new(), "{mutation}");
    }

    /// Tries what is refused because another version is expected, and nothing must come of it.
    pub async fn refused(&mut self, person: &Person, mutation: &str, mut input: Value) {
        input["expectedVersion"] = json!(0);
        self.attempt(Act { person, mutation, input: &input, refused: Some("VERSION_CONFLICT") }).await;
        assert_eq!(self.places[self.place - 1].whole, Measure::new(), "{mutation}");
    }

    async fn attempt(&mut self, act: Act<'_>) {
        let place = self.place;
        self.place += 1;
        let Some(plan) = self.life.1 else {
            let before = self.witness.measure().await;
            let said = self.send(act).await;
            self.hold(said, act);
            let whole = change(&before, &self.witness.measure().await);
            self.places.push(Place { whole, is_through: false });
            return;
        };
        if !self.places[place].is_through {
            let fault = plan.faults[(plan.first + place) % plan.faults.len()];
            self.attempt_with(act, (place, plan.n, fault)).await;
        } else if !self.places[place].whole.is_empty() {
            // What comes after builds on it.
            let said = self.send(act).await;
            self.hold(said, act);
        }
    }

    async fn attempt_with(&mut self, act: Act<'_>, (place, n, fault): (usize, u32, F::Fault)) {
        let Act { mutation, input, .. } = act;
        let what = format!("{mutation} of {}, at {n}: {fault:?}", self.life.0);
        let whole = self.whole(place, input);
        let before = self.witness.measure().await;
        self.faults.arm(n, fault);
        let said = self.send(act).await;
        if matches!(said, Said::Unavailable(_)) && F::stays(fault) {
            // What is refused writes nothing: that this can be answered says nothing of the disk.
            let nothing = json!({ "request": api_id(REQUEST, Uuid::nil()) });
            let person = &self.world.tailspin();
            let mutation = "withdrawRelationshipRequest";
            let refused = self.send(Act { person, mutation, input: &nothing, refused: None }).await;
            assert_eq!(refused, Said::Refused("NOT_FOUND".to_owned()), "{what}");
            assert_eq!(self.readiness().await, 503, "{what}");
        }
        let is_hit = self.faults.disarm();
        self.places[place].is_through = !is_hit;
        let changed = change(&before, &self.witness.measure().await);
        let is_whole = changed == whole;
        assert!(is_whole || changed.is_empty(), "{what}: half of {whole:?} is stored: {changed:?}");
        self.tally.injected += u32::from(is_hit);
        let Said::Unavailable(words) = said else {
            assert!(is_whole, "{what}: acknowledged and lost: {said:?}");
            self.tally.acknowledged += u32::from(is_hit);
            self.hold(said, act);
            return;
        };
        assert!(is_hit, "{what}: unavailable, and nothing went wrong");
        if let Some(words) = words.filter(|_| !changed.is_empty()) {
            assert!(words.contains(UNDECIDED), "{what}: stored, and told: {words}");
        }
        if changed.is_empty() {
            self.tally.absent += 1;
        } else {
            self.tally.stored += 1;
        }
        // By the same server, with nothing in its way: once more where nothing has happened, or where a key sees to it
        // that it happens once.
        if changed.is_empty() || input.get("idempotencyKey").is_some() {
            let said = self.send(act).await;
            assert!(!matches!(said, Said::Unavailable(_)), "{what}: the server does not go on by itself");
            self.hold(said, act);
            let changed = change(&before, &self.witness.measure().await);
            assert_eq!(changed, whole, "{what}: done again");
        }
        if F::stays(fault) || n % 8 == 0 {
            assert_eq!(self.readiness().await, 200, "{what}");
        }
    }

    /// What a mutation with this input changes.
    fn whole(&self, place: usize, input: &Value) -> Measure {
        let mut whole = self.places[place].whole.clone();
        if input.get("idempotencyKey").is_some() {
            *whole.entry("idempotency_record".to_owned()).or_default() += 1;
        }
        whole
    }

    /// Holds an answer to what is expected of it, and remembers what it acknowledges.
    fn hold(&mut self, said: Said, act: Act<'_>) {
        match (said, act.refused) {
            (Said::Done(payload), None) => {
                let is_dry_run = act.input.get("validateOnly").is_some();
                // A webhook is gone at its life's end.
                let stays = !is_dry_run && !act.mutation.contains("Webhook");
                self.rows.extend(ids(&payload).filter(|_| stays));
            }
            (Said::Refused(code), Some(expected)) => assert_eq!(code, expected, "{}", act.mutation),
            (said, expected) => panic!("{}: {said:#?}, and not {expected:?}", act.mutation),
        }
    }

    async fn send(&self, act: Act<'_>) -> Said {
        let Act { person, mutation, input, .. } = act;
        said(&self.world.attempt_at(&self.program.url, person, mutation, input.clone()).await)
    }

    /// What `/readyz` answers.
    pub async fn readiness(&self) -> u16 {
        let request = self.client.get(format!("{}/readyz", self.program.url));
        self.world.send(request).await.status
    }

    /// After a kill and a start, with nothing in the way: all that was acknowledged is there, and nothing is broken.
    pub async fn end(mut self, restarted: impl FnOnce() -> Program) {
        let before = self.witness.measure().await;
        self.program.kill();
        self.program = restarted();
        assert_eq!(self.readiness().await, 200);
        let witness = Witness::of(&self.world.database).await;
        assert_eq!(change(&before, &witness.measure().await), Measure::new());
        let there = witness.ids().await;
        let lost: Vec<_> = self.rows.difference(&there).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        assert_eq!(witness.damage().await, [""; 0]);
        self.world.verify_log().await;
        println!("{}", self.tally.sentence(&self.world.database));
    }
}
