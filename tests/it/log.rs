//! The server's log, kept for the test to read.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// The fields of a line.
pub type Line = HashMap<String, String>;

static LINES: OnceLock<Mutex<Vec<Line>>> = OnceLock::new();

struct Keep;

struct Read<'l>(&'l mut Line);

impl Visit for Read<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl<S: tracing::Subscriber> Layer<S> for Keep {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut line = Line::new();
        line.insert("level".to_owned(), event.metadata().level().to_string());
        event.record(&mut Read(&mut line));
        LINES.get().unwrap().lock().unwrap().push(line);
    }
}

/// Begins to keep the log of this process.
pub fn keep() {
    LINES.get_or_init(|| {
        // A second start in one process finds the first one's subscriber, which is this one.
        let subscriber = tracing_subscriber::registry().with(Keep);
        let _ = tracing::subscriber::set_global_default(subscriber);
        Mutex::default()
    });
}

/// The line of the request with this id.
pub fn of_request(id: &str) -> Line {
    let lines = LINES.get().unwrap().lock().unwrap();
    lines.iter().find(|line| line.get("id").is_some_and(|own| own == id)).cloned().unwrap_or_default()
}

/// The lines that were logged since there were so many, and how many there are now.
pub fn since(number: usize) -> (Vec<Line>, usize) {
    let lines = LINES.get().unwrap().lock().unwrap();
    (lines[number..].to_vec(), lines.len())
}

/// Everything that was logged so far.
pub fn text() -> String {
    format!("{:?}", LINES.get().unwrap().lock().unwrap())
}
