//! How the server treats its requests.

use std::time::Duration;

use domain::network::Network;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client::{ForwardedHeader, Trust};
use super::hosts::Hosts;

/// Bounds and switches of the HTTP side.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HttpSettings {
    /// Threads that answer requests.
    #[schemars(transform = crate::config::without_default)]
    pub workers: usize,
    /// The largest body that is read, in bytes.
    pub body_bytes: usize,
    /// How long a body may take to arrive, in seconds.
    pub body_seconds: u64,
    /// How long an answer may take, in seconds.
    pub request_seconds: u64,
    /// How long a connection may be idle before it is closed, in seconds.
    pub keep_alive_seconds: u64,
    /// How long requests are still answered after SIGTERM, while `/readyz` says 503, in seconds.
    pub drain_seconds: u64,
    /// How long open requests may go on after the server has stopped listening, in seconds.
    pub shutdown_seconds: u64,
    /// For how long anyone is let in without a look at what was revoked, in seconds; after that, the answer is 503.
    pub revocation_seconds: u64,
    /// Origins whose pages may use the API from a browser, such as `https://portal.example.com`; none by default.
    pub cors_origins: Vec<String>,
    /// Proxies that are trusted to name the client, for its address in the log: addresses, or networks such as `10.0.0.0/8`.
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<Network>,
    /// The header in which they name it.
    pub forwarded_header: ForwardedHeader,
    /// Whether browsers get GraphiQL at `/graphql`.
    pub graphiql: bool,
    /// The names that the server answers to. No setting: the demo's own.
    #[serde(skip)]
    pub hosts: Hosts,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().map_or(2, usize::from),
            body_bytes: 256 * 1024,
            body_seconds: 10,
            request_seconds: 30,
            keep_alive_seconds: 75,
            drain_seconds: 5,
            shutdown_seconds: 30,
            revocation_seconds: 1,
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedHeader::default(),
            graphiql: true,
            hosts: Hosts::default(),
        }
    }
}

impl HttpSettings {
    pub(super) fn body_time(&self) -> Duration {
        Duration::from_secs(self.body_seconds)
    }

    /// How old what is known of revocations may be.
    #[must_use]
    pub fn revocation_time(&self) -> Duration {
        Duration::from_secs(self.revocation_seconds)
    }

    pub(super) fn keep_alive(&self) -> Duration {
        Duration::from_secs(self.keep_alive_seconds)
    }

    /// How long the server drains before it stops.
    #[must_use]
    pub fn drain_time(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }

    /// Which proxies are trusted to name the client, and in which header.
    pub(super) fn trust(&self) -> Trust<'_> {
        Trust { proxies: &self.trusted_proxies, header: self.forwarded_header }
    }

    pub(super) fn request_time(&self) -> Duration {
        Duration::from_secs(self.request_seconds)
    }
}
