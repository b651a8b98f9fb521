//! Nothing imports upwards within the product and within the wall. Between crates the compiler sees to it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the top down: each room may use itself and what is below it. Rooms of one floor do not use each other, but for
/// the command line, which puts everything together.
const FLOORS: [&[&str]; 4] =
    [&["cli"], &["http", "timer", "webhook"], &["graphql", "demo", "import", "live"], &["command"]];

/// The rooms of the wall in reading order: each may use itself and those before it.
const WALL: [&str; 20] = [
    "error", "options", "portions", "commits", "offers", "viewer", "tenants", "cells", "rows", "scope",
    "nouns", "chain", "unscoped", "core", "log", "read", "act", "bulk", "server", "trial",
];

/// The files of its core in reading order.
const CORE: [&str; 16] = [
    "store",
    "server_transaction",
    "tenant_look_up",
    "view",
    "doorkeeper",
    "select",
    "proof",
    "created",
    "transaction",
    "permit",
    "permitted",
    "append",
    "change",
    "own_keys",
    "loading_key",
    "bulk",
];

pub fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn every_room_has_its_floor() {
    let entries = fs::read_dir(source()).unwrap().map(|entry| entry.unwrap().path());
    let rooms: BTreeSet<_> = entries.filter(|path| path.is_dir() && !sources(path).is_empty()).collect();
    // The settings of all rooms stand beside the floors.
    let placed = FLOORS.concat().into_iter().chain(["config"]).map(|room| source().join(room));
    assert_eq!(rooms, placed.collect());
}

#[test]
fn nothing_imports_upwards() {
    let mut upward = Vec::new();
    for (floor, rooms) in FLOORS.iter().enumerate() {
        for room in *rooms {
            for file in sources(&source().join(room)) {
                let text = fs::read_to_string(&file).unwrap();
                let above = FLOORS[..=floor].iter().copied().flatten().filter(|other| *other != room);
                for other in above {
                    if text.contains(&format!("crate::{other}::"))
                        || text.contains(&format!("crate::{other};"))
                    {
                        upward.push(format!("{} uses {other}", file.display()));
                    }
                }
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn only_the_api_knows_the_engine_and_only_http_knows_actix() {
    let rules: [(&str, &[&str]); 2] = [("async_graphql::", &["graphql"]), ("actix_web::", &["http"])];
    for file in sources(&source()) {
        let room = file.strip_prefix(source()).unwrap().components().next().unwrap();
        let room = room.as_os_str().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&file).unwrap();
        for (word, rooms) in rules {
            assert!(
                !text.contains(word) || rooms.contains(&room.as_str()),
                "{} knows {word}",
                file.display()
            );
        }
    }
}

/// What in `directory`, whose modules are named `path`, uses a module that comes later in this order. Tests may use all.
fn used_too_early(directory: &Path, path: &str, order: &[&str]) -> Vec<String> {
    let mut early = Vec::new();
    for file in sources(directory) {
        let within = file.strip_prefix(directory).unwrap();
        let module = within.iter().next().map(Path::new).unwrap().file_stem().unwrap().to_str().unwrap();
        if within.iter().any(|part| part == "tests" || part == "tests.rs") || ["lib", "mod"].contains(&module)
        {
            continue;
        }
        let place = order.iter().position(|other| *other == module);
        let Some(place) = place else {
            early.push(format!("{} has no place", file.display()));
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        let later = order[place + 1..].iter().filter(|later| text.contains(&format!("{path}::{later}::")));
        early.extend(later.map(|later| format!("{} uses {later}", file.display())));
    }
    early
}

#[test]
fn within_the_wall_nothing_uses_what_comes_later() {
    let wall = Path::new(env!("CARGO_MANIFEST_DIR")).join("access/src");
    let mut early = used_too_early(&wall, "crate", &WALL);
    early.extend(used_too_early(&wall.join("core"), "crate::core", &CORE));
    assert!(early.is_empty(), "{early:#?}");
}
