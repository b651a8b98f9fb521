//! The words that webhooks and their deliveries are written in.

use crate::word::words;

words! {
    /// Whether a webhook is served.
    pub enum WebhookStatus {
        Enabled,
        Disabled,
    }

    /// Where the delivery of one event to one webhook stands.
    pub enum DeliveryStatus {
        Delivered,
        Retrying,
        Parked,
    }

    /// Why an attempt to deliver failed. What concerns addresses and connections is one word: more would tell what is behind
    /// them.
    pub enum DeliveryFailure {
        Unreachable,
        Timeout,
        Status,
        SecretLost,
    }
}
