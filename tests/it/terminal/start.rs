//! What the program does not begin, and what it leaves alone.

use std::net::TcpListener;
use std::path::Path;

use rstest::rstest;
use tempfile::TempDir;

use super::{copartner, words};
use crate::world::{Backend, database, postgres_url};

#[rstest]
#[case(&["serve"], "no issuer is configured", "--development-issuer")]
#[case(&["serve", "--config", "missing.toml"], "missing.toml does not exist", "--config FILE")]
#[case(&["serve", "--config", "typo.toml"], "unknown field `dept`", "config check")]
#[case(&["serve", "--database", "mysql://x/y", "--development-issuer"], "is neither", "postgres://")]
#[case(&["serve", "--database", "postgres://localhost:1/x", "--development-issuer"], "cannot be reached", "--database")]
#[case(&["serve", "--data", "typo.toml/x", "--development-issuer"], "typo.toml/x", "")]
#[case(&["import", "missing.ndjson"], "missing.ndjson cannot be read", "")]
#[case(&["import", "--partner", "fabrikam", "typo.toml"], "--format partner-center", "name everything in the file")]
#[case(&["import", "--format", "partner-center", "typo.toml"], "--partner", "Usage")]
#[case(&["import", "--format", "partner-center", "--partner", "x", "--country", "Holland", "typo.toml"], "two upper-case letters", "NL")]
#[case(&["import", "--format", "partner-center", "--partner", "c0000000-0000-4000-8000-000000000001", "typo.toml"], "is no partner here", "Register it")]
#[case(&["serve", "--development-issuer", "--config", "metrics.toml"], "`metrics_listen` is `nowhere`", "127.0.0.1:9464")]
#[case(&["serve", "--development-issuer", "--database", "postgres://h/x?sslpassword=a"], "`sslpassword`", "Take it out")]
#[case(&["demo", "--listen", "0.0.0.0:0"], "can be anyone", "--expose-to-network")]
#[case(&["token"], "--tenant", "")]
#[case(&["token", "--tenant", "nobody"], "there is no database at ./copartner.sqlite", "--data DIR")]
#[case(&["token", "--tenant", "c0000000-0000-4000-8000-000000000001"], "no key of a development issuer", "--development-issuer")]
#[case(&["token", "check", "--development-issuer", "x"], "no key of a development issuer", "--data DIR")]
#[case(&["log", "verify"], "there is no database at ./copartner.sqlite", "copartner serve")]
#[case(&["log", "head", "--data", "elsewhere"], "there is no database at elsewhere/copartner.sqlite", "--data DIR")]
#[case(&["log", "sign-anew"], "there is no database", "--data DIR")]
#[case(&["migrate", "status"], "there is no database", "--data DIR")]
#[case(&["migrate", "down", "--yes"], "there is no database", "--data DIR")]
#[case(&["import", "typo.toml"], "line 1", "nothing was written")]
#[case(&["import", "--data", "elsewhere", "typo.toml"], "line 1", "nothing was written")]
#[case(&["serve", "--listen", "nowhere", "--data", "elsewhere", "--development-issuer"], "nowhere cannot be listened on", "--listen")]
#[case(&["demo", "--listen", "nowhere"], "nowhere cannot be listened on", "--listen")]
#[case(&["migrate", "down"], "--yes", "")]
fn what_cannot_be_done_is_a_sentence_that_says_what_to_do(
    #[case] arguments: &[&str],
    #[case] problem: &str,
    #[case] advice: &str,
) {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("typo.toml"), "[limits]\ndept = 3\n").unwrap();
    std::fs::write(directory.path().join("metrics.toml"), "metrics_listen = \"nowhere\"\n").unwrap();
    let output = copartner(directory.path(), arguments);
    let words = words(&output);
    assert!(!output.status.success());
    assert!(words.contains(problem) && words.contains(advice), "{words}");
    assert!(!words.contains("panicked"), "{words}");
    assert_eq!(names(directory.path()), ["metrics.toml", "typo.toml"], "it leaves nothing");
}

/// What is in a directory.
fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_command_that_only_reads_brings_nothing_up_to_date() {
    let directory = TempDir::new().unwrap();
    assert!(copartner(directory.path(), &["migrate", "up"]).status.success());
    assert_eq!(names(directory.path()), ["copartner.sqlite"]);
    assert!(copartner(directory.path(), &["migrate", "down", "--yes"]).status.success());
    let refused = copartner(directory.path(), &["log", "verify"]);
    assert!(!refused.status.success());
    assert!(words(&refused).contains("Run `copartner migrate up`"), "{}", words(&refused));
    let status = copartner(directory.path(), &["migrate", "status"]);
    assert!(String::from_utf8_lossy(&status.stdout).contains("missing"), "{}", words(&status));
    assert!(copartner(directory.path(), &["migrate", "up"]).status.success());
    assert!(copartner(directory.path(), &["log", "verify"]).status.success());
    assert_eq!(names(directory.path()), ["copartner.sqlite"]);
    let nobody = copartner(directory.path(), &["token", "--tenant", "nobody"]);
    assert!(
        words(&nobody).contains("no tenant is called `nobody` in ./copartner.sqlite"),
        "{}",
        words(&nobody)
    );
}

#[test]
fn a_port_in_use_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let directory = TempDir::new().unwrap();
    let output = copartner(directory.path(), &["serve", "--development-issuer", "--listen", &address]);
    assert!(!output.status.success());
    assert!(words(&output).contains(&format!("{address} cannot be listened on")), "{}", words(&output));
    let settings = format!("listen = \"127.0.0.1:0\"\nmetrics_listen = \"{address}\"\n");
    std::fs::write(directory.path().join("copartner.toml"), settings).unwrap();
    let output = copartner(directory.path(), &["serve", "--development-issuer"]);
    assert!(!output.status.success());
    let told = words(&output);
    assert!(told.contains(&format!("{address} cannot be listened on for /metrics")), "{told}");
    assert!(told.contains("`metrics_listen`"), "{told}");
}

#[tokio::test]
async fn an_outdated_schema_is_refused_until_it_is_migrated() {
    let directory = TempDir::new().unwrap();
    let url = postgres_url(&database(Backend::Postgres, directory.path()).await);
    let tenant = ["token", "--tenant", "00000000-0000-4000-8000-000000000001", "--database", &url];
    let refused = copartner(directory.path(), &["serve", "--development-issuer", "--database", &url]);
    assert!(!refused.status.success());
    assert!(words(&refused).contains("Run `copartner migrate up`"), "{}", words(&refused));
    assert!(copartner(directory.path(), &["migrate", "up", "--database", &url]).status.success());
    let status = copartner(directory.path(), &["migrate", "status", "--database", &url]);
    let status = String::from_utf8(status.stdout).unwrap();
    assert!(status.contains("applied") && !status.contains("missing"), "{status}");
    // As a server makes its key.
    crate::world::development_issuer(directory.path());
    assert!(copartner(directory.path(), &tenant).status.success());
}
