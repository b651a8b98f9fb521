//! The page on imports, command by command.

use std::path::Path;
use std::process::Command;

use rstest::rstest;
use tempfile::TempDir;

use super::{copartner, words};
use crate::program::Program;
use crate::world::{Backend, database, postgres_url};

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
