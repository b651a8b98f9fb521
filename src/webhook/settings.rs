//! How webhooks are served.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use domain::network::Network;
use domain::webhook::WebhookRules;
use domain::webhook::target::TargetRules;

/// Bounds and switches of webhooks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookSettings {
    /// Whether this server sends what webhooks are due.
    pub enabled: bool,
    /// How many webhooks a tenant has at most.
    pub endpoints_per_tenant: u64,
    /// How long one attempt may take, from the look-up of the name to the end of the answer, in seconds.
    pub timeout_seconds: u64,
    /// Addresses that webhooks may have though they are not on the public internet, or networks of them such as `10.0.0.0/8`.
    #[schemars(with = "Vec<String>")]
    pub allowed_networks: Vec<Network>,
    /// Whether webhooks there may be `http://`. Never for real data.
    pub allow_http: bool,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            endpoints_per_tenant: 10,
            timeout_seconds: 15,
            allowed_networks: Vec::new(),
            allow_http: false,
        }
    }
}

impl WebhookSettings {
    /// What of this the domain's rules go by.
    #[must_use]
    pub fn rules(&self) -> WebhookRules {
        let targets = TargetRules { allowed: self.allowed_networks.clone(), allow_http: self.allow_http };
        WebhookRules { targets, of_tenant: self.endpoints_per_tenant }
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }
}
