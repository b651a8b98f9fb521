//! How much of this server each tenant may use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The share of each tenant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RateSettings {
    /// Whether what is beyond a tenant's share is refused, or counted only.
    pub mode: RateMode,
    /// How many points a tenant has when it has asked for nothing for a while: an operation costs as many as it is foretold to
    /// read objects.
    pub points: u64,
    /// In how many seconds as many points come back.
    pub window_seconds: u64,
    /// Where it is counted what a tenant has left.
    pub state: RateState,
    /// How many operations of a tenant run at once on this server.
    pub operations_at_once: u32,
    /// How many operations of all tenants run at once on this server. What is more is answered 503, whatever the mode is.
    pub server_operations_at_once: u32,
    /// How many points an operation costs at least to run apart from the others, in a bulkhead: on threads of low priority, over few
    /// connections of their own, and of each tenant one at a time. 0: none does.
    pub bulkhead_points: u64,
}

/// What is done about whoever asks for more than its share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RateMode {
    /// It is counted, and answered all the same.
    #[default]
    Measure,
    /// It is refused with 429.
    Enforce,
}

/// Where it is counted what a tenant has left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RateState {
    /// Each server for itself: as many servers, as many times the points.
    #[default]
    Server,
    /// All servers on one PostgreSQL together, by one statement more for each operation.
    Database,
}

impl Default for RateSettings {
    fn default() -> Self {
        Self {
            mode: RateMode::default(),
            points: 600_000,
            window_seconds: 60,
            state: RateState::default(),
            operations_at_once: 64,
            server_operations_at_once: 512,
            bulkhead_points: 2_000,
        }
    }
}
