//! What an operator sees in a terminal: the program itself, its words and its exit codes.

mod database_file;
mod import;
mod output;
mod page;
mod production;
mod start;

use std::path::Path;
use std::process::{Command, Output};

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
