//! A server that is told to stop parts with its clients before it goes, and one that cannot serve says so.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::Program;
use crate::terminal::{copartner, words};
use crate::world::{Backend, World};

const QUERY: &str = r#"{"query":"{ customers { totalCount } }"}"#;

/// A world in which it is now: the program looks at the real clock.
async fn present() -> World {
    let world = World::cast(Backend::Sqlite).await;
    world.clock.set(copartner::clock::now());
    world
}

/// What `/readyz` answers, on a connection of its own.
async fn readiness(url: &str) -> (u16, Value) {
    let answer = Client::new().get(format!("{url}/readyz")).send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

/// A connection that has had an answer, and is idle now.
fn idle(url: &str) -> TcpStream {
    let mut connection = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    connection.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut part = [0; 2048];
    let length = connection.read(&mut part).unwrap();
    assert!(part[..length].starts_with(b"HTTP/1.1 200"));
    connection
}

async fn ask(world: &World, url: &str) -> reqwest::Response {
    let request = Client::new().post(format!("{url}/graphql")).bearer_auth(world.token(&world.fabrikam()));
    request.header("content-type", "application/json").body(QUERY).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn before_it_stops_a_server_is_unready_and_still_answers() {
    let world = present().await;
    let mut command = Program::serving(&world, &world.database);
    let mut program = Program::start(command.env("COPARTNER_HTTP__DRAIN_SECONDS", "3600"));
    let url = program.url.clone();
    let connection = idle(&url);
    assert_eq!(readiness(&url).await, (200, json!({ "status": "ready" })));
    let answer = ask(&world, &url).await;
    assert!(answer.status().is_success() && answer.headers().get("connection").is_none());

    program.signal("TERM");
    let told = Instant::now();
    let mut unready = readiness(&url).await;
    while unready.0 == 200 && told.elapsed() < Duration::from_secs(20) {
        unready = readiness(&url).await;
    }
    assert_eq!((unready.0, &unready.1["reason"]), (503, &json!("the server is about to stop")));
    let answer = ask(&world, &url).await;
    assert!(answer.status().is_success());
    assert_eq!(answer.headers()["connection"], "close");

    // Told once more it stops, and no idle connection keeps it.
    let started = Instant::now();
    program.signal("TERM");
    assert!(program.ended().success());
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    drop(connection);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_ends_by_itself_and_who_sits_at_the_terminal_waits_for_none() {
    let world = World::cast(Backend::Sqlite).await;
    for (signal, drain, least) in [("TERM", "1", 1), ("TERM", "0", 0), ("INT", "3600", 0)] {
        let mut command = Program::serving(&world, &world.database);
        let mut program = Program::start(command.env("COPARTNER_HTTP__DRAIN_SECONDS", drain));
        let connection = idle(&program.url);
        let started = Instant::now();
        program.signal(signal);
        assert!(program.ended().success(), "{signal} {drain}");
        let (least, most) = (Duration::from_secs(least), Duration::from_secs(20));
        assert!((least..most).contains(&started.elapsed()), "{signal} {drain}: {:?}", started.elapsed());
        drop(connection);
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_without_a_key_is_told_and_not_by_name() {
    let world = World::cast(Backend::Sqlite).await;
    let configuration = world.directory.path().join("keyless.toml");
    std::fs::write(world.directory.path().join("no-keys.json"), r#"{"keys":[]}"#).unwrap();
    let issuer = format!(
        "[[issuers]]\nissuer = \"https://login.fabrikam.example\"\ntenant = \"{}\"\naudience = [\"a\"]\n\
         jwks_file = \"{}\"\n",
        world.facts.partners[0].tenant,
        world.directory.path().join("no-keys.json").display()
    );
    std::fs::write(&configuration, issuer).unwrap();
    let mut command = Program::serving(&world, &world.database);
    let some = Program::start(command.env("COPARTNER_CONFIG", &configuration));
    let (status, told) = readiness(&some.url).await;
    assert_eq!((status, &told["status"]), (200, &json!("ready")));
    assert!(told["warning"].as_str().unwrap().starts_with("1 of 2 issuers have no usable key"), "{told}");
    assert!(!told.to_string().contains("fabrikam"), "{told}");

    let arguments = ["serve", "--config", "keyless.toml", "--listen", "127.0.0.1:0"];
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_copartner"));
    command.args(arguments).current_dir(world.directory.path()).env("COPARTNER_METRICS_LISTEN", "");
    let none = Program::start(&mut command);
    let (status, told) = readiness(&none.url).await;
    assert_eq!(status, 503);
    assert!(told["reason"].as_str().unwrap().contains("no issuer has a usable key"), "{told}");
    assert!(!told.to_string().contains("fabrikam"), "{told}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_the_log_in_json_has_numbers_and_the_client_that_trusted_proxies_name() {
    let world = present().await;
    for (trusted, client) in [("", "127.0.0.1"), ("127.0.0.0/8,10.0.0.1", "198.51.100.7")] {
        let mut command = Program::serving(&world, &world.database);
        command.env("COPARTNER_LOG__FORMAT", "json").env("COPARTNER_HTTP__TRUSTED_PROXIES", trusted);
        let program = Program::start(&mut command);
        let request = Client::new().post(format!("{}/graphql", program.url));
        let request = request.header("x-forwarded-for", "192.0.2.66, 198.51.100.7, 10.0.0.1");
        let request = request.bearer_auth(world.token(&world.fabrikam()));
        let request = request.header("content-type", "application/json").body(QUERY);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success());
        let patience = Duration::from_secs(20);
        let line = std::iter::from_fn(|| program.log.recv_timeout(patience).ok())
            .find(|line| line.contains("\"graphql\""))
            .unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["client"], client, "{line}");
        assert_eq!(line["status"], 200);
        assert!(line["ms"].is_f64() && line["statements"].is_u64(), "{line}");
    }
    world.end().await;
}

#[test]
fn a_proxy_that_is_no_address_is_refused() {
    let directory = TempDir::new().unwrap();
    let settings = "[http]\ntrusted_proxies = [\"proxy.example.com\"]\n";
    std::fs::write(directory.path().join("copartner.toml"), settings).unwrap();
    let output = copartner(directory.path(), &["config", "check"]);
    assert!(!output.status.success());
    let told = words(&output);
    assert!(told.contains("`proxy.example.com` is neither an address nor a network"), "{told}");
}

#[tokio::test]
async fn an_address_that_is_none_or_too_long_is_refused() {
    let world = World::cast(Backend::Sqlite).await;
    for host in ["a b", "user@localhost", "localhost:port", "<script>"] {
        let answer = world.send(world.request(Method::GET, "/healthz").header("host", host)).await;
        assert_eq!(answer.status, 400, "{host}");
        assert!(answer.text.contains("Host header") && !answer.headers["x-request-id"].is_empty());
    }
    let answer = world.send(world.request(Method::GET, "/healthz").header("host", "[::1]:80")).await;
    assert_eq!(answer.status, 200);
    for (length, status) in [(30_000, 200), (40_000, 414)] {
        let path = format!("/healthz?x={}", "y".repeat(length));
        let answer = world.send(world.request(Method::GET, &path)).await;
        assert_eq!(answer.status, status, "{length}");
        assert!(status == 200 || answer.text.contains("by POST"), "{}", answer.text);
    }
    world.end().await;
}
