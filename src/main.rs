//! The program: it reads the command line and does what it says.

use std::process::ExitCode;

use clap::Parser;
use copartner::cli::{Command, complain};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = Command::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return complain(&format!("the program cannot start: {cause}")),
    };
    runtime.block_on(command.run())
}
