//! Nothing imports upwards within the product. Between crates the compiler sees to it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the top down: each room may use itself and what is below it. Rooms of one floor do not use each other, but for
/// the command line, which puts everything together.
const FLOORS: [&[&str]; 4] =
    [&["cli"], &["http", "timer", "webhook"], &["graphql", "demo", "import", "live"], &["command"]];

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
