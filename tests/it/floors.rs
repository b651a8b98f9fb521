//! Nothing imports upwards, and only the wall holds the database.

use std::fs;
use std::path::{Path, PathBuf};

/// From the top down: each room may use itself and what is below it. Rooms of one floor do not use each other, but for
/// the command line, which puts everything together.
const FLOORS: [&[&str]; 7] = [
    &["cli"],
    &["http", "timer"],
    &["graphql", "demo", "import"],
    &["token"],
    &["command"],
    &["access"],
    &["rules"],
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
fn nothing_imports_upwards() {
    let mut upward = Vec::new();
    for (floor, rooms) in FLOORS.iter().enumerate() {
        for room in rooms.iter().filter(|room| source().join(room).is_dir()) {
            // What only tests are made of may stand on anything.
            let is_of_tests = |file: &PathBuf| file.ends_with("access/trial.rs");
            for file in sources(&source().join(room)).into_iter().filter(|file| !is_of_tests(file)) {
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
fn only_the_api_knows_the_engine_only_http_knows_actix_and_only_the_wall_holds_a_connection() {
    let rules: [(&str, &[&str]); 4] = [
        ("async_graphql::", &["graphql"]),
        ("actix_web::", &["http"]),
        ("DatabaseConnection", &["access"]),
        ("ConnectionTrait", &["access"]),
    ];
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
