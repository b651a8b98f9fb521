//! The log, on standard error: standard output belongs to what a command prints.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use super::CliResult;
use crate::config::{LogFormat, LogSettings};

/// Starts to write what happens.
pub fn start(settings: &LogSettings) -> CliResult {
    let filter = EnvFilter::try_new(&settings.filter)
        .map_err(|cause| format!("`log.filter` cannot be read: {cause}. Write a level, such as `info`."))?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal());
    let started = match settings.format {
        LogFormat::Text => subscriber.compact().try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).with_current_span(false).try_init(),
    };
    started.map_err(|cause| format!("the log cannot be started: {cause}"))
}
