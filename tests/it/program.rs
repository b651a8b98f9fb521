//! The real program, run over a world's database until it is killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};

use access::Database;

use crate::facts::OPERATOR;
use crate::world::World;

pub struct Program {
    child: Child,
    /// Where it listens.
    pub url: String,
    /// What it logs from then on.
    pub log: Receiver<String>,
}

impl Program {
    /// Serves the world's database.
    pub fn over(world: &World) -> Self {
        Self::start(&mut Self::serving(world, &world.database))
    }

    /// The command that serves a database to the people of a world.
    pub fn serving(world: &World, database: &Database) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copartner"));
        command.args(["serve", "--development-issuer", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(world.directory.path()).arg("--database").arg(match database {
            Database::Sqlite(path) => format!("sqlite:{}", path.display()),
            Database::Postgres(url) => url.clone(),
        });
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COPARTNER_")) {
            command.env_remove(name);
        }
        command.env("COPARTNER_OPERATOR_TENANT", OPERATOR.to_string());
        // Machines that run tests are slow at times.
        command.env("COPARTNER_HTTP__REVOCATION_SECONDS", "20");
        command
    }

    /// Starts it, and waits until it listens.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let port = lines
            .find_map(|line| {
                let line = line.unwrap();
                let (_, address) = line.split_once("listening")?.1.split_once("127.0.0.1:")?;
                Some(address.chars().take_while(char::is_ascii_digit).collect::<String>())
            })
            .expect("the server does not start");
        let (sender, log) = channel();
        // Whoever writes to a pipe that nobody reads is stopped by it.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| _ = sender.send(line)));
        Self { child, url: format!("http://127.0.0.1:{port}"), log }
    }

    /// How much memory it has in use, in bytes. The [`peak`](Self::peak) is counted from here.
    pub fn memory(&self) -> u64 {
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").unwrap();
        self.status("VmRSS:")
    }

    /// How much memory it has had in use at most.
    pub fn peak(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
    }

    /// Has the system tell it something: `TERM`, or `INT`.
    pub fn signal(&self, signal: &str) {
        let told = Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
    }

    /// Waits until it has ended by itself.
    pub fn ended(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Kills it, with no time for anything.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    /// A test that fails leaves no server behind. One that is dead already is no matter.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
