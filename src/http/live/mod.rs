//! What goes on after its request: events as they happen, over a WebSocket or as server-sent events.
//!
//! A stream is a place in the feed (`crate::live`). What there is after it is delivered as fast as the client reads, and no
//! faster: nothing waits in the server for whoever is slow, because the log itself is the queue. Each event is shown as its
//! viewer may see it at that instant.

mod connection;
mod conversation;
mod counts;
mod events;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod operation;
mod outbox;
mod protocol;
mod session;
mod settings;
mod socket;
mod stream;

pub use counts::Counts;
pub(super) use counts::{Count, Counted};
pub(super) use events::{answer_as_events, stream_events, without_coding};
pub use settings::LiveSettings;
pub(super) use socket::{socket, wants_socket};
