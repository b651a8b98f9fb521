//! The program: it reads the command line and does what it says.

use std::process::ExitCode;

use clap::Parser;
use copartner::cli::{Cli, fail};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return fail(&format!("the program cannot start: {cause}")),
    };
    runtime.block_on(cli.run())
}
