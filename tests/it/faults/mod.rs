//! Whatever goes wrong between the server and its database, what it acknowledges is stored, what it does not is whole or
//! absent, and it goes on by itself.
//!
//! Every mutation of the API is done again and again by the real program, each time with a fault at another step of its
//! way: at the n-th write to SQLite's file, before and after the n-th statement to PostgreSQL, for every n until the
//! mutation is through without meeting it. `life` has the mutations, `trial` tries them by a `plan`, `said` reads the
//! answers and `witness` looks at the database from beside; `disk` and `wire` are what goes wrong.

mod disk;
mod life;
mod plan;
mod said;
mod trial;
mod wire;
mod witness;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use access::Database;
use copartner::clock;
use serde_json::json;
use tempfile::TempDir;

use crate::facts::{Facts, id};
use crate::program::Program;
use crate::world::{Backend, World, postgres_url};
use disk::Disk;
use life::{Life, prepare};
use plan::{Faults, Plan};
use said::UNDECIDED;
use trial::Trial;
use wire::Wire;
use witness::{Measure, Witness, change};

/// How many faults must have been met, on each database.
const FAULTS: u32 = 1_000;

/// A world in which nobody has done anything with anyone yet, at the time of the program, which is the real one.
async fn world(backend: Backend) -> World {
    let facts = Facts { grants: Vec::new(), subscriptions: Vec::new(), ..Facts::cast() };
    let world = World::of(backend, facts).await;
    world.clock.set(clock::now());
    world
}

/// What a worker for webhooks asks of the database of its own accord would meet what is to go wrong with a mutation.
fn without_worker(command: &mut Command) -> &mut Command {
    command.env("COPARTNER_WEBHOOKS__ENABLED", "false")
}

/// What goes wrong, and how thoroughly.
struct Course<T: 'static> {
    faults: &'static [T],
    /// How often at least all steps of all mutations are tried, each time with other faults.
    rounds: usize,
    /// Steps of what some mutations do besides, and most do not.
    more: &'static [u32],
}

/// Lives until every step of every mutation has gone wrong, and enough of them.
async fn try_everything<F: Faults>(trial: &mut Trial<'_, F>, course: Course<F::Fault>) {
    prepare(trial).await;
    let plan = |round, n: u32| {
        let first = round + n as usize;
        Plan { n, faults: course.faults, first, is_keyed: n / 2 % 2 == 1 }
    };
    let lives = (0..).flat_map(|round| Life::ALL.map(|life| (round, life)));
    'lives: for (round, life) in lives {
        trial.begin_kind();
        life.live(trial, &format!("{round}-first"), None).await;
        for n in 1.. {
            if round >= course.rounds && trial.tally.injected >= FAULTS {
                break 'lives;
            }
            if trial.is_through() {
                break;
            }
            life.live(trial, &format!("{round}-{n}"), Some(plan(round, n))).await;
        }
        for n in course.more.iter().filter(|_| round == 0) {
            trial.begin_round();
            life.live(trial, &format!("more-{n}"), Some(plan(round, *n))).await;
        }
    }
    let mutations = crate::published::field_names("Mutation").map(str::to_owned);
    assert_eq!(trial.done, mutations.collect::<BTreeSet<_>>(), "every mutation belongs to a life");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_write_to_the_disk_fails_what_was_acknowledged_is_stored() {
    let world = world(Backend::Sqlite).await;
    let disk = Disk::new(world.directory.path());
    let start = || {
        let mut command = Program::serving(&world, &world.database);
        disk.under(&mut command);
        Program::start(without_worker(&mut command))
    };
    let mut trial = Trial::new(&world, start(), &disk).await;
    // Every thousand pages, a COMMIT moves what the write-ahead log holds into the database.
    let course = Course { faults: &disk::FAULTS, rounds: 1, more: &[70, 80, 90, 120, 150] };
    try_everything(&mut trial, course).await;
    trial.end(start).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_the_wire_is_cut_what_was_acknowledged_is_stored() {
    let world = world(Backend::Postgres).await;
    let url = postgres_url(&world.database);
    let wire = Wire::to(&url).await;
    let start = || Program::start(without_worker(&mut Program::serving(&world, &wire.database(&url))));
    let mut trial = Trial::new(&world, start(), &wire).await;
    try_everything(&mut trial, Course { faults: &wire::CUTS, rounds: 2, more: &[] }).await;
    trial.end(start).await;
    world.end().await;
}

/// What the next start would find if everything ended now, with the cable pulled: SQLite reads the write-ahead log anew.
async fn next_start(database: &Path) -> Measure {
    let directory = TempDir::new().unwrap();
    let copy = directory.path().join("copy.sqlite");
    for file in ["", "-wal"] {
        std::fs::copy(format!("{}{file}", database.display()), format!("{}{file}", copy.display())).unwrap();
    }
    let witness = Witness::of(&Database::Sqlite(copy)).await;
    assert_eq!(witness.damage().await, [""; 0]);
    witness.measure().await
}

/// What could be written but not synced stands in the log, from where the next start takes it up, unless something else
/// was written in its place by then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_write_that_failed_a_crash_leaves_a_mutation_whole_or_absent() {
    let world = world(Backend::Sqlite).await;
    let Database::Sqlite(path) = &world.database else { panic!("not SQLite") };
    let disk = Disk::new(world.directory.path());
    let mut command = Program::serving(&world, &world.database);
    disk.under(&mut command);
    let program = Program::start(without_worker(&mut command));
    let witness = Witness::of(&world.database).await;
    let register = async |name: &str| {
        let before = witness.measure().await;
        let input = json!({ "tenantId": id(name), "name": name, "domain": format!("{name}.example"), "country": "NL" });
        let answer = world.attempt_at(&program.url, &world.operator(), "registerCustomer", input).await;
        (answer, change(&before, &next_start(path).await))
    };
    let (_, whole) = register("first").await;
    assert_eq!(whole["customer"], 1);
    let (mut injected, mut stored) = (0, 0);
    for (place, fault) in disk::FAULTS.into_iter().enumerate() {
        for n in 1.. {
            disk.arm(n, fault);
            let (answer, changed) = register(&format!("customer-{place}-{n}")).await;
            if !disk.disarm() {
                break;
            }
            injected += 1;
            let is_acknowledged = answer.json().get("errors").is_none();
            let is_told = is_acknowledged || answer.text.contains(UNDECIDED);
            assert!(changed == whole || changed.is_empty(), "{n}, {fault:?}: half is found: {changed:?}");
            assert!(changed == whole || !is_acknowledged, "{n}, {fault:?}: lost");
            assert!(is_told || changed.is_empty(), "{n}, {fault:?}: stored, and told: {}", answer.text);
            stored += u32::from(changed == whole && !is_acknowledged);
        }
    }
    println!(
        "{injected} faults, then a crash: {stored} mutations found without an acknowledgement, 0 lost, 0 half-made"
    );
    assert!(stored > 0, "no mutation was left in the log");
    world.end().await;
}
