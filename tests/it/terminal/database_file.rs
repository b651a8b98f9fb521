//! The database's address in a file of its own.

use std::path::Path;
use std::process::{Command, Output};

use rstest::rstest;
use tempfile::TempDir;

use super::{copartner, words};

/// A directory with a configuration in `etc`, and the database's address beside it.
fn mounted(settings: &str, address: &str) -> TempDir {
    let directory = TempDir::new().unwrap();
    std::fs::create_dir_all(directory.path().join("etc/run")).unwrap();
    std::fs::write(directory.path().join("etc/copartner.toml"), settings).unwrap();
    std::fs::write(directory.path().join("etc/run/database"), address).unwrap();
    directory
}

fn with_config(directory: &Path, command: &[&str]) -> Output {
    copartner(directory, &[command, &["--config", "etc/copartner.toml"]].concat())
}

const NAMED: &str = "database_file = \"run/database\"\n";

#[test]
fn the_databases_address_is_read_from_a_file_beside_the_configuration() {
    let directory = mounted(NAMED, "\n  sqlite:mounted.sqlite \n\n");
    let migrated = with_config(directory.path(), &["migrate", "up"]);
    assert!(migrated.status.success(), "{}", words(&migrated));
    assert!(directory.path().join("mounted.sqlite").exists());
    // The command line wins over it.
    let elsewhere = ["migrate", "up", "--database", "sqlite:elsewhere.sqlite"];
    assert!(with_config(directory.path(), &elsewhere).status.success());
    assert!(directory.path().join("elsewhere.sqlite").exists());
    let shown = with_config(directory.path(), &["config", "check", "--database", "sqlite:elsewhere.sqlite"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(!shown.lines().any(|line| line.starts_with("database_file")), "{shown}");
}

#[test]
fn a_variable_names_the_file_too() {
    let directory = mounted("", "sqlite:mounted.sqlite");
    let mut command = Command::new(env!("CARGO_BIN_EXE_copartner"));
    command.args(["migrate", "up", "--config", "etc/copartner.toml"]).current_dir(directory.path());
    let migrated = command.env("COPARTNER_DATABASE_FILE", "run/database").output().unwrap();
    assert!(migrated.status.success(), "{}", words(&migrated));
    assert!(directory.path().join("mounted.sqlite").exists());
}

#[test]
fn what_the_file_holds_is_shown_nowhere() {
    let fit = mounted(NAMED, "postgres://user:S3cret@localhost:1/db");
    let shown = with_config(fit.path(), &["config", "check"]);
    assert!(shown.status.success(), "{}", words(&shown));
    let printed = String::from_utf8(shown.stdout).unwrap();
    assert!(printed.contains("database_file = \"etc/run/database\""), "{printed}");
    assert!(!printed.contains("localhost:1") && !printed.contains("S3cret"), "{printed}");
    for address in ["postgres://user:S3cret@localhost:1/db", "S3cret", "postgres://user:1/S3cret@h/db"] {
        let directory = mounted(NAMED, address);
        for command in [&["migrate", "status"][..], &["config", "check"]] {
            let told = words(&with_config(directory.path(), command));
            assert!(!told.contains("S3cret"), "{told}");
        }
    }
}

#[rstest]
#[case(
    "database_file = \"run/nothing\"",
    "etc/run/nothing that `database_file` names cannot be used: No such file"
)]
#[case("database_file = \"run\"", "etc/run that `database_file` names cannot be used")]
#[case("database_file = \"copartner.toml\"\n# \"\"", "is neither")]
#[case(
    "database_file = \"run/database\"\ndatabase = \"sqlite:x\"",
    "`database` and `database_file` are both set"
)]
#[case(
    "database_file = \"run/database\"",
    "etc/run/database that `database_file` names cannot be used: it is empty"
)]
fn an_address_that_cannot_be_read_is_a_sentence_that_names_the_file(
    #[case] settings: &str,
    #[case] problem: &str,
) {
    let directory = mounted(settings, " \n");
    for command in [&["migrate", "up"][..], &["config", "check"], &["serve", "--development-issuer"]] {
        let refused = with_config(directory.path(), command);
        assert_eq!(refused.status.code(), Some(1));
        assert!(words(&refused).contains(problem), "{}", words(&refused));
    }
}
