//! Bounds of sockets and streams.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bounds of sockets and streams. Each is for one server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LiveSettings {
    /// How many sockets and event streams there may be.
    pub connections: u32,
    /// How many of them a tenant may have.
    pub connections_per_tenant: u32,
    /// How many sockets of one address may wait for their `connection_init`.
    pub waiting_per_address: u32,
    /// How many operations may be open on one socket.
    pub operations_per_socket: usize,
    /// How many live operations a tenant may have open.
    pub streams_per_tenant: u32,
    /// How long a socket may wait for its `connection_init`, in seconds.
    pub init_seconds: u64,
    /// After how long without a sign of life a socket is pinged, and after as long again closed, in seconds.
    pub ping_seconds: u64,
    /// How often an event stream on which nothing happens has a comment, in seconds.
    pub heartbeat_seconds: u64,
    /// How long a client may leave unread what was sent to it, in seconds.
    pub write_seconds: u64,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_tenant: 2_000,
            waiting_per_address: 100,
            operations_per_socket: 100,
            streams_per_tenant: 10_000,
            init_seconds: 10,
            ping_seconds: 20,
            heartbeat_seconds: 12,
            write_seconds: 15,
        }
    }
}

impl LiveSettings {
    pub(super) fn init_time(&self) -> Duration {
        Duration::from_secs(self.init_seconds)
    }

    pub(super) fn ping_time(&self) -> Duration {
        Duration::from_secs(self.ping_seconds)
    }

    pub(super) fn heartbeat_time(&self) -> Duration {
        Duration::from_secs(self.heartbeat_seconds)
    }

    pub(super) fn write_time(&self) -> Duration {
        Duration::from_secs(self.write_seconds)
    }
}
