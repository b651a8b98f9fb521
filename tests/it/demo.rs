//! The demo, in which everyone may be anyone: for whoever sits at this machine, unless it is said otherwise.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::header::HOST;
use tempfile::TempDir;

use crate::terminal::{copartner, words};

/// A demo that runs, and where it listens.
struct Demo {
    child: Child,
    address: String,
}

impl Demo {
    fn start(directory: &Path, listen: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copartner"));
        command.args(["demo", "--data", "world", "--listen"]).args(listen).current_dir(directory);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COPARTNER_")) {
            command.env_remove(name);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().expect("the demo does not start").unwrap();
        let address = first.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        // Whoever writes to a pipe that nobody reads is stopped by it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
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
