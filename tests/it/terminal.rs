//! What an operator sees in a terminal: the program itself, its words and its exit codes.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use rstest::rstest;
use sea_orm::sqlx::{Connection, Executor};
use tempfile::TempDir;

use crate::facts::Facts;
use crate::world::{Backend, database, postgres_url};

pub fn copartner(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copartner"));
    command.args(arguments).current_dir(directory);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COPARTNER_")) {
        command.env_remove(name);
    }
    // Tests run beside each other, and beside what else uses the usual port.
    command.env("COPARTNER_LISTEN", "127.0.0.1:0");
    command.output().unwrap()
}

pub fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

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
    copartner::token::DevelopmentIssuer::open(directory.path()).unwrap();
    assert!(copartner(directory.path(), &tenant).status.success());
}

#[rstest]
#[tokio::test]
async fn an_import_writes_all_or_nothing_and_names_each_bad_line(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let directory = TempDir::new().unwrap();
    let url = match backend {
        Backend::Sqlite => "sqlite:world.sqlite".to_owned(),
        Backend::Postgres => postgres_url(&database(backend, directory.path()).await),
    };
    assert!(copartner(directory.path(), &["migrate", "up", "--database", &url]).status.success());
    let import = |arguments: &[&str]| {
        let all: Vec<_> = ["import", "--database", &url].iter().chain(arguments).copied().collect();
        copartner(directory.path(), &all)
    };
    let good = Facts::cast().lines();
    std::fs::write(
        directory.path().join("bad.ndjson"),
        format!("{good}{{\"type\":\"customer\"}}\nnonsense\n"),
    )
    .unwrap();
    std::fs::write(directory.path().join("good.ndjson"), &good).unwrap();
    let n = good.lines().count();
    let refused = import(&["bad.ndjson"]);
    assert!(!refused.status.success());
    for line in [format!("line {}:", n + 1), format!("line {}:", n + 2), "nothing was written".to_owned()] {
        assert!(words(&refused).contains(&line), "{}", words(&refused));
    }
    let first = String::from_utf8(import(&["good.ndjson"]).stdout).unwrap();
    let again = String::from_utf8(import(&["good.ndjson"]).stdout).unwrap();
    assert!(first.lines().any(|line| line.starts_with("customer") && line.contains("2 new")), "{first}");
    assert!(
        again.lines().any(|line| line.starts_with("customer") && line.contains("2 as they were")),
        "{again}"
    );
    assert!(!again.lines().any(|line| !line.contains("0 new")), "{again}");
    let kept = import(&["--keep-good", "bad.ndjson"]);
    assert!(words(&kept).contains("the others are written"), "{}", words(&kept));
}

/// What docs/import.md tells to do, with the files that it shows.
#[test]
fn what_partner_center_returned_is_imported_after_tables() {
    let directory = TempDir::new().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    for file in ["tenants.csv", "sold.csv", "customers.json", "subscriptions.json"] {
        std::fs::copy(examples.join(file), directory.path().join(file)).unwrap();
    }
    let northwind = r#"{"type":"partner","tenantId":"f0000000-0000-4000-8000-000000000002","partnerNumber":"4000002","name":"Northwind Traders","kind":"INDIRECT_RESELLER"}"#;
    std::fs::write(directory.path().join("northwind.ndjson"), northwind).unwrap();
    let import = |arguments: &[&str]| {
        let output = copartner(directory.path(), &[&["import"], arguments].concat());
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned(), words(&output))
    };
    assert!(import(&["northwind.ndjson"]).0);
    let (is_done, counts, _) = import(&["--format", "csv", "tenants.csv", "sold.csv"]);
    assert!(is_done && counts.lines().count() == 4, "{counts}");
    let bad = import(&["--format", "csv", "sold.csv", "customers.json"]);
    assert!(bad.2.contains("customers.json, line 1: the column"), "{}", bad.2);

    let from = ["--format", "partner-center", "--partner", "fabrikam"];
    let files = ["customers.json", "subscriptions.json"];
    let (is_done, _, told) = import(&[&from[..], &files].concat());
    let expected = [
        "customers.json, item 1 (c0000000-0000-4000-8000-000000000001): has no country",
        "subscriptions.json, item 2 (968BA1CF-C146-4ADF-A300-308DCF718EEE): offerId is CFQ7TTC0LHPB:0002:CFQ7TTC0KJL4",
        "--add-offers",
        "4 records are bad, so nothing was written",
    ];
    assert!(!is_done && expected.iter().all(|words| told.contains(words)), "{told}");
    let all = [&from[..], &["--country", "nl", "--add-offers"], &files].concat();
    for news in ["1 new", "0 new"] {
        let (is_done, told, complaint) = import(&all);
        let customers = told.lines().find(|line| line.starts_with("customer"));
        assert!(is_done && customers.is_some_and(|line| line.contains(news)), "{told}{complaint}");
        let rest = told.lines().last().unwrap();
        assert!(rest.starts_with("read, but without a place here: "), "{told}");
        assert!(rest.contains("orderId (3)") && rest.contains("attributes.etag (1)"), "{told}");
    }
}

/// Standard input can be read only once, what Partner Center returned is read more often.
#[test]
fn what_partner_center_returned_may_come_through_a_pipe() {
    let directory = TempDir::new().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    let tenants = examples.join("tenants.csv").display().to_string();
    assert!(copartner(directory.path(), &["import", "--format", "csv", &tenants]).status.success());
    let output = Command::new(env!("CARGO_BIN_EXE_copartner"))
        .args(["import", "--format", "partner-center", "--partner", "fabrikam", "--country", "NL", "-"])
        .current_dir(directory.path())
        .stdin(std::fs::File::open(examples.join("customers.json")).unwrap())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("1 new") && told.contains("1 as they were"), "{told}{}", words(&output));
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
    let options = sea_orm::sqlx::sqlite::SqliteConnectOptions::new().filename(&file).foreign_keys(false);
    let mut connection = sea_orm::sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute("DROP TRIGGER event_is_never_changed").await.unwrap();
    connection.execute("UPDATE event SET actor_subject = 'nobody' WHERE sequence = 2").await.unwrap();
    let broken = copartner(world.directory.path(), &arguments);
    assert!(!broken.status.success());
    let told = String::from_utf8_lossy(&broken.stdout).into_owned();
    assert!(told.contains("entry 2: it is not as it was written"), "{told}");
    assert!(words(&broken).contains("broken in one chain"), "{}", words(&broken));
    connection.execute("DROP TRIGGER event_is_never_removed").await.unwrap();
    connection.execute("DELETE FROM event WHERE sequence = 2").await.unwrap();
    let told = String::from_utf8_lossy(&copartner(world.directory.path(), &arguments).stdout).into_owned();
    assert!(told.contains("entry 3: an entry before it is missing"), "{told}");
    world.end().await;
}
