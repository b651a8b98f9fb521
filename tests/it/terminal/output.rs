//! What is printed for others to read on.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{copartner, words};
use crate::facts::Facts;
use crate::world::Backend;

/// As `head` and `less` do.
#[test]
fn whoever_stops_reading_what_is_printed_has_read_enough() {
    let directory = TempDir::new().unwrap();
    let tenants =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/tenants.csv").display().to_string();
    for arguments in [&["schema"][..], &["config", "check"], &["import", "--format", "csv", &tenants]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copartner"));
        command.args(arguments).current_dir(directory.path());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments:?}: {}", words(&output));
    }
}

#[test]
fn a_token_is_printed_and_nothing_else_and_explains_itself() {
    let directory = TempDir::new().unwrap();
    // As a server makes its key.
    copartner::token::DevelopmentIssuer::open(directory.path()).unwrap();
    let mint = [
        "token",
        "--tenant",
        "00000000-0000-4000-8000-000000000001",
        "--role",
        "ADMIN_AGENT",
        "--ttl",
        "30m",
    ];
    let minted = copartner(directory.path(), &mint);
    let token = String::from_utf8(minted.stdout).unwrap();
    assert_eq!(token.trim().split('.').count(), 3);
    assert_eq!(token.lines().count(), 1);
    let check = copartner(directory.path(), &["token", "check", "--development-issuer", token.trim()]);
    let told = String::from_utf8(check.stdout.clone()).unwrap();
    assert!(check.status.success() && told.contains("The token is accepted."), "{told}");
    // The development issuer is nobody unless it is asked for by name.
    let refused = copartner(directory.path(), &["token", "check", token.trim()]);
    let told = String::from_utf8(refused.stdout.clone()).unwrap();
    assert!(!refused.status.success() && told.contains("FAILED"), "{told}");
}

#[tokio::test]
async fn a_broken_chain_is_found_and_told() {
    let world = crate::world::World::of(Backend::Sqlite, Facts::cast()).await;
    for n in 0..3 {
        let asked = serde_json::json!({ "customer": { "domain": "contoso.example" }, "displayName": n.to_string(),
            "roles": ["GLOBAL_READER"], "duration": "P30D" });
        world.done(&world.tailspin(), "requestRelationship", asked).await;
    }
    let file = world.directory.path().join("world.sqlite");
    let arguments = ["log", "verify", "--database", &format!("sqlite:{}", file.display())];
    let whole = copartner(world.directory.path(), &arguments);
    assert!(whole.status.success(), "{}", words(&whole));
    assert_eq!(String::from_utf8_lossy(&whole.stdout), "3 entries in 1 chains\n");
    // Someone with the file in hand takes the database's own rule away and rewrites what was done.
    let connection = crate::outside::Outside::sqlite(&file);
    connection.run("PRAGMA foreign_keys = OFF").await;
    connection.run("DROP TRIGGER event_is_never_changed").await;
    connection.run("UPDATE event SET actor_subject = 'nobody' WHERE sequence = 2").await;
    let broken = copartner(world.directory.path(), &arguments);
    assert!(!broken.status.success());
    let told = String::from_utf8_lossy(&broken.stdout).into_owned();
    assert!(told.contains("entry 2: it is not as it was written"), "{told}");
    assert!(words(&broken).contains("broken in one chain"), "{}", words(&broken));
    connection.run("DROP TRIGGER event_is_never_removed").await;
    connection.run("DELETE FROM event WHERE sequence = 2").await;
    let told = String::from_utf8_lossy(&copartner(world.directory.path(), &arguments).stdout).into_owned();
    assert!(told.contains("entry 3: an entry before it is missing"), "{told}");
    world.end().await;
}
