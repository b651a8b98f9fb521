//! The demo, in which everyone may be anyone: for whoever sits at this machine, unless it is said otherwise.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::header::HOST;
use tempfile::TempDir;

use crate::terminal::{copartner, words};

/// A demo that runs, what it said, and where it listens.
struct Demo {
    child: Child,
    said: Vec<String>,
    address: String,
}

impl Demo {
    fn start(directory: &Path, listen: &[&str]) -> Self {
        Self::configured(directory, listen, &[])
    }

    fn configured(directory: &Path, listen: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copartner"));
        command.args(["demo", "--data", "world", "--listen"]).args(listen).current_dir(directory);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COPARTNER_")) {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut said = Vec::new();
        let mut address = None;
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap) {
            let last = line.strip_prefix("Open http://").and_then(|rest| rest.split_once("/graphql"));
            address = last.map(|(address, _)| address.to_owned());
            said.push(line);
            if address.is_some() {
                break;
            }
        }
        Self { child, said, address: address.expect("the demo does not start") }
    }

    /// The status with which the page is answered to a browser that was sent to `host`.
    async fn page(&self, host: &str) -> u16 {
        let port = self.address.rsplit_once(':').unwrap().1;
        let client = reqwest::Client::new();
        let page = client.get(format!("http://127.0.0.1:{port}/graphql")).header("accept", "text/html");
        page.header(HOST, host.replace("PORT", port)).send().await.unwrap().status().as_u16()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_demo_is_for_this_machine_and_nobody_takes_its_world_away() {
    let directory = TempDir::new().unwrap();
    let demo = Demo::start(directory.path(), &["127.0.0.1:0"]);
    for host in ["localhost:PORT", "localhost", "127.0.0.1:PORT", "[::1]:PORT"] {
        assert_eq!(demo.page(host).await, 200, "{host}");
    }
    for host in ["evil.example:PORT", "localhost.evil.example", "127.0.0.1.evil.example:PORT", "10.0.0.1"] {
        assert_eq!(demo.page(host).await, 421, "{host}");
    }
    let world = directory.path().join("world/copartner.sqlite");
    let made = std::fs::metadata(&world).unwrap().created().ok();
    let refused =
        copartner(directory.path(), &["demo", "--data", "world", "--listen", "127.0.0.1:0", "--fresh"]);
    assert!(!refused.status.success());
    assert!(words(&refused).contains("is in use: a server has it open"), "{}", words(&refused));
    assert_eq!(std::fs::metadata(&world).unwrap().created().ok(), made);
    assert_eq!(demo.page("localhost").await, 200);
    drop(demo);

    // Whoever says so lets everyone in, and what nobody has open can be made anew.
    let everyone = Demo::start(directory.path(), &["0.0.0.0:0", "--expose-to-network", "--fresh"]);
    assert_eq!(everyone.page("demo.example:PORT").await, 200);
    assert!(made.is_none() || std::fs::metadata(&world).unwrap().created().ok() != made);
}

/// How many rows of a terminal that is 80 characters wide some lines take.
fn rows(lines: &[String]) -> usize {
    lines.iter().map(|line| line.chars().count().div_ceil(80).max(1)).sum()
}

#[test]
fn its_welcome_fits_a_small_terminal_and_what_it_says_works() {
    let directory = TempDir::new().unwrap();
    let demo = Demo::start(directory.path(), &["127.0.0.1:0"]);
    let text = demo.said.join("\n");
    assert!(rows(&demo.said) <= 23, "{} rows: {text}", rows(&demo.said));
    assert!(!text.contains("eyJ"), "no token unless it is asked for: {text}");
    let command: Vec<_> =
        demo.said.iter().filter(|line| line.starts_with("  ")).map(String::as_str).collect();
    let output = Command::new("sh").arg("-c").arg(command.join("\n")).current_dir(directory.path()).output();
    let answer = String::from_utf8(output.unwrap().stdout).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["data"]["customer"]["subscriptions"]["totalCount"], 8, "{answer}");
    let operator = copartner(directory.path(), &["token", "--data", "world", "--tenant", "operator"]);
    assert!(operator.status.success(), "{}", words(&operator));
    drop(demo);

    let demo = Demo::start(directory.path(), &["127.0.0.1:0", "--tokens"]);
    let tokens = demo.said.iter().filter(|line| line.trim_start().starts_with("eyJ")).count();
    assert_eq!(tokens, copartner::demo::cast().len(), "{:?}", demo.said);
}

#[tokio::test]
async fn it_is_configured_like_a_server_but_for_whose_data_it_serves() {
    let directory = TempDir::new().unwrap();
    let settings = "operator_tenant = \"11111111-1111-4111-8111-111111111111\"\n[[issuers]]\n\
        issuer = \"https://login.example.com\"\ntenant = \"11111111-1111-4111-8111-111111111111\"\n\
        audience = [\"a\"]\njwks_url = \"https://login.example.com/keys\"\n[limits]\ndepth = 3\n";
    std::fs::write(directory.path().join("copartner.toml"), settings).unwrap();
    let variables = [
        ("COPARTNER_HTTP__CORS_ORIGINS", "http://localhost:5173"),
        ("COPARTNER_DATABASE", "sqlite:real.sqlite"),
        ("COPARTNER_LOG_KEY", "real-key.pem"),
    ];
    let demo = Demo::configured(directory.path(), &["127.0.0.1:0"], &variables);
    let token = copartner(directory.path(), &["token", "--data", "world", "--tenant", "operator"]);
    // The configured operator is not the demo's.
    let token = String::from_utf8(token.stdout).unwrap();
    let ask = async |token: &str, query: &str| {
        let request = reqwest::Client::new().post(format!("http://{}/graphql", demo.address));
        let request =
            request.header("content-type", "application/json").header("origin", "http://localhost:5173");
        let body = serde_json::json!({ "query": query }).to_string();
        let answer = request.bearer_auth(token.trim()).body(body).send().await.unwrap();
        assert_eq!(answer.headers()["access-control-allow-origin"], "http://localhost:5173");
        answer.text().await.unwrap()
    };
    assert!(ask(&token, "{ viewer { kind } }").await.contains("TENANT_NOT_REGISTERED"));
    let fabrikam = ["token", "--data", "world", "--tenant", "fabrikam", "--role", "ADMIN_AGENT"];
    let token = String::from_utf8(copartner(directory.path(), &fabrikam).stdout).unwrap();
    let deep = "{ customers { nodes { subscriptions { nodes { id } } } } }";
    assert!(ask(&token, deep).await.contains("QUERY_TOO_COMPLEX"));
    for file in ["real.sqlite", "real-key.pem"] {
        assert!(!directory.path().join(file).exists(), "{file}");
    }
}
