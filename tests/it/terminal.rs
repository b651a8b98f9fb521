//! What an operator sees in a terminal: the program itself, its words and its exit codes.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rstest::rstest;
use sea_orm::sqlx::{Connection, Executor};
use tempfile::TempDir;

use crate::facts::Facts;
use crate::program::Program;
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
    crate::world::development_issuer(directory.path());
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

/// The indented blocks of a page of which the first line begins like this, each without its indentation.
fn blocks(page: &str, beginning: &str) -> Vec<String> {
    let lines: Vec<_> = page.lines().map(|line| line.strip_prefix("    ")).collect();
    let blocks =
        lines.split(Option::is_none).map(|block| block.iter().flatten().copied().collect::<Vec<_>>());
    blocks.map(|block| block.join("\n") + "\n").filter(|block| block.starts_with(beginning)).collect()
}

/// Each command of docs/import.md in its turn, over the records and the tables that are in the page and the files that it
/// links to; then it is asked for what came of it.
#[rstest]
#[tokio::test]
async fn the_page_on_imports_runs_through(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let directory = TempDir::new().unwrap();
    let url = match backend {
        Backend::Sqlite => "sqlite:world.sqlite".to_owned(),
        Backend::Postgres => postgres_url(&database(backend, directory.path()).await),
    };
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = std::fs::read_to_string(docs.join("import.md")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("world.ndjson", &blocks(&page, "{\"type\":").concat());
    let [tenants, sold] = blocks(&page, "type,").try_into().unwrap();
    write("tenants.csv", &tenants);
    write("sold.csv", &sold);
    for file in ["customers.json", "subscriptions.json"] {
        std::fs::copy(docs.join("examples").join(file), directory.path().join(file)).unwrap();
    }
    let here = |arguments: &[&str]| {
        let output = copartner(directory.path(), &[arguments, &["--database", &url]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", words(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    here(&["migrate", "up"]);
    let commands = blocks(&page, "copartner import ").concat();
    let commands: Vec<_> = commands.lines().filter_map(|line| line.strip_prefix("copartner ")).collect();
    assert_eq!(commands.len(), 5, "{commands:?}");
    for command in commands {
        here(&command.split(' ').collect::<Vec<_>>());
    }

    let server = Program::start(
        Command::new(env!("CARGO_BIN_EXE_copartner"))
            .args(["serve", "--development-issuer", "--listen", "127.0.0.1:0", "--database", &url])
            .env("COPARTNER_METRICS_LISTEN", "")
            .current_dir(directory.path()),
    );
    let token = here(&["token", "--tenant", "contoso", "--role", "CUSTOMER_ADMINISTRATOR"]);
    let query = "{ subscriptions { nodes { friendlyName customer { name } partnerOfRecord { name } } } }";
    let asked = reqwest::Client::new().post(format!("{}/graphql", server.url)).bearer_auth(token.trim());
    let answer = asked
        .header("content-type", "application/json")
        .body(serde_json::json!({ "query": query }).to_string())
        .send();
    let answer: serde_json::Value =
        serde_json::from_str(&answer.await.unwrap().text().await.unwrap()).unwrap();
    let nodes = answer["data"]["subscriptions"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let told = |node: &serde_json::Value| {
        assert_eq!(node["customer"]["name"], "Contoso");
        format!("{} from {}", node["friendlyName"], node["partnerOfRecord"]["name"]).replace('"', "")
    };
    let mut told: Vec<_> = nodes.iter().map(told).collect();
    told.sort_unstable();
    let expected = [
        "Archive of the mail from Northwind Traders",
        "Suite for Sales from Fabrikam",
        "Suite for Sales from Fabrikam",
        "Suite of last year from Fabrikam",
    ];
    assert_eq!(told, expected);
}

/// Whatever is in a file, the words say what is wrong, where, and what to do, and are few.
#[rstest]
#[case("csv", b"", 1, &["world: is empty: export or fetch it again", "one record is bad, so nothing was written"])]
#[case("ndjson", b"\n \n", 1, &["world: is empty: export or fetch it again", "nothing was written"])]
#[case("csv", b"type,tenantId\n,,\n", 0, &["world holds no records."])]
#[case("csv", b"type,name\npartner,Caf\xe9\npartner,\xe9\n", 1, &["world: line 2 is not UTF-8; perhaps it is Windows-1252", "Save the file in UTF-8", "Nothing was written"])]
#[case("ndjson", b"{\0}\0\n\0", 1, &["world: line 1 has a NUL, as UTF-16", "Nothing was written"])]
#[case("ndjson", b"{\"type\":\"partner\",\"name\":\"a\",\"name\":\"b\"}", 1, &["line 1: `name` is there twice in one object"])]
#[case("csv", b"type,tenantId\npartner,a,b\n", 1, &["line 2: has something in cell 3; the first row names 2 columns"])]
fn a_file_that_is_no_good_is_told_in_few_words(
    #[case] format: &str,
    #[case] content: &[u8],
    #[case] code: i32,
    #[case] expected: &[&str],
) {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("world"), content).unwrap();
    let output = copartner(directory.path(), &["import", "--format", format, "world"]);
    let told = words(&output);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(code), &b""[..]), "{told}");
    assert!(expected.iter().all(|words| told.contains(words)) && told.lines().count() <= 2, "{told}");
}

/// Many files, of which nothing but one page each was fetched.
#[test]
fn what_is_missing_is_told_in_few_lines() {
    let directory = TempDir::new().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    let tenants = examples.join("tenants.csv").display().to_string();
    assert!(copartner(directory.path(), &["import", "--format", "csv", &tenants]).status.success());
    let mut arguments =
        Vec::from(["import", "--format", "partner-center", "--partner", "fabrikam"].map(str::to_owned));
    for number in 0..12 {
        for (kind, total) in [("part", 7), ("none", 0)] {
            let name = format!("{kind}-{number}.json");
            let uri = format!("/customers/{number}/{kind}?size=2");
            let page =
                serde_json::json!({ "totalCount": total, "items": [], "links": { "self": { "uri": uri } } });
            std::fs::write(directory.path().join(&name), page.to_string()).unwrap();
            arguments.push(name);
        }
    }
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let output = copartner(directory.path(), &arguments);
    let told = words(&output);
    assert!(output.status.success(), "{told}");
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 12, "{told}");
    let first = "part-0.json, line 1: is not all of /customers/0/part: 0 of 7 items are here. Fetch the pages that are \
                 missing, and import them too.";
    assert_eq!((lines[0], lines[10]), (first, "… and 2 more collections are not all here."));
    assert!(lines[11].starts_with("24 files hold no records: part-0.json, none-0.json, "), "{told}");
    assert!(lines[11].ends_with("none-4.json, …."), "{told}");
}

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
    crate::world::development_issuer(directory.path());
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
